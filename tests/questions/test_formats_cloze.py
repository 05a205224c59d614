"""Moodle's Cloze questions: each gap becomes a question, the other gaps are filled."""

from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.questions import made
from tutor_app.errors import UserError
from tutor_app.questions import formats
from tutor_app.questions.formats.cloze import build_gaps
from tutor_app.questions.formats.reading import Several, UnusableError
from tutor_app.questions.markup import rich, rich_with_image
from tutor_app.questions.model import Question, ReadReport


def read(text: str, form: str = "html", more: str = "") -> ReadReport:
    quiz = (
        f'<quiz><question type="cloze">{more}<questiontext format="{form}"><text>{escape(text)}</text>'
        "</questiontext></question></quiz>"
    )
    return formats.read_bytes(quiz.encode(), "f")


def only(text: str, form: str = "html") -> Question:
    (question,) = read(text, form).bank.questions
    return question


def why_not(text: str) -> str:
    with pytest.raises(UserError) as refused:
        read(text)
    return str(refused.value)


def test_each_gap_is_asked_for_with_the_others_filled() -> None:
    report = formats.read_bytes(made.fixture("cloze.xml"), "cloze.xml")
    sun, earth, days, *_ = report.bank.questions
    assert sun.text == "The Sun is a _____. The Moon circles the Earth once in 27.3 days."
    assert (sun.choices, sun.key) == (("planet", "star", "fire ball"), "star")
    assert sun.why_wrong == ("It shines by itself.", None, None)
    assert earth.text == "The Sun is a star. The Moon circles the _____ once in 27.3 days."
    assert earth.accepted == ("Earth", "earth")
    assert days.text == "The Sun is a star. The Moon circles the Earth once in _____ days."
    assert days.accepted == ("27.3",)
    for question in (sun, earth, days):
        assert (question.hint, question.steps) == ("Think of the night.", ("The Moon shows us one side.",))
    assert report.warnings[0] == (
        "cloze.xml:4 ('The Sun and the Moon'): a question with 3 gaps became 3 questions; 'world' earns part "
        "of the points and is not accepted; the file counts any number from 27.1 to 27.5 as right, the tutor only "
        "27.3"
    )


def test_a_gap_with_boxes_to_tick_becomes_a_question_for_each_right_answer() -> None:
    iron, ore = formats.read_bytes(made.fixture("cloze.xml"), "cloze.xml").bank.questions[3:5]
    assert (iron.text, iron.choices, iron.key) == ("Which are metals?", ("iron", "neon", "C}~#"), "iron")
    assert (ore.text, ore.choices, ore.key) == ("Which are metals?", ("Cu's ore", "neon", "C}~#"), "Cu's ore")


def test_a_broken_gap_costs_only_its_question() -> None:
    report = formats.read_bytes(made.fixture("cloze.xml"), "cloze.xml")
    assert [(left.place, left.reason) for left in report.skipped] == [
        (
            "cloze.xml:20 ('Broken')",
            "its gap 1 ('{1:MCH:=wet~dry and ice is {1:') is not closed by }",
        )
    ]
    assert report.bank.questions[-1].accepted == ("carbon dioxide",)


@pytest.mark.parametrize(
    "kind",
    "MULTICHOICE MC MULTICHOICE_V MCV MULTICHOICE_H MCH MULTICHOICE_S MCS MULTICHOICE_VS MCVS "
    "MULTICHOICE_HS MCHS MULTIRESPONSE MR MULTIRESPONSE_H MRH MULTIRESPONSE_S MRS MULTIRESPONSE_HS MRHS".split(),
)
def test_choices_go_by_all_their_names(kind: str) -> None:
    for points in ("1", "", "12"):
        question = only(f"Ice is {{{points}:{kind}:wet~=cold~%-50%hot}}.")
        assert (question.text, question.choices, question.key) == (
            "Ice is _____.",
            ("wet", "cold", "hot"),
            "cold",
        )


@pytest.mark.parametrize("kind", "SHORTANSWER SA MW SHORTANSWER_C SAC MWC".split())
def test_texts_go_by_all_their_names(kind: str) -> None:
    question = only(f"Ice is {{1:{kind}:%100%cold#It is.~=icy~%50%wet~*#No.}}.")
    assert (question.text, question.accepted, question.steps) == (
        "Ice is _____.",
        ("cold", "icy"),
        ("It is.",),
    )


@pytest.mark.parametrize("kind", ["NUMERICAL", "NM"])
@pytest.mark.parametrize(
    ("answer", "accepted"), [("=0", ("0",)), ("%100%9,81:0,05", ("9.81", "9.8")), ("=4~=-4", ("4", "-4"))]
)
def test_numbers_go_by_both_their_names(kind: str, answer: str, accepted: tuple[str, ...]) -> None:
    assert only(f"It is {{1:{kind}:{answer}}} degrees.").accepted == accepted


@pytest.mark.parametrize(
    ("gap", "choices"),
    [
        (r"{1:MC:=a \} b~c \# d~e \~ f}", ("a } b", "c # d", "e ~ f")),
        ("{1:MC:=20 &#176;C~10 &#176;C#too cold}", ("20 °C", "10 °C")),
        ("{1:MC:=CO<sub>2</sub>~a &lt; b}", ("CO₂", "a < b")),
        (r"{1:MC:=\(\frac{1\}{2\}\)~2}", ("½", "2")),
        ("{1:MC:~=first~~second~}", ("first", "second")),
        ("{1:MC:\n=first\n~\nsecond\n}", ("first", "second")),
    ],
)
def test_signs_in_answers_are_read_as_moodle_reads_them(gap: str, choices: tuple[str, ...]) -> None:
    question = only(f"<p>It is {gap}.</p>")
    assert (question.text, question.choices, question.answer) == ("It is _____.", choices, 0)


def test_the_text_is_read_in_its_own_markup() -> None:
    h2o = read("<p>H<sub>{1:NM:=2}</sub>O is {1:SA:=water}</p>").bank.questions[1]
    assert (h2o.text, h2o.accepted) == ("H₂O is _____", ("water",))
    ice = only("**Ice** is {1:MC:=*cold*~__hot__}", "markdown")
    assert (ice.text, ice.choices) == ("Ice is _____", ("cold", "hot"))
    assert only("<b> is {1:SA:=bold}", "plain_text").text == "<b> is _____"
    assert only(r"For \(x = 2\) is \(x^2 = {1:NM:=4}\).").text == "For x = 2 is x² = _____."


def test_a_blank_at_the_end_on_a_line_of_its_own_is_not_shown() -> None:
    assert only("<p>Which gas do we breathe out?</p><p>{1:SA:=carbon dioxide}</p>").text == (
        "Which gas do we breathe out?"
    )


def test_a_picture_leaves_its_description() -> None:
    assert only('<img src="a.png" alt="a thermometer"> It is {1:MC:=hot~cold}.').image == "a thermometer"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Ice is cold.", "it has no gaps to fill"),
        ("Ice is {1:MC:=cold~hot", "its gap 1 ('{1:MC:=cold~hot') is not closed by }"),
        ("Ice is {1:SA:=cold} and {1:MC:=hard~soft", "its gap 2"),
        ("Ice is {1:REGEXP:=cold}.", "gaps of the kind REGEXP are not supported"),
        ("Ice is {1:MC:cold~hot}.", "its gap 1 has no right answer that could be filled in"),
        ("Ice is {1:MC:~%33.3%cold~%33.3%hard}.", "in its gap 1, no answer earns all the points"),
        ("Ice is {1:SA:%50%cold}.", "its gap 1 has no right answer"),
        ("Ice is {1:SA:=*}.", "its gap 1 has no right answer that could be filled in"),
        ("Ice is {1:SA:}.", "its gap 1 has no right answer"),
        ("{1:SA:=cold} {1:SA:=ice}", "it has no text beside its gaps"),
        ("Ice is {1:MC:=cold}.", "gap 1 cannot be asked for: it has only one choice"),
        ("Ice is {1:NM:=cold}.", "gap 1 cannot be asked for: 'cold' is not a number"),
        ("It is {1:NM:=1,000}.", "gap 1 cannot be asked for: '1,000' is not a number"),
        ("Ice is " + "{1:SA:=cold} " * 51, "it has 51 gaps; at most 50 are taken"),
        ("Ice is {1:SA:=cold}" + " and cold" * 3_000, "characters long"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, reason: str) -> None:
    assert reason in why_not(text)


def test_a_gap_that_cannot_be_asked_for_leaves_the_others() -> None:
    report = read("Iron and tin are {1:MR:=metals~=solids} and {1:MC:=hard~soft}.")
    (question,) = report.bank.questions
    assert question.text == "Iron and tin are metals, solids and _____."
    assert report.warnings == (
        "f:1: a question with 2 gaps became 1 question; gap 1 cannot be asked for: all its 2 choices are "
        "right, so there is nothing to choose between",
    )


def test_ids_stay_when_gaps_are_added_and_mended() -> None:
    name = "<idnumber>states</idnumber>"
    before = read("A is {1:MC:=hot~cold}, B {1:MC:=hot~cold}.", more=name).bank.questions
    after = read("Here C is {1:SA:=wet}, A {1:SA:=hot} and B {1:MC:=hot~icy}.", more=name).bank.questions
    assert len({question.id for question in after}) == 3
    assert [question.id for question in before] == [question.id for question in after[1:]]


_WORDS = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=5)
_ANSWERS = st.lists(
    st.text("ab}#~ ", min_size=1).filter(str.strip), min_size=2, max_size=4, unique_by=str.strip
)


def _escaped(answer: str) -> str:
    return answer.replace("}", "\\}").replace("#", "\\#").replace("~", "\\~")


@given(st.lists(st.tuples(_WORDS, _ANSWERS), min_size=1, max_size=4))
def test_every_gap_is_read_back_as_it_was_written(parts: list[tuple[str, list[str]]]) -> None:
    text = " ".join(f"{word} {{1:MC:={'~'.join(map(_escaped, answers))}}}" for word, answers in parts)
    questions = build_gaps(text, str, rich_with_image).questions
    assert len(questions) == len(parts)
    for place, question in enumerate(questions):
        said = [f"{word} {answers[0].strip()}" for word, answers in parts]
        said[place] = f"{parts[place][0]} _____"
        assert question.text == rich(" ".join(said))
        assert question.choices == tuple(answer.strip() for answer in parts[place][1])
        assert question.answer == 0


_SIGNS = "{ } {1:MC: {:SA: {2:NUMERICAL: {1:MR: = ~ # %50% % \\ * :0.1 &# ꙳ ice 5 <p> \x00 _____".split(" ")
_PIECES = st.sampled_from([*_SIGNS, " ", "\n"])


@given(st.lists(_PIECES, max_size=40).map("".join))
def test_no_text_whatever_breaks_the_reader(text: str) -> None:
    try:
        found = build_gaps(text, rich, rich_with_image)
    except (UnusableError, ValueError):
        return
    assert isinstance(found, Several)
    assert all(
        not question.text.startswith("{1:MC:") and "꙳" not in question.text for question in found.questions
    )


def test_unclosed_gaps_without_end_take_no_time() -> None:
    assert "characters long" in why_not("Ice is " + "{1:MC:=" * 100_000)
    assert "is not closed" in why_not("Ice is " + "{1:MC:=" * 2_000)
