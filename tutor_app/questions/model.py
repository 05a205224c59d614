"""What a question and a bank are."""

from collections.abc import Mapping
from dataclasses import dataclass, field

MOST_CHOICES = 8


@dataclass(frozen=True, slots=True)
class Question:
    """One question; text is clean Unicode and is always shown as text, never as markup.

    `choices` is empty for an open question, else 2 to 8 texts; `answer` is the index of the right one or
    None when no key is known. `accepted` holds right answers of an open question. `facts` then `steps` read
    as the explanation; `why_wrong` has one entry per choice (None at the right one) or is empty. `image` is
    the alt text of a picture that cannot be shown. `extra` keeps fields this version does not know.
    """

    id: str
    text: str
    choices: tuple[str, ...] = ()
    answer: int | None = None
    accepted: tuple[str, ...] = ()
    hint: str = ""
    facts: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    why_wrong: tuple[str | None, ...] = ()
    subject: str = ""
    topic: str = ""
    grade: str = ""
    image: str = ""
    source: str = ""
    licence: str = ""
    extra: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.text.strip() and not self.image:
            raise ValueError("the question has no text")
        if self.choices and not 2 <= len(self.choices) <= MOST_CHOICES:
            raise ValueError(f"{len(self.choices)} choices; a question has 2 to {MOST_CHOICES}, or none")
        if any(not choice.strip() for choice in self.choices):
            raise ValueError("a choice is empty")
        if self.answer is not None and not 0 <= self.answer < len(self.choices):
            raise ValueError(f"the key {self.answer + 1} names no choice")
        if self.why_wrong and len(self.why_wrong) != len(self.choices):
            raise ValueError("why_wrong needs one entry per choice")

    @property
    def is_open(self) -> bool:
        """No choices: the answer is written, not chosen."""
        return not self.choices

    @property
    def has_key(self) -> bool:
        """Whether somebody wrote down the right answer."""
        return self.answer is not None or (self.is_open and bool(self.accepted))

    @property
    def key(self) -> str | None:
        """The text of the right choice, when it is known."""
        return None if self.answer is None else self.choices[self.answer]

    @property
    def explanation(self) -> tuple[str, ...]:
        """The bank's own explanation: facts first, then the steps that apply them."""
        return self.facts + self.steps

    @property
    def opening(self) -> str:
        """The first words, to name the question in a report."""
        text = " ".join((self.text or self.image).split())
        return text if len(text) <= 50 else text[:49].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Bank:
    """A titled set of questions under one licence."""

    title: str
    questions: tuple[Question, ...] = ()
    subject: str = ""
    grade: str = ""
    source: str = ""
    licence: str = ""
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A question that could not be used: where it stands (`file.gift:214`) and why."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReadReport:
    """What one file gave: the bank, what was left out, and what to look at."""

    format: str
    bank: Bank
    skipped: tuple[Skipped, ...] = ()
    warnings: tuple[str, ...] = ()
