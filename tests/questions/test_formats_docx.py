"""Questions in Word documents, and files that only look as if they could be read."""

import pytest

from tests.questions import made
from tests.questions.made_docx import (
    AGAIN,
    BULLETS,
    CAPITALS,
    OPTIONS,
    PICTURE,
    QUESTIONS,
    docx,
    paragraph,
    run,
    table,
    word,
)
from tutor_app.errors import UserError
from tutor_app.questions import formats
from tutor_app.questions.formats.reading import NothingUsableError
from tutor_app.questions.model import Question, ReadReport


def read(*blocks: str) -> ReadReport:
    try:
        return formats.read_bytes(docx(*blocks), "t.docx")
    except NothingUsableError as error:
        return error.report


def only(*blocks: str) -> Question:
    report = read(*blocks)
    assert report.format == "docx" and report.skipped == ()
    (question,) = report.bank.questions
    return question


def keys(*blocks: str) -> list[str | None]:
    return [question.key for question in read(*blocks).bank.questions]


def test_a_test_with_automatic_lists_and_a_table_of_answers_is_read() -> None:
    report = formats.read_bytes(word(), "test.docx")
    force, balance = report.bank.questions
    assert (force.text, force.key) == ("Which force slows a sliding box?", "friction")
    assert (balance.text, balance.key, balance.image) == ("What is shown?", "a balance", "a spring balance")
    assert [(left.place, left.reason) for left in report.skipped] == [
        ("test.docx:question 3", "no right answer is marked")
    ]


@pytest.mark.parametrize("mark", ["bold", "underlined", "yellow", "red", "strong"])
def test_the_only_option_that_stands_out_is_the_right_one(mark: str) -> None:
    question = only(
        "1. What pulls?", paragraph("A. ", run("mass", "black")), paragraph("B. ", run("weight", mark))
    )
    assert (question.choices, question.key) == (("mass", "weight"), "weight")
    assert keys("1. What pulls?", paragraph("(a) mass (b) ", run("weight", mark), " (c) time")) == ["weight"]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ((("mass", "bold"), ("weight", "bold"), ("time",)), "no right answer is marked"),
        ((("mass", "bold"), ("weight", "red"), ("time",)), "its right answer is in doubt: A is bold and B is coloured"),
        ((("mass", "strong", "not bold"), ("weight",)), "no right answer is marked"),
    ],
)  # fmt: skip
def test_options_that_stand_out_in_several_ways_are_not_guessed_at(
    options: tuple[tuple[str, ...], ...], reason: str
) -> None:
    lines = [paragraph(f"{letter}. ", run(*option)) for letter, option in zip("ABC", options, strict=False)]
    (left,) = read("1. What pulls?", *lines).skipped
    assert left.reason == reason


def test_a_part_of_an_option_that_stands_out_says_nothing() -> None:
    options = (paragraph("A. it does ", run("not", "bold"), " pull"), "B. it pulls")
    assert read("1. What is mass?", *options).skipped[0].reason == "no right answer is marked"
    assert keys("1. What is mass?", *options, "Answer: A") == ["it does not pull"]


def test_a_key_that_contradicts_what_stands_out_is_in_doubt() -> None:
    lines = ("1. What pulls?", paragraph(run("A. mass", "bold")), "B. weight", "Answer: B")
    assert read(*lines).skipped[0].reason.startswith("its right answer is in doubt: A or B")


def test_lists_go_on_and_begin_anew_as_in_word() -> None:
    quiz = (
        paragraph("What pulls?", style="Child"),
        *(paragraph(text, list=CAPITALS) for text in ("mass", "weight*")),
        paragraph("What lasts?", style="Child"),
        *(paragraph(text, list=AGAIN) for text in ("time*", "place")),
        paragraph("What is big?", list=QUESTIONS),
        *(paragraph(text, list=BULLETS) for text in ("the Sun ✓", "the Moon")),
        paragraph("What shines?", list=QUESTIONS),
        *(paragraph(text, list=OPTIONS) for text in ("a lamp", "a stone")),
        "Answers: 4. a",
    )
    report = read(*quiz)
    assert [question.key for question in report.bank.questions] == ["weight", "time", "the Sun", "a lamp"]
    assert report.skipped == ()


def test_letters_that_go_on_where_they_should_begin_anew_are_named() -> None:
    lines = [paragraph(text, list=CAPITALS) for text in ("one", "two")]
    report = read("1. First?", *lines, "Answer: A", "2. Second?", *lines, "Answer: B")
    assert [question.text for question in report.bank.questions] == ["First?"]
    assert [left.place for left in report.skipped] == ["t.docx:question 2"]


def test_indices_formulas_and_signs_become_text() -> None:
    square = "<m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
    fraction = (
        f"<m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den>{square}<m:r><m:t>+1</m:t></m:r></m:den></m:f>"
    )
    root = "<m:rad><m:deg/><m:e><m:r><m:t>ab</m:t></m:r></m:e></m:rad>"
    question = only(
        paragraph(
            "1. H",
            run("2", "lowered"),
            "O at 10",
            run("-", "raised"),
            run("3", "raised"),
            " if a <b and c> d?",
        ),
        paragraph("A. ", f"<m:oMath>{fraction}{root}</m:oMath>"),
        paragraph("B. R&D < 5"),
        "Answer: A",
    )
    assert question.text == "H₂O at 10⁻³ if a <b and c> d?"
    assert question.choices == ("1/(x²+1)√ab", "R&D < 5")


def test_what_was_deleted_hidden_or_stands_in_a_box_is_not_read() -> None:
    box = "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>Answer: A</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
    deleted = (
        "<w:del><w:r><w:delText>less </w:delText></w:r></w:del><w:ins><w:r><w:t>more </w:t></w:r></w:ins>"
    )
    question = only(
        paragraph("1. What is ", deleted, "light?", run(" (b)", "hidden"), box),
        "A. iron",
        "B. air",
        "Answer: B",
    )
    assert (question.text, question.key) == ("What is more light?", "air")


def test_pictures_are_described_or_named_as_undescribed() -> None:
    report = read(paragraph("1. What is it?", PICTURE.format("")), "A. a cell", "B. a heart", "Answer: A")
    assert report.warnings == (
        "t.docx:question 1: its picture has no description, and pictures are not shown",
    )
    options = (paragraph("A. ", PICTURE.format("a cell")), paragraph("B. ", PICTURE.format("")), "Answer: A")
    assert read("1. What is it?", *options).skipped[0].reason == "choice B has no text"


def test_tables_may_hold_a_question_a_row_or_lay_out_its_parts() -> None:
    sheet = table(
        ("Question", "A", "B", "Answer"), ("Is x < y?", "yes", "no", "B"), ("Who?", "me", "you", "A")
    )
    assert keys(sheet) == ["no", "me"]
    laid_out = table(("1", "Which one is it?\nA. x\nB. y", "[1]"), ("2.", "Which?\n(a) p (b) q", "[1]"))
    assert keys(laid_out, table(("Question", "1", "2"), ("Answer", "B", "A"))) == ["y", "p"]
    assert keys("1. Which?", table(("A. x", "B. y"), ("C. z", "D. u")), "Ans: D") == ["u"]
    assert keys("1. Which?", table(("a", "x"), ("b", "y")), "Ans: b") == ["y"]


def test_a_broken_document_keeps_what_came_before() -> None:
    parts = made.unzipped(docx("1. What pulls?", "A. mass", "B. weight", "Answer: B", "2. And?"))
    parts["word/document.xml"] = parts["word/document.xml"].replace(b"2. And?", b"<w:t>")
    report = formats.read_bytes(made.zipped(parts), "t.docx")
    assert [question.key for question in report.bank.questions] == ["weight"]
    assert "the document is broken" in report.skipped[-1].reason


# Files that only look as if they could be read

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (_OLE + "WordDocument".encode("utf-16-le"), "is an old Word document. Open it in Word and save it as .docx."),
        (_OLE + "Workbook".encode("utf-16-le"), "is an old Excel workbook"),
        (_OLE + "EncryptedPackage".encode("utf-16-le"), "is locked with a password"),
        (_OLE, "is an old file of Word, Excel or PowerPoint"),
        (b"{\\rtf1\\ansi 1. Which? {\\b x}}", "is rich text (RTF)"),
        (b"<!DOCTYPE html><style>p {color: red}</style>", "is a web page"),
        (made.zipped({"ppt/presentation.xml": "<p/>"}), "is a PowerPoint presentation"),
        (made.zipped({"collection.anki21": "SQLite", "media": "{}"}), "is an Anki package"),
        (made.zipped({"photos/a.JPG": "x", "photos/b.heic": "y"}), "holds only pictures"),
    ],
)  # fmt: skip
def test_a_file_of_another_kind_is_called_by_its_name(data: bytes, said: str) -> None:
    with pytest.raises(UserError) as caught:
        formats.read_bytes(data, "f")
    assert str(caught.value).startswith(f"f {said}")


@pytest.mark.parametrize(
    ("kind", "ending"), [("text", ".docx"), ("spreadsheet", ".xlsx"), ("presentation", ".docx")]
)
def test_files_of_libre_office_are_to_be_saved_as_others(kind: str, ending: str) -> None:
    data = made.stored({"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": "<x/>"})
    with pytest.raises(UserError, match=f"LibreOffice.*{ending}"):
        formats.read_bytes(data, "f")


def test_a_zip_of_documents_is_read_document_by_document() -> None:
    data = made.zipped(
        {"Unit/a.docx": docx("1. What pulls?", "A. mass", "B. weight*"), "Unit/b.txt": "1. Or?\nA. x\nB. y*"}
    )
    report = formats.read_bytes(data, "unit.zip")
    assert [question.key for question in report.bank.questions] == ["weight", "y"]
