"""JSON lists and cards: what people and programs write without a heading."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.questions import made
from tutor_app.errors import UserError
from tutor_app.questions import formats
from tutor_app.questions.model import Bank, Question, ReadReport


def read(value: object) -> ReadReport:
    return formats.read_bytes(json.dumps(value).encode(), "q.json")


def asked(answer: object, *choices: object, **more: object) -> dict[str, Any]:
    return {
        "question": f"Which of {len(choices)}? {answer}",
        "choices": list(choices),
        "answer": answer,
        **more,
    }


def keys(report: ReadReport) -> list[str | None]:
    return [question.key for question in report.bank.questions]


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ({"question": "Which?", "options": ["iron", "neon"], "answer": "B"}, "neon"),
        ({"question": "Which?", "options": ["iron", "neon"], "correct_answer": "neon"}, "neon"),
        ({"questionText": "Which?", "answers": ["iron", "neon"], "correctAnswer": "Neon"}, "neon"),
        ({"prompt": "Which?", "choices": {"B": "neon", "A": "iron"}, "answerKey": "b"}, "neon"),
        ({"q": 1, "question": "Which?", "A": "iron", "B": "neon", "answer": "B"}, "neon"),
        ({"question": "Which?", "choices": ["A. iron", "B. neon"], "answer": "B"}, "neon"),
        ({"question": "Which?", "choices": ["iron", "neon"], "answer": ["neon"]}, "neon"),
        ({"question": "Which?", "choices": [2, 4], "answer": 4}, "4"),
        ({"question": "Is it?", "answer": True}, "True"),
        ({"question": "Which?", "correct_answer": "neon", "distractor1": "iron", "support": "So."}, "neon"),
        (
            {"question": "Which?", "choices": {"text": ["iron", "neon"], "label": ["1", "2"]}, "answer": "2"},
            "neon",
        ),
        (
            {
                "question": {
                    "stem": "Which?",
                    "choices": [{"text": "iron", "label": "A"}, {"text": "neon", "label": "B"}],
                },
                "answerKey": "B",
            },
            "neon",
        ),
        (
            {
                "question": "Which?",
                "answerOptions": None,
                "answers": [
                    {"answerText": "iron", "isCorrect": False},
                    {"answerText": "neon", "isCorrect": True},
                ],
            },
            "neon",
        ),
    ],
)
def test_a_list_is_read_under_the_names_people_use(question: dict[str, Any], key: str) -> None:
    assert keys(read([question])) == keys(read({"title": "Unit", "questions": [question]})) == [key]


def test_the_list_may_be_wrapped_and_titled_or_stand_line_by_line() -> None:
    wrapped = {
        "title": "Unit 3",
        "parts": [{"questions": [asked("B", "x", "y")]}, {"questions": [asked("A", "z", "u")]}],
    }
    assert read(wrapped).bank.title == "Unit 3"
    assert keys(read(wrapped)) == ["y", "z"]
    lines = f"{json.dumps(asked('B', 'x', 'y'))}\n{{broken\n{json.dumps(asked('A', 'z', 'u'))}\n"
    report = formats.read_bytes(lines.encode(), "q.jsonl")
    assert keys(report) == ["y", "z"]
    assert [(left.place, left.reason) for left in report.skipped] == [
        ("q.jsonl:2", "the line is broken JSON")
    ]


def test_open_trivia_is_read_with_its_entities() -> None:
    cell, sun = formats.read_bytes(made.fixture("trivia.json"), "t.json").bank.questions
    assert cell.text == 'What is the "powerhouse" of the cell?'
    assert (cell.key, cell.topic, len(cell.choices)) == ("Mitochondria", "Science & Nature", 4)
    assert (sun.choices, sun.key) == (("True", "False"), "True")


def test_a_list_that_breaks_off_keeps_what_came_before() -> None:
    whole = made.fixture("questions.json")
    report = formats.read_bytes(whole[: whole.index(b"Which burns")], "q.json")
    assert keys(report) == ["carbon dioxide", "ice"]
    assert report.skipped[-1].place == "q.json:4"
    assert report.skipped[-1].reason == "the JSON is broken here; what comes after cannot be read"


def test_numbers_are_counted_as_the_whole_list_shows() -> None:
    from_zero = [asked(1, "a1", "b1", "c1"), asked(0, "a2", "b2", "c2")]
    from_one = [asked(1, "a1", "b1", "c1"), asked(3, "a2", "b2", "c2")]
    as_texts = [asked("1", "a1", "b1"), asked("2", "a2", "b2")]
    assert keys(read(from_zero)) == ["b1", "a2"]
    assert keys(read(from_one)) == ["a1", "c2"]
    assert keys(read(as_texts)) == ["a1", "b2"]


def test_a_number_that_can_be_counted_in_two_ways_is_left_out_in_a_sentence() -> None:
    report = read([asked(1, "a1", "b1", "c1"), asked(2, "a2", "b2", "c2"), asked("C", "a3", "b3", "c3")])
    assert keys(report) == ["c3"]
    assert {left.reason for left in report.skipped} == {
        f"its key {key} may be counted from 0 or from 1; give the right choice's letter or text"
        for key in (1, 2)
    }


@given(st.data(), st.integers(0, 1))
def test_a_counted_key_is_never_read_as_its_neighbour(data: st.DataObject, first: int) -> None:
    sizes = data.draw(st.lists(st.integers(2, 6), min_size=1, max_size=6))
    places = [data.draw(st.integers(0, size - 1)) for size in sizes]
    entries = [
        asked(place + first, *(f"{row} {letter}" for letter in "abcdef"[:size]), question=f"Question {row}?")
        for row, (place, size) in enumerate(zip(places, sizes, strict=True))
    ]
    try:
        report = read(entries)
    except UserError:
        report = ReadReport("json", Bank("none"))
    for question in report.bank.questions:
        row = int(question.text.split()[1].rstrip("?"))
        assert question.answer == places[row]
    shown = 0 in places if first == 0 else any(p == size - 1 for p, size in zip(places, sizes, strict=True))
    assert len(report.bank.questions) == (len(sizes) if shown else 0)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ({"question": "Which?", "choices": ["x", "y"], "answer": ["x", "y"]}, "all its 2 choices are right"),
        ({"question": "Which?", "choices": ["x", "y"], "answer": ["x", "z"]}, "the key x, z is none of the"),
        ({"question": "Which?", "answer": [], "incorrect_answers": ["x"]}, "no right answer is marked"),
        ({"question": "Which?", "choices": ["x", "y"], "answer": ["x"] * 21}, "21 answers are marked right"),
        ({"question": "Which?", "choices": ["x", "y"], "answer": "z"}, "the key z is none of the choices"),
        ({"question": "Which?", "choices": ["x", "y"], "answer": ""}, "no right answer is marked"),
        ({"question": "Which?", "choices": ["x", {}], "answer": "x"}, "a choice or an answer is no text"),
        (
            {"question": "Which?", "possible": ["x", "y"], "answer": 1},
            "it has no field named choices or options",
        ),
        ({"question": 5, "answer": "x"}, "there is no question text"),
        ({"question": "Why?", "type": "essay", "answer": "x"}, "essay questions are not supported"),
    ],
)
def test_a_json_question_that_cannot_be_used_says_why(question: dict[str, Any], reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        read([question])


def test_t_and_f_are_true_and_false_where_nothing_else_can_be_meant() -> None:
    typed = {"question": "Is the Sun hot?", "type": "true_false", "answer": "T"}
    assert keys(read([typed, {"question": "What melts?", "answer": "ice"}])) == ["True", None]
    assert keys(read([{"question": "Hot?", "answer": "T"}, {"question": "Cold?", "answer": "F"}])) == [
        "True",
        "False",
    ]
    assert keys(read([asked("T", "True", "False"), asked("n", "Yes", "No")])) == ["True", "No"]
    fluorine = read([{"question": "Which symbol has fluorine?", "answer": "F"}])
    assert "only the answer F is accepted" in fluorine.warnings[0]


def test_a_letter_that_is_also_another_choice_is_its_text_or_left_out() -> None:
    vitamin = asked("C", "B", "C", "A")
    with pytest.raises(UserError, match="its key C may mean option B or option C; write that in its place"):
        read([vitamin])
    assert keys(read([vitamin, asked("B", "ice", "fog")])) == ["fog"]
    assert keys(read([vitamin, asked("fog", "ice", "fog")])) == ["C", "fog"]


def test_fields_that_are_not_read_are_named() -> None:
    warnings = formats.read_bytes(made.fixture("questions.json"), "q.json").warnings
    assert warnings[0] == "q.json: fields not read: note"


# Cards


def test_the_side_of_a_card_that_asks_is_the_question() -> None:
    food, heart, volt = formats.read_bytes(made.fixture("cards.txt"), "c.txt").bank.questions
    assert (food.text, food.accepted) == ("What do we call the way plants make food?", ("photosynthesis",))
    assert (heart.text, heart.accepted) == ("What pumps blood?", ("heart", "the heart"))
    assert (volt.text, volt.accepted) == ("The unit of voltage is the ____.", ("volt",))


def test_cards_that_ask_nothing_say_what_is_missing_and_that_mends_them() -> None:
    cards = "heat\tenergy that moves from warm to cold\nvolt\tthe unit of voltage\n"
    with pytest.raises(UserError, match=r"neither side of this card asks anything.*answer, a tab, question"):
        formats.read_bytes(cards.encode(), "c.txt")
    report = formats.read_bytes(f"answer\tquestion\n{cards}".encode(), "c.txt")
    assert [question.accepted for question in report.bank.questions] == [("heat",), ("volt",)]


def test_anki_notes_lose_the_columns_that_are_no_side() -> None:
    water, metal = formats.read_bytes(made.fixture("anki.txt"), "a.txt").bank.questions
    assert (water.text, water.accepted) == ("What is H₂O?", ("water",))
    assert water.steps == ('Two hydrogen atoms and "one" oxygen.',)
    assert (metal.choices, metal.key) == (("iron", "neon"), "iron")


def test_our_own_cards_come_back() -> None:
    choice = Question("a", "Is 2 < 3?\nSay.", ("yes", "no"), 0, steps=("It is less.", "So yes."))
    written = Question("b", "What melts?", accepted=("ice", "snow"))
    back = formats.read_bytes(formats.write(Bank("B", (choice, written)), "anki"), "b.txt").bank.questions
    for before, after in zip((choice, written), back, strict=True):
        assert (after.text, after.choices, after.answer) == (before.text, before.choices, before.answer)
        assert (after.accepted, after.steps) == (before.accepted, before.steps)
