"""Answers that are numbers.

A written number is marked by its value (`learning/marking.py`). Of a range only the number that the teacher
gave counts, and its roundings that lie in the range.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

from tutor_app.questions.formats.reading import Several, UnusableError, build_open

_NUMBER = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,2})?", re.ASCII)
_EXACT = Context(prec=200)
_LONGEST = 16  # digits; longer numbers are written with an exponent and not spelt out


@dataclass(frozen=True, slots=True)
class Span:
    """A right number as it is written, and between which bounds an answer counts; without one only these."""

    value: str
    low: Decimal
    high: Decimal


def number(text: str) -> Decimal:
    """A number as the formats write it; raises UnusableError."""
    bare = text.strip().replace("−", "-")
    if not _NUMBER.fullmatch(bare):
        raise UnusableError(f"'{text.strip()[:20]}' is not a number" if bare else "no right answer is given")
    return Decimal(bare)


def exactly(value: str) -> Span:
    """One number and no other."""
    return Span(value, number(value), number(value))


def about(value: str, tolerance: str) -> Span:
    """A number and how far from it an answer may be: a number itself, or a percentage of the value."""
    middle, share = number(value), tolerance.strip().endswith("%")
    width = number(tolerance.strip().removesuffix("%")) if tolerance.strip() else Decimal(0)
    width = abs(_EXACT.divide(_EXACT.multiply(middle, width), 100) if share else width)
    return Span(value, _EXACT.subtract(middle, width), _EXACT.add(middle, width))


def between(low: str, high: str) -> Span:
    """Any number between two, of which none is said to be the right one."""
    bounds = sorted((number(low), number(high)))
    return Span(low if bounds[0] == bounds[1] else "", bounds[0], bounds[1])


def build_number(
    text: str,
    spans: Sequence[Span],
    *,
    units: Sequence[str] = ("",),
    id: str = "",
    hint: str = "",
    explanation: str = "",
    image: str = "",
    topic: str = "",
) -> Several:
    """An open question whose answer is one of these numbers, with any of the units behind it."""
    said = [each for span in spans for each in _said(span)]
    accepted = [f"{each} {unit}".rstrip() for unit in units for each in said]
    question = build_open(text, accepted, id=id, hint=hint, explanation=explanation, image=image, topic=topic)
    return Several((question,), "; ".join(_remark(span) for span in spans if span.low != span.high))


def _said(span: Span) -> list[str]:
    """The ways to write the number; raises UnusableError when there is none that is right."""
    if not span.value:
        raise UnusableError(
            f"any number from {_spelt(span.low)} to {_spelt(span.high)} is right, "
            "and a range cannot be marked; give one number"
        )
    value = number(span.value)
    rounded = [_spelt(each) for each in _roundings(value) if span.low <= each <= span.high]
    return list(dict.fromkeys((_spelt(value), span.value.strip().lstrip("+"), *rounded)))


def _roundings(value: Decimal) -> Iterator[Decimal]:
    """The number with fewer and fewer decimals."""
    exponent = value.as_tuple().exponent
    for decimals in range(-exponent - 1 if isinstance(exponent, int) else 0, -1, -1):
        yield value.quantize(Decimal(1).scaleb(-decimals), context=_EXACT)


def _spelt(value: Decimal) -> str:
    """A number without needless zeros."""
    bare = value.normalize(_EXACT) if value else Decimal(0)
    return f"{bare:f}" if abs(bare.adjusted()) < _LONGEST else f"{bare}"


def _remark(span: Span) -> str:
    return (
        f"the file counts any number from {_spelt(span.low)} to {_spelt(span.high)} as right, the tutor only "
        + " or ".join(_said(span))
    )
