"""Student packages: what is refused, in one sentence, and that installing never loses what was good."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tutor_app import paths
from tutor_app.errors import UserError
from tutor_app.students import installed, prompts
from tutor_app.students.engine import Family
from tutor_app.students.packages import MANIFEST, read_package, seal, verify, verify_once


@pytest.fixture
def package(tiny_packages: dict[Family, Path], tmp_path: Path) -> Path:
    """A package that may be damaged."""
    folder = tmp_path / "tiny"
    shutil.copytree(tiny_packages[Family.DECODER], folder, ignore=shutil.ignore_patterns("originals"))
    return folder


def _zip(folder: Path, path: Path, top: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.rglob("*"):
            if file.is_file():
                archive.write(file, top + file.relative_to(folder).as_posix())
    return path


def _edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    change(manifest)
    (folder / MANIFEST).write_text(json.dumps(manifest), "utf-8")


def test_a_sealed_package_verifies_and_says_what_it_is(package: Path) -> None:
    read = read_package(package)
    verify(read)
    assert read.manifest.title == "tiny-decoder 0.1"
    assert set(read.manifest.files) >= {"rationale/model.bin", "answer/tokenizer.json", "calibration.json"}


def test_sealing_again_takes_in_what_changed(package: Path) -> None:
    (package / "calibration.json").write_text('{"temperature": 2}', "utf-8")
    with pytest.raises(UserError, match="damaged"):
        verify(read_package(package))
    seal(package, replace(read_package(package).manifest, version="0.2"))
    verify(read_package(package))
    assert read_package(package).calibration.temperature == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda m: m.update(prompt_version=prompts.VERSION + 1), "update the app"),
        (lambda m: m.update(prompt_version=prompts.VERSION - 1), "get a newer package"),
        (lambda m: m.update(format_version=99), "package format 99"),
        (lambda m: m.update(family="rnn"), "rnn"),
        (lambda m: m.update(name="../evil"), "letters a folder cannot have"),
        (lambda m: m.pop("files"), "'files' is missing"),
        (lambda m: m["files"].update({"../../etc/passwd": "0" * 64}), "paths inside the package"),
        (lambda m: m["files"].update({"/etc/passwd": "0" * 64}), "paths inside the package"),
        (lambda m: m["files"].update({"C:\\x": "0" * 64}), "paths inside the package"),
        (lambda m: m["files"].update({"more.bin": "0" * 64}), "lack more.bin"),
        (lambda m: m["files"].pop("answer/model.bin"), "lack answer/model.bin"),
    ],
)
def test_a_package_that_does_not_fit_is_refused(
    package: Path, change: Callable[[dict[str, Any]], object], sentence: str
) -> None:
    _edit(package, change)
    with pytest.raises(UserError, match=sentence):
        read_package(package)


@pytest.mark.parametrize("content", ["", "{", "[]", '"text"', "\x00\x01", '{"name": 3}', "[" * 100_000])
def test_a_damaged_manifest_is_refused(package: Path, content: str) -> None:
    (package / MANIFEST).write_text(content, "utf-8")
    with pytest.raises(UserError, match="cannot be read"):
        read_package(package)


def test_a_truncated_model_is_named(package: Path) -> None:
    model = package / "answer" / "model.bin"
    model.write_bytes(model.read_bytes()[:-1])
    with pytest.raises(UserError, match=r"answer.model\.bin is damaged"):
        verify(read_package(package))


def test_files_verified_before_are_hashed_again_only_when_they_changed(package: Path) -> None:
    verify_once(read_package(package))
    card = package / "MODEL_CARD.md"
    before = card.stat()
    card.write_text("x" * before.st_size, "utf-8")
    os.utime(card, ns=(before.st_atime_ns, before.st_mtime_ns))
    verify_once(read_package(package))  # same size and time: taken as verified
    os.utime(card, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000_000))
    with pytest.raises(UserError, match="damaged"):
        verify_once(read_package(package))


@pytest.mark.parametrize("top", ["", "tiny/"])
def test_installing_from_a_zip_and_removing(package: Path, tmp_path: Path, top: str) -> None:
    done = installed.install(_zip(package, tmp_path / "tiny.zip", top))
    assert done.folder == paths.user_data() / "students" / "tiny-decoder"
    assert installed.find("tiny-decoder").folder == done.folder
    installed.remove("tiny-decoder")
    assert not done.folder.exists()
    with pytest.raises(UserError, match="no students called"):
        installed.remove("tiny-decoder")


def test_only_the_packages_own_files_are_installed(package: Path) -> None:
    (package / "answer" / "stranger.py").write_text("print('hello')", "utf-8")
    done = installed.install(package)
    assert not (done.folder / "answer" / "stranger.py").exists()


def test_a_damaged_update_leaves_the_installed_package(package: Path, tmp_path: Path) -> None:
    installed.install(package)
    (package / "rationale" / "model.bin").write_bytes(b"not a model")
    for source in (package, _zip(package, tmp_path / "bad.zip")):
        with pytest.raises(UserError, match="damaged"):
            installed.install(source)
    seal(package, read_package(package).manifest)  # even with right checksums it is no model
    with pytest.raises(UserError, match="cannot be loaded"):
        installed.install(package)
    verify(installed.find("tiny-decoder"))
    assert [path.name for path in installed.packages_folder().iterdir()] == ["tiny-decoder"]


def test_what_is_no_package_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.zip").write_text("hello", "utf-8")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with zipfile.ZipFile(tmp_path / "escape.zip", "w") as archive:
        archive.writestr("../manifest.json", "{}")
    for name, sentence in (
        ("empty", "not a student package"),
        ("text.zip", "broken zip"),
        ("other.zip", "not a student package"),
        ("escape.zip", "refused"),
        ("nothing", "does not exist"),
    ):
        with pytest.raises(UserError, match=sentence):
            installed.install(tmp_path / name)
    assert installed.listed() == [one for one in installed.listed() if one.shipped]


def test_a_damaged_package_is_listed_with_its_problem(package: Path) -> None:
    folder = installed.install(package).folder
    _edit(folder, lambda m: m.update(prompt_version=99))
    (own,) = [one for one in installed.listed() if not one.shipped]
    assert own.package is None
    assert "prompts of version 99" in own.problem
    with pytest.raises(UserError, match="prompts of version 99"):
        installed.find("tiny-decoder")


def test_without_students_the_sentence_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(paths, "assets", lambda: tmp_path / "no-assets")
    with pytest.raises(UserError, match="tutor students install"):
        installed.find()


def test_an_install_killed_between_its_two_steps_is_put_right(package: Path) -> None:
    folder = installed.install(package).folder
    folder.rename(folder.with_name(".old-tiny-decoder"))  # as a kill would leave it
    verify(installed.find("tiny-decoder"))


@pytest.mark.parametrize("delay", [0.0, 0.15, 0.3, 0.6])
def test_killing_an_update_leaves_a_whole_package(package: Path, tutor_home: Path, delay: float) -> None:
    installed.install(package)
    (package / "MODEL_CARD.md").write_text("newer\n", "utf-8")
    seal(package, read_package(package).manifest)
    program = (
        "import sys; from pathlib import Path; from tutor_app.students.installed import install\n"
        "print('ready', flush=True)\nwhile True: install(Path(sys.argv[1]))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(package)], stdout=subprocess.PIPE, env={**os.environ}
    )
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(delay)
    process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.wait()
    process.stdout.close()
    verify(installed.find("tiny-decoder"))
