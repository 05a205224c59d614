"""How sure the tutor is of a reply without choices, the same wherever it is said; every fact is said once."""

import pytest

from tests.tui.driving import MAGNET
from tutor_app.commands.ask_output import print_explained
from tutor_app.learning import saying
from tutor_app.learning.records import Item, Mode
from tutor_app.learning.turn import Turn
from tutor_app.questions.model import Question
from tutor_app.students.explanation import Answer, Explanation, Origin, Step
from tutor_app.tui.wording import as_text

OPEN = Question("o", "Is a tomato a fruit?")
FRUIT = Step("A tomato is a fruit.", Origin.FACT, "a book")
SEEDS = Step("A fruit holds seeds.", Origin.FACT, "a book")
OWN = Step("So it is one.", Origin.TUTOR)


def fact(confidence: float, sure: bool = False) -> Explanation:
    return Explanation((SEEDS, FRUIT), Answer(FRUIT.text, confidence=confidence, sure=sure))


@pytest.mark.parametrize(
    ("confidence", "sure", "says"),
    [
        (0.03, False, "The tutor is not sure. The nearest fact it has: A tomato is a fruit."),
        (0.29, False, "The tutor is not sure. The nearest fact it has: A tomato is a fruit."),
        (0.45, False, "Maybe (45%): A tomato is a fruit."),
        (0.6, False, "Probably (60%): A tomato is a fruit."),
        (0.72, False, "Probably (72%): A tomato is a fruit."),
        (0.9, True, "Answer (90%): A tomato is a fruit."),
    ],
)
def test_an_unlikely_reply_reads_otherwise_than_a_likely_one(
    confidence: float, sure: bool, says: str
) -> None:
    assert saying.reply(fact(confidence, sure)) == says


def test_a_guess_of_a_word_is_called_no_fact() -> None:
    guess = Explanation((SEEDS,), Answer("a nut", confidence=0.1))
    assert saying.reply(guess) == "The tutor is not sure. Its guess (10%): a nut"


def test_without_an_answer_it_is_said_what_the_tutor_knows() -> None:
    assert saying.reply(Explanation((), Answer(""))).endswith("It knows science for school.")
    assert saying.reply(Explanation((SEEDS,), Answer(""))) == "The tutor has no answer."


def test_the_command_says_the_fact_that_answers_first_and_once(capsys: pytest.CaptureFixture[str]) -> None:
    print_explained(OPEN, [SEEDS, FRUIT, fact(0.72)])
    assert capsys.readouterr().out.splitlines() == [
        "Probably (72%): A tomato is a fruit. [fact, a book]",
        "- A fruit holds seeds. [fact, a book]",
    ]


def test_what_is_copied_says_it_once_too() -> None:
    turn = Turn(Item("typed", OPEN), Mode.LEARN)
    turn.unfolding.arrive(fact(0.72))
    turn.reveal()
    turn.show_all()
    assert as_text(turn).splitlines() == [OPEN.text, SEEDS.text, "Probably (72%): A tomato is a fruit."]


@pytest.mark.parametrize(
    ("kept", "prints"),
    [
        ((FRUIT, SEEDS), []),
        ((SEEDS, FRUIT, OWN), ["- So it is one. [tutor's words]"]),
        ((SEEDS, OWN), ["On second thoughts:", "- A fruit holds seeds. [fact, a book]"]),
        (
            (Step("It has seeds.", Origin.BANK),),
            ["The question's own explanation:", "- It has seeds. [from the bank]"],
        ),
    ],
    ids=["another order", "one more", "one taken back", "the author's"],
)
def test_second_thoughts_are_other_steps_not_another_order(
    kept: tuple[Step, ...], prints: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    answer = Answer("an iron nail", 1, (0.1, 0.7, 0.1, 0.1), 0.7, sure=True)
    print_explained(MAGNET, [SEEDS, FRUIT, Explanation(kept, answer)])
    assert capsys.readouterr().out.splitlines()[2 : 2 + len(prints)] == prints


@pytest.mark.parametrize(("columns", "longest"), [("40", 40), ("70", 70), ("300", 100)])
def test_lines_are_as_wide_as_the_terminal_and_no_wider_than_reads_well(
    columns: str, longest: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    long = Step("ice " * 60, Origin.FACT)
    print_explained(OPEN, [Explanation((long,), Answer("ice", confidence=0.5))])
    widest = max(len(line) for line in capsys.readouterr().out.splitlines())
    assert longest - 6 <= widest <= longest
