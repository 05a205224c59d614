"""A tab-separated file that Anki imports: question and choices in front, answer and explanation behind."""

from collections.abc import Iterable
from html import escape

from tutor_app.questions.model import Bank, Question

NAME = "anki"
ENDING = ".txt"
HOLDS: frozenset[str] = frozenset(("explanation", "image", "topic"))
HOLDS_OF_BANK: frozenset[str] = frozenset()

_HEAD = "#separator:tab\n#html:true\n#columns:Front\tBack\tTags\n#tags column:3\n"


def write(bank: Bank) -> bytes:
    """One note a line; Anki's default note type Basic fits."""
    lines = [_line(question) for question in bank.questions if not unwritable(question)]
    return (_HEAD + "".join(lines)).encode("utf-8")


def unwritable(question: Question) -> str:
    """Why a card cannot be made; empty when it can."""
    return "" if _answer(question) else "no right answer is known"


def _answer(question: Question) -> str:
    if question.is_open:
        return " / ".join(question.accepted)
    return "" if question.answer is None else f"{_letter(question.answer)}. {question.key}"


def _line(question: Question) -> str:
    front = [question.text]
    if question.image:
        front.append(f"(A picture is not shown: {question.image})")
    front += [f"{_letter(number)}. {choice}" for number, choice in enumerate(question.choices)]
    back = [_answer(question), *question.explanation]
    tag = "_".join(question.topic.replace("/", " ").split())
    return "\t".join((_html(front), _html(back), escape(tag))) + "\n"


def _letter(number: int) -> str:
    return chr(ord("A") + number)


def _html(lines: Iterable[str]) -> str:
    """Lines as one cell: no tab or line end in it, and nothing in it is markup."""
    return "<br>".join(escape(line.replace("\t", " ")).replace("\n", "<br>") for line in lines)
