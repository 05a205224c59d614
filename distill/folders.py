"""Where the files that a recipe names lie."""

import os
from dataclasses import dataclass
from pathlib import Path

from distill.recipe import Recipe
from tutor_app.errors import UserError
from tutor_app.paths import assets

DATA_FOLDER = "SCI_COT_DATA"
"""The environment variable that says where `data:` files lie."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a recipe's files lie: `shipped:` with the app, `data:` in the data folder, else beside it."""

    recipe: Path
    data: Path

    @classmethod
    def of(cls, path: Path, recipe: Recipe, data: Path | None = None) -> "Folders":
        """The data folder: as asked for, else from the environment, else as the recipe says."""
        named = os.environ.get(DATA_FOLDER)
        beside = path.absolute().parent
        return cls(beside, (data or Path(named or beside / recipe.run.data)).absolute())

    def files(self, pattern: str) -> list[Path]:
        """The files a pattern names, in a fixed order; none is an error."""
        where = self.place(pattern)
        if not glob_like(pattern):
            if not where.exists():
                raise UserError(
                    f"There is no file {where} (named {pattern!r} in the recipe).{self._hint(pattern)}"
                )
            if where.is_dir():
                raise UserError(
                    f"{where} is a folder (named {pattern!r} in the recipe); name the files in it."
                )
            return [where]
        matching = Path(where.anchor).glob(str(where.relative_to(where.anchor)))
        found = sorted(path for path in matching if path.is_file())
        if not found:
            raise UserError(f"No file matches {where} ({pattern!r} in the recipe).{self._hint(pattern)}")
        return found

    def place(self, pattern: str) -> Path:
        """Where one pattern points to."""
        kind, colon, rest = pattern.partition(":")
        if colon and kind == "shipped":
            return assets() / rest
        if colon and kind == "data":
            return self.data / rest
        return self.recipe / pattern

    def _hint(self, pattern: str) -> str:
        if pattern.startswith("data:"):
            return f" Give its folder with --data or {DATA_FOLDER}."
        return ""


def glob_like(pattern: str) -> bool:
    """Whether it names many files."""
    return any(mark in pattern for mark in "*?[")
