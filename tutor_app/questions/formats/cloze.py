"""Moodle's Cloze questions, which have gaps in their text, as ordinary ones: one for each gap.

A gap is `{1:MULTICHOICE:=right~%50%partly right~wrong#note}`: its points, its kind and its answers. In the
question that asks for one gap, the others are filled with their right answers.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tutor_app.questions.formats.numbers import Span, about, build_number
from tutor_app.questions.formats.reading import (
    BLANK,
    Several,
    UnusableError,
    check_length,
    content_id,
)
from tutor_app.questions.formats.several import build_each, right_by_points
from tutor_app.questions.formats.written import ALL_POINTS, build_written, spelt
from tutor_app.questions.markup import Rich

_MOST_GAPS = 50
_PLACE = "꙳"  # stands for the blank while the markup around it is read, which knows underscores as its own
_BEGUN = re.compile(r"\{ ?\d{0,9} ?: ?([A-Za-z_]{1,40}) ?:")
_END = re.compile(r"(?<!\\)\}")
_BETWEEN = re.compile(r"(?<!\\)~")
_NOTE = re.compile(r"(?<![\\&])#")  # the sign in &#176; begins no note
_POINTS = re.compile(r"(=)|%(-?\d{1,3}(?:[.,]\d{0,9})?)%")
_ESCAPED = re.compile(r'\\([}#~/"])')
_DECIMAL_COMMA = re.compile(r",(?!\d{3}(?!\d))")
_CHOICE, _CHOICES, _WRITTEN, _NUMBER = "choice", "choices", "written", "number"
_KINDS = {
    _CHOICE: re.compile(r"MULTICHOICE(?:_[VH]?S?)?|MC[VH]?S?"),
    _CHOICES: re.compile(r"MULTIRESPONSE(?:_H?S?)?|MRH?S?"),
    _WRITTEN: re.compile(r"SHORTANSWER(?:_C)?|SAC?|MWC?"),
    _NUMBER: re.compile(r"NUMERICAL|NM"),
}


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer of a gap and the note to it, as they are written."""

    raw: str
    points: float
    note: str

    @property
    def written(self) -> str:
        """The text as it stands for what is typed: a star in it is any text."""
        return _ESCAPED.sub(r"\1", self.raw)

    @property
    def text(self) -> str:
        return self.written.replace(r"\*", "*")


@dataclass(frozen=True, slots=True)
class _Gap:
    """A gap and where it stands; `right` are the places of its right answers, one at least."""

    kind: str
    answers: tuple[_Answer, ...]
    right: tuple[int, ...]
    start: int
    end: int

    @property
    def keys(self) -> list[str]:
        right = [self.answers[place] for place in self.right]
        return [spelt(each.written) if self.kind == _WRITTEN else each.text for each in right]

    @property
    def filled(self) -> str:
        """What stands in the gap when it is filled rightly."""
        if self.kind == _NUMBER:
            return self.keys[0].partition(":")[0]
        return ", ".join(self.keys) if self.kind == _CHOICES else self.keys[0]


def build_gaps(
    text: str,
    said: Callable[[str], str],
    asked: Callable[[str], Rich],
    *,
    id: str = "",
    hint: str = "",
    explanation: str = "",
    topic: str = "",
) -> Several:
    """A question for each gap; `said` and `asked` read the markup of an answer and of the text.

    A gap that cannot be asked for is named in the remark. Raises UnusableError when none can be, or when the
    text cannot be filled.
    """
    text = text.replace(_PLACE, "*")
    gaps = _gaps(text)
    if not any(map(str.isalnum, asked(_with(text, gaps, [" "] * len(gaps))).text)):
        raise UnusableError("it has no text beside its gaps")
    filled = [gap.filled for gap in gaps]
    made: list[Several] = []
    left_out: list[str] = []
    for place, (gap, name) in enumerate(zip(gaps, _names(gaps, id), strict=True)):
        stem = _blanked(asked(_with(text, gaps, [*filled[:place], _PLACE, *filled[place + 1 :]])))
        try:
            made.append(_question(gap, stem, said, name, hint, explanation, topic))
        except UnusableError as reason:
            left_out.append(f"gap {place + 1} cannot be asked for: {reason}")
    if not made:
        raise UnusableError(left_out[0])
    questions = tuple(question for several in made for question in several.questions)
    remarks = (_remark(len(gaps), len(questions)), *(several.remark for several in made), *left_out)
    return Several(questions, "; ".join(filter(None, remarks)))


def _gaps(text: str) -> tuple[_Gap, ...]:
    check_length(text)
    gaps: list[_Gap] = []
    at = 0
    while begun := _BEGUN.search(text, at):
        end = _END.search(text, begun.end())
        if end is None or _BEGUN.search(text, begun.end(), end.start()):
            raise UnusableError(
                f"its gap {len(gaps) + 1} ('{text[begun.start() :][:30]}') is not closed by }}"
            )
        at = end.end()
        kind = next((kind for kind, names in _KINDS.items() if names.fullmatch(begun[1])), "")
        if not kind:
            raise UnusableError(f"gaps of the kind {begun[1]} are not supported")
        answers = _answers(text[begun.end() : end.start()])
        try:
            right = _right(kind, answers)
        except UnusableError as reason:
            raise UnusableError(f"in its gap {len(gaps) + 1}, {reason}") from None
        if not right:
            raise UnusableError(f"its gap {len(gaps) + 1} has no right answer that could be filled in")
        gaps.append(_Gap(kind, answers, right, begun.start(), at))
    if not gaps:
        raise UnusableError("it has no gaps to fill")
    if len(gaps) > _MOST_GAPS:
        raise UnusableError(f"it has {len(gaps)} gaps; at most {_MOST_GAPS} are taken")
    return tuple(gaps)


def _answers(inner: str) -> tuple[_Answer, ...]:
    """What stands between a gap's kind and its end; what has no text is no answer."""
    answers: list[_Answer] = []
    for part in _BETWEEN.split(inner):
        raw, _, note = _NOTE.sub("\x00", part.strip().replace("\x00", ""), count=1).partition("\x00")
        points = 0.0
        if given := _POINTS.match(raw):
            points = 100.0 if given[1] else float(given[2].replace(",", "."))
            raw = raw[given.end() :]
        if raw.strip():
            answers.append(_Answer(raw.strip(), points, _ESCAPED.sub(r"\1", note.strip())))
    return tuple(answers)


def _right(kind: str, answers: Sequence[_Answer]) -> tuple[int, ...]:
    if kind in (_CHOICE, _CHOICES):
        return tuple(right_by_points([answer.points for answer in answers], kind == _CHOICES))
    whole = (place for place, answer in enumerate(answers) if answer.points >= ALL_POINTS)
    return tuple(place for place in whole if spelt(answers[place].written))


def _with(text: str, gaps: Sequence[_Gap], fillings: Sequence[str]) -> str:
    parts: list[str] = []
    at = 0
    for gap, filling in zip(gaps, fillings, strict=True):
        parts += (text[at : gap.start], filling)
        at = gap.end
    return "".join((*parts, text[at:]))


def _blanked(stem: Rich) -> Rich:
    """The text with its blank, unless that stands on a last line of its own."""
    return Rich(stem.text.replace(_PLACE, BLANK).removesuffix("\n" + BLANK), stem.image)


def _names(gaps: Sequence[_Gap], id: str) -> Iterator[str]:
    """Ids that stay the same when other gaps are added or mended; none where the file gives none."""
    seen: Counter[str] = Counter()
    for gap in gaps:
        seen[gap.filled] += 1
        yield content_id(id, (gap.filled, str(seen[gap.filled])), "") if id else ""


def _question(
    gap: _Gap, stem: Rich, said: Callable[[str], str], id: str, hint: str, explanation: str, topic: str
) -> Several:
    notes = [said(answer.note) for answer in gap.answers]
    if gap.kind in (_CHOICE, _CHOICES):
        return build_each(
            stem.text,
            [said(answer.text) for answer in gap.answers],
            gap.right,
            id=id,
            hint=hint,
            explanation=explanation,
            feedback=notes,
            image=stem.image,
            topic=topic,
        )
    why = explanation or notes[gap.right[0]]
    if gap.kind == _NUMBER:
        spans = [_span(said(key)) for key in gap.keys]
        return build_number(
            stem.text, spans, id=id, hint=hint, explanation=why, image=stem.image, topic=topic
        )
    answers = [(said(answer.written), answer.points) for answer in gap.answers]
    return build_written(stem.text, answers, id=id, hint=hint, explanation=why, image=stem.image, topic=topic)


def _span(key: str) -> Span:
    """`9.8` or `9,8`, and after a colon how far from it an answer may be; `1,000` may mean two numbers."""
    value, _, tolerance = (_DECIMAL_COMMA.sub(".", part) for part in key.partition(":"))
    return about(value, tolerance)


def _remark(gaps: int, questions: int) -> str:
    if gaps == 1:
        return ""
    return f"a question with {gaps} gaps became {questions} question{'s' * (questions > 1)}"
