"""Each reader on files shaped like what the real tools write."""

import json
from pathlib import Path

import pytest

from tests.questions import made
from tutor_app.errors import UserError
from tutor_app.questions import formats
from tutor_app.questions.formats import native
from tutor_app.questions.model import Bank, Question, ReadReport


def read(name: str) -> ReadReport:
    return formats.read_bytes(made.everything()[name], name)


def reasons(report: ReadReport) -> dict[str, str]:
    return {skipped.place: skipped.reason for skipped in report.skipped}


@pytest.mark.parametrize(
    ("name", "format", "loaded", "skipped"),
    [
        ("arc.jsonl", "arc", 3, 1),
        ("moodle.gift", "gift", 11, 2),
        ("old.aiken.txt", "aiken", 4, 1),
        ("moodle.xml", "moodle-xml", 6, 3),
        ("canvas.xml", "qti-1.2", 3, 2),
        ("moodle-more.xml", "moodle-xml", 4, 0),
        ("cloze.xml", "moodle-xml", 6, 1),
        ("canvas-more.xml", "qti-1.2", 7, 1),
        ("canvas.zip", "qti-zip", 3, 2),
        ("cartridge.xml", "qti-1.2", 5, 1),
        ("course.imscc", "qti-zip", 6, 1),
        ("blackboard.dat", "qti-1.2", 1, 1),
        ("blackboard.zip", "qti-zip", 1, 1),
        ("blackboard-more.dat", "qti-1.2", 4, 0),
        ("pool.xml", "blackboard-pool", 2, 1),
        ("qti21.xml", "qti-2.1", 1, 0),
        ("match21.xml", "qti-2.1", 6, 0),
        ("plants.h5p", "h5p", 3, 1),
        ("semicolon.csv", "csv", 3, 1),
        ("blooket.csv", "csv", 3, 0),
        ("gimkit.csv", "csv", 2, 0),
        ("questions.json", "json", 7, 1),
        ("trivia.json", "json", 2, 0),
        ("cards.txt", "cards", 3, 1),
        ("anki.txt", "cards", 2, 0),
        ("typed.txt", "plain-text", 4, 1),
        ("test.docx", "docx", 2, 1),
        ("kahoot.xlsx", "xlsx", 3, 0),
        ("quizizz.xlsx", "xlsx", 4, 1),
    ],
)
def test_every_question_is_loaded_or_named(name: str, format: str, loaded: int, skipped: int) -> None:
    report = read(name)
    assert report.format == format
    assert (len(report.bank.questions), len(report.skipped)) == (loaded, skipped)


def test_the_ending_does_not_matter() -> None:
    for name, data in made.everything().items():
        assert formats.read_bytes(data, "download").format == read(name).format


def test_gift_keeps_category_feedback_id_and_explanation() -> None:
    powerhouse, water, plants, sun, *_, gas = read("moodle.gift").bank.questions
    assert powerhouse.id == "cell-001"
    assert powerhouse.topic == "Biology / Cells"
    assert powerhouse.key == "Mitochondrion"
    assert powerhouse.why_wrong == (None, "It keeps the cell's instructions.", "It supports plant cells.")
    assert powerhouse.steps == ("Respiration happens in mitochondria.",)
    assert water.text.startswith("What does H₂O stand for:")
    assert plants.choices == ("True", "False") and plants.key == "True"
    assert plants.why_wrong == (None, "They do take it in.")
    assert sun.text == "The Sun is a _____ in our galaxy."
    assert gas.accepted == ("oxygen", "O2")


def test_gift_says_why_and_where_a_question_is_left_out() -> None:
    assert reasons(read("moodle.gift")) == {
        "moodle.gift:20": "essay questions are not supported",
        "moodle.gift:30": "it is a text without answers",
    }


def test_gift_reads_formulas_with_braces_of_their_own() -> None:
    text = rb"What is \(\frac{1}{2}\) of 8? {=4 ~8 ~2}"
    assert formats.read_bytes(text, "f.gift").bank.questions[0].text == "What is ½ of 8?"


def test_gift_answers_cut_in_two_by_an_empty_line_stay_together() -> None:
    report = formats.read_bytes(b"What melts? {\n=ice\n\n~stone\n}\n\nWhat burns?{=wood ~stone}", "f.gift")
    assert [question.choices for question in report.bank.questions] == [("ice", "stone"), ("wood", "stone")]


@pytest.mark.parametrize(
    ("file", "asked"),
    [
        (
            "::A:: Which metal? {=iron ~neon}\n::B:: Which gas? {=oxygen ~salt}",
            ["Which metal?", "Which gas?"],
        ),
        (
            "Which metal? {\n=iron\n~neon\n}\n// [id:b]\nWhich gas? {\n=oxygen\n~salt\n}",
            ["Which metal?", "Which gas?"],
        ),
        ("::E:: Write about cells. {}\n::B:: Which gas? {=oxygen ~salt}", ["Which gas?"]),
        ("The Sun is a {=star ~planet}\nin our galaxy.", ["The Sun is a _____ in our galaxy."]),
        ("Solve E = \\frac{1}{2}m.\nWhich is m? {=mass ~time}", ["Solve E = ½m.\nWhich is m?"]),
    ],
)
def test_gift_questions_may_stand_without_an_empty_line_between_them(file: str, asked: list[str]) -> None:
    assert [q.text for q in formats.read_bytes(file.encode(), "f.gift").bank.questions] == asked


@pytest.mark.parametrize("stem", ["Which metal? {=iron ~neon} Which gas?", "Which set is {1, 2}?"])
def test_gift_never_shows_another_questions_answers(stem: str) -> None:
    report = formats.read_bytes(f"{stem} {{=oxygen ~salt}}\n\nIs \\{{1\\}} a set? {{T}}".encode(), "f.gift")
    assert reasons(report)["f.gift:1"].startswith("a { or } stands in its text")
    assert [question.text for question in report.bank.questions] == ["Is {1} a set?"]


def test_markdown_loses_its_emphasis_signs() -> None:
    quiz = (
        made.fixture("moodle.xml").replace(b"<p>", b"**not** *ice* 2*3*4 ").replace(b'"html"', b'"markdown"')
    )
    assert formats.read_bytes(quiz, "m.xml").bank.questions[0].text.startswith("not ice 2*3*4 ")
    gift = b"[markdown]Which is **not** a metal? {=*neon* ~iron}"
    question = formats.read_bytes(gift, "m.gift").bank.questions[0]
    assert (question.text, question.key) == ("Which is not a metal?", "neon")


def test_a_moodle_question_that_is_left_out_is_named() -> None:
    essay = b'<question type="essay"><name><text>Food chain</text></name></question>'
    quiz = made.fixture("moodle.xml").replace(b"<quiz>", b"<quiz>" + essay)
    assert (
        "essay questions are not supported"
        in reasons(formats.read_bytes(quiz, "m.xml"))["m.xml:2 ('Food chain')"]
    )


def test_a_picture_without_a_description_is_remarked_on() -> None:
    gift = b'See <img src="@@PLUGINFILE@@/a.png">. What is it? {=a lever ~a wheel}'
    report = formats.read_bytes(gift, "f.gift")
    assert len(report.bank.questions) == 1
    assert report.warnings == ("f.gift:1: its picture has no description, and pictures are not shown",)


def test_aiken_questions_lose_their_numbers() -> None:
    aiken = b"1.\tWhat melts?\nA. ice\nB. stone\nANSWER: A\n\n2) What burns?\nA. wood\nB. ice\nANSWER: A\n"
    texts = [question.text for question in formats.read_bytes(aiken, "w.txt").bank.questions]
    assert texts == ["What melts?", "What burns?"]


def test_moodle_xml_keeps_all_a_teacher_wrote() -> None:
    boiling, ice, *_, gas, _ = read("moodle.xml").bank.questions
    assert boiling == Question(
        id="matter-7",
        text="At what temperature does water boil at sea level?",
        choices=("100 °C", "50 °C", "10³ °C"),
        answer=0,
        hint="Think of a kettle.",
        steps=("Water boils at 100 °C.", "Higher up it boils sooner."),
        why_wrong=(None, "Water is only hot then.", None),
        topic="Matter",
        image="a kettle on a stove",
        extra={"weights": [100.0, 0.0, -33.33333]},
    )
    assert ice.choices == ("True", "False") and ice.steps == ("Ice is less dense.",)
    assert gas.is_open and gas.accepted == ("carbon dioxide", "CO2")


def test_canvas_in_a_zip_is_read_once_with_feedback() -> None:
    report = read("canvas.zip")
    book = report.bank.questions[0]
    assert report.bank.title == "Science 7"
    assert book.key == "The table's push"
    assert book.text.endswith("F=mg")
    assert book.why_wrong == ("Gravity pulls it down.", None, None)
    assert book.steps == ("Forces in balance.",)
    assert report.skipped[0].place == "canvas.zip/non_cc_assessments/g1f2e3.xml.qti:30"


def test_a_common_cartridge_gives_its_quizzes_and_question_banks() -> None:
    report = read("course.imscc")
    clouds, fog, tool, methane, carbon_dioxide, wind = report.bank.questions
    assert report.bank.title == "Science 7"
    assert clouds == Question(
        id="q_clouds",
        text="What are clouds made of?",
        choices=("Smoke", "Tiny drops of H₂O", "Cotton & wool"),
        answer=1,
        steps=("Water vapor condenses when air cools.",),
        why_wrong=("Smoke is soot and ash.", None, None),
        topic="Water in the air",
    )
    assert fog.choices == ("True", "False") and fog.key == "True"
    assert tool.accepted == ("barometer", "a barometer")
    assert (methane.key, carbon_dioxide.key, wind.key) == ("methane", "carbon dioxide", "moving air")
    assert [question.topic for question in (fog, tool, wind)] == ["Quiz 1: Weather & climate"] * 2 + [""]
    assert reasons(report) == {
        "course.imscc/i5d2c/assessment.xml:81": "essay questions are not supported",
    }


def test_blackboard_feedback_of_a_choice_stays_with_it() -> None:
    assert read("blackboard.zip").bank.questions[0].why_wrong == (None, "There is nothing to vibrate.")


def test_the_old_blackboard_pool_is_read() -> None:
    report = read("pool.xml")
    assert report.bank.title == "Old pool: Earth"
    assert report.bank.questions[0].key == "Outer core"
    assert report.bank.questions[0].text == "Which layer of the Earth is liquid?"


def test_qti_2_1_reads_mathml_and_feedback() -> None:
    question = read("qti21.xml").bank.questions[0]
    assert question.text == "Light travels at 3 × 10⁸ m/s.\nWhat happens when it enters glass?"
    assert question.key == "It slows down"
    assert question.why_wrong == ("Glass is denser than air.", None, None)
    assert question.steps == ("Glass slows light, so it bends.",)


@pytest.mark.parametrize("packed", [False, True])
def test_qti_3_is_refused_with_what_to_do_instead(packed: bool) -> None:
    item = '<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="a"/>'
    data = made.zipped({"imsmanifest.xml": "<manifest/>", "items/a.xml": item}) if packed else item.encode()
    with pytest.raises(UserError, match=r"QTI 3 is not supported; export it as QTI 2\.1 or 2\.2"):
        formats.read_bytes(data, "new")


def test_h5p_questions_are_found_however_deep_they_lie() -> None:
    report = read("plants.h5p")
    gas, roots, green = report.bank.questions
    assert (report.bank.title, report.bank.licence) == ("Plants", "CC BY 4.0")
    assert (gas.key, gas.hint, gas.image) == ("Carbon dioxide", "CO₂", "a leaf")
    assert roots.choices == ("True", "False")
    assert green.key == "In leaves"


def test_sheets_of_quiz_sites_find_the_key_by_number_and_by_column() -> None:
    assert read("kahoot.xlsx").bank.questions[0].key == "8"
    assert read("blooket.csv").bank.questions[0].key == "Mars"
    assert [question.key for question in read("gimkit.csv").bank.questions] == ["Honey", "Water"]
    assert read("quizizz.xlsx").bank.questions[-1].accepted == ("ice",)


def test_a_sheet_with_menus_in_its_cells_is_read_without_a_word(recwarn: pytest.WarningsRecorder) -> None:
    menus = (
        b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" xmlns:x14="http://schemas.microsoft.com/'
        b'office/spreadsheetml/2009/9/main"><x14:dataValidations/></ext></extLst></worksheet>'
    )
    parts = made.unzipped(made.kahoot())
    page = "xl/worksheets/sheet1.xml"
    parts[page] = parts[page].replace(b"</worksheet>", menus)
    assert len(formats.read_bytes(made.zipped(parts), "kahoot.xlsx").bank.questions) == 3
    assert list(recwarn) == []


def test_a_sheet_names_the_columns_it_did_not_read() -> None:
    assert read("semicolon.csv").warnings == ("semicolon.csv:1: columns not read: Notes for me",)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("2", "3"), ("4", "9")),  # numbers that are no choice of their own count the choices
        (("B", "C"), ("4", "9")),
        (("4", "9"), ("4", "9")),
        (("option 2", "Option 3"), ("4", "9")),
        (("b) 4", "C. 9"), ("4", "9")),
    ],
)
def test_keys_may_be_numbers_letters_or_texts(keys: tuple[str, str], expected: tuple[str, str]) -> None:
    sheet = f"question,a,b,c,answer\ntwo times two?,5,4,8,{keys[0]}\nthree times three?,6,8,9,{keys[1]}\n"
    report = formats.read_bytes(sheet.encode(), "maths.csv")
    assert tuple(question.key for question in report.bank.questions) == expected


def test_a_key_whose_choices_are_empty_is_left_out() -> None:
    sheet = (
        "question,option a,option b,correct\nWhich picture shows a lever?,,,B\nAnd a wheel?,,,2\n"
        "What do we breathe out?,,,carbon dioxide\n"
    )
    report = formats.read_bytes(sheet.encode(), "p.csv")
    assert reasons(report) == {
        "p.csv:2": "the key B is none of the choices",
        "p.csv:3": "the key 2 is none of the choices",
    }
    assert [question.accepted for question in report.bank.questions] == [("carbon dioxide",)]


def test_excel_cells_are_read_as_they_are_shown() -> None:
    rich_text = (
        b'<r><t xml:space="preserve">What is 10</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>2</t></r>'
        b'<r><t xml:space="preserve"> times H</t></r><r><rPr><vertAlign val="subscript"/></rPr><t>2</t></r>'
        b"<r><t>O?</t></r>"
    )
    book = made.rich_sheet([["question", "a", "b", "key"], ["TEXT", 0.5, 0.125, "A"]], "TEXT", rich_text)
    question = formats.read_bytes(book, "x.xlsx").bank.questions[0]
    assert question.text == "What is 10² times H₂O?"
    assert question.choices == ("50.0%", "12.5%")


def test_text2qti_code_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    report = read("text2qti.md")
    assert not (tmp_path / "pwned").exists()
    assert reasons(report)["text2qti.md:29"] == "a block of program code was left out; nothing in it was run"
    assert [question.key or question.accepted[0] for question in report.bank.questions] == [
        "Electron",
        "Protons",
        "Neutrons",
        "Na",
        "2",
        "Na⁺",
    ]
    assert report.bank.questions[0].text == "Which particle has a negative charge?\nThink of e⁻."


def test_arc_labels_may_be_letters_or_numbers() -> None:
    assert [question.key for question in read("arc.jsonl").bank.questions] == ["a balance", "wind", "hen"]
    assert reasons(read("arc.jsonl")) == {"arc.jsonl:4": "the key E is the label of no choice"}


def test_the_same_question_twice_is_taken_once_and_named() -> None:
    report = formats.read_bytes(
        b"What melts? {=ice ~fire}\n\nWhat melts? {=ice ~fire}\n\nWhat melts? {~ice =fire}", "f.gift"
    )
    assert reasons(report) == {"f.gift:3": "the same question is at f.gift:1"}
    assert report.warnings == ("f.gift:5: the question at f.gift:1 is the same with another key",)
    assert len({question.id for question in report.bank.questions}) == len(report.bank.questions) == 2


def test_native_keeps_what_this_version_does_not_know() -> None:
    bank = Bank(
        "B", (Question("a", "Why?", ("x", "y"), 0, extra={"video": {"at": 3}}),), extra={"author": "me"}
    )
    assert native.loads(native.dumps(bank), "b.jsonl").bank == bank


def test_a_newer_native_file_is_refused_in_a_sentence() -> None:
    text = '{"format": "sci-cot-bank", "version": 2, "title": "T"}\n{"text": "Why?", "choices": ["a", "b"]}\n'
    with pytest.raises(UserError, match="version 2, but this tutor reads up to version 1"):
        native.loads(text, "new.jsonl")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[1]", "the line is not a JSON object"),
        ('{"choices": ["a", "b"]}', 'there is no "text"'),
        ('{"text": 5}', '"text" must be a text, not 5'),
        ('{"text": "a", "choices": "b"}', '"choices" must be a list of texts'),
        ('{"text": "a", "choices": ["b"]}', "1 choices; a question has 2 to 8, or none"),
        ('{"text": "a", "choices": ["b", " "]}', "a choice is empty"),
        ('{"text": "a", "choices": ["b", "c"], "answer": true}', '"answer" must be the number'),
        ('{"text": "a", "choices": ["b", "c"], "answer": 2}', "the key 3 names no choice"),
    ],
)
def test_a_bad_native_line_costs_only_itself(line: str, reason: str) -> None:
    good = json.dumps({"text": "Why?", "choices": ["a", "b"], "answer": 1})
    report = native.loads(f'{{"format": "sci-cot-bank", "version": 1}}\n{line}\n{good}\n', "b.jsonl")
    assert [skipped.place for skipped in report.skipped] == ["b.jsonl:2"]
    assert report.skipped[0].reason.startswith(reason)
    assert len(report.bank.questions) == 1


def test_xml_that_breaks_off_keeps_what_came_before() -> None:
    whole = made.fixture("moodle.xml")
    report = formats.read_bytes(whole[: whole.index(b"Two metals")], "half.xml")
    assert len(report.bank.questions) == 2
    assert report.skipped[-1].reason == "the XML is broken here; what comes after cannot be read"


def test_nothing_usable_says_why_and_keeps_the_report() -> None:
    with pytest.raises(formats.NothingUsableError, match="essay questions are not supported") as caught:
        formats.read_bytes(b"::a:: Tell me about cells. {}", "e.gift")
    assert caught.value.report.skipped[0].place == "e.gift:1"
