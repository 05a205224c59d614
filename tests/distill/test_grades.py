"""Facts that a teacher graded become lessons of what explains an answer."""

import json
import random
from pathlib import Path

import pytest

from distill.corpus import Item
from distill.grades import Grades, graded_lessons, read_grades, usable_grades
from tutor_app.errors import UserError

FACTS = {1: "A magnet attracts iron.", 2: "Nails are often made of iron.", 3: "Wood comes from trees."}
ITEM = Item("ours/nail", "ours", "train", "What does a magnet pull?", ("a twig", "a nail", "a cup"), 1)
ROW = {"question": ITEM.id, "good": [1], "help": [2], "beside": [3], "show": [1]}


def test_a_row_says_what_each_fact_is_worth(tmp_path: Path) -> None:
    path = tmp_path / "grades.jsonl"
    path.write_text(json.dumps(ROW) + "\n", "utf-8")
    assert list(read_grades(path)) == [Grades(ITEM.id, {1: 1.0, 2: 0.4, 3: 0.0}, (1,))]


@pytest.mark.parametrize(
    "damage",
    [
        "nonsense",
        "[1]",
        '{"question": "q"}',
        json.dumps({**ROW, "good": "12"}),
        json.dumps({**ROW, "beside": [3, 1]}),
    ],
)
def test_a_damaged_row_is_a_sentence_with_its_number(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "grades.jsonl"
    path.write_text(json.dumps(ROW) + f"\n{damage}\n", "utf-8")
    with pytest.raises(UserError, match=r"grades\.jsonl:2: this is not a row of graded facts"):
        list(read_grades(path))


def test_grades_of_facts_and_questions_that_are_gone_are_left_out_and_told(tmp_path: Path) -> None:
    path, said = tmp_path / "grades.jsonl", list[str]()
    rows = [{**ROW, "good": [9, 1]}, {**ROW, "question": "ours/gone"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    (kept,) = usable_grades(path, {ITEM.id}, FACTS, said.append)
    assert (kept.question, kept.worth) == (ITEM.id, {1: 1.0, 2: 0.4, 3: 0.0})
    assert said == [
        "grades.jsonl: questions that the corpus does not have are left out: 1, such as ours/gone",
        "grades.jsonl: graded facts that the fact base does not have are left out: 1, such as 9 of ours/nail",
    ]


def test_a_file_without_one_usable_grade_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "grades.jsonl"
    path.write_text(json.dumps(ROW) + "\n", "utf-8")
    with pytest.raises(UserError, match=r"No grade in .*grades\.jsonl can be used"):
        usable_grades(path, {ITEM.id}, {}, print)


def _lesson(*grades: Grades) -> tuple[dict[tuple[str, str], float], int | None]:
    (lesson,) = graded_lessons(grades, {ITEM.id: ITEM}, FACTS, random.Random(0))
    return dict(zip(lesson.pairs, lesson.worth, strict=True)), lesson.best


def test_a_good_fact_is_worth_nothing_beside_a_wrong_answer() -> None:
    worth, best = _lesson(Grades(ITEM.id, {3: 0.0, 1: 1.0, 2: 0.4}, (1,)))
    asked = f"{ITEM.question} a nail"
    assert worth[asked, FACTS[1]] == 1.0
    assert worth[asked, FACTS[2]] == 0.4
    assert worth[asked, FACTS[3]] == 0.0
    assert worth[f"{ITEM.question} a twig", FACTS[1]] == worth[f"{ITEM.question} a cup", FACTS[1]] == 0.0
    assert best == 1


def test_what_is_only_measured_on_has_the_graded_facts_alone() -> None:
    grades = [Grades(ITEM.id, {1: 1.0, 3: 0.0}, (1,))]
    (lesson,) = graded_lessons(grades, {ITEM.id: ITEM}, FACTS, random.Random(0), wrong=0)
    assert [fact for _, fact in lesson.pairs] == [FACTS[1], FACTS[3]]


def test_a_question_that_is_not_learned_from_makes_no_lesson() -> None:
    worth, best = _lesson(Grades(ITEM.id, {3: 0.0}, (9,)), Grades("ours/gone", {1: 1.0}, (1,)))
    assert list(worth) == [(f"{ITEM.question} a nail", FACTS[3])]
    assert best is None
