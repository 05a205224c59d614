"""A recipe's mistakes are told with their place and the nearest known key."""

import re
from pathlib import Path

import pytest

from distill.folders import Folders
from distill.recipe import read_recipe
from tutor_app.errors import UserError

WHOLE = """
[run]
name = "small"

[base]
fresh = "llama"

[[sources]]
name = "ours"
files = ["bank.jsonl"]

[[sources]]
name = "held-out"
files = ["dev.jsonl"]
role = "dev"
"""


def recipe_file(folder: Path, text: str) -> Path:
    path = folder / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(UserError) as error:
        read_recipe(recipe_file(folder, text))
    return str(error.value)


def test_a_small_recipe_is_filled_with_defaults(tmp_path: Path) -> None:
    recipe = read_recipe(recipe_file(tmp_path, WHOLE))
    assert [source.role for source in recipe.sources] == ["train", "dev"]
    assert recipe.teachers[0].kind == "written"
    assert recipe.answer_student.phases[0].without == 1.0


def test_an_unknown_key_is_named_with_its_line_and_the_nearest_known_one(tmp_path: Path) -> None:
    words = refusal(tmp_path, WHOLE + "\n[rationale_student]\nepoch = 3\n")
    assert "recipe.toml:18: [rationale_student] has no key `epoch`; did you mean `epochs`?" in words


def test_an_unknown_section_is_named(tmp_path: Path) -> None:
    assert "did you mean `answer_student`" in refusal(tmp_path, WHOLE + "\n[answer_students]\nlora = 3\n")


def test_an_unknown_section_of_several_is_told_with_its_line(tmp_path: Path) -> None:
    words = refusal(tmp_path, WHOLE + '\n[[source]]\nname = "third"\n')
    assert "recipe.toml:17: the recipe has no key `source`; did you mean `sources`?" in words


def test_the_second_of_several_tables_is_told_from_the_first(tmp_path: Path) -> None:
    words = refusal(tmp_path, WHOLE + '\n[[sources]]\nname = "third"\nfiles = ["x"]\nrolle = "dev"\n')
    assert "recipe.toml:20: [sources] has no key `rolle`; did you mean `role`?" in words


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("epochs = 'two'", "`epochs` must be a number, not 'two'"),
        ("epochs = -1", "epochs must be above 0"),
        ("epochs = true", "`epochs` must be a number, not True"),
        ("epochs = inf", "`epochs` must be a number, not inf"),
        ("candidates = 1.5", "`candidates` must be a whole number, not 1.5"),
        ("supposed = 2", "supposed is a share between 0 and 1"),
    ],
)
def test_a_wrong_value_is_told_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    assert f"recipe.toml:18: {told}" in refusal(tmp_path, f"{WHOLE}\n[rationale_student]\n{line}\n")


def test_a_text_where_a_list_belongs_is_refused(tmp_path: Path) -> None:
    words = refusal(tmp_path, WHOLE.replace('["bank.jsonl"]', '"bank.jsonl"'))
    assert "`files` must be a list" in words


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    assert "[run] needs the key `name`" in refusal(tmp_path, WHOLE.replace('name = "small"', "seed = 2"))


def test_broken_toml_is_told_with_its_line(tmp_path: Path) -> None:
    assert "line 2" in refusal(tmp_path, "[run]\nname = \n")


def test_sections_that_name_a_source_the_recipe_lacks_are_refused(tmp_path: Path) -> None:
    words = refusal(tmp_path, WHOLE + '\n[evaluate]\nsources = ["arc"]\n')
    assert "names the source 'arc', which the recipe does not have" in words


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('routes = ["question", "bath"]', "There is no route 'bath'"),
        ('protocol = "akk"', "There is no protocol 'akk'"),
        ('protocol = "acc"', 'the protocol acc has no rationale; it needs routes = ["question"]'),
        ('sources = ["ours"]', "[evaluate] names 'ours', which is not of the role dev"),
    ],
)
def test_what_cannot_be_measured_is_told_before_anything_runs(tmp_path: Path, line: str, told: str) -> None:
    assert told in refusal(tmp_path, f"{WHOLE}\n[evaluate]\n{line}\n")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("[calibrate]\nfolds = 1", "18: folds must be 2 or more"),
        ("[calibrate]\nlimit = -1", "18: limit cannot be negative"),
        ("[evaluate]\nlimit = -1", "18: limit cannot be negative"),
        ("[convert]\nparity_questions = -1", "18: parity_questions cannot be negative"),
        ("[[answer_student.phases]]\nbatch_tokens = -5", "18: batch_tokens cannot be negative"),
        ("[[answer_student.phases]]\nsources = { held-out = 1.0 }", "18: .* not of the role train"),
        ("[[answer_student.phases]]\nsources = { ours = 0 }", "18: a source's weight must be above 0"),
        (
            '[own_rationales]\nstyle = "none"\n[[answer_student.phases]]\nown = 0.5',
            r"20: `own` rationales are wanted, but \[own_rationales\] with the style \"none\"",
        ),
        (
            '[[sources]]\nname = "more"\nfiles = ["x"]\n[own_rationales]\nsources = ["more"]\n'
            "[[answer_student.phases]]\nown = 0.5\nsources = { ours = 1.0 }",
            r"23: `own` rationales are wanted of sources that \[own_rationales\] does not explain",
        ),
        ('[[teachers]]\nkind = "server"\nmodel = "m"\nurl = "http://[::1/v1"', "20: url is an address such"),
        ('[[teachers]]\nkind = "server"\nmodel = "m"\nurl = "localhost:80"', "20: url is an address such"),
        ('[[sources]]\nname = "ours"\nfiles = ["x"]', "18: two sources are named 'ours'"),
        ('[fact_weigher]\nmodel = "mini"', r"17: .* needs a \[fact_encoder\]"),
        ('[package]\nname = "../x"', "18: a package's name is made of"),
        ('[[sources]]\nname = "../x"\nfiles = ["x"]', "18: a source's name is made of"),
        ('[[sources]]\nname = ""\nfiles = ["x"]', "18: a source's name is made of"),
    ],
)
def test_what_would_go_wrong_later_is_told_with_its_line(tmp_path: Path, lines: str, told: str) -> None:
    assert re.search(rf"recipe\.toml:{told}", refusal(tmp_path, f"{WHOLE}\n{lines}\n"))


@pytest.mark.parametrize("size", ["width = 0", "width = -48", "layers = 0", "width = 48\nheads = 48"])
def test_a_fresh_base_has_a_size_that_can_be(tmp_path: Path, size: str) -> None:
    told = refusal(tmp_path, WHOLE.replace('fresh = "llama"', f'fresh = "llama"\n{size}'))
    assert re.search(r"recipe\.toml:\d: (width|layers) must be", told)


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_fits_into_32_bits(tmp_path: Path, seed: int) -> None:
    told = refusal(tmp_path, WHOLE.replace('name = "small"', f'name = "small"\nseed = {seed}'))
    assert "recipe.toml:4: seed lies between 0 and" in told


def test_the_mark_some_editors_put_first_is_no_mistake(tmp_path: Path) -> None:
    assert read_recipe(recipe_file(tmp_path, "\ufeff" + WHOLE)).run.name == "small"


def test_a_recipe_without_a_question_to_measure_on_is_refused(tmp_path: Path) -> None:
    assert "no source has the role dev" in refusal(tmp_path, WHOLE.replace('role = "dev"', ""))


def test_fresh_weights_have_no_tokens_to_trim(tmp_path: Path) -> None:
    told = refusal(tmp_path, WHOLE.replace('fresh = "llama"', 'fresh = "llama"\nkeep_tokens = 400'))
    assert "recipe.toml:7: keep_tokens trims a `model`" in told


def test_a_base_is_a_model_or_fresh_weights_but_not_both(tmp_path: Path) -> None:
    words = refusal(tmp_path, WHOLE.replace('fresh = "llama"', 'fresh = "llama"\nmodel = "x"'))
    assert "either `model` or `fresh`" in words


def test_files_are_found_beside_the_recipe_in_the_data_folder_and_among_the_shipped(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name in ("here.jsonl", "data/b.jsonl", "data/a.jsonl"):
        (tmp_path / name).write_text("{}")
    folders = Folders(tmp_path, tmp_path / "data")
    assert folders.files("here.jsonl") == [tmp_path / "here.jsonl"]
    assert [path.name for path in folders.files("data:*.jsonl")] == ["a.jsonl", "b.jsonl"]
    assert folders.place("shipped:banks").name == "banks"


def test_a_folder_is_no_file_and_matches_no_pattern(tmp_path: Path) -> None:
    (tmp_path / "banks" / "old").mkdir(parents=True)
    (tmp_path / "banks" / "new.jsonl").write_text("{}")
    folders = Folders(tmp_path, tmp_path)
    assert folders.files("banks/*") == [tmp_path / "banks" / "new.jsonl"]
    with pytest.raises(UserError, match="banks is a folder"):
        folders.files("banks")


def test_missing_data_says_how_to_give_its_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--data"):
        Folders(tmp_path, tmp_path / "data").files("data:arc.jsonl")
