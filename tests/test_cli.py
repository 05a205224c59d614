"""Both command lines: errors are sentences, output comes through any console, guides agree with the code."""

import argparse
import errno
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

import distill.cli
import tutor_app.cli
from tutor_app.errors import UserError


def one_command(run: object) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.set_defaults(run=run, command="x")
    return parser


def fails(error: BaseException) -> object:
    def run(options: argparse.Namespace) -> int:
        raise error

    return run


@pytest.mark.parametrize("cli", [tutor_app.cli, distill.cli])
@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UserError("No."), 2),
        (OSError(errno.EROFS, "Read-only file system", "/config"), 2),
        (BrokenPipeError(), 0),
        (KeyboardInterrupt(), 130),
    ],
)
def test_errors_meant_for_people_have_a_status_and_a_sentence(
    cli: object, error: BaseException, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "parser", lambda: one_command(fails(error)))
    assert cli.main([]) == status  # type: ignore[attr-defined]


def test_without_its_libraries_the_workshop_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setattr(distill.cli, "parser", lambda: one_command(lambda _: import_module("torch")))
    assert distill.cli.main([]) == 2
    assert "pip install '.[distill]'" in capsys.readouterr().err


def test_a_mistake_of_our_own_is_not_taken_for_a_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        distill.cli, "parser", lambda: one_command(lambda _: import_module("distill.nowhere"))
    )
    with pytest.raises(ModuleNotFoundError):
        distill.cli.main([])


def printed(code: str, **variables: str) -> bytes:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))
    }
    script = f"from tutor_app.console import speak_plainly; speak_plainly(); {code}"
    return subprocess.run(
        [sys.executable, "-c", script], env=kept | variables, capture_output=True, check=True
    ).stdout.strip()


def test_a_pipe_gets_unicode_whatever_the_system_s_code_page() -> None:
    printed_ = printed("print('H\\u2082O \\u0394')", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert printed_ == "H₂O Δ".encode()


def test_a_chosen_encoding_stays_and_what_it_lacks_becomes_a_question_mark() -> None:
    assert printed("print('H\\u2082O')", PYTHONIOENCODING="ascii") == b"H?O"


def test_half_a_character_never_stops_a_command() -> None:
    assert printed("print('a\\ud800b')") == b"a?b"


def test_what_is_typed_in_another_encoding_stops_nothing() -> None:
    script = "from tutor_app.console import speak_plainly; speak_plainly(); print(ascii(input()))"
    for chosen in ({"PYTHONIOENCODING": "utf-8:strict"}, {}):
        read = subprocess.run(
            [sys.executable, "-c", script], env=os.environ | chosen, input=b"caf\xe9\n", capture_output=True
        )
        assert read.stdout.strip() == b"'caf\\ufffd'"


def test_the_exam_lock_may_be_said_before_the_command_or_after_it() -> None:
    for words in (["--exam-lock", "test"], ["test", "--exam-lock"]):
        assert tutor_app.cli.parser().parse_args(words).exam_lock
    assert not tutor_app.cli.parser().parse_args(["test"]).exam_lock


# The guides, the README and the code


ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "assets" / "guides").glob("*.md"))]
PROGRAMS = {"tutor": tutor_app.cli.parser, "distill": distill.cli.parser}


def commands_in(page: Path) -> Iterator[list[str]]:
    """The words of every `tutor …` and `distill …` in code, up to the next command."""
    text = page.read_text("utf-8")
    fenced = [
        line for block in re.findall(r"```(?:sh)?\n(.*?)```", text, re.S) for line in block.splitlines()
    ]
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.S))
    for code in (*fenced, *inline):
        for part in re.split(r"&&|;|\|", code):
            with suppress(ValueError):
                words = shlex.split(part, comments=True)
                if words and words[0].rpartition("/")[2] in PROGRAMS:
                    yield [words[0].rpartition("/")[2], *words[1:]]


def subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    found = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(found[0].choices) if found else {}


def unknown_in(words: list[str]) -> str:
    """What of a command the program does not know; nothing when it knows all."""
    parser = PROGRAMS[words[0]]()
    options = set(parser._option_string_actions)
    for position, word in enumerate(words[1:], 1):
        choices = subcommands(parser)
        if word.startswith("-") and word != "-":
            if word.partition("=")[0] not in options:
                return word
        elif word in choices:
            parser = choices[word]
            options |= set(parser._option_string_actions)
        elif choices and not words[position - 1].startswith("--"):
            return word
    return ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_a_page_names_exists(page: Path) -> None:
    unknown = {" ".join(words): what for words in commands_in(page) if (what := unknown_in(words))}
    assert not unknown


def test_the_pages_name_every_command() -> None:
    named = {
        tuple(words[: n + 1]) for page in PAGES for words in commands_in(page) for n in range(len(words))
    }
    wanted = {(program, name) for program, parser in PROGRAMS.items() for name in subcommands(parser())}
    assert wanted - named == set()


def test_every_command_and_option_says_what_it_is_for() -> None:
    silent = []
    waiting = [(program, parser()) for program, parser in PROGRAMS.items()]
    while waiting:
        name, parser = waiting.pop()
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                said = {choice.dest for choice in action._choices_actions if choice.help}
                silent += [f"{name} {choice}" for choice in action.choices if choice not in said]
                waiting += [(f"{name} {choice}", sub) for choice, sub in action.choices.items()]
            elif action.option_strings and not action.help:
                silent.append(f"{name} {action.option_strings[0]}")
    assert not silent


def test_links_between_the_pages_lead_somewhere() -> None:
    pages = [*PAGES, ROOT / "ARCHITECTURE.md"]
    links = [
        (page, link) for page in pages for link in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8"))
    ]
    assert not [
        f"{page.name}: {link}" for page, link in links if ":" not in link if not (page.parent / link).exists()
    ]


def test_files_the_pages_name_are_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8") + (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = set(re.findall(r"`([\w/.-]+\.(?:py|md|toml|txt))`", text))
    folders = [ROOT / name for name in ("tutor_app", "distill", "tests", "scripts", "assets/guides")]
    files = [*ROOT.iterdir(), *(path for folder in folders for path in folder.rglob("*.*"))]
    known = {path.relative_to(ROOT).as_posix() for path in files}
    missing = {name for name in named if not any(("/" + path).endswith("/" + name) for path in known)}
    assert len(named) > 20 and not missing
