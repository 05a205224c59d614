"""A profile chooses the grade of its questions on Home; new questions are of that grade."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tui.conftest import Start
from tests.tui.driving import BANK, MAGNET, learn, on, running, sees, text
from tutor_app.cli import parser
from tutor_app.errors import UserError
from tutor_app.learning.choices import choose_grade, grade_of, of_grade
from tutor_app.learning.history import default_path
from tutor_app.learning.records import Item, Profile
from tutor_app.questions.library import file_content
from tutor_app.tui import starting


@pytest.fixture(autouse=True)
def graded(assets: Path) -> None:
    """The bank on magnets has questions of three grades."""
    questions = [replace(MAGNET, id=f"m{i}", text=f"Question {i}?", grade=grade) for i, grade in GRADES]
    content = file_content(replace(BANK, questions=tuple(questions)))
    (assets / "banks" / "magnets.jsonl").write_bytes(content)


def choices() -> Path:
    return default_path().with_name("choices.json")


GRADES = [(1, "3-5"), (2, "9-12"), (3, "6-8"), (4, "9-12")]


async def test_the_chosen_grade_is_kept_and_new_questions_are_of_it(start: Start) -> None:
    app = start()
    async with running(app) as pilot:
        await pilot.press("d")
        await on(pilot, "Choose")
        shown = text(app)
        assert shown.index("Grade 3-5") < shown.index("Grade 6-8") < shown.index("Grade 9-12")
        await pilot.press("end", "enter")
        await sees(pilot, "Questions are of grade 9-12.")
        await learn(pilot, key="p")
        assert {item.question.id for item in app.screen.session.items} == {"m2", "m4"}  # type: ignore[attr-defined]
        await pilot.press("escape")
        await on(pilot, "HomeScreen")
        app.start("practise")
        await on(pilot, "PractiseScreen")
        grades = {item.question.grade for item in app.screen.session.items}  # type: ignore[attr-defined]
        assert grades == {"9-12", ""}  # a question that names no grade is for all
        await pilot.press("escape")
        await learn(pilot, key="t")
        await sees(pilot, "Magnets (grade 9-12)")
        await pilot.press("s")
        await on(pilot, "TestScreen")
        assert len(app.screen.exam.items) == 2  # type: ignore[attr-defined]
    assert grade_of(app.desk.profile) == "9-12"


async def test_a_topic_without_questions_of_the_grade_says_so(start: Start) -> None:
    app = start()
    choose_grade(app.desk.profile, "K-2")
    async with running(app) as pilot:
        app.screen.query_one("#topics").focus()
        await pilot.press("end", "enter")
        await sees(pilot, "Magnets has no questions of grade K-2.")


@pytest.mark.parametrize("command", ["learn", "practise", "test"])
async def test_a_command_takes_what_home_takes(start: Start, command: str) -> None:
    app = start()
    choose_grade(app.desk.profile, "K-2")
    async with running(app):
        options = parser().parse_args([command])
        screen, _ = starting.from_command(app.desk, options)
    items = screen.exam.items if command == "test" else screen.session.items  # type: ignore[union-attr]
    assert {item.bank for item in items} == {"water"}  # its questions name no grade, so they are for all


async def test_a_grade_that_is_typed_is_meant_exactly(start: Start) -> None:
    app = start()
    async with running(app):
        options = parser().parse_args(["practise", "--grade", "9-12"])
        screen, _ = starting.from_command(app.desk, options)
        assert {item.question.grade for item in screen.session.items} == {"9-12"}  # type: ignore[union-attr]
        with pytest.raises(UserError, match="No question fits grade 'K-2'"):
            starting.from_command(app.desk, parser().parse_args(["practise", "--grade", "K-2"]))


@pytest.mark.parametrize("content", ["{", "[1]", '{"grades": 3}', "\0"])
def test_a_damaged_file_of_choices_chooses_nothing_and_can_be_written_anew(content: str) -> None:
    ann = Profile(1, "Ann", 10.0)
    choose_grade(ann, "3-5")
    choices().write_text(content)
    assert grade_of(ann) == ""
    choose_grade(ann, "6-8")
    assert grade_of(ann) == "6-8"


def test_what_a_later_version_chose_beside_the_grade_stays() -> None:
    choose_grade(Profile(1, "Ann", 10.0), "3-5")
    choices().write_text('{"later": [1], "grades": {"20.0": "K-2"}}')
    choose_grade(Profile(1, "Ann", 10.0), "6-8")
    assert json.loads(choices().read_text()) == {"later": [1], "grades": {"20.0": "K-2", "10.0": "6-8"}}


def test_each_profile_has_a_grade_of_its_own() -> None:
    ann, bob = Profile(1, "Ann", 10.0), Profile(2, "Bob", 20.0)
    choose_grade(ann, "3-5")
    assert (grade_of(ann), grade_of(replace(ann, name="Anna")), grade_of(bob)) == ("3-5", "3-5", "")
    assert grade_of(Profile(1, "Cem", 30.0)) == ""  # Ann was removed and her number given again
    choose_grade(ann, "")
    assert grade_of(ann) == ""


def test_without_a_grade_every_question_is_taken() -> None:
    items = [Item("magnets", replace(MAGNET, grade=grade)) for _, grade in GRADES]
    assert of_grade(items, "") == items
    assert of_grade(items, "6-8") == [items[2]]
