"""Importing a file again, or another of its name: nothing a teacher made is lost unseen."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.questions.samples import HEART, LUNGS, TIDES, bank, read, report, write_native
from tutor_app.errors import UserError
from tutor_app.questions.library import Library
from tutor_app.questions.model import Question

ROOTS = Question("roots", "What do roots take up?", ("water", "light"), 0)
EYES = Question("eyes", "What do eyes sense?", ("light", "sound"), 0)
FIVE = (LUNGS, HEART, TIDES, ROOTS, EYES)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "banks", tmp_path / "nothing-ships")


def fields(question: Question) -> dict[str, object]:
    return {"id": question.id, "text": question.text, "choices": question.choices, "answer": question.answer}


def test_explanations_that_came_from_another_file_outlive_an_import_of_the_first(
    library: Library, tmp_path: Path
) -> None:
    file = write_native(tmp_path / "unit3.jsonl", *map(fields, FIVE), title="unit3")
    library.install(read(file), file, title="Unit 3")
    copy = write_native(
        tmp_path / "copy.jsonl", *(fields(q) | {"steps": ["So it is."]} for q in FIVE), title="Unit 3"
    )
    explained = library.install(read(copy), copy)
    assert (explained.changed, explained.unchanged) == (5, 0)

    again = library.install(read(file), file)

    assert again.updated and again.summary.title == "Unit 3"
    assert (again.changed, again.unchanged, again.remarks) == (0, 5, ())
    assert all(question.steps == ("So it is.",) for question in library.bank("unit-3").questions)


def test_a_key_that_comes_back_from_the_file_is_told_and_the_bank_before_is_kept(library: Library) -> None:
    library.install(report(LUNGS, HEART))
    mended = bank(LUNGS, replace(HEART, answer=0))
    library.save("body-quiz", mended)
    replaced, kept = library.install(report(LUNGS, HEART)).remarks
    assert "now has the file's key" in replaced
    former = Path(kept.removeprefix("The bank as it was before is kept: ").split(" (")[0])

    library.install(read(former), former)

    assert [question.key for question in library.bank("body-quiz").questions] == [
        q.key for q in mended.questions
    ]
    assert [summary.id for summary in library.banks()] == ["body-quiz"]


def test_only_the_last_few_copies_are_kept(library: Library, tmp_path: Path) -> None:
    for text in ("What do lungs take in?", "What do lungs take in now?") * 5:
        library.install(report(replace(LUNGS, text=text), HEART))
    assert len(list((tmp_path / "banks" / "former" / "body-quiz").iterdir())) == 5


def test_a_namesake_with_few_questions_in_common_becomes_a_bank_of_its_own(library: Library) -> None:
    library.install(report(LUNGS, HEART, TIDES))
    other = library.install(report(LUNGS, ROOTS, EYES))
    assert (other.updated, other.summary.id) == (False, "body-quiz-2")
    (remark,) = other.remarks
    assert "It has 1 of the 3 questions of 'Body quiz'" in remark
    assert library.bank("body-quiz").questions == (LUNGS, HEART, TIDES)


def test_a_download_that_broke_off_takes_no_questions_away(library: Library, tmp_path: Path) -> None:
    file = write_native(tmp_path / "unit3.jsonl", *map(fields, FIVE))
    library.install(read(file), file)
    write_native(file, *map(fields, FIVE[:2]))
    broken = library.install(read(file), file)
    assert (broken.updated, broken.summary.id) == (False, "week-3-2")

    write_native(file, *map(fields, FIVE))
    whole = library.install(read(file), file)
    assert (whole.summary.id, whole.unchanged) == ("week-3", 5)


def test_a_title_that_is_named_says_which_bank_is_meant(library: Library, tmp_path: Path) -> None:
    library.install(report(LUNGS, HEART, TIDES, title="Sky"))
    done = library.install(report(LUNGS, ROOTS, EYES), title="Sky")
    assert (done.updated, done.summary.id, done.removed) == (True, "sky", 2)
    assert "Gone: 'What pumps blood through the body?'" in done.remarks[0]


def test_a_newer_file_under_a_new_name_says_how_to_bring_the_bank_up_to_date(
    library: Library, tmp_path: Path
) -> None:
    library.install(report(LUNGS, HEART, TIDES, title="Sky"))
    file = write_native(tmp_path / "sky2.jsonl", *map(fields, (LUNGS, HEART, EYES)), title="sky2")
    (remark,) = library.install(read(file), file).remarks
    assert "It has 2 of the 3 questions of 'Sky'" in remark and 'add --title "Sky"' in remark

    done = library.install(read(file), file, title="Sky")
    assert (done.updated, done.summary.id) == (True, "sky")


@pytest.mark.parametrize("damage", [b"{garbage", b"\xff"])
def test_a_damaged_bank_is_named_in_a_sentence_and_stands_in_nobodys_way(
    library: Library, tmp_path: Path, damage: bytes
) -> None:
    path = library.install(report(LUNGS, HEART)).summary.path
    path.write_bytes(damage + path.read_bytes()[len(damage) :])
    for act in (library.bank, library.remove, library.find):
        with pytest.raises(UserError, match=r"body-quiz\.jsonl is damaged and cannot be read"):
            act("body-quiz")
    assert library.install(report(LUNGS, HEART)).summary.id == "body-quiz-2"


def test_a_byte_that_broke_in_a_bank_is_a_sentence_and_does_not_stop_other_imports(library: Library) -> None:
    path = library.install(report(LUNGS, HEART)).summary.path
    path.write_bytes(path.read_bytes().replace(b"sand", b"\xffand"))
    with pytest.raises(UserError, match="is damaged and cannot be read"):
        library.bank("body-quiz")
    assert library.install(report(LUNGS, ROOTS, title="Other")).summary.count == 2
    assert not library.install(report(LUNGS, HEART)).updated
