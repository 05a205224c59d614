"""The recipes that ship can be read, and the guide explains every key."""

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from distill.cli import main
from distill.folders import Folders
from distill.models import refuse_missing
from distill.recipe import Recipe, read_recipe
from distill.stages import stage_named
from tutor_app.errors import UserError
from tutor_app.paths import assets

_PLAIN = """
[run]
name = "mine"
[base]
fresh = "llama"
[[sources]]
name = "ours"
files = ["bank.txt"]
[[sources]]
name = "held-out"
files = ["dev.txt"]
role = "dev"
[start]
facts = ["facts.txt"]
"""
RECIPES = sorted((assets() / "recipes").glob("*.toml"))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_shipped_recipe_is_read(path: Path) -> None:
    recipe = read_recipe(path)
    assert recipe.run.name == path.stem
    assert recipe.named("dev")


def test_the_base_is_made_again_when_the_facts_it_takes_words_from_change(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(_PLAIN, "utf-8")
    (tmp_path / "facts.txt").write_text("Iron is a metal.", "utf-8")
    read = stage_named("base").files(read_recipe(path), Folders(tmp_path, tmp_path))
    assert read == [tmp_path / "facts.txt"]


@pytest.mark.parametrize("stage", ["train-rationale", "calibrate", "evaluate"])
def test_stages_that_read_the_shipped_facts_run_again_when_those_change(stage: str) -> None:
    path = RECIPES[0]
    recipe = read_recipe(path)
    read = stage_named(stage).files(recipe, Folders.of(path, recipe))
    assert set((assets() / "facts").glob("*.jsonl")) < set(read)


def keys(section: type) -> set[str]:
    """Every key of a section and of the sections inside it."""
    found = set()
    for name, kind in get_type_hints(section).items():
        inner = next((arm for arm in (kind, *get_args(kind)) if is_dataclass(arm)), None)
        found |= {name} | (keys(inner) if isinstance(inner, type) else set())
    return found


def test_the_guide_explains_every_key() -> None:
    guide = (assets() / "guides" / "builders.md").read_text(encoding="utf-8")
    sections = {field.name for field in fields(Recipe)}
    missing = [key for key in sorted(keys(Recipe) - sections) if f"`{key}`" not in guide]
    missing += [name for name in sorted(sections) if f"[{name}]" not in guide]
    assert not missing


def test_init_writes_a_recipe_that_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "my-school.toml"
    assert main(["init", str(target)]) == 0
    assert read_recipe(target).run.name == "my-school"
    assert "distill run my-school.toml" in target.read_text(encoding="utf-8")
    assert main(["init", str(target)]) == 2
    assert "is there already" in capsys.readouterr().err


@pytest.mark.parametrize("like", [path.stem for path in RECIPES])
def test_a_recipe_like_a_shipped_one_finds_what_lies_beside_that(tmp_path: Path, like: str) -> None:
    target = tmp_path / "mine.toml"
    assert main(["init", str(target), "--like", like]) == 0
    recipe = read_recipe(target)
    beside = (*recipe.fact_weigher.grades, *filter(None, [recipe.package.notes]))
    folders = Folders.of(target, recipe)
    assert all(folders.files(name) for name in beside)


@pytest.mark.parametrize("model", ["data:minilm", "models/de/minilm", "./minilm"])
def test_a_model_that_can_only_be_a_folder_and_is_not_there_is_named(tmp_path: Path, model: str) -> None:
    with pytest.raises(UserError, match=r"There is no model at .*minilm \(`model` of \[fact_encoder\]\)"):
        refuse_missing("[fact_encoder]", model, Folders(tmp_path, tmp_path))


def _without_network(*_: object, **__: object) -> None:
    from huggingface_hub.errors import HTTPError

    raise HTTPError("no network")


def _broken(*_: object, **__: object) -> None:
    raise AttributeError("a mistake of the workshop's own")


def test_a_mistake_of_the_workshop_is_not_told_as_one_of_the_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.HfApi.model_info", _broken)
    with pytest.raises(AttributeError):
        refuse_missing("[fact_encoder]", "nowhere", Folders(tmp_path, tmp_path))


def test_a_model_that_neither_lies_here_nor_on_a_hub_is_told_before_the_first_stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("huggingface_hub.HfApi.model_info", _without_network)
    path = tmp_path / "mine.toml"
    path.write_text(f'{_PLAIN}[fact_encoder]\nmodel = "nowhere"\n', "utf-8")
    assert main(["run", str(path), "--runs", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert "'nowhere' of [fact_encoder] is not at" in told and "cannot be asked (no network)" in told
    assert not (tmp_path / "mine" / "corpus.part").exists()


def test_a_missing_recipe_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(tmp_path / "none.toml")]) == 2
    assert capsys.readouterr().err.startswith("distill: There is no file")
