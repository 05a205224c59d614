"""Questions without choices: what they ask for, and which fact is likely to answer."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor_app.knowledge.asked import core, in_form, subject_of, wants_sentence
from tutor_app.knowledge.base import FactBase
from tutor_app.knowledge.facts import shipped_sources
from tutor_app.knowledge.likelihood import AnsweringFact, ExplainingFact, agreements, shared
from tutor_app.questions.model import Question

SEEN = AnsweringFact(
    nearness=0.6, place=1, shared=0.5, named_first=False, in_form=False, words=8, agreement=0.4
)


@pytest.mark.parametrize(
    "asked",
    [
        "Why does ice float?",
        "how do fish breathe",
        "What is photosynthesis?",
        "what's an atom",
        "What happens when metal rusts?",
        "What is the difference between mass and weight?",
        "Is a whale a fish?",
        "Hi, can you tell me why the sky is blue?",
        "photosynthesis",
    ],
)
def test_reasons_meanings_and_whether_it_is_so_want_a_sentence(asked: str) -> None:
    assert wants_sentence(asked)


@pytest.mark.parametrize(
    "asked",
    [
        "Which planet has rings?",
        "who discovered penicillin",
        "Where are red blood cells made?",
        "How many legs has a spider?",
        "What gas do plants take in?",
        "What is the largest planet?",
        "And what is the symbol for gold?",
        "When did people first walk on the Moon?",
    ],
)
def test_for_a_name_a_place_or_a_number_a_word_will_do(asked: str) -> None:
    assert not wants_sentence(asked)


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_may_be_asked_and_told(asked: str, fact: str) -> None:
    assert core(asked) or not asked
    wants_sentence(asked)
    in_form(asked, fact, True)
    subject_of(fact.split())


@pytest.mark.parametrize(
    ("asked", "reply", "other"),
    [
        ("Why does ice float?", "Ice floats because it is less dense.", "Ice floats on a lake."),
        ("What is an atom?", "An atom is the smallest part of an element.", "Atoms can join."),
        ("How many legs has a spider?", "A spider has eight legs.", "A spider spins a web."),
        ("Who found penicillin?", "Alexander Fleming found it.", "It is made by a mold."),
        ("Is a whale a fish?", "A whale is not a fish.", "A whale swims."),
    ],
)
def test_a_reply_has_the_form_the_question_asks_for(asked: str, reply: str, other: str) -> None:
    assert in_form(asked, reply, True)
    assert not in_form(asked, other, True)


def test_what_a_fact_is_about_comes_first_in_it() -> None:
    assert subject_of(["the", "heart", "pump"]) == "heart"
    assert subject_of(["in", "photosynthesi"]) == "in"
    assert subject_of(["the"]) == subject_of([]) == ""


def test_facts_that_say_the_same_agree() -> None:
    ice, dense, moon = {"ice", "float", "dense"}, {"ice", "float", "water"}, {"moon"}
    alone, _, *_ = agreements([moon, ice, dense])
    agreeing, *_ = agreements([ice, dense, moon])
    assert agreeing > alone == 0.0
    assert agreements([ice]) == [0.0]
    assert agreements([]) == []
    assert max(agreements([ice] * 5)) == 1.0


def test_rare_words_count_more_in_what_a_fact_shares() -> None:
    rarity = {"photosynthesi": 6.0, "use": 2.0}
    assert shared(rarity, {"photosynthesi"}, rarity) == 0.75
    assert shared(rarity, {"moon"}, rarity) == shared([], {"moon"}, {}) == 0.0


@pytest.mark.parametrize(
    "better",
    [
        replace(SEEN, nearness=0.9),
        replace(SEEN, place=0),
        replace(SEEN, shared=1.0),
        replace(SEEN, named_first=True),
        replace(SEEN, in_form=True),
        replace(SEEN, words=12),
        replace(SEEN, agreement=0.9),
    ],
)
def test_each_thing_seen_makes_a_reply_likelier(better: AnsweringFact) -> None:
    assert 0 < SEEN.likelihood < better.likelihood < 1


def test_a_fact_explains_likelier_when_read_so_found_early_and_said_by_others() -> None:
    seen = ExplainingFact(reading=0.5, place=3, agreement=0.3)
    for better in (replace(seen, reading=0.9), replace(seen, place=0), replace(seen, agreement=0.8)):
        assert seen.likelihood < better.likelihood
    assert 0 < ExplainingFact(0.0, 11, 0.0).likelihood < ExplainingFact(1.0, 0, 1.0).likelihood < 1


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("Why does ice float?", "less dense"),
        ("What is an atom?", "smallest"),
        ("Why do we have seasons?", "tilt"),
        ("Is a whale a fish?", "mammal"),
        ("What causes thunder?", "lightning"),
    ],
)
def test_the_shipped_facts_answer_what_children_ask(asked: str, said: str) -> None:
    base = FactBase(shipped_sources())
    first = base.fits(Question("q", asked), "")[0]
    assert said in first.fact.text, first
    assert first.score > 0.5
    base.close()
