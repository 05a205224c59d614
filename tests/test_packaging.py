"""The wheel as a user has it: in an environment of its own, run from anywhere, with any home or none."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import bundle

ROOT = Path(__file__).parent.parent
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built from the source as it is."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel in a new environment, which borrows the libraries of the one the tests run in."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    install = [sys.executable, "-m", "pip", "--python", str(scripts / "python"), "install", "--quiet"]
    offline = ["--no-index", "--no-deps", "--disable-pip-version-check", "--ignore-installed"]
    subprocess.run([*install, *offline, str(wheel)], check=True, capture_output=True)
    (packages,) = [path for path in folder.rglob("site-packages") if path.is_dir()]
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return scripts


@pytest.fixture
def run(environment: Path, tmp_path: Path) -> Run:
    """Runs an installed program in a folder of its own, in a bare environment."""

    def go(*command: str, said: str = "", **variables: str) -> "subprocess.CompletedProcess[str]":
        kept = {name: os.environ[name] for name in ("SYSTEMROOT", "PATH") if name in os.environ}
        program = str(environment / command[0])
        return subprocess.run(
            [program, *command[1:]],
            input=said,
            capture_output=True,
            encoding="utf-8",
            cwd=tmp_path,
            env={**kept, **variables},
        )

    return go


def test_the_wheel_carries_the_assets_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert sum(name.startswith("tutor_app/assets/banks/") and name.endswith(".jsonl") for name in names) == 70
    for name in ("facts/physics.jsonl", "guides/start.md", "recipes/tiny.toml", "LICENSE-CONTENT.md"):
        assert f"tutor_app/assets/{name}" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"tutor_app", "distill", "sci_cot_tutor"}
    assert not [name for name in names if "__pycache__" in name]


def test_the_assets_are_the_wheel_s_own(run: Run, environment: Path, tmp_path: Path) -> None:
    code = "from tutor_app import paths; print(paths.assets())"
    done = run("python", "-c", code)
    assert Path(done.stdout.strip()).is_relative_to(environment.parent), done.stderr
    listed = run("tutor", "bank", "list", "--json", TUTOR_HOME=str(tmp_path / "none"))
    assert len(json.loads(listed.stdout)) == 70


def test_a_data_folder_that_is_not_there_is_made(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "not" / "there" / "yet"
    lesson = ("practise", "--plain", "--seed", "1", "-n", "1", "--no-certainty")
    done = run("tutor", *lesson, said="n\n\n\n", TUTOR_HOME=str(home))
    assert done.returncode == 0, done.stderr
    assert (home / "data" / "history" / "history.db").is_file()


@pytest.mark.parametrize("kind", ["a file is in the way", "may not be written"])
def test_where_nothing_can_be_written_the_tutor_reads_and_says_so(
    run: Run, tmp_path: Path, kind: str
) -> None:
    home = tmp_path / "home"
    if kind == "a file is in the way":
        home.write_text("no folder", "utf-8")
    elif os.name == "nt" or os.geteuid() == 0:
        pytest.skip("nothing is read-only for this user")
    else:
        home.mkdir(mode=0o500)
    assert len(json.loads(run("tutor", "bank", "list", "--json", TUTOR_HOME=str(home)).stdout)) == 70
    assert "gravity" in run("tutor", "facts", "search", "gravity", TUTOR_HOME=str(home)).stdout.casefold()
    done = run("tutor", "learn", "--plain", TUTOR_HOME=str(home))
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("tutor: ") and "Traceback" not in done.stderr and str(home) in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has other names for a home")
def test_without_a_home_the_system_s_word_is_taken(run: Run, tmp_path: Path) -> None:
    listed = run("tutor", "bank", "list", "--json")
    assert listed.returncode == 0 and len(json.loads(listed.stdout)) >= 70, listed.stderr
    data = {f"XDG_{name}_HOME": str(tmp_path / name) for name in ("DATA", "CONFIG", "CACHE", "STATE")}
    assert run("tutor", "history", "backup", **data).returncode == 0
    assert list(tmp_path.rglob("history.db"))


def test_the_bundle_installs_from_its_wheels_alone(wheel: Path, tmp_path: Path) -> None:
    bundle.write(wheel.parent, tmp_path / "bundle.zip", "3.11")
    with zipfile.ZipFile(tmp_path / "bundle.zip") as packed:
        packed.extractall(tmp_path)
    folder = tmp_path / "tutor-bundle"
    assert "pip install --no-index --find-links wheels sci-cot-tutor" in (folder / "README.txt").read_text(
        "utf-8"
    )
    target = ["install", "--quiet", "--no-deps", "--target", str(tmp_path / "there")]
    offline = ["--no-index", "--find-links", "wheels", "sci-cot-tutor"]
    subprocess.run([sys.executable, "-m", "pip", *target, *offline], cwd=folder, check=True)
    assert (tmp_path / "there" / "tutor_app" / "assets" / "banks").is_dir()
