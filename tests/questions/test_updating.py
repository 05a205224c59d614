"""An id stands for one question only, and an unchanged question keeps its id."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.questions.samples import HEART, LUNGS, TIDES
from tutor_app.questions.model import Question
from tutor_app.questions.updating import fingerprint, in_common, update


def ids(questions: tuple[Question, ...]) -> list[str]:
    return [question.id for question in questions]


def test_a_first_import_keeps_the_ids_of_the_file() -> None:
    done = update([LUNGS, HEART], [], {}, "quiz")
    assert ids(done.questions) == ["lungs", "heart"]
    assert (done.added, done.changed, done.unchanged, done.removed) == (2, 0, 0, 0)


def test_the_same_questions_again_change_nothing() -> None:
    done = update([LUNGS, HEART], [LUNGS, HEART], {}, "quiz")
    assert done.questions == (LUNGS, HEART)
    assert (done.added, done.changed, done.unchanged, done.removed) == (0, 0, 2, 0)


def test_a_new_order_and_new_ids_in_the_file_keep_the_old_ids() -> None:
    renumbered = [replace(HEART, id="q1"), replace(TIDES, id="q2"), replace(LUNGS, id="q3")]
    done = update(renumbered, [LUNGS, HEART], {}, "quiz")
    assert ids(done.questions)[0] == "heart" and ids(done.questions)[2] == "lungs"
    assert (done.added, done.unchanged) == (1, 2)


def test_a_better_explanation_is_no_other_question() -> None:
    better = replace(LUNGS, id="x", hint="Breathe in.", steps=("Air goes in, so oxygen does.",))
    done = update([better], [LUNGS], {}, "quiz")
    assert ids(done.questions) == ["lungs"] and done.questions[0].hint == "Breathe in."
    assert (done.changed, done.unchanged) == (1, 0)


def test_a_typo_put_right_keeps_the_id() -> None:
    wrong = replace(HEART, id="old", text="What pumps blod through the body of a person?")
    right = replace(wrong, id="new", text="What pumps blood through the body of a person?")
    done = update([right], [wrong], {}, "quiz")
    assert ids(done.questions) == ["old"] and done.changed == 1


def test_another_key_makes_another_question_and_is_told() -> None:
    other_key = replace(HEART, answer=0)
    done = update([other_key], [HEART], {}, "quiz")
    assert done.questions[0].id != "heart"
    assert (done.added, done.changed, done.removed) == (0, 1, 0)
    assert done.losses == ("Question 1 ('What pumps blood through the body?') now has the file's key.",)


def test_an_id_of_another_question_in_another_bank_is_not_used() -> None:
    done = update([LUNGS], [], {"lungs": fingerprint(TIDES)}, "quiz")
    assert done.questions[0].id.startswith("lungs-")


def test_the_same_question_in_another_bank_shares_its_id() -> None:
    done = update([LUNGS], [], {"lungs": fingerprint(LUNGS)}, "quiz")
    assert done.questions[0].id == "lungs"


def test_questions_without_ids_get_lasting_ones() -> None:
    bare = [replace(LUNGS, id=""), replace(HEART, id="")]
    first, second = (update(bare, [], {}, "quiz").questions for _ in range(2))
    assert ids(first) == ids(second)
    assert len(set(ids(first))) == 2 and all(name.startswith("quiz-") for name in ids(first))


TAUGHT = replace(
    LUNGS,
    steps=("Air goes in, so oxygen does.",),
    why_wrong=(None, "Sand is solid.", "Light has no taste."),
    image="a pair of lungs",
    extra={"explained_by": "tutor 1"},
)
BARE = Question("x", LUNGS.text, ("light", "oxygen", "sand"), 1)


def test_what_the_file_says_nothing_of_stays_as_the_bank_has_it() -> None:
    done = update([BARE], [TAUGHT], {}, "quiz")
    assert done.questions == (
        replace(
            TAUGHT, choices=BARE.choices, answer=1, why_wrong=("Light has no taste.", None, "Sand is solid.")
        ),
    )
    assert (done.changed, done.unchanged, done.losses) == (0, 1, ())


def test_what_the_file_says_comes_before_what_the_bank_has_and_is_told() -> None:
    said = replace(
        BARE, hint="Breathe.", steps=("Lungs take in oxygen.",), why_wrong=("It is no gas.", None, None)
    )
    done = update([said], [TAUGHT], {}, "quiz")
    (now,) = done.questions
    assert (now.hint, now.steps, now.extra) == ("Breathe.", ("Lungs take in oxygen.",), {})
    assert now.why_wrong == ("It is no gas.", None, "Sand is solid.")
    assert done.losses == (
        "Question 1 ('What do lungs take in?') now has the file's hint, explanation and "
        "reasons why choices are wrong.",
    )


def test_the_explanation_of_another_wording_is_not_kept_and_that_is_told() -> None:
    explained = replace(
        HEART, text="What pumps blood through the body of a child?", steps=("The heart does.",)
    )
    done = update([replace(explained, text=f"{explained.text} Say.", steps=())], [explained], {}, "quiz")
    assert done.questions[0].explanation == ()
    (told,) = done.losses
    assert told.endswith("now has the file's wording and lost its explanation.")


def test_what_is_gone_is_named_the_first_few() -> None:
    old = [replace(TIDES, id=f"t{n}", text=f"{n}: {'abcdefg'[n] * 9}?") for n in range(7)]
    (gone,) = update([HEART], old, {}, "quiz").losses
    assert gone.startswith("Gone: '0: aaaaaaaaa?', '1: ") and gone.endswith(" and 2 more.")


def test_what_banks_have_in_common_is_counted_whether_it_is_the_same_or_changed() -> None:
    assert in_common([HEART, TIDES], [LUNGS, HEART]) == 1
    assert in_common([replace(HEART, answer=0), replace(LUNGS, hint="")], [LUNGS, HEART]) == 2
    assert in_common([TIDES], [LUNGS, HEART]) == 0


QUESTIONS = st.lists(
    st.builds(
        Question,
        id=st.sampled_from(["", "a", "b", "c"]),
        text=st.sampled_from(["Why does ice float?", "Why does iron sink?", "What is a mole?"]),
        choices=st.just(("yes", "no")),
        answer=st.sampled_from([0, 1]),
    ),
    max_size=6,
)


@given(new=QUESTIONS, old=QUESTIONS)
def test_ids_are_never_shared_and_the_counts_add_up(new: list[Question], old: list[Question]) -> None:
    installed = update(old, [], {}, "quiz").questions
    done = update(new, installed, {}, "quiz")
    assert len(set(ids(done.questions))) == len(new)
    assert "" not in ids(done.questions)
    assert done.added + done.changed + done.unchanged == len(new)
    assert done.removed + done.changed + done.unchanged == len(installed)
    meaning = {question.id: fingerprint(question) for question in installed}
    for question in done.questions:  # an id either is new or still means what it meant (up to an edit)
        if question.id in meaning and fingerprint(question) != meaning[question.id]:
            assert done.changed > 0
