"""A teacher's notes become facts, one sentence each."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor_app.errors import UserError
from tutor_app.knowledge.base import FactBase
from tutor_app.knowledge.facts import LONGEST_FACT
from tutor_app.knowledge.notes import facts_in, import_notes, imported, remove_notes, sentences

MARKDOWN = """\
# Magnets

A **magnet** pulls iron. Poles of the same kind push each other apart, e.g. two
north poles.

- Copper is not pulled by a [magnet](http://example.org).
- Why is that so?
* The `compass` needle is _itself_ a magnet.

| table | cells | are | skipped |

```
code is not a fact at all
```
## Heat
> Metals conduct heat well! Dr. Smith measured 3.5 J. Wood conducts heat badly.
![a picture](x.png)
"""


def test_markdown_gives_plain_sentences_below_their_headings() -> None:
    found = [(fact.topic, fact.text) for fact in facts_in(MARKDOWN, "My notes")]
    assert found == [
        ("Magnets", "A magnet pulls iron."),
        ("Magnets", "Poles of the same kind push each other apart, e.g. two north poles."),
        ("Magnets", "Copper is not pulled by a magnet."),
        ("Magnets", "The compass needle is itself a magnet."),
        ("Heat", "Metals conduct heat well!"),
        ("Heat", "Dr. Smith measured 3.5 J."),
        ("Heat", "Wood conducts heat badly."),
    ]


def test_chinese_sentences_end_without_a_space() -> None:
    assert sentences("水在一百度沸腾。冰浮在水面上。") == ["水在一百度沸腾。", "冰浮在水面上。"]


def test_closing_quotes_and_brackets_stay_with_their_sentence() -> None:
    text = '(It was very hot.) We measured 40 degrees. She said "it is hot." (And "it really was.") So it was hot.'
    assert sentences(text) == [
        "(It was very hot.)",
        "We measured 40 degrees.",
        'She said "it is hot."',
        '(And "it really was.")',
        "So it was hot.",
    ]


@given(st.text(max_size=600))
def test_any_text_gives_short_clean_facts(text: str) -> None:
    for fact in facts_in(text, "any"):
        assert 0 < len(fact.text) <= LONGEST_FACT
        assert "\n" not in fact.text and "\x1b" not in fact.text


def test_imported_notes_are_found_listed_replaced_and_removed(tmp_path: Path) -> None:
    file = tmp_path / "my notes.md"
    file.write_text("Gneiss is a metamorphic rock.\n", "utf-8")
    notes = import_notes(file)
    assert (notes.name, notes.title, notes.count) == ("my-notes", "my notes", 1)
    (found,) = FactBase(meanings=False).search("gneiss")[:1]
    assert found.source == "my notes"
    file.write_text("Gneiss comes from granite. Its layers are called bands.\n", "utf-8")
    import_notes(file, "Rocks")
    assert [(one.title, one.count) for one in imported()] == [("Rocks", 2)]
    remove_notes("Rocks")
    assert imported() == []
    with pytest.raises(UserError, match="no imported notes called 'Rocks'"):
        remove_notes("Rocks")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "no sentence"), (b"\x00\x01\x02\x03 binary", "not a text file"), (b"One. Two.", "no sentence")],
)
def test_a_file_without_facts_changes_nothing(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(content)
    with pytest.raises(UserError, match=sentence):
        import_notes(file)
    with pytest.raises(UserError, match="cannot be read"):
        import_notes(tmp_path / "nothing.txt")
    assert imported() == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("two.gift", "Which of these is a metal? {=iron ~wood}"),
        ("moodle.txt", "<?xml version='1.0'?><quiz><text>Which of these is a metal?</text></quiz>"),
        ("page.md", "<!DOCTYPE html><p>Iron is a metal that rusts."),
    ],
)
def test_questions_and_web_pages_are_not_taken_for_notes(tmp_path: Path, name: str, content: str) -> None:
    file = tmp_path / name
    file.write_text(content, "utf-8")
    with pytest.raises(UserError, match=f"tutor bank import .*{name}"):
        import_notes(file)
    assert imported() == []


def test_notes_from_an_old_editor_keep_their_letters(tmp_path: Path) -> None:
    file = tmp_path / "alt.txt"
    file.write_bytes("Die Wärme fließt von warm nach kalt.".encode("cp1252"))
    import_notes(file)
    assert FactBase(meanings=False).search("Wärme fließt")[0].text == "Die Wärme fließt von warm nach kalt."
