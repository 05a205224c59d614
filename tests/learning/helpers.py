"""Questions, attempts and clocks for the learning tests."""

from tutor_app.learning.records import Attempt, Item, Mode
from tutor_app.questions.model import Question

NOON = 1_790_000_000.0  # a moment in September 2026
DAY = 86_400.0


class FakeClock:
    """A clock that moves when told."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += seconds


def question(number: int = 1, topic: str = "forces", **changes: object) -> Question:
    """A question with four choices, a hint, facts, steps and reasons; the key is 'gravity'."""
    values: dict[str, object] = {
        "id": f"q{number}",
        "text": f"Which force pulls a dropped ball toward Earth? ({number})",
        "choices": ("friction", "gravity", "magnetism", "air resistance"),
        "answer": 1,
        "hint": "It acts on everything that has mass.",
        "facts": ("Things with mass pull on each other.", "The pull of Earth is called gravity."),
        "steps": ("The ball has mass, so gravity pulls it down.",),
        "why_wrong": ("Friction slows sliding things.", None, "A ball is no magnet.", "Air only slows it."),
        "topic": topic,
    }
    return Question(**(values | changes))  # type: ignore[arg-type]


def item(number: int = 1, topic: str = "forces", bank: str = "b", **changes: object) -> Item:
    return Item(bank, question(number, topic, **changes))


def attempt(number: int = 1, correct: bool | None = True, **changes: object) -> Attempt:
    values: dict[str, object] = {"mode": Mode.PRACTISE, "correct": correct, "at": NOON, "seconds": 10.0}
    topic = str(changes.pop("topic", "forces"))
    return Attempt(item(number, topic), **(values | changes))  # type: ignore[arg-type]
