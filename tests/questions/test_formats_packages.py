"""Zips and H5P packages: every part in them is read or named."""

import json

import pytest

from tests.questions import made
from tutor_app.errors import UserError
from tutor_app.questions import formats

SHEET = b"question,a,b,key\nWhich rusts?,iron,neon,A\n"


def test_a_zip_names_what_it_could_not_read() -> None:
    parts = {
        "unit/cards.txt": b"What pumps blood?\theart\nWhat is red?\tMars\n",
        "unit/quiz.csv": SHEET,
        "unit/notes.txt": b"Nothing to ask.",
        "unit/q.pdf": b"%PDF",
        "unit/heart.png": b"x",
        "__MACOSX/._quiz.csv": b"x",
        ".DS_Store": b"x",
    }
    report = formats.read_bytes(made.zipped(parts), "unit.zip")
    assert len(report.bank.questions) == 3
    assert report.warnings == ("unit.zip: no questions were found in unit/notes.txt, unit/q.pdf",)


def test_workbooks_and_h5p_packages_in_a_zip_are_read() -> None:
    params = {"question": "Which glows?", "answers": [{"text": "neon", "correct": True}, {"text": "iron"}]}
    about = {"title": "T", "mainLibrary": "H5P.MultiChoice"}
    h5p = made.zipped({"h5p.json": json.dumps(about), "content/content.json": json.dumps(params)})
    sheet = made.sheet([["question", "a", "b", "key"], ["Which rusts?", "iron", "neon", "A"]])
    report = formats.read_bytes(
        made.zipped({"a/quiz.xlsx": sheet, "b/more.h5p": h5p, "c.csv": SHEET}), "f.zip"
    )
    assert report.format == "qti-zip"
    assert [question.text for question in report.bank.questions] == ["Which rusts?", "Which glows?"]
    assert report.skipped[0].place == "f.zip/c.csv:2"


def test_a_zip_without_questions_says_what_is_in_it() -> None:
    with pytest.raises(UserError, match=r"holds no questions .* no questions were found in a\.docx, b\.pdf"):
        formats.read_bytes(made.zipped({"a.docx": b"x", "b.pdf": b"y"}), "f.zip")


def test_a_part_of_an_unknown_kind_is_named() -> None:
    crossword = {"library": "H5P.Crossword 0.5", "params": {"words": [{"clue": "pumps blood"}]}}
    truth = {"library": "H5P.TrueFalse 1.8", "params": {"question": "Hot?", "correct": "true"}}
    told = {"library": "H5P.AdvancedText 1.1", "params": {"text": "Read."}}
    content = {"questions": [crossword, told, {"library": "H5P.Column 1.1", "params": {"content": [truth]}}]}
    about = {"title": "T", "mainLibrary": "H5P.QuestionSet"}
    package = made.zipped({"h5p.json": json.dumps(about), "content/content.json": json.dumps(content)})
    report = formats.read_bytes(package, "f.h5p")
    assert [question.text for question in report.bank.questions] == ["Hot?"]
    assert [(left.place, left.reason) for left in report.skipped] == [
        ("f.h5p:question 1", "questions of the kind Crossword are not supported")
    ]
