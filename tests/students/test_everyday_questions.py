"""The students that ship answer everyday questions; the words of their explanations are not prescribed."""

from collections.abc import Iterator

import pytest

from tutor_app import paths
from tutor_app.questions.model import Question
from tutor_app.students.explanation import Explanation
from tutor_app.students.load import load_tutor
from tutor_app.students.tutor import Tutor

pytestmark = [
    pytest.mark.shipped,
    pytest.mark.skipif(
        not (paths.assets() / "students" / "default" / "manifest.json").is_file(),
        reason="no students ship yet",
    ),
]

EVERYDAY = [
    ("Which force pulls a dropped ball toward Earth?", "gravity", "friction", "magnetism", "air resistance"),
    ("Which part of a plant takes in water from the soil?", "roots", "leaves", "flowers", "seeds"),
    (
        "What do plants need to make their own food?",
        "sunlight",
        "soil only",
        "darkness",
        "sugar from animals",
    ),
    ("What is ice?", "water in its solid state", "water in its gas state", "a kind of metal", "frozen air"),
    ("What causes day and night on Earth?", "Earth spins on its axis", "the Moon blocks the Sun", "clouds"),
    ("Which object is attracted by a magnet?", "an iron nail", "a wooden spoon", "a plastic cup", "a glass"),
    ("Which gas do people need to breathe in to live?", "oxygen", "helium", "carbon monoxide", "neon"),
    ("Which organ pumps blood through the body?", "the heart", "the stomach", "the lungs", "the brain"),
    ("What happens to liquid water when it boils?", "it becomes a gas", "it becomes ice", "it disappears"),
    ("Which star is closest to Earth?", "the Sun", "the North Star", "the Moon", "Mars"),
    ("Which material is the best conductor of electricity?", "copper", "rubber", "wood", "glass"),
    ("What do bees carry from flower to flower?", "pollen", "leaves", "roots", "soil"),
    ("Which animal is a mammal?", "a whale", "a shark", "a frog", "an eagle"),
    ("What does a thermometer measure?", "temperature", "mass", "length", "time"),
    ("Which is a renewable source of energy?", "wind", "coal", "oil", "natural gas"),
    ("What covers most of Earth's surface?", "water", "forest", "sand", "ice"),
    (
        "What do a caterpillar and a butterfly have in common?",
        "they are stages of one life cycle",
        "both lay eggs",
    ),
    ("Which sense organ do we use to hear?", "the ears", "the eyes", "the nose", "the tongue"),
    ("What makes a sliding box slow down and stop?", "friction", "sound", "light", "magnetism"),
    ("What is the main source of energy for Earth?", "the Sun", "the Moon", "volcanoes", "the wind"),
]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tutor]:
    """The tutor with the students that ship, in a home of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TUTOR_HOME", str(tmp_path_factory.mktemp("home")))
        yield load_tutor()


def _explained(tutor: Tutor, text: str, right: str, *wrong: str) -> Explanation:
    """Asked without the key; the right choice stands second, so that its place says nothing."""
    choices = (wrong[0], right, *wrong[1:])
    return next(e for e in tutor.explain(Question("everyday", text, choices)) if isinstance(e, Explanation))


@pytest.mark.parametrize("asked", EVERYDAY, ids=lambda asked: asked[0])
def test_everyday_question(shipped: Tutor, asked: tuple[str, ...]) -> None:
    found = _explained(shipped, *asked)
    assert found.answer.text == asked[1]
    assert found.steps
