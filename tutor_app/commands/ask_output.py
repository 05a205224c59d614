"""What `tutor ask` prints: an explanation as it is made, for people or as JSON."""

import json
import shutil
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tutor_app.learning import saying
from tutor_app.students.explanation import Explanation, Origin, Step

if TYPE_CHECKING:
    from tutor_app.questions.model import Question

_WIDEST = 100


def origin_of(step: Step) -> str:
    """Where a step comes from, in a word or as the fact's source."""
    if step.origin is Origin.TUTOR:
        return "tutor"
    return step.source or ("fact base" if step.origin is Origin.FACT else "bank")


def print_question(question: "Question", number: int) -> None:
    """The question of a file, before its explanation."""
    _say(f"{number}. {question.text or question.image}")
    for index, choice in enumerate(question.choices, 1):
        _say(f"   {index}) {choice}")


def print_explained(question: "Question", items: Iterable[Step | Explanation]) -> Explanation | None:
    """Each step the moment it is there, then the answer; a fact that is itself the answer comes first."""
    waits = question.is_open and not question.has_key
    shown: list[Step] = []
    for item in items:
        if isinstance(item, Step):
            if not waits:
                shown.append(item)
                _say_step(item)
            continue
        if waits:
            _print_reply(item)
        else:
            _print_others(item, shown)
            _print_answer(question, item)
        return item
    return None


def _print_reply(explanation: Explanation) -> None:
    """The reply to a question that nobody wrote an answer to, and the steps, each said once."""
    answer, steps = explanation.answer, explanation.steps
    said = saying.step_said(answer, steps)
    if said:
        _say(f"{saying.how_sure(answer, steps)} {said.text} {_whence(said)}")
    for step in steps:
        if step != said:
            _say_step(step)
    if not said:
        _say(saying.reply(explanation))


def _print_others(explanation: Explanation, shown: Sequence[Step]) -> None:
    """The steps that were not shown yet, all of them where some of those were taken back."""
    if why := saying.why_others(shown, explanation.steps):
        _say(why)
    for step in explanation.steps:
        if why or step not in shown:
            _say_step(step)


def _say_step(step: Step) -> None:
    _say(f"- {step.text} {_whence(step)}")


def _whence(step: Step) -> str:
    return f"[{step.origin.in_words}{f', {step.source}' if step.source else ''}]"


def _print_answer(question: "Question", explanation: Explanation) -> None:
    answer = explanation.answer
    percent = f"{answer.confidence:.0%}"
    if explanation.agrees_with_key is False:
        key = question.accepted[0] if question.key is None else question.key
        _say(f"Answer: {key} (the key)")
        if answer.text:
            _say(
                f"The tutor reads this differently: {answer.text} ({percent}). Ask a teacher which is right."
            )
    elif not answer.text:
        _say(saying.reply(explanation))
    elif answer.sure:
        _say(f"Answer: {answer.text} ({percent} sure)")
    elif question.is_open:
        _say(f"Not sure: {answer.text} ({percent})")
    else:
        likeliest = " or ".join(
            f"{question.choices[index]} ({answer.probabilities[index]:.0%})" for index in answer.likeliest
        )
        _say(f"Not sure: {likeliest}")


def _say(text: str) -> None:
    indent = " " * (len(text) - len(text.lstrip()))
    if text.startswith("- "):
        indent = "  "
    width = min(_WIDEST, shutil.get_terminal_size((_WIDEST, 0)).columns)
    for line in text.split("\n"):
        print(textwrap.fill(line, width, subsequent_indent=indent, break_on_hyphens=False), flush=True)


def as_json(question: "Question", explanation: Explanation, load: float) -> dict[str, Any]:
    """Everything about one explanation; scores are the log-likelihoods of the two routes."""
    answer = explanation.answer
    facts = [step for step in explanation.steps if step.origin is Origin.FACT]
    return {
        "id": question.id,
        "question": question.text or question.image,
        "steps": [{"text": step.text, "from": origin_of(step)} for step in explanation.steps],
        "facts": [{"id": step.fact_id, "text": step.text, "source": step.source} for step in facts],
        "answer": answer.text,
        "choices": [
            {
                "text": choice,
                "probability": round(answer.probabilities[index], 4),
                "question_score": round(answer.question_scores[index], 4),
                "rationale_score": _rounded(answer.rationale_scores, index),
            }
            for index, choice in enumerate(question.choices)
        ],
        "confidence": round(answer.confidence, 4),
        "sure": answer.sure,
        "agrees_with_key": explanation.agrees_with_key,
        "timings": {
            "load": round(load, 3),
            **{name: round(seconds, 3) for name, seconds in explanation.timings.items()},
        },
        "students": explanation.students,
    }


def print_json(content: dict[str, Any]) -> None:
    """One line, at once."""
    print(json.dumps(content, ensure_ascii=False), flush=True)


def _rounded(scores: tuple[float, ...], index: int) -> float | None:
    return round(scores[index], 4) if scores else None
