"""Hostile and broken input is refused in a sentence, or costs only what is broken."""

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest

from tests import fuzz_readers
from tests.questions import made
from tutor_app.errors import UserError
from tutor_app.questions import formats
from tutor_app.questions.archives import Archive, Limits, is_safe_path
from tutor_app.questions.markup import rich, rich_with_image
from tutor_app.questions.text import decode, plain


def refused(data: bytes, name: str = "file") -> str:
    with pytest.raises(UserError) as caught:
        formats.read_bytes(data, name)
    return str(caught.value)


def test_files_that_are_no_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no file"):
        formats.read_file(tmp_path / "missing")
    with pytest.raises(UserError, match="is a folder"):
        formats.read_file(tmp_path)
    big = tmp_path / "big.csv"
    with big.open("wb") as file:
        file.truncate(500_000_000)
    with pytest.raises(UserError, match="too big"):
        formats.read_file(big)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserError, match="not an ordinary file"):
        formats.read_file(tmp_path / "pipe")


def test_noise_and_nothing_are_refused() -> None:
    assert "is empty" in refused(b" \n")
    assert "no readable text" in refused(bytes(range(256)) * 40)
    assert "in no format" in refused(b"Dear colleague, here are my plans for the term.")
    assert "is JSON in a layout" in refused(b'[{"question": "Gas?", "options": ["iron", "oxygen"]}]')
    assert "is a PDF" in refused(b"%PDF-1.7 \x00\x01")


def test_entities_and_outside_files_in_xml_are_refused() -> None:
    bomb = '<!DOCTYPE quiz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><quiz><question>&b;</question></quiz>'
    outside = '<!DOCTYPE quiz [<!ENTITY a SYSTEM "file:///etc/passwd">]><quiz><question>&a;</question></quiz>'
    assert "defines XML entities" in refused(bomb.encode())
    assert "defines XML entities" in refused(outside.encode())


def test_xml_nested_without_end_is_refused() -> None:
    assert "nested" in refused(b"<quiz>" + b"<question>" * 5_000)


def test_a_very_long_line_costs_only_its_question() -> None:
    text = "What melts? {=ice ~stone}\n\n" + "x" * 1_000_000 + " {=a ~b}\n\nWhat burns? {=wood ~stone}"
    report = formats.read_bytes(text.encode(), "f.gift")
    assert len(report.bank.questions) == 2
    assert report.skipped[0].reason == "the question is 1,000,000 characters long; at most 20,000 are taken"


def test_json_nested_without_end_costs_only_its_line() -> None:
    good = made.fixture("arc.jsonl").split(b"\n")[0]
    report = formats.read_bytes(good + b"\n" + b"[" * 200_000, "a.jsonl")
    assert [skipped.place for skipped in report.skipped] == ["a.jsonl:2"]


def test_hidden_signs_are_taken_out_of_question_text() -> None:
    text = "What \x1b[31mis\x1b]0;owned\x07 \u202eice\u202c\u2066?\x07\u200b {=a ~b}"
    assert formats.read_bytes(text.encode(), "f.gift").bank.questions[0].text == "What is ice?"


def test_hidden_signs_that_python_calls_printable_go_too() -> None:
    printable = [
        sign for sign in map(chr, range(0x110000)) if sign.isprintable() and not plain(f"{sign}\x07")
    ]
    assert {"\u115f", "\u3164", "\ufffc"} < set(printable)
    assert [sign for sign in printable if sign != " " and plain(f"é{sign}a") != "éa"] == []


@pytest.mark.parametrize(
    "name", ["../a.xml", "/a.xml", "a/../../b", "C:/a", "a\\b", "con.xml", "a/./b", "x\n", ""]
)
def test_paths_that_lead_outside_are_unsafe(name: str) -> None:
    assert not is_safe_path(name)


def test_an_archive_that_leads_outside_is_refused() -> None:
    assert "leads outside" in refused(made.zipped({"../evil.xml": b"<quiz/>"}))


def test_names_that_some_systems_forbid_are_refused_as_such() -> None:
    assert "the name Quiz: Cells.csv is not allowed" in refused(made.zipped({"Quiz: Cells.csv": b"x"}))
    assert "a is a file and a folder at once" in refused(made.zipped({"a": b"x", "a/b": b"y"}))


def test_links_in_archives_are_refused() -> None:
    out = io.BytesIO()
    link = zipfile.ZipInfo("link.xml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(out, "w") as package:
        package.writestr(link, "/etc/passwd")
    assert "link or a device" in refused(out.getvalue())


def test_bombs_are_refused_by_ratio_size_and_count() -> None:
    assert "zip bomb" in refused(made.zipped({"a.xml": b"0" * 30_000_000}))
    parts = made.zipped({f"{n}.xml": b"x" * 100 for n in range(20)})
    with pytest.raises(UserError, match="it holds 20 files"):
        Archive(parts, "a.zip", Limits(entries=10))
    with pytest.raises(UserError, match="unpacked it would fill"):
        Archive(parts, "a.zip", Limits(total=1_000))


def test_an_archive_unpacks_what_it_holds(tmp_path: Path) -> None:
    Archive(made.zipped({"a/b.txt": b"hello", "c.txt": b""}), "a.zip").extract(tmp_path)
    assert (tmp_path / "a" / "b.txt").read_bytes() == b"hello"
    assert (tmp_path / "c.txt").exists()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"]
)
def test_every_usual_encoding_is_read(encoding: str) -> None:
    text = "Was kühlt “schnell” ab – und warum nicht langsam? {=20 °C ~30 °C}"
    assert decode(text.encode(encoding)) == text


def test_a_file_in_an_encoding_nobody_named_is_remarked_on() -> None:
    sheet = "question,a,b,key\nКакой газ?,кислород,соль,A\nЧто тает?,лёд,камень,A\n"
    remark = "f.csv: it is not UTF-8 and was read as Windows-1252; look whether its accents are right"
    assert formats.read_bytes(sheet.encode("cp1251"), "f.csv").warnings == (remark,)
    assert formats.read_bytes(sheet.encode(), "f.csv").warnings == ()


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("H<sub>2</sub>O and CO_2", "H₂O and CO₂"),
        ("10<sup>-3</sup> m, 10^-3 m, x^2", "10⁻³ m, 10⁻³ m, x²"),
        (r"\(\frac{1}{2}mv^2\) at 25^\circ C", "½mv² at 25° C"),
        (r"$$\alpha \rightarrow \beta_{12}$$", "α→β₁₂"),
        (r"$F = m \cdot a$, \(\approx 3\), $2\times 10^8$", "F = m · a, ≈ 3, 2×10⁸"),
        (r"\(\overrightarrow{AB}\) and [tex]x^{10}[/tex]", "A⃗B⃗ and x¹⁰"),
        ("<p>Why <audio src='a.ogg'>Your browser plays no sound.</audio>so loud?</p>", "Why so loud?"),
        ("<p>Why <video src='a.mp4'>so loud?</p>", "Why so loud?"),
        ("It costs $5 and $6.", "It costs $5 and $6."),
        (r"\ce{2H2 + O2 -> 2H2O}", "2H₂ + O₂ → 2H₂O"),
        ("<p>a &lt; b &amp; c</p><ul><li>one</li></ul>", "a < b & c\n- one"),
        ("2 < 3 and 5 > 4, snake_case_1 ____", "2 < 3 and 5 > 4, snake_case_1 ____"),
        ("<script>alert(1)</script>safe<!-- gone -->", "safe"),
    ],
)
def test_markup_becomes_plain_unicode(markup: str, text: str) -> None:
    assert rich(markup) == text


def test_indices_nested_without_end_are_read_as_text() -> None:
    assert rich("x" + "<sub>" * 30_000 + "1" + "</sub>" * 30_000) == "x_(_(_₁))"


def test_a_picture_leaves_its_description() -> None:
    assert rich_with_image("<p>See <img src='c.png' alt='a cell'> here</p>") == ("See here", "a cell")
    assert rich("<img src='c.png' alt='a cell'>") == "a cell"


def test_plain_text_keeps_joiners_and_composes_accents() -> None:
    assert plain(" e\u0301 👩\u200d🔬\u00a0x\r\ny\u2028z ") == "é 👩\u200d🔬 x\ny\nz"


def test_mutated_files_never_crash_a_reader() -> None:
    complaints: list[str] = []
    fuzz_readers.run(150, 3, lambda what, data: complaints.append(what))
    assert [what for what in complaints if ": took " not in what] == []
