"""`tutor students`, `tutor facts` and `tutor doctor` as their users meet them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tutor_app import __version__, paths
from tutor_app.cli import main
from tutor_app.students.engine import Family, Threads
from tutor_app.students.threads import Timing, choose, chosen, keep, processors


@pytest.fixture
def package(tiny_packages: dict[Family, Path], tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    shutil.copytree(tiny_packages[Family.DECODER], folder, ignore=shutil.ignore_patterns("originals"))
    return folder


@pytest.fixture
def no_shipped_students(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in an installation whose assets hold none."""
    empty = tmp_path / "assets"
    (empty / "facts").mkdir(parents=True)
    monkeypatch.setattr(paths, "assets", lambda: empty)


@pytest.mark.usefixtures("no_shipped_students")
def test_from_install_to_removal(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["students", "list"]) == 0
    assert "tutor students install" in capsys.readouterr().out
    assert main(["students", "install", str(package), "--use"]) == 0
    assert main(["students", "list"]) == 0
    assert "* tiny-decoder 0.1  (installed)" in capsys.readouterr().out
    assert main(["students", "verify"]) == 0
    assert main(["students", "show", "--json"]) == 0
    out = capsys.readouterr().out
    assert json.loads(out[out.index("{") :])["family"] == "decoder"
    assert main(["students", "remove", "tiny-decoder"]) == 0
    assert "No students are installed" in capsys.readouterr().out
    assert main(["students", "show"]) == 2


def test_parameters_are_told_of_both_students_together(
    package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["students", "install", str(package), "--use"])
    capsys.readouterr()
    assert main(["students", "show"]) == 0
    assert "parameters in both together" in capsys.readouterr().out


def test_data_and_scores_are_shown_in_words(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = package / "manifest.json"
    manifest = json.loads(place.read_text("utf-8"))
    accuracy = {"value": 0.41, "low": 0.3, "high": 0.5}
    manifest["data"] = [
        {"name": "ours", "questions": 4565, "licence": "CC0"},
        {"name": "mine", "licence": ""},
    ]
    manifest["scores"] = {
        "dev/both": {"protocol": "tutor", "questions": 100, "accuracy": accuracy, "ece": 0.1},
        "odd": "by hand",
    }
    place.write_text(json.dumps(manifest), "utf-8")
    main(["students", "install", str(package), "--use"])
    capsys.readouterr()
    assert main(["students", "show"]) == 0
    shown = capsys.readouterr().out
    assert "  data       ours (4,565 questions, CC0)\n             mine (no licence stated)\n" in shown
    assert (
        "  right      41.0% of 100 questions: dev/both (protocol tutor)\n             odd: by hand\n" in shown
    )
    assert "{" not in shown and " 0 MB" not in shown


def test_damage_is_one_sentence_and_status_two(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["students", "install", str(package)])
    model = paths.user_data() / "students" / "tiny-decoder" / "answer" / "model.bin"
    model.write_bytes(b"damaged")
    capsys.readouterr()
    assert main(["students", "use", "tiny-decoder"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1 and "is damaged" in said.err


def test_facts_are_searched_flagged_and_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["facts", "search", "photosynthesis", "-n", "2", "--json"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert main(["facts", "flag", str(first["id"])]) == 0
    assert main(["facts", "list", "--flagged"]) == 0
    assert first["text"] in capsys.readouterr().out
    assert main(["facts", "search", "photosynthesis", "-n", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == second
    assert main(["facts", "unflag", str(first["id"])]) == 0
    assert main(["facts", "flag", "12"]) == 2


def test_notes_are_imported_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notes = tmp_path / "class 5b.md"
    notes.write_text("# Rocks\nGneiss is a metamorphic rock with bands.\n", "utf-8")
    assert main(["facts", "import", str(notes)]) == 0
    assert "Added 1 fact from" in capsys.readouterr().out
    assert main(["facts", "list", "--json"]) == 0
    assert any(row["title"] == "class 5b" for row in json.loads(capsys.readouterr().out))
    assert main(["facts", "remove", "class-5b"]) == 0
    assert main(["facts", "remove", "class-5b"]) == 2


def test_the_doctor_measures_and_stores_thread_counts(
    package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["students", "install", str(package), "--use"])
    capsys.readouterr()
    assert main(["doctor", "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)
    assert {"program", "processor", "folders", "banks", "facts", "students", "speed"} <= {
        finding["about"] for finding in findings
    }
    stored = json.loads((paths.user_config() / "threads.json").read_text("utf-8"))
    assert chosen() == Threads(stored["workers"], stored["each"])


@pytest.mark.usefixtures("no_shipped_students")
def test_the_doctor_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "! students" in out and "tutor students install" in out
    assert "! banks" in out


def test_the_doctor_says_which_students_are_in_use(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["students", "install", str(package), "--use"])
    capsys.readouterr()
    main(["doctor", "--quick"])
    out = capsys.readouterr().out
    assert "tiny-decoder 0.1, in use: every file" in out
    assert out.count("in use") == 1
    main(["settings", "set", "tutor.students", "gone"])
    assert main(["doctor", "--quick"]) == 1
    assert "! students   There are no students called 'gone'." in capsys.readouterr().out


def test_the_version_says_whose_it_is(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["students", "install", str(package), "--use"])
    capsys.readouterr()
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["--version"])
    assert capsys.readouterr().out == f"tutor {__version__}, students tiny-decoder 0.1\n"


@pytest.mark.usefixtures("no_shipped_students")
def test_the_version_is_said_without_students_too(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["--version"])
    assert capsys.readouterr().out == f"tutor {__version__}, no students that can be used\n"


def test_the_doctor_outlives_what_it_finds(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["students", "install", str(package), "--use"])
    (paths.user_data() / "students" / "tiny-decoder" / "manifest.json").write_text("{", "utf-8")
    paths.user_config().mkdir(parents=True, exist_ok=True)
    (paths.user_config() / "threads.json").write_text("{", "utf-8")
    assert main(["doctor", "--quick"]) == 1
    assert "cannot be read" in capsys.readouterr().out
    assert chosen() == Threads(min(2, processors()), 1)


def test_the_doctor_looks_at_every_package_whatever_ails_the_first(
    package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["students", "install", str(package)])
    folder = paths.user_data() / "students"
    shutil.copytree(folder / "tiny-decoder", folder / "another")
    for name in ("another", "tiny-decoder"):
        (folder / name / "answer" / "model.bin").write_bytes(b"damaged")
    assert main(["doctor", "--quick"]) == 1
    assert capsys.readouterr().out.count("is damaged") == 2


def test_more_threads_are_chosen_only_when_worthwhile() -> None:
    def timings(*rows: tuple[int, int, float, float]) -> list[Timing]:
        return [Timing(Threads(workers, each), alone, batched) for workers, each, alone, batched in rows]

    assert choose(timings((1, 1, 72, 300), (1, 2, 43, 200), (2, 1, 70, 500))) == Threads(2, 1)
    assert choose(timings((1, 1, 72, 300), (1, 2, 120, 500))) == Threads(1, 2)
    assert choose(timings((1, 1, 72, 300), (1, 2, 73, 310), (2, 1, 72, 301))) == Threads(1, 1)


def test_a_choice_of_another_machine_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(Threads(3, 1), [])
    assert chosen() == Threads(3, 1)
    monkeypatch.setattr("tutor_app.students.threads.processors", lambda: 99)
    assert chosen() == Threads(2, 1)


def test_one_processor_gets_one_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor_app.students.threads.processors", lambda: 1)
    assert chosen() == Threads(1, 1)


def test_students_and_facts_need_neither_torch_nor_textual(package: Path) -> None:
    program = (
        "import sys; from tutor_app.cli import main\n"
        "main(['students', 'install', sys.argv[1]]); main(['facts', 'search', 'magnet'])\n"
        "heavy = {'torch', 'transformers', 'textual', 'distill'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(package)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
