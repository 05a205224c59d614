"""What the columns of a question sheet mean, by the names people and quiz sites give them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_NAMES = {
    "question": "question|question text|questions|stem|prompt|text|question stem|the question|front|item",
    "correct": "correct|correct answer|correct answers|right answer|right answers|answer|answers|answer key|"
    "key|correct option|correct options|correct choice|solution|answerkey|correct response|back",
    "number": "correct number",
    "choices": "choices|options|answer choices|answer options|possible answers",
    "explanation": "explanation|answer explanation|rationale|feedback|general feedback|support|reason|why|"
    "explanations|solution explanation|comment",
    "hint": "hint|hints|clue",
    "facts": "facts",
    "topic": "topic|category|unit|chapter|lesson|tag|tags|standard",
    "subject": "subject|course",
    "grade": "grade|grade level|level|year|class",
    "id": "id|question id|external id|identifier|qid",
    "type": "type|question type",
    "image": "image description|alt|alt text|image alt|picture",
    "source": "source",
    "licence": "licence|license",
}
_ROLES = {name: role for role, names in _NAMES.items() for name in names.split("|")}
_LETTER_OR_NUMBER = r"(?:number )?([a-h]|[1-9])"
_NUMBERED = (
    (
        re.compile(rf"(?:answer|option|choice|opt|ans|response|possible answer) ?{_LETTER_OR_NUMBER}"),
        "choice",
    ),
    (re.compile(rf"(?:incorrect|wrong)(?: answer| option| choice)? ?{_LETTER_OR_NUMBER}?"), "wrong"),
    (re.compile(rf"distractor ?{_LETTER_OR_NUMBER}?"), "wrong"),
    (re.compile(rf"(?:why wrong|feedback|explanation|rationale) ?{_LETTER_OR_NUMBER}"), "note"),
    (re.compile(rf"(?:option|choice|answer) ?{_LETTER_OR_NUMBER} (?:feedback|explanation)"), "note"),
    (re.compile(rf"accepted(?: answer)? ?{_LETTER_OR_NUMBER}?"), "accepted"),
    (re.compile(r"([a-h])"), "choice"),
)
_NOT_OURS = re.compile(
    r"#|no|nr|number|question|question number|question #|time.*|points?|score|weight|difficulty|image.*|"
    r"video.*|media.*|youtube.*|picture link|ignore case.*|case sensitive|"
)


@dataclass(slots=True)
class Columns:
    """Where each part of a question stands in a row."""

    single: dict[str, int] = field(default_factory=dict)
    choice: dict[int, int] = field(default_factory=dict)
    choice_places: list[int | None] = field(default_factory=list)
    note: dict[int, int] = field(default_factory=dict)
    wrong: list[int] = field(default_factory=list)
    accepted: list[int] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    @property
    def usable(self) -> bool:
        """There is a question and something to answer it with."""
        answers = len(self.choice) >= 2 or self.wrong or self.accepted or "choices" in self.single
        return "question" in self.single and bool(answers or "correct" in self.single)

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
    if "correct" in columns.single and "choices" not in columns.single and not columns.choice:
        _answers_are_choices(columns, row)
    if columns.choice:
        columns.choice_places = [columns.choice.get(n) for n in range(max(columns.choice) + 1)]
    return columns


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
    elif role and role not in columns.single:
        columns.single[role] = at
    elif not is_beside(cell):
        columns.unread.append(cell.strip())


def _number(label: str) -> int:
    return int(label) - 1 if label.isdigit() else ord(label) - ord("a")
