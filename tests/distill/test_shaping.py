"""Running text becomes facts and steps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distill.shaping import as_sentence, most_telling, sentences, shaped, split_reasoning


def test_sentences_are_parted_at_their_ends_only() -> None:
    text = 'Dr. Lee heats 2.5 g of ice. "It melts!" she says. Why? Heat, e.g. Sunlight, melts ice.'
    assert sentences(text) == (
        "Dr. Lee heats 2.5 g of ice.",
        '"It melts!" she says.',
        "Why?",
        "Heat, e.g. Sunlight, melts ice.",
    )


def test_a_sentence_keeps_what_closes_it() -> None:
    text = '(It was hot.) We drank "cold water." Then we slept.'
    assert sentences(text) == ("(It was hot.)", 'We drank "cold water."', "Then we slept.")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("a bee is a pollinating animal", "A bee is a pollinating animal."),
        ("- 2) metals conduct heat;", "2) metals conduct heat."),
        ("pH tells how acidic water is", "pH tells how acidic water is."),
        ("Is it warm?", "Is it warm?"),
        ("  ", ""),
    ],
)
def test_a_line_becomes_a_sentence(line: str, sentence: str) -> None:
    assert as_sentence(line) == sentence


def test_what_concludes_is_a_step() -> None:
    facts, steps = split_reasoning(
        "Leo is a constellation. So it is made of stars. A star gives light. So Leo shines."
    )
    assert facts == ("Leo is a constellation.", "A star gives light.")
    assert steps == ("So it is made of stars.", "So Leo shines.")


def test_without_a_conclusion_the_last_sentence_is_the_step() -> None:
    assert split_reasoning("Reefs give shelter. Corals build reefs. Corals give shelter.")[1] == (
        "Corals give shelter.",
    )


def test_of_a_support_paragraph_the_sentences_that_say_the_answer_stay() -> None:
    paragraph = (
        "Figure 3.2 shows a lab. Mesophiles grow best in moderate temperature. Many live in humans. "
        "Mesophilic organisms have important uses in food preparation, including cheese and yogurt."
    )
    told = most_telling(
        paragraph, "What organism is used in preparation of foods such as cheese?", "mesophilic organisms"
    )
    assert told[-1].startswith("Mesophilic organisms have important uses")
    assert not any("Figure" in line for line in told)


@given(st.lists(st.text(max_size=60), max_size=6))
def test_shaped_lines_are_distinct_closed_and_on_one_line(lines: list[str]) -> None:
    found = shaped(lines)
    assert len(set(found)) == len(found)
    assert all(line and "\n" not in line and line[-1] in ".!?\"')" for line in found)
