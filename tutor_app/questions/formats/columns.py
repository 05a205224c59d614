"""What the columns of a question sheet mean, by the names people and quiz sites give them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

_NAMES = {
    "question": "question|question text|questions|stem|prompt|text|question stem|the question|front|item",
    "correct": "correct|correct answer|correct answers|right answer|right answers|answer|answers|answer key|"
    "key|correct option|correct options|correct choice|solution|answerkey|correct response|back|ans|right|"
    "correct ans|right ans|correct letter|answer letter",
    "number": "correct number",
    "choices": "choices|options|answer choices|answer options|possible answers|alternatives",
    "explanation": "explanation|answer explanation|rationale|feedback|general feedback|support|reason|why|"
    "explanations|solution explanation|comment",
    "hint": "hint|hints|clue",
    "facts": "facts",
    "topic": "topic|category|unit|chapter|lesson|tag|tags|standard",
    "subject": "subject|course",
    "grade": "grade|grade level|level|year|class",
    "id": "id|question id|external id|identifier|qid",
    "type": "type|question type",
    "image": "image description|picture description|alt|alt text|image alt",
    "source": "source",
    "licence": "licence|license",
}
_ROLES = {name: role for role, names in _NAMES.items() for name in names.split("|")}
_LETTER_OR_NUMBER = r"(?:number )?([a-h]|[1-9])"
_NUMBERED = (
    (
        re.compile(
            r"(?:(?:possible )?answer|(?:answer )?(?:option|choice)|opt|ans|response|alternative) ?"
            + _LETTER_OR_NUMBER
        ),
        "choice",
    ),
    (
        re.compile(
            r"(?:(?:incorrect|wrong|false)(?: (?:answer|option|choice|response|alternative)s?)?|distractors?)"
            rf" ?{_LETTER_OR_NUMBER}?"
        ),
        "wrong",
    ),
    (re.compile(rf"(?:why wrong|feedback|explanation|rationale) ?{_LETTER_OR_NUMBER}"), "note"),
    (re.compile(rf"(?:option|choice|answer) ?{_LETTER_OR_NUMBER} (?:feedback|explanation)"), "note"),
    (re.compile(rf"accepted(?: answer)? ?{_LETTER_OR_NUMBER}?"), "accepted"),
    (re.compile(r"([a-h])"), "choice"),
    (
        re.compile(r"(?:image|img|picture|photo|figure|media)s?(?: (?:link|url|src|file|path|name))?"),
        "picture",
    ),
)
_NOT_OURS = re.compile(
    r"#|no|nr|number|question|question number|question #|time.*|points?|score|weight|difficulty|"
    r"image.*|picture.*|video.*|media.*|youtube.*|ignore case.*|case sensitive|"
)


@dataclass(slots=True)
class Columns:
    """Where each part of a question stands in a row."""

    single: dict[str, int] = field(default_factory=dict)
    choice: dict[int, int] = field(default_factory=dict)
    choice_places: list[int | None] = field(default_factory=list)
    note: dict[int, int] = field(default_factory=dict)
    wrong: list[int] = field(default_factory=list)
    wrong_plural: bool = False
    accepted: list[int] = field(default_factory=list)
    pictures: list[int] = field(default_factory=list)
    unread: dict[int, str] = field(default_factory=dict)

    @property
    def usable(self) -> bool:
        """There is a question and something to answer it with."""
        answers = len(self.choice) >= 2 or self.wrong or self.accepted or "choices" in self.single
        return "question" in self.single and bool(answers or "correct" in self.single)

    @property
    def key_named(self) -> bool:
        """Some column holds what is right."""
        return bool(self.wrong or self.accepted or not self.single.keys().isdisjoint(("correct", "number")))

    @property
    def not_read(self) -> str:
        """The names of the columns that are not read."""
        return ", ".join(list(self.unread.values())[:20])

    @property
    def wrong_together(self) -> bool:
        """All wrong choices stand in one cell."""
        return len(self.wrong) == 1 and self.wrong_plural

    @property
    def places(self) -> set[int]:
        """The columns that questions are made of."""
        lists = (self.choice.values(), self.note.values(), self.wrong, self.accepted)
        return {*self.single.values(), *chain.from_iterable(lists)}

    @property
    def known(self) -> int:
        """How many columns are understood."""
        return len(self.single) + len(self.choice) + len(self.note) + len(self.wrong) + len(self.accepted)


def columns_of(row: Sequence[str]) -> Columns:
    """Understand a header row; what it is not known to mean is `unread`."""
    columns = Columns()
    for at, cell in enumerate(row[:64]):
        if len(cell) <= 200:
            _place(columns, at, cell)
    if "question" not in columns.single and (short := _only_q(columns)) is not None:
        columns.single["question"] = short
        del columns.unread[short]
    if "correct" in columns.single and "choices" not in columns.single and not columns.choice:
        _answers_are_choices(columns, row)
    if columns.choice:
        columns.choice_places = [columns.choice.get(n) for n in range(max(columns.choice) + 1)]
    return columns


def _only_q(columns: Columns) -> int | None:
    """Where no column is called `question`, `Q` is one; beside it, it numbers them."""
    return next((at for at, name in columns.unread.items() if normal(name) == "q"), None)


def _answers_are_choices(columns: Columns, row: Sequence[str]) -> None:
    """With a column of right answers beside it, a column `answers` holds the choices."""
    named = {normal(cell): at for at, cell in reversed(list(enumerate(row[:64])))}
    if "answers" in named and named["answers"] != columns.single["correct"]:
        columns.single["choices"] = named["answers"]


def normal(cell: str) -> str:
    """`Answer 3\\n(Optional)`, `Question - max 120 characters` and `correct_answer(s)` as plain names."""
    name = cell.lower().replace("(s)", "s").replace("_", " ").strip()
    name = re.split(r"\n| [-–—] |\(|:|\*", name, maxsplit=1)[0]
    return " ".join(re.sub(r"[^\w# ]", " ", name).split())


def role_of(name: str) -> tuple[str, int]:
    """What a column of this name holds (empty when that is not known), and its place among such columns."""
    called = normal(name)
    if role := _ROLES.get(called):
        return role, 0
    for pattern, kind in _NUMBERED:
        if match := pattern.fullmatch(called):
            return kind, _number(match[1]) if match.lastindex else 0
    return "", 0


def is_beside(name: str) -> bool:
    """Whether a column only says how a quiz site is to show the question, such as its points."""
    return _NOT_OURS.fullmatch(normal(name)) is not None


def _place(columns: Columns, at: int, cell: str) -> None:
    role, number = role_of(cell)
    if role in ("choice", "note"):
        (columns.choice if role == "choice" else columns.note).setdefault(number, at)
    elif role in ("wrong", "accepted"):
        (columns.wrong if role == "wrong" else columns.accepted).append(at)
        columns.wrong_plural = columns.wrong_plural or (role == "wrong" and normal(cell).endswith("s"))
    elif role == "picture":
        columns.pictures.append(at)
    elif role and role not in columns.single:
        columns.single[role] = at
    elif not is_beside(cell):
        columns.unread[at] = cell.strip()


def _number(label: str) -> int:
    return int(label) - 1 if label.isdigit() else ord(label) - ord("a")
