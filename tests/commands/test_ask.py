"""`tutor ask` before any student is needed: words without quotes, files, and words of distress."""

import argparse
import io
import json
import sys
from pathlib import Path

import pytest

from tutor_app.cli import main
from tutor_app.commands import ask
from tutor_app.questions.model import Question, Skipped


def asked(*words: str, monkeypatch: pytest.MonkeyPatch) -> Question:
    """The question these words are read as."""
    read: list[Question] = []

    def answer(options: argparse.Namespace, questions: list[Question | Skipped], as_json: bool) -> int:
        read.extend(question for question in questions if isinstance(question, Question))
        return 0

    monkeypatch.setattr(ask, "_answer_all", answer)
    assert main(["ask", *words]) == 0
    return read[0]


def test_words_without_quotes_are_one_question(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked("why", "is", "the", "sky", "blue", monkeypatch=monkeypatch).text == "why is the sky blue"
    question = asked("which", "floats", "-c", "a log", "-c", "iron", monkeypatch=monkeypatch)
    assert (question.text, question.choices) == ("which floats", ("a log", "iron"))


@pytest.mark.parametrize(
    "words", [["a.gift", "b.gift"], ["-", "x"], ["what", "is", "notes.txt"], ["my.bank", "x"]]
)
def test_where_words_may_mean_files_quotes_are_asked_for(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "my.bank").touch()
    monkeypatch.chdir(tmp_path)
    assert main(["ask", *words]) == 2
    assert f'tutor ask "{" ".join(words)}"' in capsys.readouterr().err


def test_distress_is_sent_to_a_person_also_without_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "i", "wanna", "die"]) == 2
    shown = capsys.readouterr()
    assert "talk to somebody" in shown.err
    assert shown.out == ""


def test_distress_as_a_line_of_json_is_sent_to_a_person(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = json.dumps({"text": "i want to kill myself"})
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(line.encode())))
    assert main(["ask", "-"]) == 2
    said = json.loads(capsys.readouterr().out)
    assert said["place"] == "line 1"
    assert "talk to somebody" in said["error"]
