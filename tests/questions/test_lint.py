"""The content lint: what it remarks on, and what it leaves alone."""

from dataclasses import replace

import pytest

from tests.questions.samples import HEART, LUNGS, bank
from tutor_app.questions.lint import RULES, lint, reading_grade
from tutor_app.questions.model import Question


def rules(*questions: Question) -> list[str]:
    return [finding.rule for finding in lint(bank(*questions))]


def asks(text: str, *choices: str, answer: int = 0, **fields: str) -> Question:
    return Question("q", text, choices or ("ice", "steam", "fog"), answer, **fields)  # type: ignore[arg-type]


def test_a_plain_bank_gives_no_remarks() -> None:
    assert lint(bank()) == ()


def test_a_remark_names_the_question() -> None:
    (finding,) = lint(bank(LUNGS, replace(HEART, hint="Think of the heart.")))
    assert (finding.rule, finding.number, finding.id) == ("hint-tells", 2, "heart")


def test_the_right_answer_is_always_the_longest() -> None:
    questions = [asks(f"What is {n}?", "a much longer one", f"b{n}", f"c{n}", answer=0) for n in range(12)]
    mixed = [replace(q, choices=(*q.choices[1:], q.choices[0]), answer=2) for q in questions[:6]]
    assert "longest" in rules(*mixed, *questions[6:])


def test_the_same_letter_is_right_too_often() -> None:
    findings = lint(bank(*[asks(f"What is {n}?", answer=1) for n in range(12)]))
    assert [f.message for f in findings if f.rule == "letter"] == [
        "B is right in 12 of the 12 questions with 3 choices, too often to be chance. Mix the choices."
    ]


def test_shuffled_keys_are_left_alone() -> None:
    keys = [0, 2, 1, 1, 0, 2, 0, 1, 2, 2, 0, 1]
    assert rules(*[asks(f"What is {n}?", answer=key) for n, key in enumerate(keys)]) == []


def test_a_long_run_of_one_letter() -> None:
    keys = [0, 2, 1, 0, 0, 0, 0, 0, 0, 1, 2, 1, 2, 1, 2, 1, 2, 2, 1]
    assert rules(*[asks(f"What is {n}?", answer=key) for n, key in enumerate(keys)]) == ["run"]


@pytest.mark.parametrize(
    ("choices", "same"),
    [
        (("The red blood cell", "a red blood cell", "bone"), True),
        (("1,000 m", "1000 m", "10 m"), True),
        (("rocks", "rock", "sand"), True),
        (("-5 °C", "5 °C", "0 °C"), False),
        (("insect A", "insect B", "insects A and B"), False),
        (("A, B, C", "C, B, A", "B, C, A"), False),
        (("warms the air", "the air warms", "cools the air"), False),
        (("2x", "2/x", "x"), False),
        (("F=m/a", "F=a/m", "F=ma"), False),
    ],
)
def test_choices_that_say_the_same(choices: tuple[str, ...], same: bool) -> None:
    assert ("same-choices" in rules(asks("Which is it?", *choices))) is same


@pytest.mark.parametrize(
    ("choice", "caught"),
    [
        ("all of the above", True),
        ("None of these", True),
        ("both A and B", True),
        ("A or C", True),
        ("all of the water", False),
        ("both parents", False),
        ("none", False),
    ],
)
def test_catch_all_choices(choice: str, caught: bool) -> None:
    assert ("catch-all" in rules(asks("Which is it?", "rain", "snow", choice))) is caught


@pytest.mark.parametrize(
    ("text", "caught"),
    [
        ("Which of these is not a mammal?", True),
        ("Which is NOT a mammal?", False),
        ("All of the following are mammals except which one?", True),
        ("Which animal doesn't have lungs?", True),
        ("Ice does not sink. Which property explains it?", False),
        ("Why does ice not sink?", False),
        ("Which fact shows that a whale is not a fish?", False),
        ("Which statement is false?", True),
    ],
)
def test_a_small_negative_on_which_the_question_turns(text: str, caught: bool) -> None:
    assert ("negative" in rules(asks(text))) is caught


def test_one_choice_that_repeats_the_question_stands_out() -> None:
    text = "Why are many observatories built on high mountains in dry lands?"
    telling = "Because on high mountains in dry lands it is dark."
    assert rules(asks(text, "The air is thin.", telling)) == ["repeats-stem"]
    assert rules(asks(text, telling, telling.replace("dark", "cold"))) == ["shared-opening"]


def test_a_right_answer_that_is_much_longer() -> None:
    assert rules(asks("Why?", "because warm air rises and cold air sinks", "heat", "wind")) == ["longer-key"]
    assert rules(asks("Why?", "warm air", "heat", "wind")) == []


def test_reading_level_is_measured_against_the_grade() -> None:
    hard = (
        "Photosynthetic organisms characteristically incorporate atmospheric carbon dioxide into "
        "carbohydrates utilizing electromagnetic radiation as the predominant source of chemical energy; "
        "which organelle accomplishes this transformation?"
    )
    assert rules(asks(hard, grade="3-5")) == ["reading-level"]
    assert rules(asks(hard)) == []
    easy = "Plants make food. They need light, water and air to do it. In which part of a cell is food made?"
    assert rules(asks(easy, grade="3-5")) == []


def test_easy_text_has_a_low_grade_and_hard_text_a_high_one() -> None:
    assert reading_grade("The cat sat on the mat. It was a hot day.") < 3
    assert reading_grade("Thermodynamic equilibrium necessitates uniform temperature throughout.") > 12
    assert reading_grade("2 + 2 = ?") == 0


def test_open_questions_are_read_without_choices() -> None:
    assert rules(Question("q", "Which of these is not hot?", accepted=("ice",))) == []


def test_every_rule_is_listed() -> None:
    assert len(RULES) == len(set(RULES)) == 11
