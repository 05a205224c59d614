"""Banks in the app: bring one in, look, edit, let the tutor explain and approve it, see disagreements."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from tests.scripted import ScriptedExplainer, scripted_answer
from tests.tui.conftest import Start
from tests.tui.driving import on, running, sees, text, until
from tutor_app.questions.library import Installed, Library
from tutor_app.questions.model import Bank, Question, ReadReport
from tutor_app.students.explanation import Answer

GIFT = (
    "::a::What pulls iron? {=a magnet ~a stone}\n\n::b::Broken {\n\n::c::What is ice? {=water ~air ~fire}\n"
)


async def bring_in(pilot: Pilot[int], folder: Path) -> None:
    file = folder / "class 7.gift"
    file.write_text(GIFT)
    await pilot.press("b")
    await on(pilot, "BanksScreen")
    await pilot.press("i")
    await on(pilot, "PickFile")
    path = pilot.app.screen.query_one("#path")
    path.focus()
    path.value = f'"{file}"'  # type: ignore[attr-defined]
    await pilot.press("enter")
    await on(pilot, "ImportReportScreen")


async def into_the_bank(pilot: Pilot[int], folder: Path) -> None:
    await bring_in(pilot, folder)
    await pilot.press("o")
    await on(pilot, "BankScreen")
    await sees(pilot, "What pulls iron?")


async def test_an_import_reports_what_came_in_and_what_did_not(start: Start, tmp_path: Path) -> None:
    async with running(start()) as pilot:
        await bring_in(pilot, tmp_path)
        await sees(pilot, "class 7: 2 questions installed.")
        await sees(pilot, "1 question left out:")
        await sees(pilot, "class 7.gift:3")


async def test_the_picker_walks_folders(start: Start, tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "x.gift").write_text(GIFT)
    async with running(start()) as pilot:
        await pilot.press("b")
        await on(pilot, "BanksScreen")
        await pilot.press("i")
        await on(pilot, "PickFile")
        path = pilot.app.screen.query_one("#path")
        path.focus()
        path.value = str(tmp_path)  # type: ignore[attr-defined]
        await pilot.press("enter")
        await sees(pilot, "inner/")
        menu = pilot.app.screen.query_one("#files")
        menu.focus()
        menu.select(next(e.id for e in menu.entries if e.label == "inner/"))  # type: ignore[attr-defined]
        await pilot.press("enter")
        await sees(pilot, "x.gift")


async def test_what_is_typed_or_pasted_in_the_picker_is_a_path(start: Start, tmp_path: Path) -> None:
    (tmp_path / "kj.gift").write_text(GIFT)
    app = start()
    async with running(app) as pilot:
        await pilot.press("b")
        await on(pilot, "BanksScreen")
        await pilot.press("i")
        await on(pilot, "PickFile")
        app.post_message(Paste(f"{tmp_path}\n"))
        await sees(pilot, str(tmp_path))
        await pilot.press("enter")
        await sees(pilot, "kj.gift")
        await pilot.press("down", "down", *"kj.gift", "enter")
        await on(pilot, "ImportReportScreen")


async def test_a_bank_that_is_being_installed_comes_in_with_its_report(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "class 7.gift").write_text(GIFT)
    begun, install_on = threading.Event(), threading.Event()
    install = Library.install

    def slowly(self: Library, report: ReadReport, path: Path) -> Installed:
        begun.set()
        install_on.wait()
        return install(self, report, path)

    monkeypatch.setattr(Library, "install", slowly)
    app = start()
    async with running(app) as pilot:
        await pilot.press("b")
        await on(pilot, "BanksScreen")
        await pilot.press("i")
        await on(pilot, "PickFile")
        app.post_message(Paste(f"{tmp_path / 'class 7.gift'}"))
        await pilot.press("enter")
        await on(pilot, "ImportingScreen")
        await until(pilot, begun.is_set)
        await pilot.press("escape")
        await pilot.click(offset=(0, 0))
        await on(pilot, "ImportingScreen")
        install_on.set()
        await on(pilot, "ImportReportScreen")
        await sees(pilot, "class 7: 2 questions installed.")


async def test_a_file_that_is_no_bank_is_refused_in_a_sentence(start: Start, tmp_path: Path) -> None:
    (tmp_path / "song.mp3").write_bytes(b"\x00\x01ID3" * 50)
    async with running(start()) as pilot:
        await pilot.press("b")
        await on(pilot, "BanksScreen")
        await pilot.press("i")
        await on(pilot, "PickFile")
        path = pilot.app.screen.query_one("#path")
        path.focus()
        path.value = str(tmp_path / "song.mp3")  # type: ignore[attr-defined]
        await pilot.press("enter")
        await on(pilot, "Say")
        await sees(pilot, "song.mp3")


async def test_a_question_is_edited_in_place(start: Start, tmp_path: Path) -> None:
    app = start()
    async with running(app) as pilot:
        await into_the_bank(pilot, tmp_path)
        await pilot.press("e")
        await on(pilot, "EditScreen")
        app.screen.query_one("#text").text = "What draws iron?"  # type: ignore[attr-defined]
        app.screen.query_one("#steps").text = "A magnet draws iron."  # type: ignore[attr-defined]
        await pilot.press("f4")
        await on(pilot, "BankScreen")
        await sees(pilot, "What draws iron?")
    question = app.desk.library.bank("class-7").questions[0]
    assert (question.text, question.steps, question.key) == (
        "What draws iron?",
        ("A magnet draws iron.",),
        "a magnet",
    )


async def test_a_key_that_names_no_choice_is_refused_in_a_sentence(start: Start, tmp_path: Path) -> None:
    app = start()
    async with running(app) as pilot:
        await into_the_bank(pilot, tmp_path)
        await pilot.press("e")
        await on(pilot, "EditScreen")
        app.screen.query_one("#choices").text = "\n".join("123456789")  # type: ignore[attr-defined]
        app.screen.query_one("#key").value = "z"  # type: ignore[attr-defined]
        await pilot.press("f4")
        await sees(pilot, "The key Z names no choice. Type a letter up to H.")


OPEN = Question("o1", "What is the unit of temperature?", accepted=("kelvin", "K"))


async def edit_first_of_units(pilot: Pilot[int]) -> None:
    await pilot.press("b")
    await on(pilot, "BanksScreen")
    await sees(pilot, "Units")
    pilot.app.screen.query_one("#list").select("units")  # type: ignore[attr-defined]
    await pilot.press("enter")
    await on(pilot, "BankScreen")
    await sees(pilot, OPEN.text)
    await pilot.press("e")
    await on(pilot, "EditScreen")


async def test_the_accepted_answers_of_an_open_question_are_mended(start: Start) -> None:
    app = start()
    app.desk.library.add(Bank("Units", (OPEN,)))
    async with running(app) as pilot:
        await edit_first_of_units(pilot)
        await sees(pilot, "Accepted answers, one a line")
        accepted = app.screen.query_one("#accepted")
        assert accepted.text == "kelvin\nK"  # type: ignore[attr-defined]
        accepted.text = "kelvin\n\n degree Celsius \nkelvin"  # type: ignore[attr-defined]
        await pilot.press("f4")
        await on(pilot, "BankScreen")
        await sees(pilot, "Saved.")
    assert app.desk.library.bank("units").questions == (replace(OPEN, accepted=("kelvin", "degree Celsius")),)


async def test_an_edit_of_the_wording_leaves_choices_of_two_lines_and_their_reasons_as_they_are(
    start: Start,
) -> None:
    question = Question(
        "leaves",
        OPEN.text,
        ("In: oxygen\nOut: carbon dioxide", "In: carbon dioxide\nOut: oxygen"),
        1,
        why_wrong=("That is respiration.", None),
    )
    app = start()
    app.desk.library.add(Bank("Units", (question,)))
    async with running(app) as pilot:
        await edit_first_of_units(pilot)
        await sees(pilot, "In: oxygen / Out: carbon dioxide")
        app.screen.query_one("#text").text = "What do leaves do?"  # type: ignore[attr-defined]
        await pilot.press("f4")
        await sees(pilot, "Saved.")
    assert app.desk.library.bank("units").questions == (replace(question, text="What do leaves do?"),)


async def test_choices_beside_accepted_answers_are_refused_in_a_sentence(start: Start) -> None:
    app = start()
    app.desk.library.add(Bank("Units", (OPEN,)))
    async with running(app) as pilot:
        await edit_first_of_units(pilot)
        app.screen.query_one("#choices").text = "kelvin\nmetre"  # type: ignore[attr-defined]
        await pilot.press("f4")
        await on(pilot, "Say")
        await sees(pilot, "A question with choices has a key, one without has accepted answers.")
    assert app.desk.library.bank("units").questions == (OPEN,)


async def test_only_a_question_without_choices_is_asked_for_accepted_answers(
    start: Start, tmp_path: Path
) -> None:
    app = start()
    async with running(app) as pilot:
        await into_the_bank(pilot, tmp_path)
        await pilot.press("e")
        await on(pilot, "EditScreen")
        await sees(pilot, "Key: the letter")
        assert "Accepted answers" not in text(app)
        app.screen.query_one("#choices").text = ""  # type: ignore[attr-defined]
        await sees(pilot, "Accepted answers, one a line")


async def test_shipped_banks_are_neither_renamed_nor_removed_and_nothing_is_asked(start: Start) -> None:
    async with running(start()) as pilot:
        for key in ("r", "delete"):
            await pilot.press("b")
            await on(pilot, "BanksScreen")
            await sees(pilot, "▸ Water")
            await pilot.press(key)
            await on(pilot, "Say")
            await sees(pilot, "This bank comes with the app and stays as it is.")
            await pilot.press("escape", "escape")
            await on(pilot, "HomeScreen")


async def test_shipped_banks_are_not_edited(start: Start) -> None:
    async with running(start()) as pilot:
        await pilot.press("b")
        await on(pilot, "BanksScreen")
        await sees(pilot, "Magnets")
        await pilot.press("enter")
        await on(pilot, "BankScreen")
        await pilot.press("e")
        await on(pilot, "Say")
        await sees(pilot, "comes with the app")


async def test_the_tutors_explanations_enter_the_bank_only_when_approved(
    start: Start, tmp_path: Path
) -> None:
    app = start()
    async with running(app) as pilot:
        await into_the_bank(pilot, tmp_path)
        await pilot.press("g")
        await on(pilot, "ApproveScreen")
        await sees(pilot, "A nail is made of iron")
        assert app.desk.library.bank("class-7").questions[0].explanation == ()
        await pilot.press("a")
        await sees(pilot, "2 of 2")
        await sees(pilot, "A nail is made of iron")
        await pilot.press("s")
        await on(pilot, "BankScreen")
    first, second = app.desk.library.bank("class-7").questions
    assert first.facts == ("Magnets attract iron.",)
    assert first.steps == ("A nail is made of iron, so the magnet attracts the nail.",)
    assert second.explanation == ()


async def test_students_topics_stay_as_they_are_when_a_teacher_looks_and_lets_the_tutor_explain(
    start: Start, tmp_path: Path
) -> None:
    app = start()
    async with running(app) as pilot:
        await into_the_bank(pilot, tmp_path)
        await pilot.press("enter")
        await on(pilot, "LookScreen")
        await sees(pilot, "A nail is made of iron")
        await pilot.press("escape")
        await on(pilot, "BankScreen")
        await pilot.press("g")
        await on(pilot, "ApproveScreen")
        await sees(pilot, "A nail is made of iron")
        app.desk.wait_for_writes()
        topics = {row[0] for row in app.desk.history.read("SELECT topic FROM asked", ())}
    assert topics == {"class 7"}


async def test_checking_a_bank_lists_where_the_tutor_disagrees(
    start: Start, tutor: ScriptedExplainer, tmp_path: Path
) -> None:
    def judge(question: Question) -> Answer:
        return scripted_answer(question, choice=len(question.choices) - 1)

    tutor.judge = judge  # type: ignore[method-assign]
    async with running(start()) as pilot:
        await into_the_bank(pilot, tmp_path)
        await pilot.press("d")
        await on(pilot, "DisagreementsScreen")
        await pilot.press("c")
        await sees(pilot, "key A, tutor C (70%)")
        await sees(pilot, "key A, tutor B (70%)")
        await pilot.press("enter")
        await on(pilot, "LookScreen")
