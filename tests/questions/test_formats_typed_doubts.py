"""Typed questions, sheets and Word documents that look as if they named a right answer, but do not."""

import time

import pytest

from tests.questions.made_docx import docx, paragraph, run, table
from tutor_app.questions import formats
from tutor_app.questions.formats.reading import NothingUsableError
from tutor_app.questions.model import ReadReport

_NO_KEY = "no right answer is marked"


def read(data: str | bytes, name: str = "t.txt") -> ReadReport:
    try:
        return formats.read_bytes(data.encode() if isinstance(data, str) else data, name)
    except NothingUsableError as error:
        return error.report


def document(*blocks: str) -> ReadReport:
    return read(docx(*blocks), "t.docx")


def keys(text: str) -> list[str | None]:
    return [question.key for question in read(text).bank.questions]


def reasons(report: ReadReport) -> list[str]:
    assert report.bank.questions == ()
    return [left.reason for left in report.skipped]


# Lists of answers


def test_a_list_to_be_matched_is_no_list_of_answers() -> None:
    report = read(
        "1. Which?\nA. iron\nB. air\n2. Who?\nA. me\nB. you\n"
        "3. Match.\n1. A\n2. C\n3. B\nA. x\nB. y\nC. z\nAnswer: B\n"
    )
    assert [question.text for question in report.bank.questions] == ["Match.\n1. A\n2. C\n3. B"]
    assert [left.reason for left in report.skipped] == [_NO_KEY] * 2
    assert reasons(read("1. Which?\nA. iron\nB. air\nMatch.\n1. A\n2. B\nA. x\nB. y\n"))


def test_questions_behind_a_list_of_answers_are_read() -> None:
    first = "1. Which is a gas?\nA. iron\nB. neon\nAnswers\n1. B\n\n"
    assert keys(f"{first}Part 2\n2. Name a gas.\nAnswer: oxygen\n") == ["neon", None]
    assert keys(f"{first}Part 2\nLook at the table.\n2. Sun is a star.\nAnswer: True\n") == ["neon", "True"]


# How options look


def _formula(text: str) -> str:
    return f"<m:oMath><m:r><m:t>{text}</m:t></m:r></m:oMath>"


def _link(text: str) -> str:
    return f"<w:hyperlink>{run(text, 'underlined')}</w:hyperlink>"


@pytest.mark.parametrize("other", [_formula("mv"), run("+", "bold"), _link("nasa.gov"), run("link", "link")])
def test_an_option_that_cannot_be_bold_makes_no_other_the_right_one(other: str) -> None:
    options = (paragraph("A. ", other), paragraph("B. ", run("none", "bold")))
    assert reasons(document("1. Which?", *options)) == [_NO_KEY]
    assert document("1. Which?", *options, "Answer: A").bank.questions[0].answer == 0


@pytest.mark.parametrize("mark", ["near-black", "near-white", "link", "white"])
def test_looks_that_nobody_sees_or_that_a_link_has_mark_nothing(mark: str) -> None:
    assert reasons(document("1. Which?", "A. iron", paragraph("B. ", run("neon", mark)))) == [_NO_KEY]


def test_a_text_box_is_named_as_not_read() -> None:
    box = f"<w:r><w:pict><w:txbxContent>{paragraph('2. And?')}</w:txbxContent></w:pict></w:r>"
    report = document("1. Which?", "A. iron", "*B. neon", paragraph(box))
    assert report.warnings == ("t.docx: text boxes are not read; move their text into the page",)


@pytest.mark.parametrize("mark", [" *", "*"])
def test_a_star_behind_a_symbol_marks_it_only_where_others_are_marked_so(mark: str) -> None:
    short = f"1. Which?\nA. x\nB. d{mark}\n"
    assert keys(short) == ["d"]
    assert keys(f"{short}2. Who?\nA. me{mark}\nB. us\n") == ["d", "me"]
    report = read(f"{short}2. Who?\n*A. iron\nB. neon\n3. Why?\nA. x\nB. y\nAnswer: A\n")
    assert [question.key for question in report.bank.questions] == ["iron", "x"]
    assert report.skipped[0].reason.startswith("a star behind an option may belong to it")
    assert keys(f"{short}Answer: A\n") == ["x"]


def test_the_star_of_an_orbital_is_part_of_it() -> None:
    assert reasons(read("1. Which?\nA. n\nB. π*\n2. Who?\nA. x\nB. σ*\n")) == [_NO_KEY] * 2
    assert keys("1. Which?\nA. n\nB. π*\nAnswer: B\n") == ["π*"]


# True, false and other letters


def test_f_is_fluorine_where_no_truth_is_asked_for() -> None:
    lettered = "its key is F, but it has no options that can be told apart (A, B, …)"
    assert reasons(read("1. Write the symbol of fluorine.\nAnswer: F\n")) == [lettered]
    assert reasons(read("1. Fluorine, in short\nAnswer: F\n")) == [lettered]
    section = "True or false?\n1. The Sun is a star.\nAnswer: T\n"
    assert keys(f"{section}2. What is fluorine's symbol?\nAnswer: F\n") == ["True"]
    assert keys(f"{section}Section B\n2. Fluorine, in short\nAnswer: F\n") == ["True"]
    assert keys("1. True or false: ice is hot.\nAnswer: F\n") == ["False"]


def test_a_sheet_of_truths_may_hold_a_question_for_a_symbol() -> None:
    report = read("question,answer\nsun hot?,T\nmoon hot?,F\nsymbol of fluorine?,F\n", "t.csv")
    assert [question.choices for question in report.bank.questions] == [("True", "False")] * 2 + [()]


def test_a_letter_that_is_the_text_of_another_choice_is_left_out() -> None:
    sheet = "question,A,B,C,D,answer\nm?,iron,x,y,z,A\nn?,iron,x,y,z,C\nrarest?,O,A,B,AB,B\n"
    (left,) = read(sheet, "t.csv").skipped
    assert left.reason == "its key B may mean option B or option C; write that in its place"


# Layout


def test_numbered_options_are_not_taken_for_statements() -> None:
    text = "1. What is ice?\n1) water\n2) salt\nAnswer: 1\n2. What is gold?\n1) gas\n2) metal\nAnswer: 2) metal\n"
    assert [reason[:12] for reason in reasons(read(text))] == ["its key is 1", "its key is 2"]


def test_options_in_columns_are_left_out() -> None:
    said = "options side by side cannot be told apart; write each on its own line"
    assert reasons(read("1. Which?\nA. iron    C. neon\nB. air    D. gold\nAnswer: A\n")) == [said]
    columns = table(("A. iron", "C. neon"), ("B. air", "D. gold"))
    assert reasons(document("1. Which?", columns, "Answer: A")) == [said]
    assert keys("1. What is 0 C. in F?\nA. 32 F. or so\nB. 0 F.\nAnswer: A\n") == ["32 F. or so"]


@pytest.mark.parametrize(
    "text", ["Name the gas that we need: ____", "Form of energy in food is ____ energy."]
)
def test_a_gap_behind_name_or_form_is_a_question(text: str) -> None:
    report = read(f"1. What is gold?\nAnswer: metal\n\n2. {text}\nAnswer: oxygen\n")
    assert report.bank.questions[1].text.startswith(text[:8])
    (question,) = read(f"1. Look at it.\n{text}\nA. x\nB. y\nAnswer: A\n").bank.questions
    assert text[:8] in question.text


@pytest.mark.parametrize(
    "line",
    [
        "Name: ____ Date: __/__/____",
        "Student's name ________",
        "Score: ____ / 20",
        "Name of the student: ____",
    ],
)
def test_places_for_a_name_belong_to_no_question(line: str) -> None:
    (question,) = read(f"1. Look at it.\n{line}\nA. x\nB. y\nAnswer: A\n").bank.questions
    assert question.text == "Look at it."


def test_what_only_text2qti_has_is_read_as_such() -> None:
    report = read("1. Read it.\nAnswer with one word.\na) iron\n... no\n*b) neon\n\n2. How many?\n= 5\n")
    assert report.format == "text2qti"
    assert report.bank.questions[0].choices == ("iron", "neon")


def test_spaces_without_end_take_no_time() -> None:
    text = f"1. Is it{' ' * 15_000}wet?\nAnswer: yes\n\n"
    began = time.process_time()
    read(text * 4)
    assert time.process_time() - began < 3
