"""Questions with several right answers: one ordinary question for each, whatever format they come in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.questions import made
from tutor_app.errors import UserError
from tutor_app.questions import formats
from tutor_app.questions.formats.reading import all_placed_among, content_id
from tutor_app.questions.formats.several import build_each, right_by_points, without_asking_for_several
from tutor_app.questions.model import Question, ReadReport

REMARK = "a question with several right answers became 2 questions, one for each right answer"


def read(text: str | bytes, name: str = "f") -> ReadReport:
    return formats.read_bytes(text if isinstance(text, bytes) else text.encode(), name)


def why_not(text: str) -> str:
    with pytest.raises(UserError) as refused:
        read(text)
    return str(refused.value)


def test_each_right_answer_becomes_a_question_beside_all_wrong_ones() -> None:
    quiz = """$CATEGORY: $course$/Matter
// [id:metals]
Which are metals? <img src="" alt="a forge"> {
~%50%iron#It rusts. ~%-50%neon#A gas. ~%50%tin#In cans. ~%0%sand ####Metals conduct.}"""
    report = read(quiz)
    assert report.warnings == (f"f:3: {REMARK}",)
    assert not report.skipped
    assert report.bank.questions == (
        Question(
            id=content_id("metals", ("iron",), ""),
            text="Which are metals?",
            choices=("iron", "neon", "sand"),
            answer=0,
            steps=("Metals conduct.",),
            why_wrong=(None, "A gas.", None),
            image="a forge",
            topic="Matter",
        ),
        Question(
            id=content_id("metals", ("tin",), ""),
            text="Which are metals?",
            choices=("neon", "tin", "sand"),
            answer=1,
            steps=("Metals conduct.",),
            why_wrong=("A gas.", None, None),
            image="a forge",
            topic="Matter",
        ),
    )


def moodle(answers: str, single: str = "false") -> str:
    return (
        f'<quiz><question type="multichoice"><questiontext format="html"><text>Which?</text></questiontext>'
        f"<hint><text>Shiny.</text></hint><single>{single}</single>{answers}</question></quiz>"
    )


def moodle_answers(*fractions: str) -> str:
    named = zip(fractions, ("iron", "tin", "neon"), strict=True)
    return "".join(f'<answer fraction="{part}"><text>{text}</text></answer>' for part, text in named)


def qti_1(*conditions: str) -> str:
    labels = "".join(
        f'<response_label ident="{text}"><material><mattext>{text}</mattext></material></response_label>'
        for text in ("iron", "tin", "neon")
    )
    return (
        '<questestinterop><item ident="q"><presentation><material><mattext>Which?</mattext></material>'
        f'<response_lid ident="r" rcardinality="Multiple"><render_choice>{labels}</render_choice></response_lid>'
        f"</presentation><resprocessing>{''.join(conditions)}</resprocessing></item></questestinterop>"
    )


def qti_1_points(text: str, points: str, action: str = "Add") -> str:
    return (
        f'<respcondition><conditionvar><varequal respident="r">{text}</varequal></conditionvar>'
        f'<setvar action="{action}">{points}</setvar></respcondition>'
    )


QTI_1_TOGETHER = (
    '<respcondition title="correct"><conditionvar><and><varequal respident="r">iron</varequal><varequal '
    'respident="r">tin</varequal><not><varequal respident="r">neon</varequal></not></and></conditionvar>'
    '<setvar action="Set" variablename="SCORE">SCORE.max</setvar></respcondition>'
)
QTI_2 = """<assessmentItem identifier="i"><responseDeclaration identifier="R" cardinality="multiple" baseType="identifier">
  <correctResponse><value>A</value><value>B</value></correctResponse></responseDeclaration><itemBody>
  <choiceInteraction responseIdentifier="R" maxChoices="0"><prompt>Which?</prompt>
  <simpleChoice identifier="A">iron</simpleChoice><simpleChoice identifier="B">tin</simpleChoice>
  <simpleChoice identifier="C">neon</simpleChoice></choiceInteraction></itemBody></assessmentItem>"""
POOL = """<POOL><QUESTION_MULTIPLEANSWER id="m"><BODY><TEXT>Which?</TEXT></BODY><ANSWER id="a"><TEXT>iron</TEXT></ANSWER>
  <ANSWER id="b"><TEXT>tin</TEXT></ANSWER><ANSWER id="c"><TEXT>neon</TEXT></ANSWER><GRADABLE><CORRECTANSWER
  answer_id="a"/><CORRECTANSWER answer_id="b"/></GRADABLE></QUESTION_MULTIPLEANSWER></POOL>"""
CHOICES = ["iron", "tin", "neon"]


@pytest.mark.parametrize(
    "quiz",
    [
        "Which? {~%50%iron ~%50%tin ~neon}",
        "Which? {~%100%iron ~%100%tin ~%-100%neon}",
        "Which? {=iron =tin ~neon}",
        moodle(moodle_answers("50", "50", "0")),
        moodle(moodle_answers("66.66667", "33.33333", "-100")),
        moodle(moodle_answers("100", "100", "0"), single="true"),
        qti_1(qti_1_points("iron", "60"), qti_1_points("tin", "40"), qti_1_points("neon", "-100")),
        qti_1(qti_1_points("iron", "1"), qti_1_points("tin", "1"), qti_1_points("neon", "1", "Subtract")),
        qti_1(QTI_1_TOGETHER),
        QTI_2,
        POOL,
        "Quiz title: Q\n\n1. Which?\n[*] iron\n[*] tin\n[ ] neon\n",
        "Quiz title: Q\n\n1. Which?\n*a) iron\n*b) tin\nc) neon\n",
        "Which?\nA. iron\nB. tin\nC. neon\nANSWER: A, B\n",
        "Which?\nA. iron\nB. tin\nC. neon\nANSWER: (A) and (B).\n",
        'question,a,b,c,key\nWhich?,iron,tin,neon,"A,B"\n',
        "question,a,b,c,key\nWhich?,iron,tin,neon,A and B\n",
        "question,a,b,c,correct number\nWhich?,iron,tin,neon,1;2\n",
        'question,a,b,c,key\nWhich?,iron,tin,neon,"Iron, tin"\n',
        "question;choices;correct\nWhich?;iron|tin|neon;iron|tin\n",
        json.dumps([{"question": "Which?", "choices": CHOICES, "answer": ["iron", "tin"]}]),
        json.dumps([{"question": "Which?", "choices": CHOICES, "answer": ["A", "B"]}]),
        json.dumps([{"question": "Which?", "choices": CHOICES, "answer": "A, B"}]),
        json.dumps([{"question": "Which?", "choices": CHOICES, "answer": [0, 1]}]),
        json.dumps(
            [
                {
                    "question": "Which?",
                    "options": [{"text": text, "correct": text != "neon"} for text in CHOICES],
                }
            ]
        ),
    ],
)
def test_every_format_keeps_all_its_right_answers(quiz: str) -> None:
    report = read(quiz)
    iron, tin = report.bank.questions
    assert (iron.text, iron.choices, iron.key) == ("Which?", ("iron", "neon"), "iron")
    assert (tin.text, tin.choices, tin.key) == ("Which?", ("tin", "neon"), "tin")
    assert not report.skipped
    assert [warning.partition(": ")[2] for warning in report.warnings] == [REMARK]


def test_sheets_of_quiz_sites_may_name_several() -> None:
    ant, bee = formats.read_bytes(made.kahoot(), "kahoot.xlsx").bank.questions[1:]
    assert (ant.choices, ant.key) == (("ant", "spider"), "ant")
    assert (bee.choices, bee.key) == (("bee", "spider"), "bee")


def test_answers_apart_from_the_wrong_ones_find_a_place_among_them() -> None:
    entry = {"question": "Which?", "correct_answers": ["iron", "tin"], "incorrect_answers": ["neon", "sand"]}
    iron, tin = read(json.dumps([entry])).bank.questions
    assert (iron.key, set(iron.choices)) == ("iron", {"iron", "neon", "sand"})
    assert (tin.key, set(tin.choices)) == ("tin", {"tin", "neon", "sand"})


def test_an_h5p_tip_goes_with_its_right_answer() -> None:
    answers = [
        {"text": "iron", "correct": True, "tipsAndFeedback": {"tip": "It rusts."}},
        {"text": "tin", "correct": True, "tipsAndFeedback": {"tip": "In cans."}},
        {"text": "neon", "correct": False, "tipsAndFeedback": {"chosenFeedback": "A gas."}},
    ]
    params = {"question": "<p>Which? <i>Select all that apply.</i></p>", "answers": answers}
    about = {"title": "T", "mainLibrary": "H5P.MultiChoice"}
    package = made.zipped({"h5p.json": json.dumps(about), "content/content.json": json.dumps(params)})
    iron, tin = read(package).bank.questions
    assert (iron.text, iron.key, iron.hint, iron.why_wrong) == (
        "Which?",
        "iron",
        "It rusts.",
        (None, "A gas."),
    )
    assert (tin.text, tin.key, tin.hint, tin.why_wrong) == ("Which?", "tin", "In cans.", (None, "A gas."))


def test_a_row_keeps_what_else_it_says() -> None:
    sheet = "question,a,b,c,key,topic,hint,grade,facts\nWhich?,iron,tin,neon,A and B,Matter,Shiny.,7,Metals shine.\n"
    for question in read(sheet).bank.questions:
        assert (question.topic, question.hint, question.grade) == ("Matter", "Shiny.", "7")
        assert question.facts == ("Metals shine.",)


@pytest.mark.parametrize(
    ("quiz", "reason"),
    [
        ("Which? {~%50%iron ~%50%tin}", "all its 2 choices are right, so there is nothing to choose between"),
        (moodle(moodle_answers("40", "40", "20")), "all its 3 choices are right"),
        (qti_1(), "no right answer is marked"),
        ("Which? {~%50%iron ~%50%<img src\\='a.png'> ~neon}", "choice B has no text"),
        ("Which? {~%50%iron ~%50%tin ~a ~b ~c ~d ~e ~f ~g ~h}", "8 wrong choices; at most 7 are taken"),
    ],
)
def test_what_stays_left_out_says_why(quiz: str, reason: str) -> None:
    assert reason in why_not(quiz)


def test_more_right_answers_than_a_question_has_choices_can_be_taken() -> None:
    letters = "abcdefghij"
    quiz = "Which? {" + " ".join(f"~%10%{letter}" for letter in letters) + " ~none}"
    assert [question.key for question in read(quiz).bank.questions] == list(letters)


def test_an_id_stays_when_other_answers_are_added_and_mended() -> None:
    before = read("// [id:m]\nWhich? {~%50%iron ~%50%tin ~neon}").bank.questions
    after = read("// [id:m]\nWhich are they? {~%33.3%zinc ~%33.3%iron ~%33.3%tin ~argon}").bank.questions
    assert [question.id for question in before] == [question.id for question in after[1:]]


def test_the_same_right_answer_twice_is_asked_for_once() -> None:
    report = read("Which? {~%50%iron ~%50%iron ~neon}")
    assert [question.key for question in report.bank.questions] == ["iron"]
    assert not report.warnings


_TEXTS = st.lists(st.text("abc", min_size=1, max_size=3), min_size=2, max_size=9, unique=True)


@given(st.data(), _TEXTS)
def test_every_made_question_has_its_right_answer_and_all_wrong_ones(
    data: st.DataObject, choices: list[str]
) -> None:
    right = data.draw(st.sets(st.integers(0, len(choices) - 1), min_size=2, max_size=len(choices)))
    wrong = [choice for place, choice in enumerate(choices) if place not in right]
    name = data.draw(st.sampled_from(["", "q1"]))
    if not 1 <= len(wrong) <= 7:
        return
    questions = build_each("Which?", choices, right, id=name, feedback=[f"of {c}" for c in choices]).questions
    assert [question.key for question in questions] == [choices[place] for place in sorted(right)]
    assert len({question.id for question in questions}) == len(right)
    for question in questions:
        assert [choice for choice in question.choices if choice != question.key] == wrong
        assert [choice for choice in choices if choice in question.choices] == list(question.choices)
        notes = [None if choice == question.key else f"of {choice}" for choice in question.choices]
        assert list(question.why_wrong) == notes


@given(_TEXTS, st.integers(1, 8))
def test_placing_right_answers_among_wrong_ones_loses_none(texts: list[str], count: int) -> None:
    rights, others = texts[:count], texts[count:]
    choices, places = all_placed_among(rights, others)
    assert [choices[place] for place in places] == rights
    assert [choice for place, choice in enumerate(choices) if place not in places] == others


@pytest.mark.parametrize(
    ("points", "several", "right"),
    [
        ([100, 0, -100], False, [0]),
        ([100, 50, 0], False, [0]),
        ([50, 50, -100, 0], False, [0, 1]),
        ([100, 50, 0], True, [0, 1]),
        ([33.33333, 33.33333, 33.33333, -100], False, [0, 1, 2]),
        ([33, 33, 33, 0], False, [0, 1, 2]),
        ([60, 40, 0], True, [0, 1]),
        ([0, 0], False, []),
        ([0, -50], True, []),
    ],
)
def test_points_that_are_negative_or_nothing_make_an_answer_wrong(
    points: list[float], several: bool, right: list[int]
) -> None:
    assert right_by_points(points, several) == right


@pytest.mark.parametrize(
    "quiz",
    [
        "Which is best? {~%80%neon ~%20%argon ~iron}",
        "Which is best? {~%50%neon ~argon ~iron}",
        "Which is best? {~%33.3%neon ~%33.3%argon ~iron}",
        moodle(moodle_answers("60", "40", "0"), single="true"),
    ],
)
def test_uneven_parts_of_the_points_make_no_answer_right(quiz: str) -> None:
    assert "no answer earns all the points" in why_not(quiz)


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ("Which are metals? (Select all that apply)", "Which are metals?"),
        ("Which are metals? [Choose TWO.]", "Which are metals?"),
        ("Which are metals (choose all that are correct)?", "Which are metals?"),
        ("Which are metals? Select all that apply.", "Which are metals?"),
        ("Which are metals?\nPlease choose the two correct answers.", "Which are metals?"),
        ("These are metals: tick all that apply", "These are metals:"),
        ("Which are metals? Select one or more:", "Which are metals?"),
        ("Which two are metals?", "Which two are metals?"),
        ("Select all that apply.", "Select all that apply."),
        ("(Choose two)", "(Choose two)"),
        ("A vote is free and voters choose two.", "A vote is free and voters choose two."),
        ("Voters choose. Choose two. Why?", "Voters choose. Choose two. Why?"),
        ("Which gases? Choose two gases.", "Which gases? Choose two gases."),
    ],
)
def test_only_the_request_to_choose_several_is_taken_away(asked: str, left: str) -> None:
    assert without_asking_for_several(asked) == left


def test_a_question_with_one_right_answer_keeps_its_words() -> None:
    quiz = "Which are metals? (Select all that apply) {~%100%iron ~%-100%neon}"
    assert read(quiz).bank.questions[0].text == "Which are metals? (Select all that apply)"


def test_numbers_in_lists_are_counted_as_the_whole_file_shows() -> None:
    one = {"question": "Which?", "choices": CHOICES, "answer": [1, 2]}
    assert "may be counted from 0 or from 1" in why_not(json.dumps([one]))
    from_zero = [one, {"question": "What?", "choices": CHOICES, "answer": [0, 2]}]
    assert [question.key for question in read(json.dumps(from_zero)).bank.questions] == [
        "tin",
        "neon",
        "iron",
        "neon",
    ]
