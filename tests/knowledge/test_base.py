"""The fact base: what it finds, what it keeps, and that it survives its cache."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor_app import paths
from tutor_app.errors import UserError
from tutor_app.knowledge.base import FactBase
from tutor_app.knowledge.facts import Fact, Source, fact_id, facts_file, facts_of, notes_folder, sources
from tutor_app.knowledge.flags import Flags
from tutor_app.questions.library import Library
from tutor_app.questions.model import Bank, Question

FACTS = (
    Fact("Friction is a force that acts against motion.", "physics", "Forces", "ours"),
    Fact("Gravity pulls objects toward the center of the Earth.", "physics", "Forces", "ours"),
    Fact("A magnet attracts iron, nickel and cobalt.", "physics", "Magnets", "ours"),
    Fact("Evaporation takes heat away from a surface.", "physics", "Heat", "ours"),
    Fact("Plants take in carbon dioxide (CO₂) for photosynthesis.", "biology", "Plants", "ours"),
    Fact("Roots take up water from the soil.", "biology", "Plants", "ours"),
    Fact("The Moon reflects the light of the Sun.", "space science", "Moon", "ours"),
)
BALL = Question(
    "q1", "What acts against the motion of a rolling ball?", ("friction", "magnets", "light of the Moon"), 0
)


@pytest.fixture
def assets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shipped fact base of seven facts and no banks."""
    folder = tmp_path / "assets"
    (folder / "facts").mkdir(parents=True)
    (folder / "facts" / "all.jsonl").write_text(facts_file(FACTS, "Seven facts"), "utf-8")
    monkeypatch.setattr(paths, "assets", lambda: folder)
    return folder


@pytest.fixture
def base(assets: Path) -> Iterator[FactBase]:
    base = FactBase()
    yield base
    base.close()


def _texts(facts: list[Fact]) -> list[str]:
    return [fact.text for fact in facts]


def test_the_fact_that_explains_comes_first_and_knows_its_source(base: FactBase) -> None:
    first = base.candidates(BALL, 3)[0]
    assert first == FACTS[0]
    assert first.source == "ours"


def test_each_option_may_bring_its_fact(base: FactBase) -> None:
    assert {FACTS[0].text, FACTS[6].text} <= set(_texts(base.candidates(BALL, 5)))


def test_a_supposed_answer_weighs_more(base: FactBase) -> None:
    question = Question("q", "What is it?", ("the Moon", "a magnet"))
    assert base.candidates(question, 1, supposed="a magnet")[0] == FACTS[2]
    assert base.candidates(question, 1, supposed="the Moon")[0] == FACTS[6]


def test_words_match_in_every_form(base: FactBase) -> None:
    assert base.search("evaporates")[0] == FACTS[3]
    assert base.search("CO2")[0] == FACTS[4]
    assert base.search("MAGNETS attracting")[0] == FACTS[2]


@pytest.mark.parametrize(
    "typed", ['"', "AND OR NOT", "water*", "a:b NEAR(c)", "'; DROP TABLE fact; --", "", "😀"]
)
def test_typed_search_words_are_words_and_no_syntax(base: FactBase, typed: str) -> None:
    assert isinstance(base.search(typed), list)
    assert len(base) == len(FACTS)


@given(text=st.text(min_size=1, max_size=200), choice=st.text(min_size=1, max_size=40))
def test_any_question_gets_an_answer(text: str, choice: str) -> None:
    if text.strip() and choice.strip():
        base = _shared_base()
        assert len(base.candidates(Question("q", text, (choice, choice + "x")), 4, choice)) <= 4


def _shared_base(made: list[FactBase] = []) -> FactBase:  # noqa: B006 - made once for all examples
    if not made:
        made.append(FactBase(files=[], meanings=False))
    return made[0]


def test_a_huge_question_is_looked_up_all_the_same(base: FactBase) -> None:
    assert FACTS[0] in base.candidates(Question("q", "friction " * 25_000), 3)


def test_a_flagged_fact_is_not_used_again(base: FactBase) -> None:
    base.flag(FACTS[0])
    assert FACTS[0] not in base.candidates(BALL, 10)
    assert FACTS[0] not in base.search("friction")
    base.close()
    again = FactBase()
    assert FACTS[0] not in again.candidates(BALL, 10)
    assert again.flagged() == [FACTS[0]]
    assert again.unflag(FACTS[0].id)
    assert not again.unflag(FACTS[0].id)
    assert again.candidates(BALL, 1) == [FACTS[0]]


def test_what_another_window_flags_and_unflags_counts_at_once(base: FactBase) -> None:
    Flags().add(FACTS[0])
    assert base.candidates(BALL, 1) != [FACTS[0]]
    Flags().remove(FACTS[0].id)
    assert base.candidates(BALL, 1) == [FACTS[0]]


def test_without_flags_a_flagged_fact_is_used_like_the_rest(base: FactBase) -> None:
    base.flag(FACTS[0])
    assert FactBase(meanings=False, flags=False).candidates(BALL, 1) == [FACTS[0]]
    (notes_folder() / "flagged.json").write_text('{"flagged": [{"te', "utf-8")
    assert FactBase(meanings=False, flags=False).search("friction") == [FACTS[0]]


def test_damaged_flags_are_never_overwritten(base: FactBase) -> None:
    base.flag(FACTS[0])
    path = notes_folder() / "flagged.json"
    path.write_text('{"flagged": [{"te', "utf-8")
    with pytest.raises(UserError, match=r"flagged\.json is damaged"):
        base.flag(FACTS[1])
    assert path.read_text("utf-8") == '{"flagged": [{"te'


def test_the_index_is_made_once_and_again_when_a_source_changes(base: FactBase, assets: Path) -> None:
    (index,) = paths.user_cache().glob("facts-*.sqlite")
    made = index.stat().st_mtime_ns
    FactBase().close()
    assert index.stat().st_mtime_ns == made
    base.close()
    (assets / "facts" / "all.jsonl").write_text(facts_file(FACTS[:3], "Three facts"), "utf-8")
    assert len(FactBase()) == 3
    assert [path.name for path in paths.user_cache().glob("facts-*")] != [index.name]


def test_only_the_newest_indexes_are_kept_and_lost_drafts_are_swept(base: FactBase, assets: Path) -> None:
    cache = paths.user_cache()
    lost = cache / "facts-0.1.draft"
    lost.write_bytes(b"half")
    os.utime(lost, (0, 0))
    for count in range(1, len(FACTS)):
        (assets / "facts" / "all.jsonl").write_text(facts_file(FACTS[:count], "Some facts"), "utf-8")
        FactBase(meanings=False).close()
    assert len(list(cache.glob("facts-*.sqlite"))) == 3
    assert not lost.exists()


def test_notes_make_the_facts_others_and_a_bank_does_not(base: FactBase) -> None:
    levers = Question("q", "What turns?", ("a lever", "air"), 0, facts=("Levers turn.",))
    Library().add(Bank("Levers", (levers,)))
    assert FactBase().name == base.name
    notes_folder().mkdir(parents=True)
    (notes_folder() / "mine.jsonl").write_text(facts_file(FACTS[:1], "Mine"), "utf-8")
    assert FactBase().name != base.name


@pytest.mark.parametrize("damage", [b"", b"not a database", b"SQLite format 3\x00" + b"\x00" * 4000])
def test_a_damaged_index_is_made_again(base: FactBase, damage: bytes) -> None:
    base.close()
    (index,) = paths.user_cache().glob("facts-*.sqlite")
    index.write_bytes(damage)
    assert FactBase().candidates(BALL, 1) == [FACTS[0]]


def test_without_a_place_for_the_index_facts_are_found_from_memory(assets: Path, tutor_home: Path) -> None:
    tutor_home.mkdir()
    (tutor_home / "cache").write_text("a file where the folder should be", "utf-8")
    base = FactBase()
    assert base.candidates(BALL, 1) == [FACTS[0]]


def test_a_line_that_is_damaged_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "facts.jsonl"
    good = json.dumps({"text": "Ice floats on water."})
    path.write_text(
        f'{{"format": "sci-cot-facts"}}\n{good}\n{{"text": 3}}\nnonsense\n[1]\n{{"text": ""}}\n', "utf-8"
    )
    assert _texts(list(facts_of(Source("shipped", path)))) == ["Ice floats on water."]


def test_installed_banks_bring_their_facts(assets: Path) -> None:
    from tutor_app.questions.library import Library
    from tutor_app.questions.model import Bank

    question = Question("q", "Why?", ("a", "b"), 0, facts=("Basalt is an igneous rock.",), topic="Rocks")
    Library().add(Bank("Stones", (question,)))
    assert FactBase().search("basalt") == [Fact("Basalt is an igneous rock.", "", "Rocks", "Stones")]
    assert [source.kind for source in sources()] == ["shipped", "bank"]


def test_shipped_banks_bring_no_facts_of_their_own(assets: Path) -> None:
    from tutor_app.questions.library import Library
    from tutor_app.questions.model import Bank

    question = Question("q", "Why?", ("a", "b"), 0, facts=("Basalt is an igneous rock.",))
    shipped = Library(user=assets / "banks").add(Bank("Stones", (question,)))
    assert shipped.path.is_file() and [bank.shipped for bank in Library().banks()] == [True]
    assert [source.kind for source in sources()] == ["shipped"]
    assert FactBase().search("basalt") == []


def test_a_bank_that_comes_or_goes_is_seen_at_once(assets: Path) -> None:
    from tutor_app.questions.library import Library
    from tutor_app.questions.model import Bank

    question = Question("q", "Why?", ("a", "b"), 0, facts=("Basalt is an igneous rock.",))
    assert len(FactBase()) == len(FACTS)
    summary = Library().add(Bank("Stones", (question,)))
    assert len(FactBase()) == len(FACTS) + 1
    Library().remove(summary.id)
    assert len(FactBase()) == len(FACTS)


def test_a_repeated_fact_counts_once_whatever_its_case(assets: Path) -> None:
    again = Fact("friction is a FORCE  that acts against motion.", "", "", "mine")
    notes_folder().mkdir(parents=True)
    (notes_folder() / "mine.jsonl").write_text(facts_file([again], "Mine"), "utf-8")
    assert again.id == FACTS[0].id == fact_id(FACTS[0].text)
    assert FactBase().search("friction") == [FACTS[0]]


def test_several_threads_may_ask_at_once(base: FactBase) -> None:
    found: list[list[Fact]] = []
    threads = [threading.Thread(target=lambda: found.append(base.candidates(BALL, 3))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [base.candidates(BALL, 3)] * 8


@pytest.mark.parametrize("delay", [0.05, 0.2, 0.5])
def test_killing_a_build_leaves_no_half_index(tutor_home: Path, delay: float) -> None:
    program = (
        "from tutor_app.knowledge.base import FactBase\n"
        "from tutor_app.knowledge import index\nprint('ready', flush=True)\n"
        "import shutil; from tutor_app import paths\n"
        "while True:\n    FactBase(meanings=False).close(); shutil.rmtree(paths.user_cache())\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env={**os.environ})
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(delay)
    process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.wait()
    process.stdout.close()
    assert FactBase(meanings=False).candidates(BALL, 3)


def test_the_shipped_facts_explain_a_shipped_question() -> None:
    base = FactBase(meanings=False)
    question = Question(
        "q",
        "On a hot day a dog pants. Why does this cool it?",
        ("Water evaporates.", "Its tongue is cold."),
        0,
    )
    assert any("vaporat" in text for text in _texts(base.candidates(question, 8)))


def test_what_is_asked_openly_is_read_as_it_was_meant(assets: Path) -> None:
    more = (
        Fact("The largest magnets are electromagnets.", "physics"),
        Fact("Electromagnets lift iron.", "physics"),
    )
    (assets / "facts" / "all.jsonl").write_text(facts_file((*FACTS, *more), "Nine facts"), "utf-8")
    base = FactBase()
    meant = "What are the largest electromagnets?"
    assert base.fits(Question("q", "wat are teh biggest elektromagnets?"), "") == base.fits(
        Question("q", meant), ""
    )
    base.close()
