"""Sheets as teachers fill them: what may not be read wrongly without a word."""

import datetime
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.questions import made
from tutor_app.errors import UserError
from tutor_app.questions import formats
from tutor_app.questions.model import Question, ReadReport


def read(*rows: str) -> ReadReport:
    return formats.read_bytes("\n".join(rows).encode(), "s.csv")


def only(*rows: str) -> Question:
    (question,) = read(*rows).bank.questions
    return question


def why_not(*rows: str) -> str:
    with pytest.raises(UserError) as refused:
        read(*rows)
    return str(refused.value)


def reasons(report: ReadReport) -> dict[str, str]:
    return {left.place: left.reason for left in report.skipped}


# Headings


@pytest.mark.parametrize(
    ("heading", "row"),
    [
        ("Question,Alternative A,Alternative B,Alternative C,Correct", "Red?,Venus,Mars,Sun,B"),
        ("Q,A,B,C,Ans", "Red?,Venus,Mars,Sun,B"),
        ("Q,Question,A,B,C,Right", "1,Red?,Venus,Mars,Sun,B"),
        ("Question,Answer choice 1,Answer choice 2,Answer choice 3,Correct Ans", "Red?,Venus,Mars,Sun,2"),
        ("Question,Right answer,False answer 1,False answer 2", "Red?,Mars,Venus,Sun"),
        ("Question,Right answer,Wrong answer A,Wrong answer B", "Red?,Mars,Venus,Sun"),
        ("Question,Answer,Distractor 1,Distractor 2", "Red?,Mars,Venus,Sun"),
        ("question,correct_answer,incorrect_answers", 'Red?,Mars,"Venus, Sun"'),
        ("question,correct_answer,distractors", "Red?,Mars,Venus|Sun"),
    ],
)
def test_choices_are_found_under_the_names_people_use(heading: str, row: str) -> None:
    question = only(heading, row)
    assert (question.text, question.key) == ("Red?", "Mars")
    assert sorted(question.choices) == ["Mars", "Sun", "Venus"]


@pytest.mark.parametrize("key", ["B", "2", "A,C"])
def test_a_letter_beside_columns_that_are_not_known_is_no_answer(key: str) -> None:
    reason = why_not("Question,Wahl A,Wahl B,Wahl C,Correct", f'Red?,Venus,Mars,Sun,"{key}"')
    assert "and the columns Wahl A, Wahl B, Wahl C are not read" in reason
    assert only("Question,Notes,Correct", "How many legs has a spider?,hm,8").accepted == ("8",)


def test_a_sheet_without_a_key_names_the_columns_it_did_not_read() -> None:
    reason = why_not("Question,A,B,Die Lösung", "Red?,Venus,Mars,B")
    assert reason.endswith("s.csv:2: no column is named correct; columns not read: Die Lösung.")


@pytest.mark.parametrize(
    "rows",
    [
        ("Frage;Antwort A;Antwort B;Richtig", "Rot?;Venus;Mars;B"),
        ("Red?,Venus,Mars,B", "Hot?,Sun,ice,A"),
        ("MC\tRed?\tVenus\tincorrect\tMars\tcorrect", "TF\tIce is hot.\tfalse"),
        ("NewQuestion,MC,,", "QuestionText,Red?,,", "Option,100,Mars,"),
    ],
)
def test_a_table_without_known_headings_says_what_its_first_row_should_be(rows: tuple[str, ...]) -> None:
    assert "The first row should name them, such as: question, choice 1" in why_not(*rows)


# Rows that are not as wide as the heading


@pytest.mark.parametrize(
    ("heading", "row", "count", "named"),
    [
        ("question,A,B,C,correct", "Half of three?,1,5,2,5,3,5,A", 8, 5),
        ("question,A,B,correct,explanation", "Hot?,Sun,Moon,A,Because, it burns", 6, 5),
    ],
)
def test_a_row_longer_than_the_heading_is_left_out(heading: str, row: str, count: int, named: int) -> None:
    reason = (
        f"the row has {count} cells, the heading names {named}; put quotation marks round cells with commas"
    )
    assert reason in why_not(heading, row)


def test_empty_cells_behind_the_heading_are_fine() -> None:
    assert only("question,A,B,correct", "Hot?,Sun,Moon,A,,, ").key == "Sun"


@pytest.mark.parametrize(
    "rows",
    [
        ('"Red?,Mars,Sun,A', "Pumps blood?,heart,lung,A", '"A force, really?",friction,heat,A'),
        ('Red?,"Mars,Sun,A', "Pumps blood?,heart,lung,A"),
    ],
)
def test_a_quotation_mark_that_is_not_closed_is_named(rows: tuple[str, ...]) -> None:
    report = read("question,A,B,correct", "Ice?,water,salt,A", *rows)
    assert [question.text for question in report.bank.questions] == ["Ice?"]
    assert f"{len(rows)} lines were read as one row, since a quotation mark" in reasons(report)["s.csv:3"]


def test_a_cell_may_have_several_lines() -> None:
    question = only(
        "question,A,B,correct,explanation", 'Hot?,Sun,Moon,A,"It burns.\n1,2,3,4,5 and ""more""."'
    )
    assert question.steps == ("It burns.", '1,2,3,4,5 and "more".')


# True and false


@pytest.mark.parametrize("kind", ["TF", "T/F", "True/False", "true_false", "boolean"])
@pytest.mark.parametrize("choices", [",", "True,False"])
def test_t_and_f_are_true_and_false_where_the_type_says_so(kind: str, choices: str) -> None:
    report = read(
        "Type,Question,A,B,Answer", f"{kind},The Sun is hot.,{choices},T", f"{kind},Ice?,{choices},f"
    )
    assert [question.key for question in report.bank.questions] == ["True", "False"]


def test_t_and_f_are_true_and_false_where_nothing_else_is_answered() -> None:
    report = read("question,answer", "The Sun is hot.,T", "Ice is hot.,F", "Iron is,TRUE", "Is it?,yes")
    assert [question.key for question in report.bank.questions] == ["True", "False", "True", "Yes"]


def test_a_lone_letter_among_other_answers_stays_and_is_named() -> None:
    report = read("question,answer", "What is the symbol of fluorine?,F", "And of neon?,Ne")
    assert report.bank.questions[0].accepted == ("F",)
    assert report.warnings == (
        "s.csv:2: only the answer F is accepted; if it means true or false, write the word",
    )


# Keys


def test_a_fill_in_question_accepts_its_options_and_not_their_number() -> None:
    heading = "Question Text,Question Type,Option 1,Option 2,Correct Answer"
    assert only(heading, "It pumps,Fill-in-the-Blank,heart,,1").accepted == ("heart",)
    assert only(heading, "It pumps,Fill-in-the-Blank,heart,the heart,").accepted == ("heart", "the heart")
    assert only(heading, "How many?,Short answer,,,1").accepted == ("1",)
    assert only("Question,Type,Options,Answer", "It pumps,Short answer,heart,A").accepted == ("heart",)


NUMBERED = "question,option 1,option 2,option 3,answer"
COUNTED = "s.csv:1: its keys are numbers and were counted from 1; look whether 1 means the first choice"


def test_numbers_that_may_be_counted_from_0_are_named() -> None:
    report = read(NUMBERED, "Planet?,Moon,Mars,Sun,1", "Star?,Moon,Mars,Sun,2")
    assert [question.key for question in report.bank.questions] == ["Moon", "Mars"]
    assert report.warnings == (COUNTED,)
    assert read(NUMBERED, "Planet?,Moon,Mars,Sun,2", "Star?,Moon,Mars,Sun,3").warnings == ()
    assert read(NUMBERED, "Planet?,Moon,Mars,,2").warnings == ()


def test_numbers_counted_both_ways_are_left_out() -> None:
    why = why_not(NUMBERED, "Moon?,Moon,Mars,Sun,0", "Planet?,Moon,Mars,Sun,1", "Star?,Moon,Mars,Sun,3")
    assert "its key 0 may be counted from 0 or from 1" in why
    report = read(
        NUMBERED, *["Moon?,Moon,Mars,Sun,0", "Planet?,Moon,Mars,Sun,1"] * 2, "Star?,Moon,Mars,Sun,3"
    )
    assert [question.key for question in report.bank.questions] == ["Moon", "Mars"]
    assert "the key 3 is none of the choices" in reasons(report)["s.csv:6"]
    assert report.warnings[0].startswith("s.csv:1: its keys were counted from 0, since a 0 is among them")


@pytest.mark.parametrize(
    ("choices", "key", "options"),
    [("A,B,D,C", "D", "option C or option D"), ("2,4,6,8", "4", "option B or option D")],
)
def test_a_key_that_is_a_choice_and_names_another_is_left_out(choices: str, key: str, options: str) -> None:
    heading = "question,A,B,C,D,correct"
    assert f"its key {key} may mean {options}; write that" in why_not(heading, f"Which?,{choices},{key}")
    assert only(heading, f"Which?,{choices},{options.split(' or ')[0]}").key == key


@given(st.data(), st.integers(0, 1))
def test_a_counted_key_is_never_read_as_its_neighbour_without_a_word(data: st.DataObject, first: int) -> None:
    places = data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=6))
    rows = [f"Q{row}?,w{row},x{row},y{row},z{row},{place + first}" for row, place in enumerate(places)]
    try:
        report = read("question,a,b,c,d,answer", *rows)
    except UserError:
        return
    right = all(question.answer == places[int(question.text[1:-1])] for question in report.bank.questions)
    assert right or report.warnings == (COUNTED,)


# Choices in one cell


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ("Venus, Mars, Sun", "Mars"),
        ("Venus, Mars, Sun", "B"),
        ("Venus; Mars; Sun", "2"),
        ("A) Venus; B) Mars; C) Sun", "B"),
        ("a. Venus, b. Mars, c. Sun", "Mars"),
    ],
)
def test_choices_in_one_cell_are_taken_apart(cell: str, key: str) -> None:
    question = only("Question,Options,Answer", f'Red?,"{cell}",{key}')
    assert (question.choices, question.key) == (("Venus", "Mars", "Sun"), "Mars")


def test_commas_that_may_belong_to_a_choice_divide_nothing() -> None:
    report = read(
        "Question,Options,Answer",
        'Red?,"Venus, Mars, Sun",B',
        'Hot?,"Venus, which is near, Mars, Sun",B',
        'How much?,"1,5",A',
        'How many?,"1,000, 2,000","2,000"',
        "Which one?,all of it,A",
    )
    assert [question.key for question in report.bank.questions] == ["2,000"]
    assert reasons(report)["s.csv:3"] == (
        "its choices stand in one cell ('Venus, which is near, Mars, Sun'); put | between them"
    )
    assert reasons(report)["s.csv:6"] == "its choices stand in one cell ('all of it'); put | between them"


# Pictures, errors and dates


def test_a_picture_without_a_description_is_named() -> None:
    remark = "its picture has no description, and pictures are not shown"
    report = read(
        "Question,Image Link,A,B,Correct", "Which?,https://x.org/a.png,heart,lung,A", "Why?,,yes,no,A"
    )
    assert report.warnings == (f"s.csv:2: {remark}",)
    pictured = b'[{"question": "Which?", "image": "a.png", "options": ["heart", "lung"], "answer": "lung"}]'
    assert formats.read_bytes(pictured, "p.json").warnings == (f"p.json:1: {remark}",)
    assert only("Question,Picture,A,B,Correct", "Which?,a cut heart,heart,lung,A").image == "a cut heart"


def test_a_cell_with_a_spreadsheet_error_is_no_choice() -> None:
    assert "the spreadsheet's error #NAME?" in why_not("question,A,B,correct", "Charge?,#NAME?,-1,A")


def test_a_formula_without_its_value_costs_its_question() -> None:
    rows = [
        ["question", "A", "B", "correct", "hint"],
        ["Sum?", "=1+1", 3, "B", None],
        ["Hot?", "Sun", "ice", "A"],
    ]
    report = formats.read_bytes(made.sheet(rows), "s.xlsx")
    assert [question.text for question in report.bank.questions] == ["Hot?"]
    assert reasons(report)["s.xlsx:2"].startswith("a cell holds a formula without its value")


def test_a_formula_with_its_value_is_read() -> None:
    parts = made.unzipped(made.sheet([["question", "A", "B", "correct"], ["Sum?", "=1+1", 3, "A"]]))
    page = "xl/worksheets/sheet1.xml"
    parts[page] = re.sub(rb"(<f>1\+1</f>)<v ?/?>(</v>)?", rb"\1<v>2</v>", parts[page])
    assert formats.read_bytes(made.zipped(parts), "s.xlsx").bank.questions[0].key == "2"


def test_a_date_among_the_choices_is_named() -> None:
    rows = [["question", "A", "B", "correct"], ["Half?", datetime.date(2024, 2, 1), "2", "A"]]
    assert formats.read_bytes(made.sheet(rows), "s.xlsx").warnings == (
        "s.xlsx:2: a cell is a date and was read as 2024-02-01; if it is none, write it as text",
    )
