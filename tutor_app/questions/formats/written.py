r"""Written answers with their points; in Moodle's a star stands for any text, and `\*` for a star."""

import re
from collections.abc import Sequence

from tutor_app.questions.formats.reading import Several, UnusableError, build_open

ALL_POINTS = 100.0
_STAR = re.compile(r"(?<!\\)\*")


def build_written(text: str, answers: Sequence[tuple[str, float]], **details: str) -> Several:
    """An open question from Moodle's answers; the remark names those that cannot be accepted as they are.

    Raises UnusableError when none can.
    """
    right, remark = whole(answers, ALL_POINTS)
    patterns = [answer for answer in right if answer and not spelt(answer)]
    accepted = [word for answer in right if (word := spelt(answer))]
    if patterns and not accepted:
        raise UnusableError(f"a * for any text cannot be marked, as in its answer {_quoted(patterns)}")
    remarks = [remark] if remark else []
    if patterns:
        remarks.append(f"a * for any text cannot be marked, so {_quoted(patterns)} is not accepted")
    if held := [spelt(answer) for answer in right if spelt(answer) and _STAR.search(answer)]:
        remarks.append(f"the file counts any answer with {_quoted(held)} in it as right, the tutor only that")
    return Several((build_open(text, accepted, **details),), "; ".join(remarks))


def whole(answers: Sequence[tuple[str, float]], points: float) -> tuple[list[str], str]:
    """The answers that earn this many points or more, and a remark on those that earn fewer."""
    right = [answer for answer, earned in answers if earned >= points]
    partly = [answer for answer, earned in answers if 0 < earned < points and answer not in right]
    return right, f"{_quoted(partly)} earns part of the points and is not accepted" if partly else ""


def spelt(answer: str) -> str:
    r"""A right answer without its signs: `\*` is a star, `*word*` the word; empty when it is a pattern."""
    inner = answer[1:-1] if len(answer) > 2 and answer.startswith("*") and answer.endswith("*") else answer
    return "" if _STAR.search(inner) else inner.replace(r"\*", "*").strip()


def with_stars(answer: str) -> str:
    """An answer as Moodle writes it: its stars are stars."""
    return answer.replace("*", r"\*")


def _quoted(answers: Sequence[str]) -> str:
    return ", ".join(f"'{answer}'" for answer in answers)
