"""Questions without choices: a sentence of the facts, or a word or two."""

from collections.abc import Sequence

import pytest

from tests.students.doubles import ListedFacts, ScriptedStudent
from tutor_app.knowledge.facts import Fact
from tutor_app.knowledge.weigher import Fit
from tutor_app.questions.model import Question
from tutor_app.students.calibration import Calibration
from tutor_app.students.explanation import Answer
from tutor_app.students.replies import replies, short_answers

FLOATS = "Ice floats because it is less dense than water."
JUPITER = "Jupiter is the largest planet."
WHY = Question("q", "Why does ice float?")
WHICH = Question("q", "Which planet is the largest?")
FITTED = Calibration(fact_threshold=0.1)
UNSURE = Calibration(fact_threshold=0.1, open_weight=0.0, open_offset=-0.1)  # of all short answers


class LikelyFacts(ListedFacts):
    """Facts that are as likely to answer as is said."""

    def __init__(self, **likely: float) -> None:
        texts = {"floats": FLOATS, "jupiter": JUPITER}
        self.likely = [Fit(Fact(texts[name], source="a book"), score) for name, score in likely.items()]
        super().__init__(*(fit.fact.text for fit in self.likely))

    def fits(self, question: Question, supposed: str) -> list[Fit]:
        return self.likely


def reply(
    question: Question,
    facts: ListedFacts | None,
    written: str = "",
    calibration: Calibration = FITTED,
) -> tuple[Answer, ScriptedStudent]:
    student = ScriptedStudent(replies=[written])
    return replies(student, [(question, ())], calibration, None, facts)[0], student


def test_why_is_answered_by_the_fact_likeliest_to_answer_and_nothing_is_written() -> None:
    answer, student = reply(WHY, LikelyFacts(floats=0.7, jupiter=0.2), "dense")
    assert (answer.text, answer.confidence, answer.choice, answer.sure) == (FLOATS, 0.7, None, False)
    assert student.prompts == student.scored == []


def test_a_sentence_that_all_but_surely_answers_is_sure() -> None:
    assert reply(WHY, LikelyFacts(floats=0.9))[0].sure


@pytest.mark.parametrize(("odds", "said"), [(20.0, "Jupiter"), (-20.0, JUPITER)])
def test_where_a_word_will_do_the_likelier_of_word_and_sentence_is_said(odds: float, said: str) -> None:
    calibration = Calibration(fact_threshold=0.1, open_offset=odds)
    answer, student = reply(WHICH, LikelyFacts(jupiter=0.6), calibration=calibration)
    assert student.prompts
    assert answer.text == said


def test_a_word_that_is_likelier_wrong_than_right_is_not_said() -> None:
    assert reply(WHICH, LikelyFacts(jupiter=0.2), calibration=UNSURE)[0].text == JUPITER


@pytest.mark.parametrize("facts", [LikelyFacts(), LikelyFacts(floats=0.05)])
def test_where_no_fact_fits_nothing_is_made_up(facts: ListedFacts) -> None:
    assert reply(WHY, facts, "It is light", UNSURE)[0] == Answer("")


def test_without_facts_the_student_writes() -> None:
    answer, student = reply(WHY, None, "It is light")
    assert student.prompts
    assert answer.text == "It is light"


def test_where_the_key_is_known_a_short_answer_stands_against_it() -> None:
    keyed = Question("q", WHY.text, accepted=("It is less dense",))
    answer, _ = reply(keyed, LikelyFacts(floats=0.9), "It is less dense")
    assert answer.text == "It is less dense"


def test_what_the_author_gave_is_no_answer_by_itself() -> None:
    assert reply(WHY, LikelyFacts(jupiter=1.0, floats=0.6))[0].text == FLOATS


def test_each_reply_belongs_to_its_question() -> None:
    class ByQuestion(ListedFacts):
        def fits(self, question: Question, supposed: str) -> list[Fit]:
            return [Fit(Fact(FLOATS if question.text == WHY.text else JUPITER), 0.9)]

    asked: Sequence[Question] = (WHICH, WHY, WHICH)
    found = replies(
        ScriptedStudent(replies=["Saturn"]), [(q, ()) for q in asked], Calibration(), None, ByQuestion()
    )
    assert found[1].text == FLOATS
    assert found[0] == found[2] != found[1]


def test_short_answers_alone_are_never_sentences() -> None:
    found = short_answers(ScriptedStudent(), [WHY], Calibration(), LikelyFacts(floats=0.9))
    assert found[0].text
    assert found[0].text != FLOATS
