"""Matching questions as choice questions: one for each row, with the right sides as choices."""

from collections.abc import Collection, Mapping, Sequence

from tutor_app.questions.formats.reading import Several, UnusableError, build, content_id, placed_among
from tutor_app.questions.markup import Rich
from tutor_app.questions.model import MOST_CHOICES, Question

Row = tuple[Rich, str]
"""A left side and the right side that goes with it."""


def build_rows(
    stem: Rich,
    rows: Sequence[Row],
    others: Sequence[str] = (),
    *,
    id: str = "",
    hint: str = "",
    explanation: str = "",
    topic: str = "",
) -> Several:
    """A question for each row; `others` are right sides that go with none. Raises UnusableError."""
    _check(rows)
    rights = list(dict.fromkeys(right for right in (*(right for _, right in rows), *others) if right))
    questions: list[Question] = []
    for left, right in rows:
        choices, place = placed_among(right, _others(rights, right))
        question = build(
            "\n".join(filter(None, (stem.text, left.text))),
            choices,
            (place,),
            id=content_id(id or stem.text, (left.text,), ""),
            hint=hint,
            explanation=explanation,
            image="; ".join(filter(None, (stem.image, left.image))),
            topic=topic,
        )
        questions.append(question)
    return Several(tuple(questions), _remark(len(rows), len(rights)))


def only_key(left: Rich, keys: Collection[str], rights: Mapping[str, str]) -> str:
    """The text of the one right side that a row's keys name; raises UnusableError."""
    named = [rights[key] for key in keys if key in rights]
    if len(named) == 1:
        return named[0]
    shown = f"the row '{left.text[:40]}'"
    raise UnusableError(
        f"{shown} has {len(named)} right answers" if named else f"{shown} has no right answer"
    )


def _check(rows: Sequence[Row]) -> None:
    if not rows:
        raise UnusableError("it has no rows to match")
    seen: set[str] = set()
    for left, right in rows:
        if not left.text or not right:
            raise UnusableError("one of its rows has a side without text")
        if left.text in seen:
            raise UnusableError(f"the row '{left.text[:40]}' stands in it twice")
        seen.add(left.text)


def _others(rights: Sequence[str], right: str) -> list[str]:
    """The right sides to choose from beside the right one: all, or those that follow it, as many as fit."""
    at = rights.index(right)
    if len(rights) <= MOST_CHOICES:
        return [*rights[:at], *rights[at + 1 :]]
    return [rights[(at + step) % len(rights)] for step in range(1, MOST_CHOICES)]


def _remark(rows: int, rights: int) -> str:
    became = "one question" if rows == 1 else f"{rows} questions, one for each row"
    fewer = f", with {MOST_CHOICES} of its {rights} choices each" if rights > MOST_CHOICES else ""
    return f"a matching question became {became}{fewer}"
