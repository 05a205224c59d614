"""Kept explanations: what comes back, what does not, and what a damaged file costs."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scripted import ScriptedExplainer, scripted_answer
from tutor_app import paths
from tutor_app.questions.model import Question
from tutor_app.students import cache as cache_module
from tutor_app.students.cache import ExplanationCache, key, recall_or_explain
from tutor_app.students.explanation import Explanation, Origin, Settings, Step, Style

QUESTION = Question("q", "What does a magnet attract?", ("iron", "wood"), 0)
STEPS = (Step("Magnets attract iron.", Origin.FACT, "a book", 42), Step("So it is iron.", Origin.TUTOR))
MADE = Explanation(STEPS, scripted_answer(QUESTION), True, "tiny 1")


@pytest.fixture
def cache() -> ExplanationCache:
    return ExplanationCache()


def test_what_was_kept_comes_back_as_it_was(cache: ExplanationCache) -> None:
    cache.put(QUESTION, Settings(), MADE)
    assert cache.get(QUESTION, "tiny 1", Settings()) == MADE
    assert ExplanationCache().get(QUESTION, "tiny 1", Settings()) == MADE, "and in the next session"


@pytest.mark.parametrize(
    "other",
    [
        (replace(QUESTION, text="What does a magnet repel?"), "tiny 1", Settings()),
        (replace(QUESTION, choices=("iron", "woods")), "tiny 1", Settings()),
        (replace(QUESTION, answer=1), "tiny 1", Settings()),
        (replace(QUESTION, steps=("The bank explains it now.",)), "tiny 1", Settings()),
        (QUESTION, "tiny 2", Settings()),
        (QUESTION, "tiny 1", Settings(style=Style.FREE)),
        (QUESTION, "tiny 1", Settings(samples=2)),
        (QUESTION, "tiny 1", Settings(use_facts=False)),
    ],
)
def test_another_question_package_or_setting_is_another_explanation(
    cache: ExplanationCache, other: tuple[Question, str, Settings]
) -> None:
    cache.put(QUESTION, Settings(), MADE)
    assert cache.get(*other) is None


def test_other_facts_make_other_explanations(cache: ExplanationCache) -> None:
    cache.put(QUESTION, Settings(), MADE)
    assert (
        ExplanationCache(facts=lambda: "with a teacher's notes").get(QUESTION, "tiny 1", Settings()) is None
    )


def test_the_same_question_in_another_bank_is_the_same_explanation(cache: ExplanationCache) -> None:
    cache.put(QUESTION, Settings(), MADE)
    assert cache.get(replace(QUESTION, id="other", topic="magnets"), "tiny 1", Settings()) == MADE


def test_what_rests_on_a_withdrawn_fact_is_not_shown(cache: ExplanationCache) -> None:
    cache.put(QUESTION, Settings(), MADE)
    assert cache.get(QUESTION, "tiny 1", Settings(), {42}) is None
    assert cache.get(QUESTION, "tiny 1", Settings(), {43}) == MADE


def test_a_second_look_asks_no_student(cache: ExplanationCache) -> None:
    tutor = ScriptedExplainer(STEPS)
    first = list(recall_or_explain(cache, tutor, QUESTION, Settings()))
    second = list(recall_or_explain(cache, tutor, QUESTION, Settings()))
    assert len(tutor.asked) == 1
    assert first[:-1] == second[:-1] == list(STEPS)
    assert isinstance(second[-1], Explanation)
    assert second[-1].answer == scripted_answer(QUESTION)


def test_a_damaged_file_is_made_anew() -> None:
    ExplanationCache().put(QUESTION, Settings(), MADE)
    (file,) = paths.user_cache().glob("explanations-*.sqlite")
    for left in file.parent.glob("explanations-*.sqlite-*"):
        left.unlink()
    file.write_bytes(b"no database " * 1000)
    cache = ExplanationCache()
    assert cache.get(QUESTION, "tiny 1", Settings()) is None
    cache.put(QUESTION, Settings(), MADE)
    assert ExplanationCache().get(QUESTION, "tiny 1", Settings()) == MADE


def test_a_damaged_entry_is_made_anew(cache: ExplanationCache) -> None:
    cache.put(QUESTION, Settings(), MADE)
    (file,) = paths.user_cache().glob("explanations-*.sqlite")
    with sqlite3.connect(file) as db:
        db.execute("UPDATE explanation SET content = '{\"steps\": [7]}'")
    assert cache.get(QUESTION, "tiny 1", Settings()) is None


def test_without_a_folder_to_write_to_it_lasts_the_session(tmp_path: Path) -> None:
    blocked = tmp_path / "a file, no folder"
    blocked.write_text("")
    cache = ExplanationCache(blocked / "explanations.sqlite")
    cache.put(QUESTION, Settings(), MADE)
    assert cache.get(QUESTION, "tiny 1", Settings()) == MADE


@settings(deadline=None)
@given(st.text(min_size=1).filter(str.strip), st.text(min_size=1).filter(str.strip))
def test_texts_cannot_run_into_each_other(one: str, other: str) -> None:
    first = Question("q", "What?", (one, other + "!"))
    second = Question("q", "What?", (one + other, "!"))
    assert (key(first, "t", Settings()) == key(second, "t", Settings())) == (first == second)


def test_what_is_made_while_facts_come_in_is_made_again_with_all_of_them() -> None:
    names = ["facts in part"]
    cache = ExplanationCache(facts=lambda: names[-1])
    cache.put(QUESTION, Settings(), MADE)
    assert cache.get(QUESTION, "tiny 1", Settings()) == MADE
    names.append("facts")
    assert cache.get(QUESTION, "tiny 1", Settings()) is None
    cache.put(QUESTION, Settings(), MADE)
    assert ExplanationCache(facts=lambda: "facts").get(QUESTION, "tiny 1", Settings()) == MADE


def test_only_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = ExplanationCache()
    for number in range(5):
        cache.put(replace(QUESTION, text=f"{number}?"), Settings(), MADE)
    monkeypatch.setattr(cache_module, "_MOST_KEPT", 2)
    again = ExplanationCache()
    left = [n for n in range(5) if again.get(replace(QUESTION, text=f"{n}?"), "tiny 1", Settings())]
    assert left == [3, 4]
