"""text2qti's Markdown: numbered questions, `*b)` for the right choice. Code in it is never run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tutor_app.questions.formats.numbers import Span, about, between, build_number
from tutor_app.questions.formats.reading import (
    About,
    Item,
    Several,
    Source,
    UnusableError,
    all_usable,
    build_open,
)
from tutor_app.questions.formats.several import build_each
from tutor_app.questions.markup import UNDESCRIBED, Rich, rich, rich_with_image, without_emphasis
from tutor_app.questions.model import Question, Skipped

NAME = "text2qti"

_QUESTION = re.compile(r"(\d{1,6})\.(?:\s+(.*))?$")
_CHOICE = re.compile(r"(\*?)([A-Za-z])\)(?:\s+(.*))?$")
_BOX = re.compile(r"\[([ *xX]?)\](?:\s+(.*))?$")
_MARKS = (
    (re.compile(r"\.\.\.(?:\s+(.*))?$"), "note"),
    (re.compile(r"\+\s+(.*)$"), "praise"),
    (re.compile(r"-\s+(.*)$"), "blame"),
    (re.compile(r"!\s+(.*)$"), "solution"),
    (re.compile(r"\*\s+(.*)$"), "short"),
    (re.compile(r"=\s+(.*)$"), "numeric"),
    (re.compile(r"(_{3,})\s*$"), "essay"),
    (re.compile(r"(\^{3,})\s*$"), "upload"),
)
_OPTION = re.compile(
    r"(?:points(?: per question)?|pick|solutions per question|shuffle answers|show correct answers|"
    r"one question at a time|can't go back|feedback is solution|solutions sample groups|title|text title|"
    r"text|quiz description)\s*:.*$",
    re.IGNORECASE,
)
_QUIZ_TITLE = re.compile(r"quiz title\s*:\s*(.*)$", re.IGNORECASE)
_FENCE = re.compile(r"(`{3,})\s*(.*)$")
_RUNS = re.compile(r"\{[^}]*\.run\b")
_SIGNS = re.compile(
    r"^\d{1,6}\.\s+\S[^\n]*\n(?:(?!\d{1,6}\.\s)[^\n]*\n){0,30}?(?:\*[A-Za-z]\)\s|\[\*\]\s)", re.MULTILINE
)
_IMAGE = re.compile(r"!\[([^\]\n]{0,300})\]\([^)\n]{0,1000}\)(?:\{[^}\n]{0,200}\})?")
_LINK = re.compile(r"(?<!!)\[([^\]\n]{1,300})\]\([^)\n]{1,1000}\)")


def looks_like(source: Source) -> bool:
    """A quiz title, or a numbered question with a starred choice."""
    start = source.start
    if re.search(r"^quiz title\s*:", start, re.IGNORECASE | re.MULTILINE):
        return True
    return _SIGNS.search(start) is not None


@dataclass(slots=True)
class _Block:
    """One question as its lines come in; `open` is the text that an indented line continues."""

    line: int
    text: list[str] = field(default_factory=list)
    choices: list[list[str]] = field(default_factory=list)
    notes: list[list[str]] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    accepted: list[list[str]] = field(default_factory=list)
    general: list[str] = field(default_factory=list)
    praise: list[str] = field(default_factory=list)
    solution: list[str] = field(default_factory=list)
    number: str = ""
    kind: str = ""
    code: bool = False
    open: list[str] = field(default_factory=list)


def read(source: Source) -> Iterator[Item]:
    """Read the quiz line by line."""
    block: _Block | None = None
    for number, line in _lines(source):
        if not isinstance(line, str):
            if block and not (block.choices or block.accepted or block.kind):
                block.code = True
            yield line
            continue
        if title := _QUIZ_TITLE.match(line):
            yield About(title=rich(title[1]))
        elif question := _QUESTION.match(line):
            if block:
                yield from all_usable(source.at(block.line), _question, block)
            block = _Block(number)
            block.open = block.text
            block.text.append(question[2] or "")
        elif block and _ends(line):
            yield from all_usable(source.at(block.line), _question, block)
            block = None
        elif block:
            _take(block, line)
    if block:
        yield from all_usable(source.at(block.line), _question, block)


def _ends(line: str) -> bool:
    return line in ("GROUP", "END_GROUP") or _OPTION.match(line) is not None


def _lines(source: Source) -> Iterator[tuple[int, str | Skipped]]:
    """The lines that count: no comments, and a runnable block only as a note that it was left out."""
    fence, begun, runs, comment = "", 0, False, False
    for number, line in enumerate(source.text.split("\n"), 1):
        stripped = line.strip()
        if comment:
            comment = stripped != "END_COMMENT"
        elif fence:
            if stripped.startswith(fence) and not stripped.strip("`"):
                fence = ""
                if runs:
                    yield begun, _left_out(source, begun)
            elif not runs:
                yield number, line.rstrip()
        elif opening := _FENCE.match(stripped):
            fence, begun, runs = opening[1], number, _RUNS.search(opening[2]) is not None
        elif stripped == "COMMENT":
            comment = True
        elif stripped and not line.startswith("%"):
            yield number, line.rstrip()
    if fence and runs:
        yield begun, _left_out(source, begun)


def _left_out(source: Source, line: int) -> Skipped:
    return Skipped(source.at(line), "a block of program code was left out; nothing in it was run")


def _take(block: _Block, line: str) -> None:
    if line[:1] in (" ", "\t"):
        block.open.append(line.strip())
    elif choice := _CHOICE.match(line):
        _add_choice(block, choice[3] or "", bool(choice[1]))
    elif box := _BOX.match(line):
        block.kind = "several"
        _add_choice(block, box[2] or "", box[1] not in ("", " "))
    else:
        for pattern, kind in _MARKS:
            if mark := pattern.match(line):
                _mark(block, kind, mark[1] or "")
                return
        block.open.append(line)


def _add_choice(block: _Block, text: str, right: bool) -> None:
    if right:
        block.right.append(len(block.choices))
    block.open = [text]
    block.choices.append(block.open)
    block.notes.append([])


def _mark(block: _Block, kind: str, text: str) -> None:
    targets = {"praise": block.praise, "blame": [], "solution": block.solution}
    if kind == "note":
        block.open = block.notes[-1] if block.notes else block.general
        block.open.append(text)
    elif kind in targets:
        block.open = targets[kind]
        block.open.append(text)
    elif kind == "short":
        block.open = [text]
        block.accepted.append(block.open)
    elif kind == "numeric":
        block.kind, block.number = kind, text.strip()
    else:
        block.kind = kind


_UNSUPPORTED = {
    "essay": "essay questions are not supported",
    "upload": "file uploads are not supported",
}


def _question(block: _Block) -> Question | Several:
    if block.code:
        raise UnusableError("a part of it is written by program code, which is never run")
    if block.kind in _UNSUPPORTED:
        raise UnusableError(_UNSUPPORTED[block.kind])
    stem = _stem("\n".join(block.text))
    why = "\n".join(filter(None, (_clean(part) for part in (block.general, block.solution))))
    why = why or _clean(block.praise)
    if block.kind == "numeric":
        return build_number(stem.text, [_span(block.number)], explanation=why, image=stem.image)
    if block.accepted:
        accepted = [_clean(answer) for answer in block.accepted]
        return build_open(stem.text, accepted, explanation=why, image=stem.image)
    if not block.choices:
        raise UnusableError("it has no choices")
    return build_each(
        stem.text,
        [_clean(choice) for choice in block.choices],
        block.right,
        feedback=[_clean(note) for note in block.notes],
        explanation=why,
        image=stem.image,
    )


def _span(text: str) -> Span:
    """`2`, `1.4 +- 0.1`, `5 +- 1%` or `[1, 2]`."""
    if text.startswith("[") and text.endswith("]"):
        low, _, high = text[1:-1].partition(",")
        return between(low, high)
    value, _, tolerance = text.partition("+-")
    return about(value, tolerance)


def _stem(text: str) -> Rich:
    pictures = [alt.strip() or UNDESCRIBED for alt in _IMAGE.findall(text)]
    stem = rich_with_image(_plain_markdown(_IMAGE.sub("", text)))
    return Rich(stem.text, "; ".join([*map(rich, pictures), *filter(None, (stem.image,))]))


def _clean(lines: list[str]) -> str:
    return rich(_plain_markdown(_IMAGE.sub(r"\1", "\n".join(lines))))


def _plain_markdown(text: str) -> str:
    return without_emphasis(_LINK.sub(r"\1", text.replace("`", "")))
