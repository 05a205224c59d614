"""The questions at hand: a bank that cannot be read costs its own questions only."""

from pathlib import Path

import pytest

from tests.learning.helpers import question
from tutor_app.errors import UserError
from tutor_app.learning.choices import choose_grade
from tutor_app.learning.history import History
from tutor_app.learning.shelf import Shelf, placed
from tutor_app.questions.library import Library
from tutor_app.questions.model import Bank


@pytest.fixture
def library(tmp_path: Path) -> Library:
    made = Library(tmp_path / "banks", tmp_path / "nothing-ships")
    made.add(Bank("Good", (question(1, "forces"),)))
    made.add(Bank("Bad", (question(2, "cells"),)))
    return made


def break_a_byte(library: Library) -> None:
    """Within a question, so that the bank is still listed."""
    path = next(bank.path for bank in library.banks() if bank.id == "bad")
    head, body = path.read_bytes().split(b"\n", 1)
    path.write_bytes(head + b"\n" + body.replace(b"cells", b"\xffells"))


def test_a_bank_that_cannot_be_read_is_skipped_and_told_once(library: Library) -> None:
    break_a_byte(library)
    told: list[str] = []
    with History.open() as history:
        shelf = Shelf(library, history, history.profile("Ann"), told.append)
        for _ in range(2):
            assert [item.bank for item in shelf.search()] == ["good"]
        assert shelf.find("bad", "q2") is None
        with pytest.raises(UserError, match=r"bad\.jsonl is damaged"):
            shelf.search(banks=["bad"])
    (sentence,) = told
    assert "bad.jsonl is damaged" in sentence


def test_who_names_nothing_gets_the_chosen_grade_and_what_is_for_every_grade(tmp_path: Path) -> None:
    library = Library(tmp_path / "banks", tmp_path / "nothing-ships")
    library.add(Bank("Young", (question(1, grade="5"),)))
    library.add(Bank("Any", (question(2),)))
    library.add(Bank("Old", (question(3, grade="9"),)))
    with History.open() as history:
        ann = history.profile("Ann")
        choose_grade(ann, "5")
        shelf = Shelf(library, history, ann)
        assert {item.bank for item in shelf.search()} == {"young", "any"}
        assert {item.bank for item in shelf.search(grade="5")} == {"young"}
        assert {item.bank for item in shelf.search(banks=["old"])} == {"old"}
        library.remove("any")
        choose_grade(ann, "7")
        with pytest.raises(UserError, match=r"no questions of grade 7\. On Home, d chooses"):
            shelf.search()


def test_a_mistake_in_a_bank_that_is_garbage_now_is_left_out(library: Library) -> None:
    next(bank.path for bank in library.banks() if bank.id == "bad").write_bytes(b"{garbage")
    with History.open() as history:
        shelf = Shelf(library, history, history.profile("Ann"))
        assert shelf.find("bad", "q2") is None
        assert [item.bank for item in shelf.search()] == ["good"]


def test_a_question_without_a_topic_counts_under_its_banks_title() -> None:
    bare = question(1, "")
    item = placed("quiz", Bank("Quiz", (bare,), subject="physics"), bare)
    assert (item.bank, item.topic, item.question.subject) == ("quiz", "Quiz", "physics")
