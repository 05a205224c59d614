"""Small banks that several tests of this package use."""

import json
from pathlib import Path

from tutor_app.questions.formats import read_file
from tutor_app.questions.model import Bank, Question, ReadReport

LUNGS = Question(
    "lungs", "What do lungs take in?", ("oxygen", "sand", "light"), 0, hint="You need it to live."
)
HEART = Question("heart", "What pumps blood through the body?", ("the liver", "the heart"), 1, topic="Blood")
TIDES = Question("tides", "What causes most of the tides on Earth?", ("wind", "the Moon", "whales"), 1)


def bank(*questions: Question, title: str = "Body quiz") -> Bank:
    """A bank of these questions."""
    return Bank(title, questions or (LUNGS, HEART), subject="biology")


def report(*questions: Question, title: str = "Body quiz") -> ReadReport:
    """What reading such a bank gives."""
    return ReadReport("native", bank(*questions, title=title))


def write_native(path: Path, *questions: dict[str, object], title: str = "Week 3") -> Path:
    """A teacher's file in the native format."""
    header = {"format": "sci-cot-bank", "version": 1, "title": title}
    path.write_text("".join(json.dumps(line) + "\n" for line in (header, *questions)), "utf-8")
    return path


def read(path: Path) -> ReadReport:
    """Read a file as the commands do."""
    return read_file(path)
