"""The house rules: who imports whom, no foreign code, no network, private files, short files."""

import ast
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.no_network import Guard

ROOT = Path(__file__).parent.parent
APP = ROOT / "tutor_app"
LONGEST_FILE = 500

WORKSHOP = {"distill", "torch", "transformers", "accelerate", "peft", "openai"}
HEAVY = {"ctranslate2", "numpy", "textual", "openpyxl", "tokenizers", "sentencepiece", "fsrs", "sqlite3"}


def modules_after(code: str) -> set[str]:
    """The top-level modules a fresh interpreter has loaded after running this code."""
    report = "import sys, json; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def app_modules(folder: Path) -> list[str]:
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in sorted(folder.rglob("*.py"))]
    return [name.removesuffix(".__init__") for name in names if not name.endswith("__main__")]


def imports(file: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module


def where(file: Path, line: int) -> str:
    return f"{file.relative_to(ROOT)}:{line}"


# Who imports whom


def test_the_whole_app_loads_without_the_workshop_and_its_libraries() -> None:
    loaded = modules_after("\n".join(f"import {name}" for name in app_modules(APP)))
    assert loaded >= {"tutor_app", "textual"}  # everything was loaded indeed
    assert not loaded & WORKSHOP


def test_below_the_screens_nothing_knows_textual() -> None:
    names = [name for name in app_modules(APP) if not name.startswith("tutor_app.tui")]
    assert "tutor_app.learning.history" in names
    assert "textual" not in modules_after("\n".join(f"import {name}" for name in names))


@pytest.mark.parametrize("arguments", [["bank", "list"], ["settings", "list"], ["help", "start"]])
def test_quick_commands_load_nothing_heavy(arguments: list[str]) -> None:
    loaded = modules_after(f"from tutor_app.cli import main; assert main({arguments!r}) == 0")
    assert not loaded & (WORKSHOP | HEAVY)


def test_the_import_contracts_hold() -> None:
    # in a process of its own: it switches every logger off
    check = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    found = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


# Nothing that runs foreign code or goes anywhere

_FOREIGN = {"pickle", "marshal", "shelve", "dill", "subprocess", "ctypes", "code", "runpy"}
_NETWORK = {
    "socket",
    "ssl",
    "http",
    "urllib",
    "ftplib",
    "smtplib",
    "requests",
    "httpx",
    "webbrowser",
    "aiohttp",
}
_OWN_C_LIBRARY = {("students/memory.py", "ctypes")}  # asks the C library in the process, and loads no other
_EVALUATE = {"eval", "exec", "compile", "__import__", "breakpoint"}
_SHELL = {("os", "system"), ("os", "popen"), ("os", "startfile")}


def test_the_app_imports_nothing_that_reaches_out_or_runs_foreign_code() -> None:
    found = [
        f"{where(file, line)}: {name}"
        for file in APP.rglob("*.py")
        for line, name in imports(file)
        if name.split(".")[0] in _FOREIGN | _NETWORK
        and (file.relative_to(APP).as_posix(), name) not in _OWN_C_LIBRARY
    ]
    assert not found


def test_of_the_c_library_only_the_one_in_the_process_is_asked() -> None:
    for file, name in _OWN_C_LIBRARY:
        used = [
            ast.unparse(node)
            for node in ast.walk(ast.parse((APP / file).read_text("utf-8")))
            if isinstance(node, ast.Attribute | ast.Call) and ast.unparse(node).startswith(f"{name}.")
        ]
        assert set(used) == {
            "ctypes.CDLL",
            "ctypes.CDLL(None)",
            "ctypes.CDLL(None).mallopt",
            "ctypes.CDLL(None).malloc_trim",
        }


def test_the_app_evaluates_nothing_and_calls_no_shell() -> None:
    found = []
    for file in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func
            if isinstance(called, ast.Name) and called.id in _EVALUATE:
                found.append(f"{where(file, node.lineno)}: {called.id}")
            if (
                isinstance(called, ast.Attribute)
                and isinstance(called.value, ast.Name)
                and ((called.value.id, called.attr) in _SHELL or called.attr.startswith(("exec", "spawn")))
                and called.value.id == "os"
            ):
                found.append(f"{where(file, node.lineno)}: os.{called.attr}")
    assert not found


def test_xml_from_outside_goes_through_defusedxml() -> None:
    """The standard parsers expand entity bombs; only their types may be named."""
    parsers = {"parse", "fromstring", "iterparse", "XMLParser", "XML", "XMLPullParser"}
    found = []
    for file in APP.rglob("*.py"):
        names = {name for _, name in imports(file)}
        assert not names & {"xml.sax", "xml.dom", "xml.dom.minidom", "xml.parsers.expat", "lxml"}, file
        if "xml.etree.ElementTree" not in names and "xml.etree" not in names:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if (
                isinstance(node, ast.Attribute)
                and node.attr in parsers
                and isinstance(node.value, ast.Name)
                and node.value.id in ("ET", "ElementTree")
            ):
                found.append(f"{where(file, node.lineno)}: {node.attr}")
    assert not found


# The network is refused while the tests run


def test_the_guard_refuses_and_remembers(no_network: Guard) -> None:
    with pytest.raises(PermissionError, match="network is refused"):
        socket.create_connection(("192.0.2.1", 9), timeout=1)
    with pytest.raises(PermissionError):
        socket.getaddrinfo("example.org", 443)
    assert len(no_network.tried) == 2
    no_network.tried.clear()


@pytest.mark.loopback
def test_a_marked_test_may_talk_to_itself(no_network: Guard) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = threading.Thread(target=lambda: server.accept()[0].close())
        taken.start()
        socket.create_connection(server.getsockname(), timeout=5).close()
        taken.join()
        with pytest.raises(PermissionError):
            socket.create_connection(("192.0.2.1", 9), timeout=1)
    assert len(no_network.tried) == 1
    no_network.tried.clear()


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The user's folders after a teacher's and a student's day, each command a process without network.

    The user's umask hides nothing, so what is private was made so.
    """
    place = tmp_path_factory.mktemp("day")
    quiz, exported, progress = place / "quiz.gift", place / "quiz.xml", place / "progress.html"
    quiz.write_text("What pulls a ball down? {=gravity ~wind ~sound}\n", "utf-8")
    old = os.umask(0)
    try:
        for arguments, said in (
            (("bank", "import", str(quiz), "--title", "Quiz"), ""),
            (("bank", "export", "quiz", "--to", "moodle-xml", "-o", str(exported)), ""),
            (("settings", "set", "learn.explain_with", "bank"), ""),
            (("practise", "--plain", "--bank", "quiz", "--seed", "1", "--no-certainty"), "a\nb\n\n\n"),
            (("history", "backup"), ""),
            (("progress", "--to", str(progress)), ""),
            (("doctor", "--quick"), ""),
        ):
            done = tutor(place / "home", *arguments, said=said)
            wanted = (0, 1) if arguments[0] == "doctor" else (0,)
            assert done.returncode in wanted and "Traceback" not in done.stderr, (arguments, done.stderr)
    finally:
        os.umask(old)
    assert progress.stat().st_size > 1000 and "gravity" in exported.read_text("utf-8")
    return place / "home"


def tutor(home: Path, *arguments: str, said: str) -> "subprocess.CompletedProcess[str]":
    """`tutor …` in a process of its own in which any use of the network is refused and found out."""
    return subprocess.run(
        [sys.executable, "-m", "tests.no_network", *arguments],
        input=said,
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        env=os.environ | {"TUTOR_HOME": str(home)},
    )


def test_a_day_needs_no_network(day: Path) -> None:
    assert (day / "data" / "history" / "history.db").is_file()


# Files


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a user's folders private by other means")
def test_what_a_student_did_is_readable_by_her_alone(day: Path) -> None:
    open_to_others = {
        str(path.relative_to(day)): oct(path.stat().st_mode & 0o777)
        for path in (day, *day.rglob("*"))
        if path.stat().st_mode & 0o077
    }
    assert not open_to_others


def test_no_file_is_too_long_to_read() -> None:
    files = [file for folder in ("tutor_app", "distill", "tests") for file in (ROOT / folder).rglob("*.py")]
    assert len(files) > 150
    lengths = {where(file, 1): len(file.read_text("utf-8").splitlines()) for file in files}
    assert not {file: length for file, length in lengths.items() if length > LONGEST_FILE}
