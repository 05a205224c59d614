"""Editing choices as lines: each stays one choice, with its reason and its line breaks."""

from dataclasses import replace

from tutor_app.questions.editing import choice_lines, with_choices
from tutor_app.questions.model import Question

RED = Question(
    "red",
    "Which planet is red?",
    ("Venus", "Mars", "Saturn"),
    1,
    why_wrong=("Venus is white.", None, "Saturn is yellow."),
)
LEAVES = Question("leaves", "Which is it?", ("In: oxygen\nOut: carbon dioxide", "In: water\nOut: oxygen"), 1)


def test_a_choice_of_two_lines_is_one_line_to_edit_and_comes_back_as_it_was() -> None:
    lines = choice_lines(LEAVES)
    assert lines == ("In: oxygen / Out: carbon dioxide", "In: water / Out: oxygen")
    assert with_choices(LEAVES, lines, 1) == LEAVES


def test_a_typo_put_right_in_a_choice_of_two_lines_keeps_its_break() -> None:
    lines = ("In: oxygen / Out: carbon dioxyde", "In: water / Out: oxygen")
    assert with_choices(LEAVES, lines, 1).choices[0] == "In: oxygen\nOut: carbon dioxyde"


def test_a_slash_that_was_always_one_stays_one() -> None:
    speed = Question("speed", "Which unit?", ("km / h", "kg"), 0)
    assert with_choices(speed, ("km / h", "kilogram"), 0).choices == ("km / h", "kilogram")
    assert with_choices(speed, ("km / hr", "kg"), 0).choices == ("km / hr", "kg")


def test_reasons_stay_with_their_choices_when_one_is_corrected_moved_or_new() -> None:
    mended = with_choices(RED, ("Saturn", "Mars", "Pluto", "Venuss"), 1)
    assert mended.why_wrong == ("Saturn is yellow.", None, None, "Venus is white.")


def test_a_choice_that_becomes_the_key_has_no_reason_against_it_left() -> None:
    rekeyed = with_choices(RED, RED.choices, 0)
    assert rekeyed.answer == 0 and rekeyed.why_wrong == (None, None, "Saturn is yellow.")


def test_partial_points_fall_away_with_the_choices_they_were_given_for() -> None:
    weighed = replace(RED, extra={"weights": [0, 100, 50], "by": "me"})
    assert with_choices(weighed, RED.choices, 1) == weighed
    assert with_choices(weighed, ("Mars", "Venus"), 0).extra == {"by": "me"}
