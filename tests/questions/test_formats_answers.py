"""Questions whose answer is a number, rows to match, or boxes to tick: what each format makes of them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.questions import made
from tutor_app.errors import UserError
from tutor_app.learning.marking import matches
from tutor_app.questions import formats
from tutor_app.questions.formats.matching import build_rows
from tutor_app.questions.formats.numbers import about, build_number
from tutor_app.questions.markup import Rich
from tutor_app.questions.model import MOST_CHOICES, Question, ReadReport


def read(text: str) -> ReadReport:
    return formats.read_bytes(text.encode(), "f")


def fixture(name: str) -> ReadReport:
    return formats.read_bytes(made.fixture(name), name)


def only(text: str) -> Question:
    (question,) = read(text).bank.questions
    return question


def why_not(text: str) -> str:
    with pytest.raises(UserError) as refused:
        read(text)
    return str(refused.value)


# Numbers


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [
        ("#6", ("6",)),
        ("#-5:0", ("-5",)),
        ("#2.50", ("2.5", "2.50")),
        ("#.5", ("0.5", ".5")),
        ("#3e8", ("300000000", "3e8")),
        ("#9.8:0.1", ("9.8",)),
        ("#3.14159:0.005", ("3.14159", "3.1416", "3.142", "3.14")),
        ("#7..7", ("7",)),
        ("#\n=1822:0 #Right.\n=%50%1822:2\n~#Look again.\n####In spring.", ("1822",)),
        ("# =4 =-4", ("4", "-4")),
    ],
)
def test_a_number_is_accepted_as_it_is_spelt_and_rounded_as_far_as_it_is_right(
    answer: str, accepted: tuple[str, ...]
) -> None:
    assert only(f"How much? {{{answer}}}").accepted == accepted


def test_a_tolerance_is_named_since_only_single_numbers_can_be_marked() -> None:
    assert read("How fast? {#9.8:0.1}").warnings == (
        "f:1: the file counts any number from 9.7 to 9.9 as right, the tutor only 9.8",
    )
    assert read("How many legs has an insect? {#6:0}").warnings == ()


def test_a_range_without_a_right_number_is_left_out() -> None:
    assert "any number from 1 to 5 is right, and a range cannot be marked" in why_not("How much? {#1..5}")
    assert "'many' is not a number" in why_not("How much? {#many}")


@given(
    value=st.decimals("-1000", "1000", places=3),
    tolerance=st.decimals("0", "10", places=2),
    answer=st.decimals("-1000", "1000", places=2),
)
def test_no_number_outside_the_tolerance_is_ever_marked_right(
    value: Decimal, tolerance: Decimal, answer: Decimal
) -> None:
    (question,) = build_number("How much?", [about(f"{value:f}", f"{tolerance:f}")]).questions
    assert matches(f"{value:f}", question.accepted)
    assert all(abs(Decimal(said) - value) <= tolerance for said in question.accepted)
    assert not matches(f"{answer:f}", question.accepted) or abs(answer - value) <= tolerance


def test_moodle_numbers_may_have_their_unit_behind_them() -> None:
    number = fixture("moodle-more.xml").bank.questions[2]
    assert number.accepted == ("9.81", "9.8", "9.81 m/s²", "9.8 m/s²")
    asked = made.fixture("moodle-more.xml").replace(b"<unitgradingtype>0", b"<unitgradingtype>1")
    assert formats.read_bytes(asked, "m").bank.questions[2].accepted == ("9.81 m/s²", "9.8 m/s²")


def test_canvas_and_blackboard_numbers_are_open_questions() -> None:
    legs, gravity, *_ = fixture("canvas-more.xml").bank.questions
    assert (legs.text, legs.accepted) == ("How many legs has an insect?", ("6", "6.0"))
    assert gravity.accepted == ("9.81", "9.8")
    assert fixture("canvas-more.xml").skipped[0].reason.startswith("any number from 1 to 6.5 is right")
    spider, blank = fixture("blackboard-more.dat").bank.questions[2:]
    assert (spider.accepted, blank.accepted) == (("8", "8.0"), ("tadpole",))


def test_qti_2_numbers_take_their_tolerance_from_the_processing() -> None:
    report = fixture("match21.xml")
    assert report.bank.questions[3].accepted == ("100",)
    assert "from 99.5 to 100.5 as right, the tutor only 100" in report.warnings[1]


@pytest.mark.parametrize(
    ("answer", "warned"),
    [("2", ""), ("1.4 +- 0.1", "from 1.3 to 1.5"), ("200 +- 1%", "from 198 to 202")],
)
def test_text2qti_numbers_may_have_a_margin(answer: str, warned: str) -> None:
    report = read(f"Quiz title: Q\n\n1. How much?\n= {answer}\n")
    assert report.bank.questions[0].accepted[0] == answer.split()[0]
    assert len(report.warnings) == bool(warned) and warned in "".join(report.warnings)


# Rows to match


def test_a_matching_question_becomes_a_choice_question_for_each_row() -> None:
    report = read("Match each organ. {=heart -> pumps blood =lungs -> take in air = -> digests food}")
    heart, lungs = report.bank.questions
    assert (heart.text, heart.key) == ("Match each organ.\nheart", "pumps blood")
    assert (lungs.text, lungs.key) == ("Match each organ.\nlungs", "take in air")
    assert set(heart.choices) == set(lungs.choices) == {"pumps blood", "take in air", "digests food"}
    assert report.warnings == ("f:1: a matching question became 2 questions, one for each row",)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("moodle-more.xml", {"heart": "pumps blood", "lungs": "take in oxygen"}),
        ("canvas-more.xml", {"force": "newton", "energy": "joule"}),
        ("blackboard-more.dat", {"frog": "amphibian", "snake": "reptile"}),
        ("match21.xml", {"iron": "a solid", "helium": "a gas", "ice cream & salt": "a solid"}),
    ],
)
def test_every_format_keeps_what_goes_with_what(name: str, keys: dict[str, str]) -> None:
    report = fixture(name)
    rows = {
        question.text.split("\n")[1]: question.key
        for question in report.bank.questions
        if "\n" in question.text
    }
    assert rows == keys
    assert any(f"became {len(keys)} questions" in warning for warning in report.warnings)


def test_the_old_blackboard_pool_matches_answers_with_choices() -> None:
    pool = """<POOL><QUESTION_MATCH id="m"><BODY><TEXT>Match.</TEXT></BODY>
      <ANSWER id="a1"><TEXT>day</TEXT></ANSWER><ANSWER id="a2"><TEXT>year</TEXT></ANSWER>
      <CHOICE id="c1"><TEXT>once around the Sun</TEXT></CHOICE><CHOICE id="c2"><TEXT>one turn</TEXT></CHOICE>
      <GRADABLE><CORRECTANSWER answer_id="a1" choice_id="c2"/><CORRECTANSWER answer_id="a2" choice_id="c1"/>
      </GRADABLE></QUESTION_MATCH></POOL>"""
    assert [question.key for question in read(pool).bank.questions] == ["one turn", "once around the Sun"]


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ("=a -> x =a -> y", "the row 'a' stands in it twice"),
        ("=a -> x =b -> ", "one of its rows has a side without text"),
        ("=a -> x =b -> x", "it has only one choice"),
        ("= -> x = -> y", "it has no rows to match"),
    ],
)
def test_rows_that_do_not_go_one_to_one_are_left_out(pairs: str, reason: str) -> None:
    assert reason in why_not(f"Match. {{{pairs}}}")


def test_a_row_with_two_keys_is_left_out() -> None:
    two = made.fixture("match21.xml").replace(b"<value>C S</value>", b"<value>C S</value><value>C G</value>")
    assert "the row 'ice cream & salt' has 2 right answers" in formats.read_bytes(two, "f").skipped[0].reason


_SIDES = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=4)


@given(
    pairs=st.dictionaries(_SIDES, _SIDES, min_size=2, max_size=12).filter(
        lambda rows: len(set(rows.values())) > 1
    )
)
def test_a_row_always_offers_its_right_side_among_as_many_as_fit(pairs: dict[str, str]) -> None:
    rows = [(Rich(left), right) for left, right in pairs.items()]
    questions = build_rows(Rich("Match."), rows).questions
    assert [question.key for question in questions] == list(pairs.values())
    assert len({question.id for question in questions}) == len(pairs)
    for question in questions:
        assert len(set(question.choices)) == min(MOST_CHOICES, len(set(pairs.values())))


def test_a_row_keeps_its_id_when_rows_are_added_and_right_sides_mended() -> None:
    before = read("// [id:organs]\nMatch. {=heart -> pumps =lungs -> breathe}").bank.questions
    after = read(
        "// [id:organs]\nMatch them. {=eye -> sees =heart -> pumps blood =lungs -> breathe}"
    ).bank.questions
    assert [question.id for question in before] == [question.id for question in after[1:]]


# Boxes to tick


def test_one_box_to_tick_is_an_ordinary_question() -> None:
    assert fixture("moodle-more.xml").bank.questions[3].key == "Iron"
    assert fixture("canvas-more.xml").bank.questions[4].key == "metre"
    assert only("Quiz title: Q\n\n1. Which?\n[*] iron\n[ ] neon\n").key == "iron"
    assert only("Which? {~%100%iron ~%-100%neon}").key == "iron"


def test_the_old_blackboard_pool_may_tick_one_answer() -> None:
    pool = (
        '<POOL><QUESTION_MULTIPLEANSWER id="m"><BODY><TEXT>Which?</TEXT></BODY><ANSWER id="a"><TEXT>iron</TEXT>'
        '</ANSWER><ANSWER id="b"><TEXT>neon</TEXT></ANSWER><GRADABLE><CORRECTANSWER answer_id="a"/></GRADABLE>'
        "</QUESTION_MULTIPLEANSWER></POOL>"
    )
    assert only(pool).key == "iron"
