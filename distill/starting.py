"""`distill init`: a recipe of one's own, from one that ships."""

import argparse
import re
from pathlib import Path

from tutor_app.errors import UserError
from tutor_app.files import write_atomically
from tutor_app.paths import assets

_HEAD = """\
# A recipe: everything that makes two students, in one file. The builders' guide explains every key.
#
#   distill corpus {file}     what is in the sources, and what was left out
#   distill run {file}        do all of it; stop and run again as you like
#   distill status {file}     what is done and what is next
#
# Files: `shipped:banks/…` came with the tutor, `data:…` lies in the --data folder, others beside this file.

"""
_COMMENTS = re.compile(r"\A(?:#.*\n)+\n?")
_NAME = re.compile(r'^name = ".*?"', re.MULTILINE)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `distill init`."""
    parser = commands.add_parser("init", help="write a commented recipe to start from")
    parser.add_argument("recipe", type=Path, nargs="?", default=Path("recipe.toml"), help="the file to write")
    names = [path.stem for path in sorted((assets() / "recipes").glob("*.toml"))]
    parser.add_argument("--like", choices=names, default="tiny", help="the shipped recipe to start from")
    parser.set_defaults(run=write_recipe)


def write_recipe(options: argparse.Namespace) -> int:
    """Write the recipe; a file that is there already is left alone."""
    target: Path = options.recipe
    if target.exists():
        raise UserError(f"{target} is there already; give another name.")
    text = (assets() / "recipes" / f"{options.like}.toml").read_text(encoding="utf-8")
    name = re.sub(r"[^\w.-]", "-", target.stem).lstrip(".") or "mine"
    body = _NAME.sub(f'name = "{name}"', _COMMENTS.sub("", text), count=1)
    for path in (assets() / "recipes").iterdir():  # what lies beside the shipped recipe
        body = body.replace(f'"{path.name}"', f'"shipped:recipes/{path.name}"')
    write_atomically(target, _HEAD.format(file=target.name) + body, 0o644)
    print(f"{target} is ready. Look at it, then: distill run {target}")
    return 0
