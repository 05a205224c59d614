"""A sitting: one question after another, and going on after a stop."""

import json

from tests.learning.helpers import FakeClock, item
from tutor_app.learning.records import Item, Mode, OpenSession
from tutor_app.learning.session import Session

ITEMS = [item(number) for number in range(1, 4)]


def saved_and_loaded(session: Session) -> OpenSession:
    """As the history would give it back: through JSON."""
    snapshot = session.snapshot()
    return OpenSession(
        snapshot.uid,
        snapshot.mode,
        snapshot.started,
        snapshot.saved,
        json.loads(json.dumps(snapshot.state)),
    )


def find(bank: str, question: str) -> Item | None:
    return {one.ref: one for one in ITEMS}.get((bank, question))


def answer(session: Session, choice: int) -> None:
    assert session.turn
    session.turn.answer(choice)
    session.turn.reveal()


def test_a_sitting_goes_through_its_questions_and_counts() -> None:
    session = Session(Mode.PRACTISE, ITEMS, clock=FakeClock())
    assert session.upcoming == ITEMS[1]
    for choice in (1, 0, 1):
        answer(session, choice)
        assert session.keep()
        assert session.keep() is None  # once per question
        session.next()
    assert session.finished
    assert (session.tally.questions, session.tally.right) == (3, 2)


def test_an_unfinished_question_is_not_recorded() -> None:
    session = Session(Mode.PRACTISE, ITEMS, clock=FakeClock())
    assert session.keep() is None
    session.next()
    assert session.attempts == []


def test_a_question_missed_in_review_comes_once_more() -> None:
    session = Session(Mode.REVIEW, ITEMS[:2], clock=FakeClock())
    seen = []
    while session.turn:
        seen.append(session.turn.question.id)
        answer(session, 0 if seen == ["q1"] else 1)
        session.keep()
        session.next()
    assert seen == ["q1", "q2", "q1"]


def test_reviews_come_to_an_end_even_when_everything_is_missed() -> None:
    session = Session(Mode.REVIEW, ITEMS, clock=FakeClock())
    count = 0
    while session.turn:
        answer(session, 0)
        session.keep()
        session.next()
        count += 1
    assert count == 6


def test_a_sitting_goes_on_at_the_very_try_where_it_stopped() -> None:
    session = Session(Mode.PRACTISE, ITEMS, clock=FakeClock())
    answer(session, 1)
    session.keep()
    session.next()
    assert session.turn
    session.turn.hint()
    session.turn.answer(3, certainty=2)
    again = Session.resume(saved_and_loaded(session), find, FakeClock())
    assert again.turn
    assert (again.uid, again.index, again.turn.struck, len(again.turn.hints)) == (session.uid, 1, (3,), 1)
    again.turn.answer(1)
    kept = again.keep()
    assert kept
    assert (kept.correct, kept.certainty, kept.hints) == (False, 2, 1)
    assert again.tally.questions == 2


def test_what_was_struck_out_stays_so_where_an_updated_bank_puts_the_choices_in_another_order() -> None:
    session = Session(Mode.PRACTISE, ITEMS, tries=3, clock=FakeClock())
    assert session.turn
    session.turn.answer(0)  # friction
    session.turn.answer(2)  # magnetism, which the update takes out
    turned = item(1, choices=("gravity", "air resistance", "friction"), answer=0, why_wrong=())
    again = Session.resume(saved_and_loaded(session), lambda *_: turned, FakeClock())
    assert again.turn
    assert again.turn.struck == (2,)
    assert again.turn.answer(0).right
    kept = again.keep()
    assert kept
    assert (kept.correct, kept.chosen, kept.response) == (False, 2, "friction")


def test_a_question_recorded_before_the_stop_is_not_recorded_twice() -> None:
    session = Session(Mode.PRACTISE, ITEMS, clock=FakeClock())
    answer(session, 1)
    session.keep()
    again = Session.resume(saved_and_loaded(session), find, FakeClock())
    assert again.turn
    assert again.turn.done
    assert again.keep() is None


def test_questions_removed_meanwhile_are_left_out() -> None:
    session = Session(Mode.LEARN, [item(9), *ITEMS], clock=FakeClock())
    session.next()
    session.next()
    again = Session.resume(saved_and_loaded(session), find, FakeClock())
    assert again.turn
    assert again.turn.question.id == "q2"
    assert len(again.items) == 3


def test_when_the_question_in_hand_is_gone_the_next_one_comes_fresh() -> None:
    session = Session(Mode.PRACTISE, [item(9), *ITEMS], clock=FakeClock())
    assert session.turn
    session.turn.answer(0)
    again = Session.resume(saved_and_loaded(session), find, FakeClock())
    assert again.turn
    assert (again.turn.question.id, again.turn.struck) == ("q1", ())


def test_a_written_answer_waits_for_its_writers_word_also_after_a_stop() -> None:
    asked = item(1, choices=(), answer=None, accepted=("gravity",), why_wrong=())
    session = Session(Mode.PRACTISE, [asked], tries=1, clock=FakeClock())
    assert session.turn
    session.turn.answer(text="the pull of the Earth", certainty=2)
    again = Session.resume(saved_and_loaded(session), lambda *_: asked, FakeClock())
    assert again.turn
    assert (again.awaits_mark, again.turn.response) == (True, "the pull of the Earth")
    again.turn.mark_yourself(False)
    kept = again.keep()
    assert kept
    assert (kept.correct, kept.points) == (False, -2)
    assert not again.awaits_mark


def test_what_an_older_version_saved_is_gone_on_with() -> None:
    session = Session(Mode.PRACTISE, ITEMS, clock=FakeClock())
    answer(session, 0)
    saved = saved_and_loaded(session)
    turn = saved.state["turn"]
    assert isinstance(turn, dict)
    del turn["verdict"]
    turn["struck"] = [0]
    again = Session.resume(saved, find, FakeClock())
    assert again.turn
    assert (again.turn.struck, again.turn.verdict) == ((0,), None)
