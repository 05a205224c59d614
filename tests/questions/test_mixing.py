"""A file whose right answers all stand at one place has its choices mixed, and only such a file."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.questions.samples import read
from tutor_app.questions.library import Library
from tutor_app.questions.mixing import mixed, on_import, to_mix
from tutor_app.questions.model import Question

METALS = ("iron", "zinc", "gold", "lead")


def question(number: int, *choices: str, answer: int = 0, **more: object) -> Question:
    return Question(f"q{number}", f"Question {number}?", choices or METALS, answer, **more)  # type: ignore[arg-type]


FIRST = tuple(question(number) for number in range(10))


def test_the_right_answers_of_a_file_that_has_them_first_are_spread() -> None:
    questions, remark = on_import("moodle-xml", FIRST)
    assert len({q.answer for q in questions}) > 2
    assert {q.key for q in questions} == {"iron"}
    assert all(sorted(q.choices) == sorted(METALS) for q in questions)
    assert "the choices of 10 questions were mixed" in remark[0]


def test_they_are_mixed_the_same_way_each_time_whatever_order_the_file_has() -> None:
    turned = replace(FIRST[3], choices=METALS[::-1], answer=3)
    assert mixed(FIRST[3]) == mixed(FIRST[3]) == mixed(turned)


def test_what_belongs_to_a_choice_moves_with_it() -> None:
    reasons = (None, "Zinc is blue.", "Gold is soft.", "Lead is heavy.")
    after = mixed(question(1, why_wrong=reasons, extra={"weights": [100, 10, 20, 30], "by": "me"}))
    assert after.choices != METALS
    assert dict(zip(after.choices, after.why_wrong, strict=True)) == dict(zip(METALS, reasons, strict=True))
    assert dict(zip(after.choices, after.extra["weights"], strict=True))["gold"] == 20  # type: ignore[call-overload]
    assert after.extra["by"] == "me"


@pytest.mark.parametrize(
    ("why", "questions"),
    [
        ("too few", FIRST[:4]),
        ("keys all over", tuple(question(n, answer=n % 4) for n in range(12))),
        ("more than half, but not most", tuple(question(n, answer=0 if n < 6 else n % 4) for n in range(10))),
        ("two choices: that is chance", tuple(question(n, "iron", "zinc") for n in range(5))),
        ("without keys", tuple(replace(q, answer=None) for q in FIRST)),
        ("open", tuple(Question(f"o{n}", "Why?", accepted=("so",)) for n in range(9))),
    ],
)
def test_other_files_stay_as_they_are(why: str, questions: tuple[Question, ...]) -> None:
    assert on_import("gift", questions) == (questions, ()), why


def test_the_apps_own_files_stay_as_they_are() -> None:
    assert on_import("native", FIRST) == (FIRST, ())


@pytest.mark.parametrize(
    "bound",
    [
        question(99, "true", "false"),
        question(99, "No, it is heavy", "Yes, it is light"),
        question(99, "ja", "nein"),
        question(99, "1,000 m", "200 m", "5.5 m"),
        question(99, "-3 °C", "0 °C", "4 °C"),
        question(99, *METALS[:3], "all of the above"),
        question(99, *METALS[:3], "None of these"),
        question(99, *METALS[:2], "both A and B"),
        question(99, *METALS[:2], "Alle oben genannten"),
        question(99, "A and C", "B only", "zinc"),
        question(99, steps=("So answer C is wrong.",)),
        question(99, hint="Look at (B) again."),
        question(99, steps=("(a) is right.",)),
        question(99, steps=("For option b is too heavy.",)),
        question(99, hint="Look at a and b."),
        question(99, why_wrong=(None, "B is false, as zinc is blue.", None, None)),
        question(99, facts=("The first choice is a metal.",)),
    ],
    ids=lambda bound: bound.choices[-1],
)
def test_a_question_that_speaks_of_places_or_has_an_order_is_left_alone(bound: Question) -> None:
    assert to_mix("csv", (*FIRST, bound)) == set(range(10))


def test_numbers_in_no_order_are_mixed() -> None:
    assert 10 in to_mix("csv", (*FIRST, question(99, "40 m", "10 m", "20 m")))


def test_an_import_mixes_and_says_so_and_the_next_one_finds_nothing_changed(tmp_path: Path) -> None:
    file = tmp_path / "metals.gift"
    names = ("coins", "wires", "pipes", "rings", "tanks", "masts", "rails")
    file.write_text("\n\n".join(f"What are {name} made of? {{=iron ~zinc ~gold ~lead}}" for name in names))
    library = Library(tmp_path / "banks", tmp_path / "nothing-ships")
    first = library.install(read(file), file)
    installed = library.bank("metals").questions
    assert "were mixed" in first.remarks[0]
    assert len({q.answer for q in installed}) > 1 and {q.key for q in installed} == {"iron"}

    again = library.install(read(file), file)
    assert again.unchanged == 7 and library.bank("metals").questions == installed
