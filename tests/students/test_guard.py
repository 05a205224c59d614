"""What the guard lets through, and what never reaches a screen."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor_app.students import guard

CHOICES = ("an iron nail", "a wooden spoon", "a plastic cup", "a glass marble")


def fit(step: str, so_far: tuple[str, ...] = (), choices: tuple[str, ...] = CHOICES) -> bool:
    return guard.fit_to_show(step, so_far, choices, choices[0] if choices else "")


@pytest.mark.parametrize(
    "step",
    [
        "A nail is made of iron, so the magnet attracts the iron nail.",
        "So the answer is an iron nail.",
        "5 meters divided by 1 meter is 5.",
        "The force is 5 N × 2 m = 10 J (joules).",
        "It says “attract”, which means to pull closer.",
        "H₂O boils at 100 °C!",
        "The Moon, unlike the Sun, makes no light of its own.",
    ],
)
def test_a_plain_sentence_is_shown(step: str) -> None:
    assert fit(step)


@pytest.mark.parametrize(
    ("step", "why"),
    [
        ("", "nothing"),
        ("So true.", "too short to say anything"),
        ("the nail is made of iron.", "the middle of a sentence"),
        ("The nail is made of", "cut off"),
        ("The nail (which is made of iron is attracted.", "a bracket left open"),
        ("The magnet pulls the nail, <|im_end|> so it moves.", "a control token"),
        ("The magnet pulls the nail \ufffd hard.", "a broken character"),
        ("The nananail is made of iron.", "a stutter"),
        ("Option A is the iron nail.", "options by letter"),
        ("(B) The nail is made of iron.", "options by letter"),
        ("C. The nail is made of iron.", "options by letter"),
        ("The answer is B.", "options by letter"),
        ("The nail is iron and the nail is iron and the nail is iron and it moves.", "goes round in circles"),
        ("It is very very very heavy.", "goes round in circles"),
        (
            "The metal is hot and gives off heat to the air. The metal is hot and gives off heat to the air.",
            "says it twice",
        ),
        ("The nail " + "and the other thing " * 30 + "moves.", "rambles"),
        ("Word " * 61 + "end.", "rambles"),
    ],
)
def test_what_no_teacher_would_let_stand_is_dropped(step: str, why: str) -> None:
    assert not fit(step), why


def test_a_step_that_names_another_option_but_not_the_supposed_answer_is_dropped() -> None:
    assert not fit("The magnet attracts the wooden spoon.")
    assert not fit("Wooden spoons are what a magnet pulls.")
    assert fit("The magnet attracts the nail and not the wooden spoon.")
    assert guard.fit_to_show("The magnet attracts the wooden spoon.", (), CHOICES, ""), "nothing is supposed"


def test_a_step_that_only_says_again_what_was_said_is_dropped() -> None:
    assert not fit("Magnets attract iron nails.", ("A magnet attracts iron nails.",))
    assert fit("The nail is made of iron, so the magnet attracts it.", ("Magnets attract iron.",))


def test_the_parts_of_a_body_are_no_option_letters() -> None:
    assert fit("A magnet pulls a nail.", choices=())
    assert fit("Vitamin C is needed by the body.", choices=())
    assert fit("A person with type A blood has A markers.", choices=())


@settings(deadline=None)
@given(st.text(max_size=300), st.lists(st.text(min_size=1, max_size=30), max_size=8))
def test_any_text_is_judged_without_failing(text: str, choices: list[str]) -> None:
    assert guard.fit_to_show(text, (text,), choices, choices[0] if choices else "") in (True, False)
    assert 0.0 <= guard.overlap(text, " ".join(choices)) <= 1.0


@settings(deadline=None)
@given(st.lists(st.sampled_from(("magnet", "iron", "nail", "wood", "pulls")), min_size=2, max_size=6))
def test_whatever_is_said_three_times_over_is_a_loop(words: list[str]) -> None:
    assert guard.looping(" ".join(words * 3))


QUESTION = "How does a mushroom obtain energy?"
FACTS = ("Fungi break down dead material and use it for respiration.",)
WAYS = (
    "by absorbing matter from dead organisms",
    "by making food from carbon dioxide and water",
    "by hunting",
)


def test_a_step_may_apply_its_facts_to_the_supposed_answer() -> None:
    step = "A mushroom gets energy by absorbing matter from dead organisms, which it breaks down."
    assert guard.applies(step, QUESTION, FACTS, WAYS, WAYS[0])


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (
            "A mushroom uses carbon dioxide, so it absorbs matter from dead organisms.",
            "words of another option",
        ),
        ("A mushroom is a fungus and breaks down material.", "does not come to the answer"),
        (
            "It is absorbing matter from dead organisms, so it is absorbing matter from dead organisms.",
            "an echo",
        ),
        (
            "Absorbing matter from dead organisms powers purple rockets, engines, planets and clever elephants.",
            "invented",
        ),
        ("A mushroom that is hunting absorbs matter from dead organisms.", "names another option"),
    ],
)
def test_a_step_that_does_not_apply_its_facts_is_dropped(step: str, why: str) -> None:
    assert not guard.applies(step, QUESTION, FACTS, WAYS, WAYS[0]), why


@pytest.mark.parametrize(
    ("step", "circles"),
    [
        ("A mushroom grows on dead wood, so it lives by absorbing matter from dead organisms.", True),
        ("A mushroom obtains energy because it absorbs matter from dead organisms.", True),
        ("Absorbing matter from dead organisms is therefore how a mushroom obtains energy.", True),
        ("A mushroom breaks down dead organisms, so it lives by absorbing matter from them.", False),
        ("A mushroom obtains energy by absorbing matter from dead organisms.", False),
        ("So a mushroom obtains energy by absorbing matter from dead organisms.", False),
    ],
)
def test_a_reason_must_be_of_the_facts(step: str, circles: bool) -> None:
    assert guard.circular(step, FACTS, f"{QUESTION} {WAYS[0]}") is circles


@pytest.mark.parametrize("question", ["Which is NOT a metal?", "All are metals except", "Which isn't one?"])
def test_no_step_argues_for_an_exception(question: str) -> None:
    assert not guard.applies(
        "Wood is the material that is no metal.", question, ("Wood burns.",), ("wood",), "wood"
    )
    assert guard.applies(
        "The material is wood.", "Which material burns?", ("Wood burns.",), ("wood",), "wood"
    )


@pytest.mark.parametrize(
    ("step", "twice"),
    [
        ("A toaster uses a mirror to reflect light, so it is a toaster.", True),
        ("The thermometer would most likely be the tool most likely used.", True),
        ("Heat moves because heat is hot, so heat flows.", True),
        ("Roots take up water, and leaves give off the water as vapor.", False),
        ("The Moon is nearer than the Sun, so the pull of the Moon is stronger.", True),  # the price
    ],
)
def test_a_step_that_goes_back_to_its_own_words_says_it_twice(step: str, twice: bool) -> None:
    assert guard.says_twice(step) is twice


@pytest.mark.parametrize(
    ("step", "again"),
    [
        ("Larger molecules can have many of what that keep them together: bonds.", True),
        ("Bonds, which are shared electrons, keep larger molecules together.", False),
    ],
)
def test_a_question_said_again_with_its_answer_is_no_step(step: str, again: bool) -> None:
    assert guard.asks_again(step, "Larger molecules can have many of what that keep them together?") is again


@pytest.mark.parametrize(
    ("step", "calculates"),
    [
        ("The current is 0.5 times 0.3 A, which is 0.8 A.", True),
        ("Carbon has atomic number 6, so each carbon atom has 6 protons.", False),
    ],
)
def test_a_step_that_puts_numbers_together_is_not_trusted(step: str, calculates: bool) -> None:
    assert guard.calculates(step) is calculates


@pytest.mark.parametrize(
    ("question", "step", "loses"),
    [
        ("The MAJORITY of elements are", "The elements are metals.", True),
        ("The MAJORITY of elements are", "Most elements are metals.", False),
        ("Which is the most likely cause of rust?", "Oxygen and water cause rust.", False),
        ("What do all plants need?", "All plants need water.", False),
        ("What do most plants need?", "Plants need water.", True),
        ("Which is the most serious danger?", "Lightning is a danger.", False),
        ("Most leaves are darker above. Why is that?", "More light reaches the upper side.", False),
    ],
)
def test_what_holds_for_most_is_not_said_of_all(question: str, step: str, loses: bool) -> None:
    assert guard.loses_a_quantity(step, question) is loses
    if loses:
        assert not guard.applies(step, question, ["Most elements are metals."], (), "metals")


def test_a_step_without_its_verb_is_not_well_formed() -> None:
    assert not guard.well_formed("The best way to show the data is to a bar graph.")
    assert guard.well_formed("The best way to compare groups is to draw a bar graph.")
    assert guard.well_formed("The heart is to the left of the right lung.")
