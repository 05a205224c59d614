"""One question: thinking, hints, tries, and steps that unfold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.learning.helpers import FakeClock, item
from tests.scripted import APPLIED, FACT, scripted_answer
from tutor_app.learning.records import Mode
from tutor_app.learning.turn import LONGEST_THOUGHT, Phase, Turn, bank_steps, gives_away
from tutor_app.students.explanation import Explanation


def turn(
    mode: Mode = Mode.PRACTISE, clock: FakeClock | None = None, tries: int = 2, **changes: object
) -> Turn:
    return Turn(item(**changes), mode, tries=tries, clock=clock or FakeClock())  # type: ignore[arg-type]


def test_hints_climb_from_the_banks_hint_over_facts_and_never_name_the_answer() -> None:
    asked = turn()
    hints = [asked.hint() for _ in range(4)]
    assert hints == [
        "It acts on everything that has mass.",
        "Things with mass pull on each other.",
        None,
        None,
    ]
    assert asked.attempt().hints == 2


def test_without_a_hint_the_first_fact_is_the_first_hint() -> None:
    assert turn(hint="").hint() == "Things with mass pull on each other."


def test_the_tutors_steps_serve_as_hints_where_the_bank_has_none() -> None:
    asked = turn(hint="", facts=(), steps=())
    assert asked.hint() is None
    asked.unfolding.arrive(FACT)
    assert asked.hint() == FACT.text


def test_the_first_miss_says_why_without_giving_the_answer_away() -> None:
    asked = turn()
    verdict = asked.answer(0, certainty=3)
    assert (verdict.right, verdict.points, verdict.may_retry) == (False, -6, True)
    assert verdict.why == "Friction slows sliding things."
    assert asked.phase is Phase.ASKING
    assert asked.struck == (0,)


def test_a_reason_that_names_the_answer_is_held_back_on_the_first_miss() -> None:
    asked = turn(why_wrong=("It is gravity, not friction.", None, "x", "y"))
    assert asked.answer(0).why == "Think of this: Things with mass pull on each other."
    assert "gravity" not in (turn(why_wrong=(), facts=()).answer(0).why)


def test_the_first_answer_counts_and_the_second_may_still_be_right() -> None:
    asked = turn()
    asked.answer(0, certainty=2)
    verdict = asked.answer(1)
    assert verdict.right
    assert asked.done
    kept = asked.attempt()
    assert (kept.correct, kept.response, kept.certainty, kept.points, kept.tries) == (
        False,
        "friction",
        2,
        -2,
        2,
    )


def test_after_the_last_miss_the_answer_is_known() -> None:
    asked = turn()
    asked.answer(0)
    verdict = asked.answer(2)
    assert asked.done
    assert not verdict.may_retry


def test_of_two_choices_a_miss_leaves_nothing_to_try() -> None:
    asked = turn(choices=("yes", "no"), answer=0, why_wrong=(), hint="")
    assert not asked.answer(1).may_retry
    assert asked.done


def test_i_dont_know_costs_nothing_and_leads_through_the_explanation_to_the_answer() -> None:
    asked = turn()
    asked.dont_know()
    asked.unfolding.settle(bank_steps(asked.question))
    assert asked.phase is Phase.EXPLAINING
    assert not asked.can_answer
    seen = 1
    while not asked.done:
        seen = len(asked.unfolding.shown)
        asked.advance()
    assert seen == 3
    kept = asked.attempt()
    assert (kept.correct, kept.did_not_know, kept.points, kept.chosen) == (False, True, 0, None)


def test_in_practice_space_does_not_skip_the_answering() -> None:
    asked = turn()
    assert asked.advance() is Phase.ASKING
    assert asked.show_all() is Phase.ASKING
    assert asked.unfolding.shown == ()


def test_learn_unfolds_step_by_step_and_then_shows_the_answer() -> None:
    asked = turn(Mode.LEARN)
    asked.unfolding.settle(bank_steps(asked.question))
    counts = []
    while not asked.done:
        asked.advance()
        counts.append(len(asked.unfolding.shown))
    assert counts == [1, 2, 3, 3]
    assert asked.attempt().correct is None


def test_learn_enter_shows_every_step_and_enter_again_the_answer() -> None:
    asked = turn(Mode.LEARN)
    asked.unfolding.settle(bank_steps(asked.question))
    asked.show_all()
    assert (len(asked.unfolding.shown), asked.done) == (3, False)
    asked.show_all()
    assert asked.done


def test_i_already_know_works_while_steps_unfold() -> None:
    asked = turn(Mode.LEARN, tries=1_000)
    asked.unfolding.settle(bank_steps(asked.question))
    asked.advance()
    assert asked.answer(1, certainty=3).right
    assert asked.done
    assert asked.attempt().correct is True


def test_a_miss_in_learn_does_not_end_the_leading() -> None:
    asked = turn(Mode.LEARN, tries=1_000)
    asked.unfolding.settle(bank_steps(asked.question))
    verdict = asked.answer(2)
    assert (verdict.right, asked.done) == (False, False)
    assert not gives_away(verdict.why, asked.question)
    asked.advance()
    assert len(asked.unfolding.shown) == 1


def test_a_step_wanted_before_it_was_made_shows_on_arrival() -> None:
    asked = turn(Mode.LEARN)
    asked.advance()
    asked.advance()  # impatient: still only the next step
    assert asked.unfolding.waiting
    asked.unfolding.arrive(FACT)
    assert asked.unfolding.shown == (FACT,)
    asked.unfolding.arrive(APPLIED)
    assert asked.unfolding.shown == (FACT,)
    asked.unfolding.arrive(Explanation((FACT, APPLIED), scripted_answer(asked.question)))
    asked.advance()
    assert asked.unfolding.shown == (FACT, APPLIED)
    assert asked.unfolding.done


def test_what_is_no_choice_is_refused() -> None:
    asked = turn()
    asked.answer(0)
    for wrong in (0, 4, -1):
        with pytest.raises(ValueError, match="no such choice"):
            asked.answer(wrong)
    asked.answer(1)
    with pytest.raises(ValueError, match="no more answers"):
        asked.answer(2)


def test_a_written_answer_can_be_marked_by_its_writer() -> None:
    asked = turn(choices=(), answer=None, accepted=("gravity",), why_wrong=(), tries=1)
    assert asked.answer(text="the pull of the Earth", certainty=2).right is False
    assert asked.mark_yourself(True).points == 2
    assert asked.attempt().correct is True


def test_a_question_without_a_key_is_not_judged() -> None:
    asked = turn(answer=None, why_wrong=())
    assert asked.answer(0).right is None
    assert asked.done
    assert asked.attempt().correct is None


def test_time_counts_until_the_answer_and_a_forgotten_screen_counts_little() -> None:
    clock = FakeClock()
    asked = turn(clock=clock)
    clock.pass_(12.5)
    asked.answer(1)
    clock.pass_(100)
    assert asked.attempt().seconds == 12.5
    forgotten = turn(clock=clock)
    clock.pass_(5 * 3600)
    forgotten.answer(1)
    assert forgotten.attempt().seconds == LONGEST_THOUGHT


MOVES = st.sampled_from(["hint", "advance", "all", "idk", "reveal", "0", "1", "2", "3", "arrive", "settle"])


@given(mode=st.sampled_from([Mode.LEARN, Mode.PRACTISE, Mode.REVIEW]), moves=st.lists(MOVES, max_size=25))
def test_whatever_a_student_does_the_turn_stays_sound(mode: Mode, moves: list[str]) -> None:
    asked = turn(mode)
    first: bool | None = None
    for move in moves:
        was_done = asked.done
        _move(asked, move)
        assert asked.done or not was_done  # done stays done
        assert len(asked.unfolding.shown) <= len(asked.unfolding.arrived)
        if asked.tries == 1 and first is None and asked.verdict:
            first = asked.verdict.right
    kept = asked.attempt()
    if asked.tries:
        assert kept.correct is first or kept.did_not_know
    again = turn(mode)
    again.restore(asked.state())
    assert (again.phase, again.struck, again.hints) == (asked.phase, asked.struck, asked.hints)
    assert again.verdict == asked.verdict
    assert again.attempt().correct is kept.correct


def _move(asked: Turn, move: str) -> None:
    match move:
        case "hint":
            asked.hint()
        case "advance":
            asked.advance()
        case "all":
            asked.show_all()
        case "idk":
            asked.dont_know()
        case "reveal":
            asked.reveal()
        case "arrive":
            asked.unfolding.arrive(FACT)
        case "settle":
            asked.unfolding.settle()
        case _ if asked.can_answer and int(move) not in asked.struck:
            asked.answer(int(move))
