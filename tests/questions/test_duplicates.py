"""Texts that say nearly the same are found, and others are not."""

from hypothesis import given
from hypothesis import strategies as st

from tests.questions.samples import HEART, LUNGS, TIDES
from tutor_app.questions.duplicates import (
    THRESHOLD,
    likeness,
    name_repeats,
    near_matches,
    near_repeats,
    question_terms,
    question_words,
    terms,
)
from tutor_app.questions.model import Question

GRAVITY = "Gravity is a pull between any two objects that have mass."


def test_case_articles_plurals_and_punctuation_do_not_matter() -> None:
    assert likeness("The kidneys filter the blood.", "Kidneys filter blood") == 1
    assert likeness("Water is H₂O.", "water is H2O") == 1


def test_one_word_more_is_a_repeat_and_another_subject_is_not() -> None:
    close = "Gravity is a strong pull between any two objects that have mass."
    assert likeness(GRAVITY, close) > THRESHOLD
    assert likeness(GRAVITY, "Friction is a force between two surfaces that touch.") < 0.3


def test_each_repeat_points_at_the_first_of_its_kind() -> None:
    texts = [GRAVITY, "Bones support the body.", GRAVITY.upper(), "The bones support the body"]
    assert [(r.index, r.of) for r in near_repeats(texts)] == [(2, 0), (3, 1)]


def test_what_is_left_holds_no_two_alike() -> None:
    texts = [f"{GRAVITY} {extra}" for extra in ("", "Yes.", "Yes, always.", "It never stops.", "")]
    dropped = {repeat.index for repeat in near_repeats(texts)}
    left = [text for index, text in enumerate(texts) if index not in dropped]
    assert near_repeats(left) == ()
    assert left[0] == texts[0]


def test_matches_against_an_evaluation_set_count_in_that_set() -> None:
    known = ["What is the capital of France?", GRAVITY]
    (match,) = near_matches(["Why is the sky blue?", GRAVITY + "!"], known)
    assert (match.index, match.of, match.likeness) == (1, 1, 1.0)


def test_texts_without_letters_still_compare() -> None:
    assert likeness("+ −", "+ −") == 1
    assert near_repeats(["", "", "?!", "?!"]) != ()


@given(st.lists(st.text(alphabet="abc d", max_size=12), max_size=12), st.sampled_from([0.3, 0.5, 0.7, 1.0]))
def test_the_quick_search_finds_what_comparing_all_finds(texts: list[str], threshold: float) -> None:
    kept: list[int] = []
    slow = []
    for index, text in enumerate(texts):
        if any(likeness(text, texts[before]) >= threshold for before in kept):
            slow.append(index)
        else:
            kept.append(index)
    assert [repeat.index for repeat in near_repeats(texts, threshold)] == slow


@given(
    st.lists(st.text(alphabet="abc d", max_size=12), max_size=8),
    st.lists(st.text(alphabet="abc d"), max_size=8),
)
def test_matching_finds_what_comparing_all_finds(texts: list[str], known: list[str]) -> None:
    slow = [i for i, text in enumerate(texts) if any(likeness(text, k) >= 0.5 for k in known)]
    assert [match.index for match in near_matches(texts, known, 0.5)] == slow


@given(
    st.lists(st.text(alphabet="abc d", min_size=1).filter(str.strip), min_size=1, max_size=4),
    st.lists(st.text(alphabet="abc d"), max_size=12),
)
def test_naming_repeats_of_other_banks_finds_what_comparing_all_finds(
    texts: list[str], known: list[str]
) -> None:
    asked = [Question(f"q{number}", text) for number, text in enumerate(texts)]
    slow = [i for i, text in enumerate(texts) if any(likeness(text, k) >= THRESHOLD for k in known)]
    named = name_repeats(asked, [terms(text) for text in texts], [("Other", terms(text)) for text in known])
    found = [sentence for sentence in named if sentence.endswith("'Other'")]
    assert [sentence.split()[1] for sentence in found] == [str(i + 1) for i in slow]


def test_questions_are_the_same_by_text_and_choices() -> None:
    assert question_words(HEART) != question_words(LUNGS)
    questions = [LUNGS, HEART, LUNGS]
    (named,) = name_repeats(questions, [question_terms(q) for q in questions], [])
    assert named == "question 3 ('What do lungs take in?') is nearly question 1"


def test_rows_of_one_matching_question_are_no_repeats_of_each_other() -> None:
    stem, sides = "Match each animal with the group that it belongs to.", ("amphibian", "reptile", "bird")
    rows = [Question(row, f"{stem}\n{row}", sides, 0) for row in ("frog", "snake", "the frogs")]
    (named,) = name_repeats(rows, [question_terms(row) for row in rows], [])
    assert named.endswith("is nearly question 1") and named.startswith("question 3 ")


def test_a_question_of_another_bank_is_named_with_the_bank() -> None:
    known = [("Sea", question_terms(TIDES)), ("Blood", question_terms(HEART))]
    (named,) = name_repeats([HEART], [question_terms(HEART)], known)
    assert named == "question 1 ('What pumps blood through the body?') is already in 'Blood'"


def names(*questions: Question) -> tuple[str, ...]:
    return name_repeats(questions, [question_terms(question) for question in questions], ())


def test_right_answers_of_one_question_are_no_repeats_of_each_other() -> None:
    stem, wrong = (
        "Which of these materials conduct heat well in a warm kitchen?",
        ("wood", "cork", "dry straw"),
    )
    copper, tin = Question("a", stem, ("copper", *wrong), 0), Question("b", stem, ("tin", *wrong), 0)
    assert names(copper, tin) == ()
    assert len(names(copper, Question("c", stem, ("copper", "wood", "cork", "straw"), 0))) == 1


def test_gaps_of_one_text_are_no_repeats_of_each_other() -> None:
    text = "The Moon circles the {} once in {} days and shows us one side at {}"
    earth = Question("a", text.format("_____", 27.3, "night"), accepted=("Earth",))
    days = Question("b", text.format("Earth", "_____", "night"), accepted=("27.3",))
    assert names(earth, days) == ()
    assert len(names(earth, Question("d", text.format("_____", 27.3, "noon"), accepted=("Earth",)))) == 1
