"""Questions as pupils type them."""

from collections.abc import Callable

import pytest

from tutor_app.knowledge.typed import Spelling, in_words_of_facts

FACTS = (
    "Photosynthesis makes sugar. Photosynthesis needs light.",
    "Oxygen is a gas. Oxygen helps things burn.",
    "The color of a leaf is a color plants make.",
    "A photon is light. Pottery is clay, and pottery is fired.",
    "A plant is no planet. A plant is alive, a planet is not.",
)
SPELLING = Spelling(lambda: FACTS)


def known(*words: str) -> Callable[[str], bool]:
    return lambda word: word in words


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("What is fotosynthesis?", "What is photosynthesis?"),
        ("WHAT IS PHOTOSINTHESIS", "WHAT IS photosynthesis"),
        ("why do we need oxigen", "why do we need oxygen"),
        ("Why has it this colour?", "Why has it this color?"),
        ("wich planit", "wich planet"),  # sounds alike, though `plant` is nearer
        ("the bigest plannt", "the biggest plant"),
        ("what is a phot", "what is a phot"),  # too short to tell
        ("what is a quokka", "what is a quokka"),  # like nothing
        ("what is a burrn", "what is a burrn"),  # `burn` stands there only once: it may be mistyped itself
    ],
)
def test_a_mistyped_word_is_read_as_the_one_most_like_it(typed: str, meant: str) -> None:
    assert SPELLING.mended(typed, known()) == meant


def test_a_word_that_facts_have_in_another_form_is_left_alone() -> None:
    assert SPELLING.mended("oxygens", known("oxygens")) == "oxygens"


def test_what_is_pasted_is_not_mended() -> None:
    assert SPELLING.mended("oxigen " * 61, known()) == "oxigen " * 61


def test_everyday_words_become_those_of_facts() -> None:
    assert in_words_of_facts("Whats the biggest tummy?") == "what is the largest stomach?"
    assert in_words_of_facts("the bigger picture's planet") == "the larger picture's planet"
    assert in_words_of_facts("how do planes stay up") == "how do airplanes stay up"
    assert in_words_of_facts("an inclined plane, the cos of 60° and uranium, U") == (
        "an inclined plane, the cos of 60° and uranium, U"
    )


def test_facts_are_not_read_while_every_word_is_known() -> None:
    def none() -> list[str]:
        raise AssertionError("the facts were read")

    assert Spelling(none).mended("Why do magnets attract iron?", lambda word: True)
