"""What could make a wrong answer right: such a question is left out, or the report says what was not taken."""

import pytest

from tests.questions.test_formats_several import moodle_answers, qti_1, qti_1_points, read, why_not
from tutor_app.questions import formats
from tutor_app.questions.model import Question

IRON_OR_NEON = "A. iron\nB. neon\n"


def only(text: str) -> Question:
    (question,) = read(text).bank.questions
    return question


# Aiken


def test_a_question_without_its_key_costs_no_other_question() -> None:
    report = read(f"Which rusts?\n{IRON_OR_NEON}Which glows?\n{IRON_OR_NEON}ANSWER: B\n")
    assert [(left.place, left.reason) for left in report.skipped] == [("f:1", "no right answer is marked")]
    assert [(question.text, question.key) for question in report.bank.questions] == [("Which glows?", "neon")]


def test_a_question_without_its_key_is_named_by_its_line() -> None:
    report = read(f"\nWhich rusts?\n{IRON_OR_NEON}Which of these\nglows?\n\n{IRON_OR_NEON}ANSWER: A) iron.\n")
    assert [left.place for left in report.skipped] == ["f:2"]
    assert only(report.bank.questions[0].text + f"\n{IRON_OR_NEON}ANSWER: A").text == "Which of these\nglows?"


@pytest.mark.parametrize("stray", ["B. tin", "D. tin", "A. tin", "(D) tin", "d) tin"])
def test_an_option_out_of_order_leaves_its_question_out(stray: str) -> None:
    text = f"Which rusts?\n{IRON_OR_NEON}{stray}\nANSWER: B\n\nWhich glows?\n{IRON_OR_NEON}ANSWER: B\n"
    report = read(text)
    assert report.skipped[0].place == "f:1"
    assert stray in report.skipped[0].reason or "no right answer" in report.skipped[0].reason
    assert [question.text for question in report.bank.questions] == ["Which glows?"]


def test_an_option_may_go_on_with_an_abbreviation() -> None:
    question = only("Which?\nA. a metal,\ne.g. iron\nB. a gas\nANSWER: A\n")
    assert question.choices == ("a metal, e.g. iron", "a gas")


@pytest.mark.parametrize("key", ["Ans. B", "Answer - B", "Correct: B", "Ans.: (B)", "Correct option: B"])
def test_a_key_may_be_written_in_many_ways(key: str) -> None:
    assert only(f"Which glows?\n{IRON_OR_NEON}{key}\nExplanation: It is a gas.\n").key == "neon"


FORCES = "What makes things move?\nA. heat\nB. a force\nC. force\n"


@pytest.mark.parametrize("key", ["A force.", "B. a force", "(b) A force", "option B"])
def test_a_key_in_words_names_the_option_with_that_text(key: str) -> None:
    assert only(f"{FORCES.replace('C. force', 'C. colour')}ANSWER: {key}\n").key == "a force"


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("a push", "the key a push is none of the choices"),
        ("A, a push", "the key A, a push is none of the choices"),
        ("A. a force", "is none of the choices"),
        ("C. a force", "is none of the choices"),
        ("2", "the key 2 is none of the choices"),
    ],
)
def test_other_words_at_a_key_are_not_guessed_at(key: str, reason: str) -> None:
    text = f"{FORCES}ANSWER: {key}\n\nWhich glows?\n{IRON_OR_NEON}ANSWER: B\n"
    (left,) = read(text).skipped
    assert reason in left.reason


# GIFT


@pytest.mark.parametrize("answers", ["=F=ma ~F=m/a", "~F=ma ~F is m", "=F=ma~F=m/a", "=F=ma", "=yes =F=ma"])
def test_a_bare_equals_sign_in_an_answer_begins_no_answer(answers: str) -> None:
    assert r"an = stands inside 'F=ma" in why_not(f"Which law? {{{answers}}}")


@pytest.mark.parametrize(
    "answers",
    [
        "=F = ma ~F = mv",
        "=F = ma",
        "= F = ma ~ F is mv",
        "~F = ma ~F is mv",
        "=yes ~no, F = ma",
        "\n=F = ma\n~b\n",
    ],
)
def test_nor_does_one_between_spaces(answers: str) -> None:
    assert r"an = stands inside 'F = ma" in why_not(f"Which law? {{{answers}}}")


@pytest.mark.parametrize("answers", ["=a~b", "~b=a", r"=a#Well done\=5 ~b", "\n=a\n~b\n", "=%100%a ~b"])
def test_answers_may_stand_side_by_side_without_spaces(answers: str) -> None:
    assert only(f"Which law? {{{answers}}}").key == "a"


@pytest.mark.parametrize(
    "answers", ["= a ~ b ~ c", "~ b = a ~ c", "= a\n~ b\n~ c", "~b =a ~c", "~ b\n= a\n~c"]
)
def test_answers_may_have_spaces_after_their_signs(answers: str) -> None:
    question = only(f"Which law? {{{answers}}}")
    assert (sorted(question.choices), question.key) == (["a", "b", "c"], "a")


def test_right_answers_beside_each_other_are_kept_apart_by_a_space() -> None:
    assert [question.key for question in read("Which law? {=a =b ~c}").bank.questions] == ["a", "b"]
    assert only("Which law? {= a}").accepted == ("a",)


# Written answers


def short_answer(answers: str) -> str:
    return (
        f'<quiz><question type="shortanswer"><questiontext><text>Which?</text></questiontext>{answers}'
        "</question></quiz>"
    )


def moodle_short(*answers: str) -> str:
    return short_answer("".join(f'<answer fraction="100"><text>{text}</text></answer>' for text in answers))


@pytest.mark.parametrize(
    "quiz",
    [
        moodle_short("mitochondri*", "organelle"),
        "Which? {=mitochondri* =organelle}",
        "<quiz><question type='cloze'><questiontext><text>Which? {1:SA:=organelle~=mitochondri*}</text>"
        "</questiontext></question></quiz>",
    ],
)
def test_a_pattern_is_not_taken_for_an_answer(quiz: str) -> None:
    report = read(quiz)
    assert report.bank.questions[0].accepted == ("organelle",)
    assert "a * for any text cannot be marked, so 'mitochondri*' is not accepted" in report.warnings[0]


def test_a_question_with_only_patterns_is_left_out() -> None:
    assert "as in its answer 'mitochondri*'" in why_not(moodle_short("mitochondri*"))


def test_a_word_between_stars_is_that_word_and_an_escaped_star_a_star() -> None:
    report = read(moodle_short("*photosynthesis*", r"2\*3"))
    assert report.bank.questions[0].accepted == ("photosynthesis", "2*3")
    assert "any answer with 'photosynthesis' in it as right, the tutor only that" in report.warnings[0]


@pytest.mark.parametrize("format", ["gift", "moodle-xml"])
def test_stars_are_written_as_stars(format: str) -> None:
    bank = read(moodle_short(r"2\*3")).bank
    assert rb"\*3" in formats.write(bank, format)
    assert formats.read_bytes(formats.write(bank, format), "f").bank.questions[0].accepted == ("2*3",)


@pytest.mark.parametrize(
    "quiz",
    [
        short_answer(moodle_answers("100", "80", "0")),
        "Which? {=iron =%80%tin}",
        qti_1(qti_1_points("iron", "1"), qti_1_points("tin", "0.5"))
        .replace("response_lid", "response_str")
        .replace("render_choice", "render_fib"),
        '<assessmentItem><responseDeclaration identifier="R" baseType="string"><mapping><mapEntry mapKey="iron" '
        'mappedValue="1"/><mapEntry mapKey="tin" mappedValue="0.5"/></mapping></responseDeclaration><itemBody><p>'
        'Which? <textEntryInteraction responseIdentifier="R"/></p></itemBody></assessmentItem>',
    ],
)
def test_an_answer_that_earns_less_is_named_and_not_accepted(quiz: str) -> None:
    report = read(quiz)
    assert report.bank.questions[0].accepted == ("iron",)
    assert "'tin' earns part of the points and is not accepted" in report.warnings[0]


# Choices that are the same


@pytest.mark.parametrize(
    "quiz",
    [
        "Which? {=iron ~iron ~neon}",
        "Which?\nA. iron\nB. neon\nC. iron\nANSWER: A\n",
        "question,a,b,c,key\nWhich?,iron,neon,iron,A\n",
        '[{"question": "Which?", "choices": ["iron", "neon", "iron"], "answer": "A"}]',
    ],
)
def test_a_right_answer_that_is_also_a_wrong_one_leaves_the_question_out(quiz: str) -> None:
    assert "its right answer 'iron' is among its choices twice" in why_not(quiz)


def test_a_wrong_choice_twice_is_remarked_on() -> None:
    report = read("Which? {=iron ~neon ~neon}")
    assert report.warnings == ("f:1: the choice 'neon' stands in it twice",)
    assert only(r"Which is the mean? {=\(\\bar\{x\}\) ~\(x\)}").choices == ("x̄", "x")


# QTI


@pytest.mark.parametrize(
    "setting",
    [
        '<setvar action="Divide" varname="SCORE">2</setvar>',
        '<setvar action="Multiply" varname="SCORE">2</setvar>',
        '<setvar action="Subtract" varname="SCORE">-2</setvar>',
        '<setvar action="Set" varname="ATTEMPTS">500</setvar>',
        '<setvar action="Add" varname="D2L_Incorrect">5</setvar>',
    ],
)
def test_only_what_gives_points_makes_a_choice_right(setting: str) -> None:
    neon = qti_1_points("neon", "2").replace('<setvar action="Add">2</setvar>', setting)
    assert only(qti_1(neon, qti_1_points("iron", "1")).replace("Multiple", "Single")).key == "iron"


def test_two_choices_of_one_name_leave_the_question_out() -> None:
    quiz = qti_1(qti_1_points("tin", "1")).replace('ident="iron"', 'ident="tin"')
    assert "two of its choices have the same identifier" in why_not(quiz)


def qti_2(before: str) -> str:
    return (
        '<assessmentItem><responseDeclaration identifier="R"><correctResponse><value>A</value></correctResponse>'
        f"</responseDeclaration>{before}"
        '<choiceInteraction responseIdentifier="R"><prompt>Which?</prompt><simpleChoice identifier="A">iron'
        '</simpleChoice><simpleChoice identifier="B">neon</simpleChoice></choiceInteraction></itemBody>'
        "</assessmentItem>"
    )


def test_a_question_with_drawn_numbers_is_left_out() -> None:
    quiz = qti_2('<templateDeclaration identifier="N"/><itemBody><p>What is <printedVariable/> + 1?</p>')
    assert "it draws its numbers anew each time, which is not supported" in why_not(quiz)


def test_a_passage_to_read_stands_before_the_question_and_notes_for_scorers_do_not() -> None:
    passage = '<rubricBlock view="candidate tutor"><p>Iron rusts.</p></rubricBlock>'
    note = '<rubricBlock view="scorer"><p>It is iron.</p></rubricBlock>'
    assert only(qti_2(f"<itemBody>{passage}{note}")).text == "Iron rusts.\nWhich?"
