"""The choices of a question as lines to edit, and back: a choice stays one, with what belongs to it.

Pure. A line break within a choice is shown as a slash, so that each choice is one line of the editor.
"""

from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from tutor_app.questions.model import Question

_BREAK = " / "
_ALIKE = 0.6  # of a choice before and after a typo was put right


def choice_lines(question: Question) -> tuple[str, ...]:
    """Each choice on one line."""
    return tuple(choice.replace("\n", _BREAK) for choice in question.choices)


def with_choices(question: Question, lines: Sequence[str], answer: int | None) -> Question:
    """The question with its choices as the lines say; reasons stay with their choices, none with the key."""
    before = _before(choice_lines(question), lines)
    choices = tuple(
        line if old is None else _restored(line, question.choices[old])
        for line, old in zip(lines, before, strict=True)
    )
    reasons = question.why_wrong or (None,) * len(question.choices)
    kept = tuple(None if old is None or place == answer else reasons[old] for place, old in enumerate(before))
    extra = question.extra
    if (choices, answer) != (question.choices, question.answer):
        extra = {name: value for name, value in extra.items() if name != "weights"}
    return replace(question, choices=choices, answer=answer, why_wrong=kept if any(kept) else (), extra=extra)


def _restored(line: str, old: str) -> str:
    """A choice that had line breaks has them again; in any other a slash is a slash."""
    if line == old.replace("\n", _BREAK):
        return old
    return line.replace(_BREAK, "\n") if "\n" in old else line


def _before(old: Sequence[str], lines: Sequence[str]) -> list[int | None]:
    """Which of the old choices each line is: the same, or else the likest that is left."""
    left = list(range(len(old)))
    found: list[int | None] = [None] * len(lines)

    def settle(place: int, of: int) -> None:
        found[place] = of
        left.remove(of)

    for place, line in enumerate(lines):
        if same := [of for of in left if old[of] == line]:
            settle(place, same[0])
    pairs = sorted(
        (-SequenceMatcher(None, old[of], line).ratio(), abs(of - place), place, of)
        for place, line in enumerate(lines)
        if found[place] is None
        for of in left
    )
    for unlike, _, place, of in pairs:
        if -unlike >= _ALIKE and found[place] is None and of in left:
            settle(place, of)
    return found
