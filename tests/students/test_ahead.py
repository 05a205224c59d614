"""Explaining ahead: made while a student reads, kept, taken over, and out of the way at once."""

import threading
from collections.abc import Callable, Iterator

import pytest

from tests.scripted import APPLIED, FACT, ScriptedExplainer
from tutor_app.questions.model import Question
from tutor_app.students.ahead import Ahead
from tutor_app.students.explanation import Explanation, Settings, Step

ONE, TWO, THREE = (Question(f"q{n}", f"Question {n}?", ("iron", "wood"), 0) for n in (1, 2, 3))
LONG = 20.0  # a wait no test ever sees the end of


class Gated(ScriptedExplainer):
    """Stands still after the first step of every question until it may go on or is cancelled."""

    def __init__(self) -> None:
        super().__init__()
        self.go, self.standing = threading.Event(), threading.Event()
        self.stopped: list[str] = []

    def explain(
        self, question: Question, settings: Settings = Settings(), cancel: threading.Event | None = None
    ) -> Iterator[Step | Explanation]:
        first, *rest = super().explain(question, settings)
        yield first
        self.standing.set()
        while not self.go.wait(0.005):
            if cancel is not None and cancel.is_set():
                self.stopped.append(question.id)
                return
        yield from rest


@pytest.fixture
def opened() -> Iterator[Callable[[ScriptedExplainer], Ahead]]:
    """Opens schedulers and closes them after the test."""
    every: list[Ahead] = []

    def open_one(tutor: ScriptedExplainer) -> Ahead:
        every.append(Ahead(tutor))
        return every[-1]

    yield open_one
    for ahead in every:
        ahead.close()


def until(reached: Callable[[], bool]) -> None:
    """Wait for the background thread to get somewhere."""
    waited = threading.Event()
    for _ in range(2000):
        if reached():
            return
        waited.wait(0.01)
    raise AssertionError("never got there")


def texts(items: list[Step | Explanation]) -> list[str]:
    return [item.text for item in items if isinstance(item, Step)]


def test_what_was_planned_is_there_at_once(opened: Callable[[ScriptedExplainer], Ahead]) -> None:
    tutor = ScriptedExplainer()
    ahead = opened(tutor)
    ahead.plan([ONE, TWO])
    until(lambda: len(tutor.asked) == 2)
    until(lambda: not ahead.busy)
    tutor.fail = AssertionError("asked again")
    items = list(ahead.explain(TWO))
    assert texts(items) == [FACT.text, APPLIED.text]
    assert isinstance(items[-1], Explanation)


def test_they_are_made_in_the_order_of_the_plan(opened: Callable[[ScriptedExplainer], Ahead]) -> None:
    tutor = ScriptedExplainer()
    opened(tutor).plan([TWO, THREE, ONE])
    until(lambda: len(tutor.asked) == 3)
    assert [question.id for question, _ in tutor.asked] == ["q2", "q3", "q1"]


def test_what_a_student_asks_for_stops_the_background_which_goes_on_afterwards(
    opened: Callable[[ScriptedExplainer], Ahead],
) -> None:
    tutor = Gated()
    ahead = opened(tutor)
    ahead.plan([ONE])
    assert tutor.standing.wait(LONG)
    asked = ahead.explain(TWO)
    assert isinstance(next(asked), Step)
    until(lambda: tutor.stopped == ["q1"])
    tutor.go.set()
    assert isinstance(list(asked)[-1], Explanation)
    until(lambda: [question.id for question, _ in tutor.asked] == ["q1", "q2", "q1"])


def test_what_is_being_made_is_taken_over_where_it_stands(
    opened: Callable[[ScriptedExplainer], Ahead],
) -> None:
    tutor = Gated()
    ahead = opened(tutor)
    ahead.plan([ONE])
    assert tutor.standing.wait(LONG)
    asked = ahead.explain(ONE)
    assert next(asked) == FACT
    tutor.go.set()
    assert isinstance(list(asked)[-1], Explanation)
    assert len(tutor.asked) == 1


def test_a_student_who_goes_on_while_it_is_made_waits_for_nothing(
    opened: Callable[[ScriptedExplainer], Ahead],
) -> None:
    tutor = Gated()
    ahead = opened(tutor)
    ahead.plan([ONE])
    assert tutor.standing.wait(LONG)
    cancel = threading.Event()
    asked = ahead.explain(ONE, cancel=cancel)
    assert next(asked) == FACT
    cancel.set()
    assert list(asked) == []


def test_a_new_plan_drops_the_old_one(opened: Callable[[ScriptedExplainer], Ahead]) -> None:
    tutor = Gated()
    ahead = opened(tutor)
    ahead.plan([ONE, TWO])
    assert tutor.standing.wait(LONG)
    ahead.plan([THREE])
    until(lambda: tutor.stopped == ["q1"])
    tutor.go.set()
    until(lambda: not ahead.busy)
    assert [question.id for question, _ in tutor.asked] == ["q1", "q3"]


def test_what_is_being_made_and_planned_again_is_not_forgotten_when_a_student_asks(
    opened: Callable[[ScriptedExplainer], Ahead],
) -> None:
    tutor = Gated()
    ahead = opened(tutor)
    ahead.plan([ONE])
    assert tutor.standing.wait(LONG)
    ahead.plan([ONE, TWO])
    tutor.go.set()
    list(ahead.explain(THREE))
    until(lambda: not ahead.busy)
    assert {question.id for question, _ in tutor.asked} == {"q1", "q2", "q3"}
    tutor.fail = AssertionError("asked again")
    assert texts(list(ahead.explain(ONE))) == [FACT.text, APPLIED.text]


def test_a_question_that_cannot_be_explained_does_not_stop_the_others(
    opened: Callable[[ScriptedExplainer], Ahead],
) -> None:
    tutor = ScriptedExplainer(fail=RuntimeError("no"))
    ahead = opened(tutor)
    ahead.plan([ONE])
    until(lambda: len(tutor.asked) == 1 and not ahead.busy)
    with pytest.raises(RuntimeError):
        list(ahead.explain(ONE))
    tutor.fail = None
    ahead.plan([TWO])
    until(lambda: len(tutor.asked) == 3 and not ahead.busy)
    assert isinstance(list(ahead.explain(TWO))[-1], Explanation)


def test_a_flagged_fact_makes_what_was_kept_anew(opened: Callable[[ScriptedExplainer], Ahead]) -> None:
    tutor = ScriptedExplainer()
    ahead = opened(tutor)
    first = list(ahead.explain(ONE))
    assert ahead.flag(FACT)
    tutor.steps = (APPLIED,)
    assert texts(first) == [FACT.text, APPLIED.text]
    assert texts(list(ahead.explain(ONE))) == [APPLIED.text]


def test_closing_while_something_is_made_ends_it() -> None:
    tutor = Gated()
    ahead = Ahead(tutor)
    ahead.plan([ONE, TWO])
    assert tutor.standing.wait(LONG)
    ahead.close()
    assert tutor.stopped == ["q1"]
    assert not ahead.busy
