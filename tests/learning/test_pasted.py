"""A pasted question: which part is the question, which are the choices."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor_app.errors import UserError
from tutor_app.learning.pasted import recognise

CHOICES = ("friction", "gravity", "magnetism")
ASKED = "Which force pulls a ball down?"


@pytest.mark.parametrize(
    "pasted",
    [
        "Which force pulls a ball down?\nA) friction\nB) gravity\nC) magnetism",
        "Which force pulls a ball down?\n\n  a. friction\n\n  b. gravity\n  c. magnetism\n",
        "Which force pulls a ball down?\r\n(A) friction\r\n(B) gravity\r\n(C) magnetism",
        "Which force pulls a ball down?\n1) friction\n2) gravity\n3) magnetism",
        "Which force pulls a ball down?\nA - friction\nB - gravity\nC - magnetism",
        "Which force pulls a ball down?\nA)friction\nB)gravity\nC)magnetism",
        "Which force pulls a ball down?\n- friction\n- gravity\n- magnetism",
        "Which force pulls a ball down?\n• friction\n• gravity\n• magnetism",
        "Which force pulls a ball down?\n[ ] friction\n[ ] gravity\n[ ] magnetism",
        "Which force pulls a ball down? A) friction B) gravity C) magnetism",
        "Which force pulls a ball down? (a) friction; (b) gravity; (c) magnetism",
        "Which force pulls a ball down?\nA. friction B. gravity C. magnetism",
        "Which force pulls a ball down?\nfriction\ngravity\nmagnetism",
        "12. Which force pulls a ball down?\nA) friction\nB) gravity\nC) magnetism",
        "Question 3: Which force pulls a ball down?\nA) friction\nB) gravity\nC) magnetism",
    ],
)
def test_choices_are_recognised_however_they_are_written(pasted: str) -> None:
    found = recognise(pasted)
    assert (found.text, found.choices) == (ASKED, CHOICES)
    assert found.answer is None


@pytest.mark.parametrize(
    "pasted",
    [
        f"{ASKED}\nA) friction\nB) gravity\nC) magnetism\nAnswer: B",
        f"{ASKED}\nA) friction\nB) gravity\nC) magnetism\n\nThe correct answer is b.",
        f"{ASKED}\nA) friction\n*B) gravity\nC) magnetism",
        f"{ASKED}\nA) friction\nB) gravity ✓\nC) magnetism",
        f"{ASKED}\n[ ] friction\n[x] gravity\n[ ] magnetism",
        f"{ASKED}\nfriction\ngravity\nmagnetism\nKey: 2",
    ],
)
def test_the_key_is_recognised_when_it_is_marked(pasted: str) -> None:
    found = recognise(pasted)
    assert (found.choices, found.answer) == (CHOICES, 1)


@pytest.mark.parametrize(
    "pasted",
    [
        "Why is the sky blue?",
        "Plan A - cheap. Plan B - good. Which?",
        "Vitamin A. is in carrots. What is vitamin C good for?",
        "A) one\nB) two",
        "What is 3.5 + 2?",
        "Explain photosynthesis.\nUse your own words.",
        "Too many?\n" + "\n".join(f"{n}) x" for n in range(1, 12)),
    ],
)
def test_an_open_question_stays_open(pasted: str) -> None:
    assert recognise(pasted).choices == ()


def test_statements_in_the_question_are_not_its_choices() -> None:
    found = recognise("Look:\n1. Ice floats.\n2. Iron sinks.\nWhich are true?\na. only 1\nb. only 2\nc. both")
    assert found.text == "Look:\n1. Ice floats.\n2. Iron sinks.\nWhich are true?"
    assert found.choices == ("only 1", "only 2", "both")


def test_a_choice_may_run_over_lines() -> None:
    assert recognise("Which?\nA) one\nthing\nB) other").choices == ("one thing", "other")


def test_markup_and_numbers_stay_as_typed() -> None:
    found = recognise("What is [red]x[/red]?\nA) 3.5 kg\nB) H[sub]2[/sub]O [/b]")
    assert found.text == "What is [red]x[/red]?"
    assert found.choices == ("3.5 kg", "H[sub]2[/sub]O [/b]")


def test_letters_without_a_bracket_only_count_the_lines() -> None:
    assert recognise("Which is a metal?\nA iron\nB wood\nC tin").choices == ("iron", "wood", "tin")
    assert recognise("Who?\nA man\nThe dog").choices == ("A man", "The dog")


def test_the_same_words_make_the_same_question() -> None:
    first, second = recognise("Why? A) x B) y").question(), recognise("Why?\nA. x\nB. y").question()
    assert first == second
    assert first.id != recognise("Why? A) x B) z").question().id


def test_nothing_typed_is_said_in_a_sentence() -> None:
    with pytest.raises(UserError, match="Type or paste"):
        recognise("  \n ").question()


WORDS = st.text("abcdefghij klmno", min_size=3, max_size=20).map(str.strip).filter(lambda w: len(w) > 2)


@given(st.lists(WORDS, min_size=2, max_size=8), st.sampled_from(["{}) ", "({}) ", "{}. "]))
def test_labelled_choices_come_back_whole(choices: list[str], label: str) -> None:
    lines = [label.format("ABCDEFGH"[i]) + choice for i, choice in enumerate(choices)]
    found = recognise("What is meant here?\n" + "\n".join(lines))
    assert found.choices == tuple(" ".join(c.split(" ")) for c in choices)


@given(st.text(max_size=300))
def test_any_text_gives_something_that_can_be_edited(pasted: str) -> None:
    found = recognise(pasted)
    assert not found.choices or 2 <= len(found.choices) <= 8
    assert found.answer is None or found.answer < len(found.choices)
    if found.text:
        assert found.question().text == found.text
