"""Questions as teachers type them and paste them from Word: numbered, or with empty lines between."""

import re
from collections.abc import Iterator

from tutor_app.questions.formats import aiken, cards, csv_sheet, gift, text2qti
from tutor_app.questions.formats.plain_lines import lines_of
from tutor_app.questions.formats.plain_options import has_right_option
from tutor_app.questions.formats.plain_question import Way, items_of_quiz
from tutor_app.questions.formats.plain_quiz import quiz_of
from tutor_app.questions.formats.reading import Item, Source

NAME = "plain-text"

_OTHERS = (csv_sheet, aiken, text2qti, cards, gift)
_GIFT = re.compile(r"\{\s{0,20}(?:[=~#}]|(?:TRUE|FALSE|T|F)\s{0,20}[#}])|^::", re.MULTILINE)
_TYPED = re.compile(
    r"^[ \t]*(?:(?:answers?|ans|key|explanation)(?:\s?[:=.–—-]|\s[(\[]?[A-Z][)\]]?\.?\s*$)"
    r"|section [A-Z]\b|page \d)",
    re.IGNORECASE | re.MULTILINE,
)
_ONLY_TEXT2QTI = re.compile(r"^(?:\.\.\.|=|\[\*\])\s", re.MULTILINE)
_AIKEN = re.compile(r"[^\n]+\n(?:[A-Z]\. [^\n]*\n){1,26}ANSWER: [A-Z]")
_EMPTY_LINES = re.compile(r"\n\s*\n")
_QUIZ_TITLE = re.compile(r"^quiz title\s*:", re.IGNORECASE | re.MULTILINE)


def looks_like(source: Source) -> bool:
    """Numbered questions with options or answers; or such that no other reader of text knows."""
    start = source.start
    if source.is_zip or _GIFT.search(start) or _is_text2qti(source) or _is_known_by_its_lines(source):
        return False
    quiz = quiz_of(lines_of(Source(source.name, start.encode("utf-8", "replace"))))
    if quiz.is_numbered:
        return any(block.has_options or block.keys for block in quiz.blocks)
    if not any(block.keys or has_right_option(block.body) for block in quiz.blocks):
        return False
    return not any(reader.looks_like(source) for reader in _OTHERS)


def _is_known_by_its_lines(source: Source) -> bool:
    """XML, JSON, Anki's notes, a sheet with its heading on top, and Aiken as it is written by programs."""
    text = source.start.strip()
    first = text.partition("\n")[0]
    if first.startswith(("<", "{", '["', "[{", "#separator")):
        return True
    blocks = _EMPTY_LINES.split(text)
    whole = blocks[:-1] or blocks  # the last may be cut off
    if all(map(_AIKEN.fullmatch, whole)):
        return True
    return csv_sheet.looks_like(Source(source.name, first.encode("utf-8", "replace")))


def _is_text2qti(source: Source) -> bool:
    """What text2qti has no words for (`Answer:`, `Explanation:`, `Page 2`) would end up in its options."""
    start = source.start
    if _QUIZ_TITLE.search(start):
        return True
    proof = _ONLY_TEXT2QTI.search(start) or not _TYPED.search(start)
    return bool(proof) and text2qti.looks_like(source)


def read(source: Source) -> Iterator[Item]:
    """Read the questions, and then their answers where these stand in a list."""
    yield from items_of_quiz(quiz_of(lines_of(source)), Way(lambda block: block.place))
