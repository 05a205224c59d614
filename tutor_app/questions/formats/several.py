"""Questions with several right answers as ordinary ones: one for each right answer, beside all wrong ones."""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import partial

from tutor_app.questions.formats.reading import Several, UnusableError, build, check_filled, content_id
from tutor_app.questions.model import MOST_CHOICES, Question

_ALL_POINTS = 99.9  # of 100, which some exporters round
_ROUNDED = 1.0  # so much may 33 % three times lack
_THINGS = "(?: (?:answers|options|choices|responses))"
_SEVERAL = (
    "(?:all (?:that|which) (?:apply|are (?:correct|right|true))"
    rf"|all (?:the )?(?:correct|right|true){_THINGS}"
    rf"|(?:the )?(?:two|three|four|five|[2-5])(?: (?:correct|right|best))?{_THINGS}?"
    rf"|(?:one or more|more than one){_THINGS}?)"
)
_ASKED = rf"(?:please )?(?:select|choose|pick|check|mark|tick) {_SEVERAL}"
_IN_BRACKETS = re.compile(rf"[(\[]{_ASKED}[.!:]?[)\]](?=[.?!:]?\Z)", re.IGNORECASE)
_AS_A_SENTENCE = re.compile(rf"(?<=[.?!:\n ]){_ASKED}[.!:]?\Z", re.IGNORECASE)
_SENTENCE_ENDS = tuple(".?!:\n")


def build_each(
    text: str,
    choices: Sequence[str],
    right: Collection[int],
    *,
    id: str = "",
    hint: str = "",
    explanation: str = "",
    feedback: Sequence[str] = (),
    image: str = "",
    topic: str = "",
    extra: Mapping[str, object] | None = None,
) -> Several:
    """A question for each right answer, of which most have one. Raises UnusableError.

    `extra` is for a question with one right answer: how several share the points says nothing of one.
    """
    right = set(right)
    make = partial(build, hint=hint, explanation=explanation, image=image, topic=topic)
    if len(right) < 2:
        return Several((make(text, choices, right, id=id, feedback=feedback, extra=extra),))
    check_filled(choices)
    wrong = _wrong(choices, right)
    stem = without_asking_for_several(text)

    def question(key: int) -> Question:
        kept = sorted((*wrong, key))
        return make(
            stem,
            [choices[place] for place in kept],
            (kept.index(key),),
            id=content_id(id, (choices[key],), "") if id else "",
            feedback=[feedback[place] for place in kept] if feedback else (),
        )

    keys = {choices[place]: place for place in sorted(right, reverse=True)}  # a right text twice counts once
    questions = tuple(question(key) for key in sorted(keys.values()))
    return Several(questions, _remark(len(questions)))


def right_by_points(points: Sequence[float], several: bool = False) -> list[int]:
    """The answers that earn all the points; those that share them evenly where none does.

    `several` says that more than one may be chosen, so that each that earns some is right. Raises
    UnusableError when there are points and nothing earns them all.
    """
    some = [place for place, earned in enumerate(points) if earned > 0]
    whole = [place for place in some if points[place] >= _ALL_POINTS]
    if several or whole or not some:
        return some if several else whole
    shares = [points[place] for place in some]
    if max(shares) - min(shares) <= _ROUNDED and abs(sum(shares) - 100) <= _ROUNDED:
        return some
    raise UnusableError("no answer earns all the points")


def without_asking_for_several(text: str) -> str:
    """A question without a last remark, in brackets or as a sentence, that several are to be chosen."""
    if found := _IN_BRACKETS.search(text):
        return (text[: found.start()].rstrip() + text[found.end() :]) if found.start() else text
    found = _AS_A_SENTENCE.search(text)
    asked = text[: found.start()].rstrip(" ") if found else ""
    return asked.rstrip() if asked.endswith(_SENTENCE_ENDS) else text


def _wrong(choices: Sequence[str], right: Collection[int]) -> list[int]:
    wrong = [place for place in range(len(choices)) if place not in right]
    if not wrong:
        raise UnusableError(f"all its {len(right)} choices are right, so there is nothing to choose between")
    if len(wrong) >= MOST_CHOICES:
        raise UnusableError(
            f"it has {len(wrong)} wrong choices; at most {MOST_CHOICES - 1} are taken beside a right one"
        )
    return wrong


def _remark(count: int) -> str:
    if count == 1:
        return ""
    return f"a question with several right answers became {count} questions, one for each right answer"
