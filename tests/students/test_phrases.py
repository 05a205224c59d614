"""Phrases of facts that may answer a question asked without choices."""

from hypothesis import given
from hypothesis import strategies as st

from tutor_app.knowledge.facts import Fact
from tutor_app.knowledge.weigher import Fit
from tutor_app.students.phrases import phrases, short_answer


def fits(*texts: str) -> list[Fit]:
    return [Fit(Fact(text), 1.0) for text in texts]


def test_what_several_facts_say_comes_first_as_it_is_written() -> None:
    found = phrases(
        "Which gas do plants take in?",
        fits("Leaves absorb carbon dioxide.", "Carbon dioxide from the air becomes sugar.", "Roots drink."),
        3,
    )
    assert found[0] == "carbon dioxide"


def test_words_of_the_question_are_no_answer_to_it() -> None:
    assert phrases("What is a magnet?", fits("A magnet is a magnet.", "Magnets attract iron."), 7) == [
        "attract iron"
    ]


def test_a_likelier_fact_has_the_better_phrases() -> None:
    found = phrases("What?", [Fit(Fact("Copper."), 0.2), Fit(Fact("Silver."), 0.9)], 2)
    assert found == ["Silver", "Copper"]


def test_a_sentence_and_the_question_said_again_are_no_short_answers() -> None:
    asked = "What do plants need to make food?"
    assert short_answer("sunlight", asked)
    assert not short_answer("plants need food", asked)
    assert not short_answer("it is the light that comes from the Sun each day", asked)


@given(st.text(max_size=80), st.lists(st.text(max_size=120), max_size=5), st.integers(1, 7))
def test_any_text_gives_at_most_so_many_phrases_that_stand_in_the_facts(
    asked: str, texts: list[str], most: int
) -> None:
    found = phrases(asked, fits(*texts), most)
    assert len(found) <= most
    assert len(set(found)) == len(found)
    spaced = [" ".join(text.split()) for text in texts]
    assert all(any(word in text for text in spaced) for phrase in found for word in phrase.split())


def test_phrases_keep_numbers_whole_and_go_across_no_comma() -> None:
    falls = (
        "Metals conduct, wood insulates.",
        "Falling adds 9.8 m/s each second.",
        "Each second brings 9.8 m/s.",
    )
    found = phrases("How fast?", fits(*falls), 30)
    assert "9.8 m/s" in found
    assert not any("conduct wood" in phrase for phrase in found)


def test_a_part_of_a_word_of_the_question_is_no_repeat() -> None:
    found = phrases("What is cold?", fits("A snake is cold-blooded.", "Lizards, cold-blooded too, bask."), 7)
    assert found[0] == "cold-blooded"
