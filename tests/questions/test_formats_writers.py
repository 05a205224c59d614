"""What each writer writes its reader reads back the same, on any text."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutor_app.questions import formats
from tutor_app.questions.markup import as_html, as_rich, rich
from tutor_app.questions.model import Bank, Question
from tutor_app.questions.text import plain

_WORDS = (
    "~=#{}:\\n %50% #### -> // $CATEGORY: a/b ::t:: [html] [plain] <b>x</b> <p> &amp; &lt; & < "
    "> \" ' , ; | $x^2$ $$ \\(a\\) \\frac{1}{2} x_2 H_2O 10^-3 A. B) ANSWER: A FEEDBACK: =1+1 "
    "@x -5 +a 'quoted' 1. *a) ``` \u4e2d\u6587 😀👩\u200d🔬 שלום مرحبا e\u0301 n\u0303 \u0e01\u0e33 °C − × ½ TRUE F {T} null "
    "[tex]x^2[/tex] **b**"
)
_AWKWARD = [*_WORDS.split(" "), "\t"]
_TEXTS = st.lists(
    st.one_of(st.sampled_from([*_AWKWARD, "\n", "  "]), st.text(max_size=6)), min_size=1, max_size=6
).map(lambda parts: plain(" ".join(parts)))
_FILLED = _TEXTS.filter(bool)
_LINES = _TEXTS.map(lambda text: " ".join(text.split())).filter(bool)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    choices = draw(st.lists(_FILLED, min_size=2, max_size=5, unique=True))
    answer = draw(st.integers(0, len(choices) - 1))
    notes = draw(st.one_of(st.just(()), st.tuples(*(st.one_of(st.none(), _FILLED) for _ in choices))))
    why_wrong = tuple(None if i == answer else note for i, note in enumerate(notes))
    return Question(
        id=draw(_LINES),
        text=draw(_FILLED),
        choices=tuple(choices),
        answer=answer,
        hint=draw(_TEXTS),
        steps=tuple(draw(st.lists(_LINES, max_size=2))),
        why_wrong=why_wrong if any(why_wrong) else (),
        image=draw(st.one_of(st.just(""), _LINES)),
    )


BANKS = st.lists(questions(), min_size=1, max_size=3, unique_by=(lambda q: q.text, lambda q: q.id)).map(
    lambda found: Bank("Bank", tuple(found))
)
_KEPT = {
    "native": ("id", "text", "choices", "answer", "hint", "steps", "why_wrong", "image"),
    "gift": ("id", "text", "choices", "answer", "steps", "why_wrong", "image"),
    "aiken": ("text", "choices", "answer"),
    "moodle-xml": ("id", "text", "choices", "answer", "hint", "steps", "why_wrong", "image"),
    "qti-2.1": ("id", "text", "choices", "answer", "hint", "steps", "why_wrong", "image"),
    "csv": ("id", "text", "choices", "answer", "hint", "steps", "why_wrong", "image"),
}


@pytest.mark.parametrize("format", _KEPT)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bank=BANKS)
def test_a_writer_and_its_reader_agree(format: str, bank: Bank) -> None:
    report = formats.read_bytes(formats.write(bank, format), f"bank{formats.WRITERS[format]}")
    assert not report.skipped
    for written, back in zip(bank.questions, report.bank.questions, strict=True):
        for name in _KEPT[format]:
            assert getattr(back, name) == getattr(written, name), name


@pytest.mark.parametrize("format", ["native", "gift", "moodle-xml", "qti-2.1", "csv"])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=_FILLED,
    accepted=st.lists(_LINES.filter(lambda t: "->" not in t), min_size=1, max_size=3, unique=True),
)
def test_an_open_question_comes_back(format: str, text: str, accepted: list[str]) -> None:
    bank = Bank("Bank", (Question("open-1", text, accepted=tuple(accepted)),))
    back = formats.read_bytes(formats.write(bank, format), "bank").bank.questions[0]
    assert (back.text, back.accepted, back.id) == (text, tuple(accepted), "open-1")


@given(_TEXTS)
def test_markup_is_undone_by_reading_it(text: str) -> None:
    assert rich(as_rich(text)) == text
    assert rich(as_rich(text, one_line=True)) == text
    assert rich(as_html(text), html=True) == text


def test_what_a_format_cannot_hold_is_named() -> None:
    bank = Bank("Bank", (Question("a", "Why?", accepted=("so",)), Question("b", "Which?", ("x", "y"))))
    assert [skipped.place for skipped in formats.unwritable(bank, "aiken")] == ["a", "b"]
    assert [skipped.reason for skipped in formats.unwritable(bank, "csv")] == ["no right answer is known"]
    assert formats.unwritable(bank, "native") == ()


@pytest.mark.parametrize("format", ["gift", "aiken", "moodle-xml", "qti-2.1", "csv"])
def test_only_what_can_be_read_back_is_written(format: str) -> None:
    good = Question("good", "Which?", ("x", "y"), 1)
    bank = Bank(
        "Bank",
        (good, Question("keyless", "Who?", ("x", "y")), Question("p", "", ("x", "y"), 0, image="a cell")),
    )
    assert [left.place for left in formats.unwritable(bank, format)] == ["keyless", "p"]
    report = formats.read_bytes(formats.write(bank, format), "bank")
    assert [question.text for question in report.bank.questions] == ["Which?"] and not report.skipped


_FULL = Bank(
    "A bank with all",
    (
        Question(
            "a",
            "Which?",
            ("x", "y"),
            1,
            hint="Look.",
            steps=("So y.",),
            why_wrong=("Not x.", None),
            subject="physics",
            topic="Heat",
            grade="6-8",
            image="a pan",
            source="A book",
            licence="CC0",
            extra={"video": "v"},
        ),
    ),
    subject="physics",
    grade="6-8",
    source="Me",
    licence="CC BY 4.0",
    extra={"author": "me"},
)


@pytest.mark.parametrize("format", _KEPT)
def test_what_does_not_come_back_is_named(format: str) -> None:
    said = ", ".join(formats.left_behind(_FULL, format))
    back = formats.read_bytes(formats.write(_FULL, format), f"bank{formats.WRITERS[format]}").bank
    for name, called in formats._DETAILS.items():
        lost = getattr(back.questions[0], name) != getattr(_FULL.questions[0], name)
        assert lost == (f"{called} (of 1)" in said), name
    of_bank = said.split(", ")[0] if said.startswith("the bank's") else ""
    for name, called in formats._OF_BANK.items():
        assert (getattr(back, name) != getattr(_FULL, name)) == (called in of_bank), name


def test_only_what_is_there_is_named_as_left_behind() -> None:
    bank = Bank(
        "Bank", (Question("a", "Why?", accepted=("so",), hint="Look."), Question("b", "W?", ("x", "y"), 1))
    )
    assert formats.left_behind(bank, "qti-2.1") == ()
    assert formats.left_behind(bank, "gift") == ("the bank's title", "hints (of 1)")
    assert formats.left_behind(bank, "aiken") == (
        "the bank's title",
    )  # the open question is not written at all


def test_what_is_left_behind_is_called_by_a_teachers_words() -> None:
    weighed = Question("a", "Why?", ("x", "y"), 0, extra={"weights": [100.0, 50.0]})
    bank = Bank("", (weighed, Question("b", "Who?", ("x", "y"), 0, extra={"video": "v"})))
    assert formats.left_behind(bank, "gift") == ("partial points and further fields (of 2)",)


def test_a_spreadsheet_runs_no_formula_from_a_bank() -> None:
    bank = Bank("Bank", (Question("a", '=HYPERLINK("x")', ("@SUM(1)", "-5", "+x"), 1),))
    row = formats.write(bank, "csv").decode("utf-8-sig").splitlines()[1]
    assert row == 'a,"\'=HYPERLINK(""x"")",\'@SUM(1),-5,\'+x,2,'


def test_anki_gets_one_line_a_note() -> None:
    question = Question(
        "a", "Is 2 < 3?\nSay.", ("yes", "no"), 0, steps=("It is\tless.",), topic="Maths / Numbers"
    )
    lines = formats.write(Bank("Bank", (question,)), "anki").decode().splitlines()
    assert lines[:2] == ["#separator:tab", "#html:true"]
    assert lines[-1].split("\t") == [
        "Is 2 &lt; 3?<br>Say.<br>A. yes<br>B. no",
        "A. yes<br>It is less.",
        "Maths_Numbers",
    ]
