"""Rationales that exist already: the sources' own, files by question id, WorldTree's tables."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from distill.corpus import Item, read_items, write_items
from distill.rationales import gather_rationales
from distill.recipe import Source, Teacher
from distill.shards import read_shard
from distill.teachers.asking import asks_for
from distill.teachers.local import LocalTeacher
from distill.teachers.written import read_written
from tests.distill.questions import SPOON, work_for, write_rows
from tutor_app.errors import UserError

BARE = replace(SPOON, id="ours/ice", question="Why does ice float on water?", facts=(), steps=())


def gathered(folder: Path, *teachers: Teacher, repeats: tuple[Item, ...] = ()) -> list[Item]:
    write_items(folder / "train.jsonl", [SPOON, BARE])
    write_items(folder / "repeats.jsonl", repeats)
    sources = (Source("ours", ("a",)), Source("others", ("b",)))
    work = work_for(folder, *sources, earlier={"corpus": folder}, teachers=teachers)
    gather_rationales(work)
    return list(read_items(work.folder / "rationales.jsonl"))


def test_the_sources_own_explanations_are_taken(tmp_path: Path) -> None:
    (row,) = gathered(tmp_path, Teacher("written"))
    assert (row.id, row.teacher, row.facts, row.steps) == (SPOON.id, "written", SPOON.facts, SPOON.steps)


def test_a_near_duplicates_explanation_is_another_sample(tmp_path: Path) -> None:
    other = replace(SPOON, source="eb", steps=("So the handle gets warm.",))
    rows = gathered(tmp_path, Teacher("written"), repeats=(other,))
    assert [(row.sample, row.steps[0][:2]) for row in rows] == [(0, "Th"), (1, "So")]


def test_files_are_matched_by_the_questions_id(tmp_path: Path) -> None:
    lines = ["ice is less dense than water", "So ice floats on water."]
    write_rows(tmp_path / "told.jsonl", [{"id": "ice", "steps": lines}, {"id": "unknown", "steps": lines}])
    rows = gathered(tmp_path, Teacher("written"), Teacher("written", name="file", files=("told.jsonl",)))
    assert [(row.id, row.teacher) for row in rows] == [("ours/spoon", "written"), ("ours/ice", "file")]
    assert rows[1].facts == ("Ice is less dense than water.",)
    assert rows[1].steps == ("So ice floats on water.",)


def test_teachers_are_weighed(tmp_path: Path) -> None:
    (row,) = gathered(tmp_path, Teacher("written", weight=0.5))
    assert row.weight == 0.5


def test_a_teacher_explains_only_its_sources(tmp_path: Path) -> None:
    assert gathered(tmp_path, Teacher("written", sources=("others",))) == []


def test_a_file_that_explains_nothing_here_is_refused(tmp_path: Path) -> None:
    write_rows(tmp_path / "told.jsonl", [{"id": "unknown", "rationale": "It is so."}])
    with pytest.raises(UserError, match="has the id of a training question"):
        gathered(tmp_path, Teacher("written", files=("told.jsonl",)))


@pytest.mark.parametrize("damage", [b"{}", b"3", b'{"id": "b", "rationale": "caf\xe9"}'])
def test_a_damaged_file_is_told_with_its_line(tmp_path: Path, damage: bytes) -> None:
    whole = json.dumps({"id": "a", "rationale": "It is so."}).encode()
    (tmp_path / "told.jsonl").write_bytes(whole + b"\n" + damage + b"\n")
    with pytest.raises(UserError, match=r"told\.jsonl:2"):
        read_written([tmp_path / "told.jsonl"])


def test_a_line_that_is_no_json_is_told_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "told.jsonl").write_text("It is so.\n", "utf-8")
    with pytest.raises(UserError, match=r"told\.jsonl:1: the line is no JSON object"):
        read_written([tmp_path / "told.jsonl"])


@pytest.mark.parametrize("key", ["facts", "steps"])
def test_a_text_where_a_list_belongs_is_told_with_its_line(tmp_path: Path, key: str) -> None:
    row = {"id": "ice", "facts": ["Ice is light."], "steps": ["So it floats."]} | {key: "So it floats."}
    write_rows(tmp_path / "told.jsonl", [row])
    with pytest.raises(UserError, match=rf"told\.jsonl:1: `{key}` must be a list"):
        read_written([tmp_path / "told.jsonl"])


def test_worldtrees_central_facts_come_first(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    head = "KIND\tVERB\tWHAT\t[SKIP] note\t[SKIP] UID\n"
    (tmp_path / "tables" / "KINDOF.tsv").write_text(
        head + "a metal\tconducts\theat\tx\taa-1\na spoon\tis\tmetal\t\tbb-2\nwarm\tmeans\thot\t\tcc-3\n"
    )
    told = "bb-2|GROUNDING aa-1|CENTRAL cc-3|LEXGLUE dd-9|CENTRAL"
    (tmp_path / "questions.train.tsv").write_text(f"QuestionID\texplanation\nspoon\t{told}\n")
    found = read_written([tmp_path / "questions.train.tsv"])
    assert found == {"spoon": [(("A metal conducts heat.", "A spoon is metal."), ())]}


def test_worldtree_without_its_tables_is_refused(tmp_path: Path) -> None:
    (tmp_path / "questions.train.tsv").write_text("QuestionID\texplanation\n")
    with pytest.raises(UserError, match="tables"):
        read_written([tmp_path / "questions.train.tsv"])


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "a/b", "1/2/3"])
def test_a_share_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="--shard takes I/N"):
        read_shard(text)


def test_a_local_model_writes_the_same_after_a_stop(tmp_path: Path) -> None:
    from distill.recipe import Base
    from distill.train.bases import save_base

    base = Base(fresh="llama", vocabulary=320, width=16, layers=1, heads=2)
    save_base(base, tmp_path, [SPOON.question, *SPOON.rationale], tmp_path / "model", seed=1)
    teacher = Teacher("local", model="m", samples=2, shots=0, most_tokens=12, concurrency=2)
    asks = asks_for([SPOON, BARE], teacher)
    local = LocalTeacher(teacher, str(tmp_path / "model"))
    unbroken = {told.code: told.text for told in local.replies(asks, lambda ask: False)}
    first = {asks[0].code, asks[1].code}
    rest = {told.code: told.text for told in local.replies(asks, lambda ask: ask.code in first)}
    assert set(rest) == set(unbroken) - first
    assert all(unbroken[code] == text for code, text in rest.items())
    assert len(set(unbroken.values())) > 1


def test_a_local_model_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be loaded"):
        LocalTeacher(Teacher("local", model="m"), str(tmp_path / "none"))
