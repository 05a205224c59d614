"""The corpus: any bank's questions, nothing twice, nothing that is measured on."""

import json
from pathlib import Path

import pytest

from distill.corpus import Item, line_of, read_items, write_items
from distill.gathering import gather_corpus, show_corpus
from distill.recipe import Source
from distill.sources import read_questions
from tests.distill.questions import SPOON, row, work_for, write_rows
from tutor_app.errors import UserError

GRAVITY = row("g", "Which force pulls a dropped ball toward Earth?", ["friction", "gravity", "magnetism"], 1)
MOON = row("m", "What does the Moon orbit once in about a month?", ["the Sun", "Earth", "Mars"], 1)
LONGEST = row("l", "In which month is the longest day in New York State?", ["June", "December"], 0)
SHORTEST = row("s", "In which month is the shortest day in New York State?", ["June", "December"], 1)
ICE = row(
    "i", "What happens to ice when it is heated above its melting point?", ["It melts.", "It rusts."], 0
)
TRAIN, DEV = Source("train", ("train.jsonl",)), Source("dev", ("dev.jsonl",), "dev")


def gathered(folder: Path, train: list[dict[str, object]], dev: list[dict[str, object]]) -> list[Item]:
    write_rows(folder / "train.jsonl", train)
    write_rows(folder / "dev.jsonl", dev)
    gather_corpus(work_for(folder, TRAIN, DEV))
    return list(read_items(folder / "stage" / "train.jsonl"))


def report(folder: Path) -> dict[str, dict[str, dict[str, object]]]:
    found: dict[str, dict[str, dict[str, object]]] = json.loads(
        (folder / "stage" / "report.json").read_text()
    )
    return found


def test_questions_of_the_public_layout_keep_their_key_facts_and_steps(tmp_path: Path) -> None:
    told = {
        **GRAVITY,
        "facts": ["gravity pulls things down"],
        "rationale": "Gravity pulls things down. So it is gravity.",
    }
    item = gathered(tmp_path, [told], [MOON])[0]
    assert (item.id, item.source, item.split, item.key) == ("train/g", "train", "train", "gravity")
    assert item.facts == ("Gravity pulls things down.",)
    assert item.steps == ("So it is gravity.",)


@pytest.mark.parametrize(
    ("explanation", "facts", "steps"),
    [
        (
            "Gravity pulls things down. So a dropped ball falls.",
            ("Gravity pulls things down.",),
            ("So a dropped ball falls.",),
        ),
        ("Gravity pulls a dropped ball down.", (), ("Gravity pulls a dropped ball down.",)),
    ],
)
def test_an_explanation_in_one_paragraph_is_split_into_facts_and_steps(
    explanation: str, facts: tuple[str, ...], steps: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "unit.csv").write_text(
        "question,choice 1,choice 2,correct,explanation\n"
        f"Which force pulls a dropped ball toward Earth?,gravity,friction,1,{explanation}\n"
    )
    (tmp_path / "unit.gift").write_text(
        f"Which force pulls a dropped ball toward Earth? {{=gravity ~friction ####{explanation}}}\n"
    )
    for name in ("unit.csv", "unit.gift"):
        ((item,), _) = read_questions([tmp_path / name])
        assert (item.facts, item.steps) == (facts, steps)


def test_a_licence_changes_nothing_that_is_learnt_from(tmp_path: Path) -> None:
    def left(licence: str) -> dict[str, bytes]:
        sources = [Source(each.name, each.files, each.role, licence=licence) for each in (TRAIN, DEV)]
        gather_corpus(work_for(tmp_path, *sources))
        stage = tmp_path / "stage"
        return {str(path): path.read_bytes() for path in sorted(stage.rglob("*.json*"))}

    gathered(tmp_path, [GRAVITY, ICE], [MOON])
    assert left("CC BY 4.0") == left("all rights reserved")


def test_a_near_duplicate_of_an_evaluation_question_is_not_learnt_from(tmp_path: Path) -> None:
    near = {**GRAVITY, "id": "g2", "question": "Which force pulls the dropped ball toward the Earth?"}
    kept = gathered(tmp_path, [near, ICE], [GRAVITY, MOON])
    assert [item.id for item in kept] == ["train/i"]
    lost = report(tmp_path)["sources"]["train"]
    assert lost["left_out"] == {"also in dev": 1}
    assert "dropped ball" in str(lost["examples"])


def test_of_two_near_duplicates_the_first_stays_and_the_others_explanation_with_it(tmp_path: Path) -> None:
    near = {**GRAVITY, "id": "g2", "question": "Which force pulls a ball that is dropped toward Earth?"}
    again = {**GRAVITY, "id": "g3", "facts": ["gravity pulls objects toward earth"]}
    kept = gathered(tmp_path, [GRAVITY, again, near], [MOON])
    assert [item.id for item in kept] == ["train/g"]
    repeats = list(read_items(tmp_path / "stage" / "repeats.jsonl"))
    assert [(item.id, item.facts) for item in repeats] == [
        ("train/g", ("Gravity pulls objects toward earth.",))
    ]


def test_questions_that_differ_in_a_word_and_the_answer_both_stay(tmp_path: Path) -> None:
    assert len(gathered(tmp_path, [LONGEST, SHORTEST], [MOON])) == 2


def test_a_run_refuses_to_train_on_a_set_it_evaluates_on(tmp_path: Path) -> None:
    dev = [GRAVITY, MOON, ICE]
    with pytest.raises(UserError, match="evaluation set 'dev' is inside the training sources: 3 of its 3"):
        gathered(tmp_path, [*dev, LONGEST], dev)


def test_one_file_for_both_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    write_rows(tmp_path / "train.jsonl", [GRAVITY])
    with pytest.raises(UserError, match="learnt from and measured on"):
        gather_corpus(work_for(tmp_path, TRAIN, Source("dev", ("train.jsonl",), "dev")))


def test_a_source_without_keys_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"'train'.* has no question with a key"):
        gathered(tmp_path, [{**GRAVITY, "answer": None}], [MOON])


def test_a_line_that_is_no_text_or_no_row_spoils_no_other(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "train.jsonl", [GRAVITY, {**ICE, "facts": ["ice is frozen water"]}])
    with path.open("ab") as file:
        file.write(b'{"question": "caf\xe9?"}\n[1]\n"x"\n{"question": null}\n')
    write_rows(tmp_path / "dev.jsonl", [MOON])
    gather_corpus(work_for(tmp_path, TRAIN, DEV))
    kept = list(read_items(tmp_path / "stage" / "train.jsonl"))
    assert [item.facts for item in kept] == [(), ("Ice is frozen water.",)]
    assert report(tmp_path)["sources"]["train"]["left_out"] == {"not readable": 4}


def test_lines_that_hold_no_question_are_counted_and_named(tmp_path: Path) -> None:
    kept = gathered(tmp_path, [GRAVITY, {**MOON, "choices": ["one"]}, {**ICE, "answer": 7}], [LONGEST])
    assert len(kept) == 1
    lost = report(tmp_path)["sources"]["train"]
    assert lost["left_out"] == {"not readable": 2}
    assert "train.jsonl:2: 1 choices" in str(lost["examples"])


def test_banks_of_the_app_are_sources(tmp_path: Path) -> None:
    source = Source("shipped", ("shipped:banks/phys_*.jsonl",), limit=12)
    gather_corpus(work_for(tmp_path, source))
    items = list(read_items(tmp_path / "stage" / "train.jsonl"))
    assert len(items) == 12
    assert all(item.facts and item.steps and item.key for item in items)


def test_a_limit_draws_the_same_questions_every_time(tmp_path: Path) -> None:
    rows = [
        row(str(i), f"What is the number {i} plus the number {3 * i}?", ["less", str(4 * i)], 1)
        for i in range(40)
    ]
    write_rows(tmp_path / "train.jsonl", rows)
    drawn = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        work = work_for(folder, Source("train", (str(tmp_path / "train.jsonl"),), limit=7))
        gather_corpus(work)
        drawn.append((folder / "stage" / "train.jsonl").read_text())
    assert drawn[0] == drawn[1]
    assert drawn[0].count("\n") == 7


def test_the_report_is_shown_as_a_table(tmp_path: Path) -> None:
    gathered(tmp_path, [GRAVITY, MOON], [ICE])
    shown = show_corpus(json.loads((tmp_path / "stage" / "report.json").read_text()))
    assert shown.splitlines()[1].split()[:3] == ["train", "train", "2"]


def test_items_survive_the_way_to_disk_and_back(tmp_path: Path) -> None:
    odd = Item(
        "a/1",
        "a",
        "dev",
        "Why 🜂 “quotes”\nand lines?",
        accepted=("x",),
        weight=0.5,
        sample=2,
        finish="length",
    )
    write_items(tmp_path / "rows.jsonl", [SPOON, odd])
    assert list(read_items(tmp_path / "rows.jsonl")) == [SPOON, odd]
    assert "weight" not in line_of(SPOON)


def test_a_damaged_row_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(line_of(SPOON) + "\n{broken\n")
    with pytest.raises(UserError, match=r"rows\.jsonl:2"):
        list(read_items(tmp_path / "rows.jsonl"))


def test_dev_questions_without_choices_alone_are_refused_before_anything_is_trained(tmp_path: Path) -> None:
    open_question = {"id": "o", "question": "Which gas do plants take in?", "answer": "carbon dioxide"}
    with pytest.raises(UserError, match=r"the dev sources dev has choices and a key, so \[calibrate\]"):
        gathered(tmp_path, [GRAVITY], [open_question])
    assert gathered(tmp_path, [GRAVITY], [MOON, open_question])
