"""Questions that ask for an exception: which do, and how they stand without their `not`."""

import pytest

from tutor_app.students.exceptions import without_exception


@pytest.mark.parametrize(
    ("asked", "turned"),
    [
        ("Which of these is NOT a mammal?", "Which of these is a mammal?"),
        ("Here is a list. Which animal cannot fly?", "Here is a list. Which animal can fly?"),
        ("Which animal doesn't lay eggs?", "Which animal does lay eggs?"),
        ("Which would be least likely to float?", "Which would be most likely to float?"),
        ("All of these are metals except", "one of these are metals"),
        ("Sound cannot travel through which of these?", "Sound can travel through which of these?"),
    ],
)
def test_an_exception_is_turned(asked: str, turned: str) -> None:
    assert without_exception(asked) == turned


@pytest.mark.parametrize(
    "asked",
    [
        "Which of these is a mammal?",
        "What kind of cell does not have a nucleus?",  # a definition, which students know as it stands
        "Water is not a metal. Which of these is?",
        "Which is found in an animal but not in a plant?",
        "Which will decide whether or not the prey survives?",
        "Which is true not only of birds?",
        "",
    ],
)
def test_other_questions_stay_as_they_are(asked: str) -> None:
    assert without_exception(asked) == ""
