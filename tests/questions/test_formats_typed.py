"""Questions as teachers type them and paste them from Word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.questions import made
from tutor_app.errors import UserError
from tutor_app.questions import formats
from tutor_app.questions.formats.reading import NothingUsableError
from tutor_app.questions.model import Question, ReadReport


def read(text: str) -> ReadReport:
    try:
        return formats.read_bytes(text.encode(), "t.txt")
    except NothingUsableError as error:
        return error.report


def only(text: str) -> Question:
    report = read(text)
    assert report.format == "plain-text" and report.skipped == ()
    (question,) = report.bank.questions
    return question


def reasons(text: str) -> list[str]:
    report = read(text)
    assert report.format == "plain-text" and report.bank.questions == ()
    return [skipped.reason for skipped in report.skipped]


def keys(text: str) -> list[str | None]:
    return [question.key for question in read(text).bank.questions]


def test_a_test_paper_is_read_without_its_furniture() -> None:
    report = formats.read_bytes(made.fixture("typed.txt"), "typed.txt")
    asked = [(question.text, question.choices, question.key) for question in report.bank.questions]
    assert asked == [
        ("Which force slows a sliding box?", ("Gravity", "Friction", "Magnetism"), "Friction"),
        ("What is the unit of force?", ("joule", "newton", "watt", "volt"), "newton"),
        (
            "Which of these are true?\nI. Water boils at 100 °C.\nII. Ice sinks.",
            ("I only", "II only", "both"),
            "I only",
        ),
        ("The Sun is a star.", ("True", "False"), "True"),
    ]
    assert [(left.place, left.reason) for left in report.skipped] == [
        ("typed.txt:25", "its options are lettered A, B, D; letter them A, B, C, … in order")
    ]


@pytest.mark.parametrize(
    "number", ["1.", "1)", "(1)", "Q1.", "Q.1", "Q1", "Question 1:", "1.\t", "**1.**", "## 1."]
)
@pytest.mark.parametrize(
    "options",
    [
        "A. mass\nB. weight\nC. volume",
        "a) mass\nb) weight\nc) volume",
        "(a) mass   (b) weight   (c) volume",
        "[A] mass\n[B] weight\n[C] volume",
        "A: mass\nB: weight\nC: volume",
        "A - mass\nB - weight\nC - volume",
        "A. mass\tB. weight\nC. volume",
        "a.\tmass\nb.\tweight\nc.\tvolume",
        "A.mass\nB.weight\nC.volume",
        "A. mass\n\nB. weight\n\nC. volume",
    ],
)
def test_numbers_and_letters_may_be_written_in_every_usual_way(number: str, options: str) -> None:
    question = only(f"Quiz\n\n{number} What pulls?\n{options}\nAnswer: B\n")
    assert (question.text, question.choices) == ("What pulls?", ("mass", "weight", "volume"))
    assert question.key == "weight"


@pytest.mark.parametrize(
    "line",
    ["Answer: B", "Ans. B", "ANS: (b)", "Answer - B", "Key: b", "Correct answer: weight", "Answer is B", "Answer B",
     "Correct option: b)", "Answer: B. weight", "Answer: B) Weight.", "[Ans: b]", "Answer: b, because it pulls",
     "Solution: B", "Answer:\nB", "✅ **Correct Answer:** B) weight"],
)  # fmt: skip
def test_a_line_names_the_right_option(line: str) -> None:
    assert only(f"1. What pulls?\nA. mass\nB. weight\n{line}\n").key == "weight"


@pytest.mark.parametrize(
    "options",
    ["A. mass\n*B. weight", "A. mass\n* B. weight", "A. mass\nB. *weight", "A. mass\nB. weight*", "A. mass\nB. weight ✓",
     "A. mass\n✓ B. weight", "A. mass\nB. weight √", "A. mass\nB. weight (correct)", "A. mass\nB. weight [correct answer]",
     "A. mass\n**B. weight**", "A. mass\nB. **weight**", "(a) mass *(b) weight", "(a) mass (b) weight*",
     "A. mass   B. weight   Ans: B", "Answer: B\nA. mass\nB. weight"],
)  # fmt: skip
def test_a_mark_names_the_right_option(options: str) -> None:
    question = only(f"1. What pulls?\n{options}\n")
    assert (question.choices, question.key) == (("mass", "weight"), "weight")


@pytest.mark.parametrize(
    "answers",
    ["Answers: 1. b  2. a", "Answer key: 1-b, 2-a", "Answers\n1. b\n2. a", "ANSWER KEY\nQuestion\tAnswer\n1\tB\n2\tA",
     "Answer Keys\n1) B\n2) A", "Answers\n1\t2\nB\tA", "Answers:\n1. weight\n2. A) newton", "1. b\n2. a", "1b 2a",
     "Answers: 1. weight 2. a", "Answers: 1. weight, 2. newton",
     "Answer Key (Unit 3)\n1. b\nExplanation: It pulls.\n2. a"],
)  # fmt: skip
def test_answers_may_stand_in_a_list_at_the_end(answers: str) -> None:
    quiz = f"1. What pulls?\na) mass\nb) weight\n\n2. Its unit?\na) newton\nb) joule\n\n{answers}\n"
    report = read(quiz)
    assert [question.key for question in report.bank.questions] == ["weight", "newton"]
    assert report.skipped == () and report.warnings == ()


def test_lists_of_answers_go_with_their_sections() -> None:
    one, two = "Section A\n1. What pulls?\na) mass\nb) weight", "Section B\n1. Its unit?\na) newton\nb) joule"
    assert keys(f"{one}\n{two}\nAnswers\nSection A\n1. b\nSection B\n1. a") == ["weight", "newton"]
    assert keys(f"{one}\nAnswers: 1. b\n{two}\nAnswers: 1. a") == ["weight", "newton"]
    assert (
        reasons(f"{one}\n{two}\nAnswers: 1. b")
        == ["2 questions have the number 1, and the list of answers does not tell which"] * 2
    )


def test_an_answer_to_a_question_that_is_not_there_is_named() -> None:
    report = read("1. What pulls?\na) mass\nb) weight\nAnswers: 1. b 2. c")
    assert report.warnings == ("t.txt:4: an answer to question 2, which is not in the file",)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("A. mass\nB. weight", "no right answer is marked"),
        ("A. mass\nB. weight\nD. volume\nAnswer: B", "its options are lettered A, B, D; letter"),
        ("A. mass\nB. weight\nC. volume\nC. time\nAnswer: B", "its options are lettered A, B, C, C; letter"),
        ("A. mass\nB. weight\nAnswer: E", "the key E names no option"),
        ("A. mass\nB. weight\nAnswer: A or B", "the key A or B is none of the options"),
        ("A. mass\nB. weight\nAnswer: A) and B) are both of them right", "the key A) and B)"),
        ("A. mass\nB. weight\nAnswer: B. mass", "the key B. mass is none of the options"),
        ("A. mass\nB. weight\nAnswer: force", "the key force is none of the options"),
        ("A. mass\n*B. weight\nAnswer: A", "its right answer is in doubt: A or B"),
        ("A. mass\nB. weight\nAnswer: A\nAnswer: B", "its right answer is in doubt: A or B"),
        ("A. x^2\nB. x_2\nAnswer: x2", "the key x2 is the text of 2 options"),
        ("A. mass\nB. weight\nAnswer:", "no right answer is marked"),
        ("A. C\nB. D\nC. K\nAnswer: C", "the key C is the letter of one option and the text of another"),
        ("☐ mass\n☑ weight\n☒ time\nAnswer: weight", "its options cannot be told apart"),
        ("(a) mass ✓ (b) weight", "a mark between two options may belong to either"),
        ("A. mass\nB. weight\na) left\nb) right\nAnswer: b", "it has two sets of options"),
        ("*A. mass\n*B. weight", "all its 2 choices are right"),
        ("Answer: B", "its key is B, but it has no options"),
        ("Answer: It is a force that pulls everything towards the middle of the Earth.", "its answer has 13 words"),
    ],
)  # fmt: skip
def test_a_key_that_is_missing_or_in_doubt_is_never_guessed(body: str, reason: str) -> None:
    (said,) = reasons(f"1. What pulls?\n{body}\n")
    assert said.startswith(reason)


def test_true_or_false_and_written_answers_need_no_options() -> None:
    text = (
        "True or false?\n1. The Sun is a star. (T)\n2. Ice is hot. T/F\nAnswer: F\n3. Is it wet? (True)\n"
        "4. Ice melts.\nTrue   False\nAns: True\n5. Name the unit of energy.\nAnswer: joule / J\n6. Which letter stands for tesla?\nAnswer: T (letter)\n"
    )
    sun, ice, wet, melts, unit, _ = read(text).bank.questions
    assert (sun.text, sun.choices, sun.key) == ("The Sun is a star.", ("True", "False"), "True")
    assert (ice.text, ice.key, wet.key) == ("Ice is hot.", "False", "True")
    assert (melts.text, melts.key) == ("Ice melts.", "True")
    assert unit.accepted == ("joule", "J")
    assert reasons("1. Which letter stands for tesla?\nAnswer: T\n")[0].startswith("its key is T")


def test_numbered_statements_belong_to_their_question() -> None:
    text = (
        "1. Which are true?\n1. Water is wet.\n2. Fire is cold.\nA. 1 only\nB. 2 only\nAns: A\n"
        "2. Match.\nA. cat  B. dog\n(a) A-1 (b) B-2\nAns: b\nExplanation: Look:\n1. cats\n2. dogs\n\n"
        "3. Assertion (A): It boils.\nReason (R): It is hot.\n(a) Both A and R\n(b) only A\nAns: a\n"
    )
    which, match, assertion = read(text).bank.questions
    assert which.text == "Which are true?\n1. Water is wet.\n2. Fire is cold."
    assert (match.text, match.choices) == ("Match.\nA. cat  B. dog", ("A-1", "B-2"))
    assert match.steps == ("Look:", "1. cats", "2. dogs")
    assert assertion.text.endswith("Reason (R): It is hot.")


def test_questions_without_numbers_are_parted_by_empty_lines() -> None:
    text = (
        "Forces quiz\n\nWhich force slows a box?\n(a) gravity (b) friction* (c) magnetism\n\n"
        "What is the unit of force?\n- joule\n- newton (correct)\n- watt\n\nA box falls.\n\nWhat pulls it?\n"
        "☐ light\n☑ gravity\n\nWho knows?\n\nThe Sun is a star.\nAnswer: True\n"
    )
    report = read(text)
    assert [(question.text, question.key) for question in report.bank.questions] == [
        ("Which force slows a box?", "friction"),
        ("What is the unit of force?", "newton"),
        ("A box falls.\nWhat pulls it?", "gravity"),
        ("The Sun is a star.", "True"),
    ]
    assert [left.place for left in report.skipped] == ["t.txt:17"]


@pytest.mark.parametrize(
    "line",
    ["Page 2 of 3", "Marks: 1", "[1 mark]", "[2]", "(2 pts)", "Name: ____  Date: ____", "Section B", "Total marks: 20",
     "Part II: True or false", "Time: 30 minutes", "-----", "- 2 -", "Difficulty: easy", "End of test"],
)  # fmt: skip
def test_page_furniture_belongs_to_no_question(line: str) -> None:
    text = f"1. What pulls?\nA. mass\nB. weight*\n{line}\n2. What lasts?\nA. time*\nB. place\n{line}\n"
    asked = [(question.text, question.choices) for question in read(text).bank.questions]
    assert asked == [("What pulls?", ("mass", "weight")), ("What lasts?", ("time", "place"))]


def test_what_only_looks_like_furniture_stays() -> None:
    stem = (
        "A star (5 points) moves.\nTime: 5 s\nClass: giant\nPart A of it is shown.\nPoints: P and Q\nWhich?"
    )
    assert only(f"1. {stem}\nA. East (right)\nB. West (left)*\n").text == stem
    assert only(f"1. {stem}\nA. East (right)\nB. West (left)*\n").key == "West (left)"


def test_explanations_hints_and_roman_numerals_are_read() -> None:
    question = only(
        "1. What pulls?\ni) mass\nii) weight\nHint: Think of apples.\nAnswer: ii\nExplanation: It is a force.\nSee page 12.\n"
    )
    assert (question.key, question.hint) == ("weight", "Think of apples.")
    assert question.steps == ("It is a force.", "See page 12.")


def test_a_long_text_between_the_questions_is_named() -> None:
    passage = "A box stands on a slope. " * 8
    report = read(f"1. What?\nA. x\nB. y\nAnswer: A\n\n{passage}\n\n2. Why?\nA. x\nB. y\nAnswer: B\n")
    assert [question.text for question in report.bank.questions] == ["What?", "Why?"]
    assert report.warnings[0].startswith("t.txt:6: a text between the questions was left out")


@pytest.mark.parametrize(
    "text",
    [
        "Dear colleagues,\n1. Please bring your lists.\n2. The meeting is at 10.\n",
        "# Notes\n\n1. A newton is a unit.\n- **Gravity** pulls.\n- Friction slows.\n",
    ],
)
def test_prose_is_no_quiz(text: str) -> None:
    with pytest.raises(UserError, match="in no format"):
        formats.read_bytes(text.encode(), "t.txt")


def test_what_other_readers_read_stays_theirs() -> None:
    statements = "Which are true?\n1. Water is wet.\n2. Fire is cold.\nA. 1 only\nB. 2 only\nANSWER: A\n"
    assert read(statements).format == "aiken"
    assert read("1. Which?\nA. x\nB. y\nANSWER: B\n\n2. Who?\nA. x\nB. y\nANSWER: B\n").format == "aiken"
    assert read("1. Which?\na) x\n*b) y\n").format == "text2qti"
    assert read("1. Which?\na) x\n*b) y\nExplanation: So.\n").format == "plain-text"
    assert read("1. Which?\na) x\nb) y\n{=a ~b}\n").format == "gift"
    assert read('question,a,b,correct\n"Look:\n1. Which?\nA. x\nB. y",x,y,B\n').format == "csv"


# However it is laid out, and whatever happens to its lines

_LABELS = st.sampled_from(["{}. ", "{}) ", "({}) ", "[{}] "])
_NUMBERS = st.sampled_from(["{}. ", "{}) ", "Q{}. ", "Question {}: "])


@st.composite
def _quizzes(draw: st.DrawFn) -> list[str]:
    """The lines of a quiz in which the right options are called `right …`."""
    label, numbered, lower = draw(_LABELS), draw(_NUMBERS), draw(st.booleans())
    way = draw(st.sampled_from(["line", "text", "mark", "list"]))
    gap, listed, lines = draw(st.booleans()), [], []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        count = draw(st.integers(2, 5))
        right = draw(st.integers(0, count - 1))
        letters = [chr((97 if lower else 65) + place) for place in range(count)]
        texts = [f"{'right' if place == right else 'wrong'} {number} {place}" for place in range(count)]
        lines.append(numbered.format(number) + f"What is number {number}?")
        shown = [label.format(letter) + text for letter, text in zip(letters, texts, strict=True)]
        if way == "mark":
            shown[right] += " *"
        lines += shown if draw(st.booleans()) else ["   ".join(shown)]
        if way in ("line", "text"):
            lines.append(f"Answer: {letters[right] if way == 'line' else texts[right]}")
        listed.append(f"{number}. {letters[right]}")
        lines += [""] if gap else []
    return [*lines, "", "Answers", *listed] if way == "list" else lines


@given(_quizzes())
def test_every_layout_gives_every_right_option(lines: list[str]) -> None:
    report = read("\n".join(lines))
    assert len(report.bank.questions) == sum("What is number" in line for line in lines)
    assert all((question.key or "").startswith("right") for question in report.bank.questions)
    assert report.skipped == ()


@given(_quizzes(), st.data())
def test_lines_that_are_lost_or_exchanged_never_make_a_wrong_option_right(
    lines: list[str], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(lines) - 1))
    if data.draw(st.booleans()):
        del lines[at]
    else:
        lines[at - 1], lines[at] = lines[at], lines[at - 1]
    try:
        report = read("\n".join(lines))
    except UserError:
        return
    for question in report.bank.questions:
        assert question.key is None or question.key.startswith("right")
