"""What people read of an explanation: where a step comes from, and an answer that is not sure."""

import pytest

from tutor_app.commands.ask_output import print_explained
from tutor_app.learning.line_talk import tutor_lines
from tutor_app.questions.model import Question
from tutor_app.students.explanation import Answer, Explanation, Origin, Step
from tutor_app.tui.wording import the_answer

OPEN = Question("o", "What does a magnet attract?")
FACT = Step("Magnets attract iron.", Origin.FACT, "a book")
OWN = Step("So the magnet pulls the nail.", Origin.TUTOR)


def _explained(answer: Answer) -> Explanation:
    return Explanation((FACT, OWN), answer, None, "tiny 1", {})


def test_a_line_says_whether_a_step_is_a_fact_or_the_tutors_words(capsys: pytest.CaptureFixture[str]) -> None:
    print_explained(OPEN, [FACT, OWN, _explained(Answer("iron", confidence=0.8, sure=True))])
    assert capsys.readouterr().out.splitlines() == [
        "- Magnets attract iron. [fact, a book]",
        "- So the magnet pulls the nail. [tutor's words]",
        "Answer (80%): iron",
    ]


def test_an_answer_without_choices_that_is_not_sure_is_said_to_be_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    doubtful = Answer("iron", confidence=0.3)
    print_explained(OPEN, [_explained(doubtful)])
    assert capsys.readouterr().out.splitlines()[-1] == "Maybe (30%): iron"
    assert the_answer(OPEN, _explained(doubtful)) == "Maybe (30%): iron"
    assert tutor_lines(OPEN, _explained(doubtful)) == ["Maybe (30%): iron"]


def test_the_authors_explanation_is_called_so_whatever_took_its_place(
    capsys: pytest.CaptureFixture[str],
) -> None:
    question = Question("q", "What does a magnet pull?", ("wood", "iron"), 1)
    unsure = Explanation((Step("Iron is magnetic.", Origin.BANK),), Answer("iron", 1, (0.4, 0.6), 0.6), True)
    print_explained(question, [Step("Magnets pull.", Origin.FACT), unsure])
    assert "The question's own explanation:" in capsys.readouterr().out


def test_line_mode_says_that_there_is_no_answer_unless_a_key_gives_one() -> None:
    assert tutor_lines(OPEN, _explained(Answer(""))) == ["The tutor has no answer."]
    assert tutor_lines(Question("o", OPEN.text, accepted=("iron",)), _explained(Answer(""))) == []


def test_line_mode_names_the_step_that_is_the_answer() -> None:
    said = Answer(FACT.text, confidence=0.72)
    assert tutor_lines(OPEN, _explained(said)) == ["Probably (72%): step 1."]
