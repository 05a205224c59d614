"""`distill status` says what will be done, and why."""

from pathlib import Path

import pytest

from distill.folders import Folders
from distill.pipeline import Pipeline
from distill.recipe import Base, Recipe, Run, Source
from distill.stages import Stage, Work
from distill.status import show_status
from tutor_app.errors import UserError

RECIPE = Recipe(Run("test"), Base(fresh="llama"), (Source("ours", ("bank.txt",)),))


def copy(work: Work) -> None:
    (work.folder / "words.txt").write_text((work.folders.recipe / "bank.txt").read_text())


def stop(work: Work) -> None:
    raise UserError("The lamp went out.")


def bank(recipe: Recipe, folders: Folders) -> list[Path]:
    return folders.files("bank.txt")


FIRST = Stage("first", "", f"{__name__}:copy", files=bank)
SECOND = Stage("second", "", f"{__name__}:copy", after=("first",))
THIRD = Stage("third", "", f"{__name__}:copy", after=("second",))


def pipeline(folder: Path, *stages: Stage) -> Pipeline:
    """Looks at the files anew, as each command does."""
    return Pipeline(RECIPE, Folders(folder, folder), folder / "runs", stages, lambda words: None)


@pytest.fixture
def done(tmp_path: Path) -> Path:
    (tmp_path / "bank.txt").write_text("one")
    pipeline(tmp_path, FIRST, SECOND, THIRD).run()
    return tmp_path


def shown(of: Pipeline, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What is said of each stage."""
    show_status(of)
    return [line[21:].strip() for line in capsys.readouterr().out.splitlines()[1:-1]]


def test_what_follows_a_changed_stage_is_not_simply_done(
    done: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(pipeline(done, FIRST, SECOND, THIRD), capsys) == ["done"] * 3
    (done / "bank.txt").write_text("two")
    below = "done, again if what it reads changes"
    assert shown(pipeline(done, FIRST, SECOND, THIRD), capsys) == [
        "inputs changed, will be done again",
        below,
        below,
    ]


def test_a_deleted_file_is_no_changed_input(done: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (done / "runs" / "first" / "words.txt").unlink()
    assert shown(pipeline(done, FIRST), capsys) == ["files missing, will be done again"]


def test_a_stage_at_work_has_not_stopped(done: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = pipeline(done, FIRST, Stage("stopping", "", f"{__name__}:stop"))
    with row.alone():
        with pytest.raises(UserError):
            row.run()
        assert shown(row, capsys)[1] == "at work"
    assert shown(row, capsys)[1] == "stopped, will go on"


def test_a_run_in_a_folder_that_others_own_can_be_looked_at(
    done: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", ".lock")

    row = pipeline(done, Stage("stopping", "", f"{__name__}:stop"))
    with pytest.raises(UserError):
        row.run()
    monkeypatch.setattr("filelock.FileLock.acquire", refused)
    assert shown(row, capsys) == ["stopped, will go on"]
