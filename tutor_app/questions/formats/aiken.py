"""Aiken: a question, options `A. …` each on a line, and `ANSWER: A`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tutor_app.questions.formats.keys import Meaning
from tutor_app.questions.formats.reading import Item, Several, Source, UnusableError, all_usable
from tutor_app.questions.formats.several import build_each
from tutor_app.questions.formats.writing import lacking
from tutor_app.questions.markup import as_html, as_rich, rich, rich_with_image
from tutor_app.questions.model import Bank, Question

NAME = "aiken"
ENDING = ".txt"
HOLDS: frozenset[str] = frozenset()
HOLDS_OF_BANK: frozenset[str] = frozenset()

_OPTION = re.compile(r"\s*\(?([A-Za-z])[.)]\s*(.*)", re.DOTALL)
_STRAY_OPTION = re.compile(r"\s*\(?[A-Za-z][.)](?!\w[.)])")  # but not "e.g."
_KEY_WORDS = r"(?:ANSWERS?|ANS|KEY|CORRECT(?: (?:ANSWER|OPTION|CHOICE))?)"
_ANSWER = re.compile(
    rf"\s*{_KEY_WORDS}(?:\s*\.?\s*[:=]\s*(.*)|(?:\s*[.–—-]\s*|\s+)(\(?[A-Z]\)?[.)]?)\s*\Z)",
    re.IGNORECASE | re.DOTALL,
)
_FEEDBACK = re.compile(r"\s*(?:FEEDBACK|EXPLANATION)\s*:\s*(.*)", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"\A\s*\d{1,3}[.)]\s+(?=\S)")
_SIGNS = re.compile(
    rf"^[ \t]*{_KEY_WORDS}[ \t]*(?:\.?[ \t]*[:=]|[.–—-])[ \t]*\(?[A-Za-z]\b", re.IGNORECASE | re.MULTILINE
)
_LETTERS = re.compile(
    r"\(?[A-Z]\)?(?:(?:\s*[,;&/]\s*(?:and\s+)?|\s+(?:and\s+)?)\(?[A-Z]\)?)*\.?", re.IGNORECASE
)
_IN_WORDS = Meaning(("text", "letter"), ())  # `a force`, or `B. a force`
_FIRST_OPTION = re.compile(r"^[ \t]*\(?A[.)][ \t]*\S", re.IGNORECASE | re.MULTILINE)


def looks_like(source: Source) -> bool:
    """Lettered options and a line that names the right one."""
    return _SIGNS.search(source.start) is not None and _FIRST_OPTION.search(source.start) is not None


@dataclass(slots=True)
class _Block:
    """One question as its lines come in."""

    line: int = 0
    last: int = 0
    text: list[str] = field(default_factory=list)
    options: list[list[str]] = field(default_factory=list)
    stray: str = ""
    key: str | None = None
    feedback: str = ""
    after_blank: bool = False


def read(source: Source) -> Iterator[Item]:
    """Read an Aiken file line by line."""
    block = _Block()
    for number, line in enumerate(source.text.split("\n"), 1):
        if not line.strip():
            block.after_blank = True
            continue
        if unkeyed := _next_text(block, line):
            yield from all_usable(source.at(block.line), _question, block)
            block = _Block(block.last - len(unkeyed) + 1)
            for text in unkeyed:
                _take(block, text)
        elif _begins_another(block, line):
            yield from all_usable(source.at(block.line), _question, block)
            block = _Block()
        block.line = block.line or number
        _take(block, line)
        block.last = number
        block.after_blank = False
    if block.line:
        yield from all_usable(source.at(block.line), _question, block)


def _next_text(block: _Block, line: str) -> list[str]:
    """The text of the question whose option A is on this line, where the one before it has no key."""
    option = _OPTION.match(line)
    if block.key is not None or len(block.options) < 2 or option is None or option[1] not in "Aa":
        return []
    last = block.options[-1]
    block.options[-1] = last[:1]
    return last[1:]


def _begins_another(block: _Block, line: str) -> bool:
    if block.key is not None:
        return not (_FEEDBACK.match(line) or (block.feedback and not block.after_blank))
    if not block.options:
        return False
    return block.after_blank and not _ANSWER.match(line) and not _is_next_option(block, line)


def _is_next_option(block: _Block, line: str) -> bool:
    option = _OPTION.match(line)
    return option is not None and option[1].upper() == chr(ord("A") + len(block.options))


def _take(block: _Block, line: str) -> None:
    if block.key is not None:
        feedback = _FEEDBACK.match(line)
        block.feedback += "\n" + (feedback[1] if feedback else line)
    elif not block.text:
        block.text.append(_NUMBER.sub("", line))
    elif _is_next_option(block, line):
        block.options.append([line.lstrip().lstrip("(")[2:]])
    elif answer := _ANSWER.match(line):
        block.key = (answer[1] or answer[2] or "").strip()
    elif block.options:
        block.options[-1].append(line)
        if not block.stray and _STRAY_OPTION.match(line):
            block.stray = line.strip()
    else:
        block.text.append(line)


def _question(block: _Block) -> Several:
    stem = rich_with_image("\n".join(block.text))
    if not block.options:
        raise UnusableError("it has no options (lines that start with A., B., …)")
    if block.stray:
        raise UnusableError(
            f"'{block.stray[:40]}' is not the next letter after option {chr(64 + len(block.options))}; "
            "letter the options in order, and give each question a line ANSWER:"
        )
    choices = [rich(" ".join(option)) for option in block.options]
    return build_each(
        stem.text, choices, _right(block, choices), explanation=rich(block.feedback), image=stem.image
    )


def _right(block: _Block, choices: Sequence[str]) -> list[int]:
    """The options that the key names by their letters, or by their text."""
    key = block.key or ""
    if not _LETTERS.fullmatch(key):
        return _IN_WORDS.right(key.rstrip(" ."), [choice.rstrip(" .") for choice in choices])
    letters = re.findall(r"(?<![A-Za-z])[A-Za-z](?![A-Za-z])", key)
    right = sorted({ord(letter.upper()) - ord("A") for letter in letters})
    if right[-1] >= len(choices):
        raise UnusableError(f"the key {chr(ord('A') + right[-1])} names no option")
    return right


def write(bank: Bank) -> bytes:
    """The bank as Aiken: only texts, options and keys fit."""
    blocks = [_written(question) for question in bank.questions if not unwritable(question)]
    return "\n".join(blocks).encode("utf-8")


def unwritable(question: Question) -> str:
    """Why Aiken cannot hold a question; empty when it can."""
    if question.is_open:
        return "Aiken has no open questions"
    return lacking(question)


def _written(question: Question) -> str:
    lines = [_first_line(question.text)]
    lines += [f"{chr(65 + i)}. {as_rich(choice, one_line=True)}" for i, choice in enumerate(question.choices)]
    return "\n".join((*lines, f"ANSWER: {chr(65 + (question.answer or 0))}\n"))


def _first_line(text: str) -> str:
    """A question that looks like one of Aiken's own lines, or numbered, has its first sign as an entity."""
    if _FEEDBACK.match(text) or _NUMBER.match(text):
        return f"&#{ord(text[0])};{as_html(text[1:])}"
    return as_rich(text, one_line=True)
