"""Questions and runs that tests of the workshop share."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from distill.corpus import Item
from distill.folders import Folders
from distill.recipe import Base, Recipe, Run, Source
from distill.stages import Work

SPOON = Item(
    "ours/spoon",
    "ours",
    "train",
    "A metal spoon stands in hot soup. Why does its handle become warm?",
    ("Metal makes heat.", "Metal conducts heat well.", "Air cools the soup."),
    1,
    facts=("Metals are good conductors of heat.",),
    steps=("The hot soup warms one end, and metal conducts heat well, so the handle becomes warm.",),
    teacher="written",
)


def row(id_: str, question: str, choices: Sequence[str], answer: int | None, **more: Any) -> dict[str, Any]:
    """One line of a public set's file."""
    return {
        "id": id_,
        "source": "X",
        "split": "x",
        "question": question,
        "choices": choices,
        "answer": answer,
    } | more


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """A file of rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")
    return path


def work_for(
    folder: Path, *sources: Source, earlier: Mapping[str, Path] | None = None, **sections: Any
) -> Work:
    """A stage's work over sources in `folder`."""
    recipe = Recipe(Run("test"), Base(fresh="llama"), sources or (Source("ours", ("none",)),), **sections)
    place = folder / "stage"
    place.mkdir(exist_ok=True)
    return Work(recipe, Folders(folder, folder), place, earlier or {}, lambda words: None, folder / "run")
