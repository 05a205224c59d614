"""The settings file: typed, whole, and never the loser of what it does not know."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor_app.errors import UserError
from tutor_app.learning.settings import Settings, SettingsFile, all_settings, find, to_toml
from tutor_app.students.explanation import Style


def file_with(folder: Path, text: str) -> SettingsFile:
    path = folder / "settings.toml"
    path.write_text(text, "utf-8")
    return SettingsFile(path)


def test_without_a_file_everything_has_its_default_and_nothing_is_written() -> None:
    file = SettingsFile()
    assert file.settings == Settings()
    assert file.warnings == ()
    assert not file.path.exists()


def test_a_change_is_kept(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "settings.toml")
    file.set("practise.questions", 7)
    file.set("learn.style", "free")
    file.set("review.retention", 0.85)
    again = SettingsFile(file.path).settings
    assert (again.practise.questions, again.review.retention) == (7, 0.85)
    assert again.for_explaining().style is Style.FREE


def test_what_is_not_known_stays_in_the_file_and_is_reported(tmp_path: Path) -> None:
    file = file_with(
        tmp_path, 'novel = 1\n[look]\ntheme = "dark"\nsparkle = true\n[future]\nx = [1, {a = 2}]\n'
    )
    assert len(file.warnings) == 3
    assert any("look.sparkle" in warning for warning in file.warnings)
    file.set("practise.questions", 3)
    kept = tomllib.loads(file.path.read_text("utf-8"))
    assert kept["novel"] == 1
    assert kept["look"] == {"theme": "dark", "sparkle": True}
    assert kept["future"] == {"x": [1, {"a": 2}]}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[practise]\nquestions = 'many'", "practise.questions must be a whole number"),
        ("[practise]\nquestions = true", "practise.questions must be a whole number"),
        ("[practise]\nquestions = 0", "from 1 to 500"),
        ("[practise]\ncertainty = 1", "true or false"),
        ("[learn]\nstyle = 'wild'", "one of grounded, free, auto"),
        ("[review]\nretention = nan", "from 0.7 to 0.97"),
        ("practise = 3", "no section 'practise'"),
    ],
)
def test_a_value_that_does_not_fit_is_reported_and_its_default_used(
    tmp_path: Path, line: str, said: str
) -> None:
    file = file_with(tmp_path, line)
    assert said in file.warnings[0]
    assert file.settings == Settings()


def test_one_bad_value_spoils_no_other(tmp_path: Path) -> None:
    file = file_with(tmp_path, "[practise]\nquestions = -1\ncertainty = false\n")
    assert file.settings.practise.certainty is False


def test_a_file_that_is_no_toml_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"settings\.toml is not valid TOML.*line 1"):
        file_with(tmp_path, "[practise\n")
    assert (tmp_path / "settings.toml").read_text() == "[practise\n"


def test_a_wrong_change_changes_nothing(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "settings.toml")
    with pytest.raises(UserError, match=r"no setting 'practise\.question'"):
        file.set("practise.question", 3)
    with pytest.raises(UserError, match="from 1 to 500"):
        file.set("practise.questions", 1000)
    assert not file.path.exists()


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("practise.certainty", "off", False), ("practise.certainty", "Yes", True),
        ("practise.questions", " 12 ", 12), ("review.retention", "0.8", 0.8), ("look.theme", "dark", "dark"),
    ],
)  # fmt: skip
def test_what_a_person_types_becomes_a_value(name: str, typed: str, value: object) -> None:
    assert find(name).parse(typed) == value


@pytest.mark.parametrize(
    ("name", "typed"),
    [("practise.certainty", "maybe"), ("practise.questions", "ten"), ("tutor.profile", "caf\udce9")],
)
def test_what_a_person_mistypes_is_refused_in_a_sentence(name: str, typed: str) -> None:
    with pytest.raises(UserError, match="must be"):
        find(name).parse(typed)


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("practise.questions", "ten", "Type a whole number from 1 to 500."),
        ("tutor.profile", "caf\udce9", "tutor.profile must be text in UTF-8, not 'caf\\udce9'."),
        ("tutor.profile", "Ann", ""),
    ],
)
def test_what_to_type_instead_is_said_by_kind(name: str, typed: str, said: str) -> None:
    assert find(name).refusal(typed) == said


def test_every_setting_has_help_and_a_default_that_fits() -> None:
    for setting in all_settings():
        assert setting.help.endswith(".")
        assert setting.check(setting.default) == setting.default


KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.datetimes()
    | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), VALUES, max_size=4))
def test_any_document_is_written_so_that_it_reads_the_same(document: dict[str, object]) -> None:
    assert tomllib.loads(to_toml(document)) == document
