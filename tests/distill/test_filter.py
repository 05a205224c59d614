"""What is kept for the students to learn from, and why the rest is not."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from distill.corpus import Item, read_items, write_items
from distill.filter import fault, filter_rationales, judged, summary
from distill.recipe import Filter
from tests.distill.questions import SPOON, work_for
from tutor_app.errors import UserError

SETTINGS = Filter()


def told(*steps: str, facts: Sequence[str] = SPOON.facts, **more: object) -> Item:
    return replace(SPOON, facts=tuple(facts), steps=steps, **more)  # type: ignore[arg-type]


def test_a_good_rationale_has_no_fault() -> None:
    assert fault(SPOON, SETTINGS) == ""


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (told(facts=()), "empty"),
        (told("It conducts", finish="length"), "cut off"),
        (told("Metal conducts heat.", claimed="Metal makes heat."), "another answer"),
        (told("So option B is right."), "option letter"),
        (told("The answer is (B)."), "option letter"),
        (told("One goes.", "Two goes.", "Three goes.", "Four goes."), "too many lines"),
        (told("Heat flows " + "on and on " * 50 + "there."), "too long"),
        (told("Heat goes heat goes heat goes heat goes up the spoon."), "loop"),
        (told("Metals are good conductors of heat."), "loop"),
        (told("This line breaks off in the"), "broken sentence"),
        (told("Metals are not good conductors of heat."), "contradiction"),
        (told("Therefore the right answer is that metal makes heat."), "another answer"),
    ],
)
def test_each_fault_is_named(row: Item, reason: str) -> None:
    assert fault(row, SETTINGS) == reason


def test_a_chemical_letter_is_no_option_letter() -> None:
    assert fault(told("Vitamin C and blood group A are named by letters."), SETTINGS) == ""


@pytest.mark.parametrize(
    ("claimed", "key", "reason"),
    [
        ("-1", "+1", "another answer"),
        ("−5 °C", "5 °C", "another answer"),
        ("< 7", "> 7", "another answer"),
        ("+1", "1", ""),
        ("5 - 10 m", "5–10 m", ""),
        ("carbon-14", "carbon 14", ""),
        ("It is -5 °C", "It is 5 °C", "another answer"),
        ("10 to 20 grams", "10-20 grams", ""),
        ("10-20", "10 – 20", ""),
        ("2 to 5", "2-5", ""),
        ("pH 3 to 4", "pH 3-4", ""),
        ("5 °C – 10 °C", "5 °C to 10 °C", ""),
        ("10 cm-20 cm", "10 cm to 20 cm", ""),
        ("3 + 5", "3 - 5", "another answer"),
        ("It rises to 10", "It rises to -10", "another answer"),
        ("-5 to 5", "5 to 5", "another answer"),
    ],
)
def test_a_sign_makes_another_number(claimed: str, key: str, reason: str) -> None:
    row = replace(SPOON, choices=(key, "none of these"), answer=0, claimed=claimed)
    assert fault(row, SETTINGS) == reason


def test_the_right_answer_in_other_letters_is_the_right_answer() -> None:
    assert fault(replace(SPOON, claimed="metal conducts heat well"), SETTINGS) == ""


def test_what_was_said_before_is_dropped() -> None:
    reasons = [verdict.reason for verdict in judged([SPOON, replace(SPOON, sample=1)], SETTINGS)]
    assert reasons == ["", "said before"]


def judge(rows: Sequence[Item]) -> list[tuple[float, ...]]:
    """Believes a rationale that speaks of the soup."""
    return [(0.1, 0.8, 0.1) if "soup" in " ".join(row.steps) else (0.6, 0.3, 0.1) for row in rows]


def test_a_rationale_must_lead_the_judge_to_the_key() -> None:
    other = told("Spoons are made in factories.", sample=1)
    assert [v.reason for v in judged([other, SPOON], SETTINGS, judge)] == ["does not lead to the key", ""]


def test_the_best_of_several_stay() -> None:
    rows = [
        told(f"The {word} soup warms the handle through the metal.", sample=i) for i, word in enumerate("abc")
    ]

    def prefer(asked: Sequence[Item]) -> list[tuple[float, ...]]:
        return [(0.1, 0.5 + row.sample / 10, 0.1) for row in asked]

    kept = [v.item.sample for v in judged(rows, Filter(best_of=2), prefer) if not v.reason]
    assert kept == [1, 2]


def test_the_stage_writes_what_it_kept_and_why_it_dropped(tmp_path: Path) -> None:
    write_items(tmp_path / "rationales.jsonl", [SPOON, told("So option B is right.", sample=1)])
    work = work_for(tmp_path, earlier={"rationales": tmp_path})
    filter_rationales(work)
    assert list(read_items(work.folder / "kept.jsonl")) == [SPOON]
    assert json.loads((work.folder / "dropped.jsonl").read_text())["reason"] == "option letter"
    report = json.loads((work.folder / "report.json").read_text())
    assert report["teachers"] == {"written": {"kept": 1, "option letter": 1}}


def test_nothing_left_is_an_error(tmp_path: Path) -> None:
    write_items(tmp_path / "rationales.jsonl", [told(facts=())])
    with pytest.raises(UserError, match="No rationale is left"):
        filter_rationales(work_for(tmp_path, earlier={"rationales": tmp_path}))


def test_the_summary_has_examples() -> None:
    assert summary(judged([told("So option B is right.")], SETTINGS))["examples"] == {
        "option letter": ["ours/spoon: Metals are good conductors of heat. So option B is right."]
    }
