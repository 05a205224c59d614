"""The banks and facts that ship: whole, licensed, and free of what our own checks find."""

import json
import re
from collections import Counter

import pytest

from tutor_app import paths
from tutor_app.questions.duplicates import near_repeats, question_words
from tutor_app.questions.library import Library
from tutor_app.questions.lint import lint
from tutor_app.questions.model import Question

FACT_FILES = sorted((paths.assets() / "facts").glob("*.jsonl"))
LEANS = re.compile(r"^(It|They|This|These|Those|Such|Its|Their|He|She)\b(?! (takes|is|can))")


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    library = Library()
    return [q for bank in library.banks() if bank.shipped for q in library.bank(bank.id).questions]


def test_there_is_a_bank_for_every_unit() -> None:
    banks = [bank for bank in Library().banks() if bank.shipped]
    assert len(banks) == 70
    assert all(bank.licence == "CC BY 4.0" and bank.subject and bank.grade for bank in banks)
    assert len({bank.title for bank in banks}) == 70


def test_every_question_explains_itself(questions: list[Question]) -> None:
    assert len(questions) > 4_500
    for q in questions:
        assert len(q.choices) == 4 and q.answer is not None and q.hint and q.facts and q.steps, q.id
        assert [reason is None for reason in q.why_wrong] == [i == q.answer for i in range(4)], q.id
        assert q.topic and q.subject and q.grade in ("3-5", "6-8", "9-12"), q.id


def test_ids_are_unique_and_stay(questions: list[Question]) -> None:
    ids = Counter(question.id for question in questions)
    assert max(ids.values()) == 1
    assert {"bio_vertebrates-001", "space_stars_galaxies_gravity-075", "sci_data_graphs_models-021"} <= set(
        ids
    )


def test_no_two_questions_are_nearly_the_same(questions: list[Question]) -> None:
    assert near_repeats([question_words(question) for question in questions], 0.5) == ()


def test_the_lint_finds_no_clue_to_the_keys() -> None:
    library = Library()
    found = Counter(
        finding.rule for bank in library.banks() if bank.shipped for finding in lint(library.bank(bank.id))
    )
    left_on_purpose = {"shared-opening", "repeats-stem", "reading-level"}
    assert set(found) <= left_on_purpose, found


@pytest.mark.parametrize("path", FACT_FILES, ids=lambda path: path.stem)
def test_facts_have_a_header_and_stand_alone(path) -> None:  # type: ignore[no-untyped-def]
    header, *facts = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert header["format"] == "sci-cot-facts" and header["licence"] == "CC BY 4.0"
    assert header["count"] == len(facts) > 300
    for fact in facts:
        assert fact["text"] and fact["subject"] and fact["topic"] and fact["source"]
        assert not LEANS.search(fact["text"]), fact["text"]
        assert fact["text"][-1] in '.!?")', fact["text"]


def test_no_fact_is_said_twice() -> None:
    texts = [
        json.loads(line)["text"] for path in FACT_FILES for line in path.read_text("utf-8").splitlines()[1:]
    ]
    assert len(texts) > 20_000
    assert near_repeats(texts, 0.6) == ()


def test_the_content_licence_ships() -> None:
    assert "CC BY 4.0" in (paths.assets() / "LICENSE-CONTENT.md").read_text("utf-8")
