"""`tutor students`: the packages of students on this machine."""

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor_app.errors import UserError

if TYPE_CHECKING:
    from tutor_app.students.installed import Listed
    from tutor_app.students.packages import Package


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `students` and its parts."""
    students = commands.add_parser("students", help="the tutor's students: list, install, choose, verify")
    parts = students.add_subparsers(dest="part", metavar="WHAT", required=True)
    listing = parts.add_parser("list", help="all students there are; * marks those in use")
    listing.add_argument("--json", action="store_true", help="print one JSON list")
    listing.set_defaults(run=_list)
    show = parts.add_parser("show", help="what students are made of, and how they scored")
    show.add_argument("name", nargs="?", default="", metavar="NAME", help="without it, those in use")
    show.add_argument("--card", action="store_true", help="the whole model card")
    show.add_argument("--json", action="store_true", help="print the manifest")
    show.set_defaults(run=_show)
    install = parts.add_parser("install", help="install students from a folder or a zip")
    install.add_argument("source", type=Path, metavar="FOLDER_OR_ZIP")
    install.add_argument("--use", action="store_true", help="and use them from now on")
    install.set_defaults(run=_install)
    for name, run, text in (
        ("use", _use, "choose the students that teach"),
        ("verify", _verify, "compare every file with its checksum"),
        ("remove", _remove, "delete installed students"),
    ):
        part = parts.add_parser(name, help=text)
        part.add_argument("name", metavar="NAME", nargs="?" if name == "verify" else None)
        part.set_defaults(run=run)


def _list(options: argparse.Namespace) -> int:
    from tutor_app.students.installed import listed

    every = listed()
    used = _used_folder()
    if options.json:
        rows = [_row(one, one.folder == used) for one in every]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return 0
    for one in every:
        mark = "*" if one.folder == used else " "
        place = "comes with the app" if one.shipped else "installed"
        version = f" {one.package.manifest.version}" if one.package else ""
        print(f"{mark} {one.name}{version}  ({place})")
        if one.problem:
            print(f"    cannot be used: {one.problem}")
    if not every:
        print("No students are installed. To install some: tutor students install FOLDER_OR_ZIP")
    return 0


def _show(options: argparse.Namespace) -> int:
    package = _find(options.name)
    if options.card:
        print((package.folder / "MODEL_CARD.md").read_text("utf-8", "replace"))
        return 0
    if options.json:
        print(
            json.dumps(
                {**asdict(package.manifest), "folder": str(package.folder)}, ensure_ascii=False, indent=2
            )
        )
        return 0
    manifest = package.manifest
    size = sum((package.folder / name).stat().st_size for name in manifest.files)
    print(manifest.title)
    for label, value in (
        ("made from", manifest.base),
        ("kind", f"{manifest.family}, {manifest.parameters:,} parameters in both together"),
        ("prompts", f"version {manifest.prompt_version}"),
        ("made on", manifest.created),
        ("size", f"{max(size / 1e6, 0.1):,.1f} MB in {package.folder}"),
        ("licences", ", ".join(map(_data, manifest.licences))),
        *_labelled("data", map(_data, manifest.data)),
        *_labelled("right", (_score(name, score) for name, score in manifest.scores.items())),
    ):
        print(f"  {label:10} {value or 'not said'}")
    return 0


def _install(options: argparse.Namespace) -> int:
    from tutor_app.students.installed import install

    package = install(options.source)
    name = package.manifest.name
    print(f"Installed {package.manifest.title} in {package.folder}.")
    if options.use:
        return _choose(name)
    print(f"To use them: tutor students use {name}")
    return 0


def _use(options: argparse.Namespace) -> int:
    from tutor_app.students.packages import verify

    verify(_find(options.name))
    return _choose(options.name)


def _verify(options: argparse.Namespace) -> int:
    from tutor_app.students.packages import verify

    package = _find(options.name or "")
    verify(package)
    print(f"{package.manifest.title}: all {len(package.manifest.files)} files are as they should be.")
    return 0


def _remove(options: argparse.Namespace) -> int:
    from tutor_app.students.installed import find, remove

    was_chosen = _chosen() == options.name
    folder = remove(options.name)
    print(f"Removed {folder}.")
    if was_chosen:
        _set_choice("")
        try:
            print(f"From now on {find().manifest.title} teach.")
        except UserError as error:
            print(error)
    return 0


def _choose(name: str) -> int:
    _set_choice(name)
    print(f"From now on {_find(name).manifest.title} teach.")
    return 0


def _find(name: str) -> "Package":
    from tutor_app.students.installed import find

    return find(name or _chosen())


def _chosen() -> str:
    from tutor_app.commands.common import read_settings

    return read_settings().tutor.students


def _set_choice(name: str) -> None:
    from tutor_app.learning.settings import SettingsFile

    SettingsFile().set("tutor.students", name)


def _used_folder() -> Path | None:
    try:
        return _find("").folder
    except UserError:
        return None


def _row(one: "Listed", used: bool) -> dict[str, Any]:
    manifest = one.package.manifest if one.package else None
    return {
        "name": one.name,
        "version": manifest.version if manifest else None,
        "shipped": one.shipped,
        "used": used,
        "folder": str(one.folder),
        "problem": one.problem or None,
    }


def _labelled(label: str, values: Iterable[str]) -> list[tuple[str, str]]:
    """A row a value, of which the first has the label."""
    return [("" if place else label, value) for place, value in enumerate(values)] or [(label, "")]


def _data(source: Any) -> str:
    """One source of questions (or one licence), as makers of packages may have written it."""
    if not isinstance(source, dict):
        return str(source)
    counted = f"{source['questions']:,} questions, " if isinstance(source.get("questions"), int) else ""
    return f"{source.get('name', 'no name')} ({counted}{source.get('licence') or 'no licence stated'})"


def _score(name: str, score: Any) -> str:
    """One score: how many of how many questions, and how they were measured."""
    try:
        share, questions = float(score["accuracy"]["value"]), int(score["questions"])
    except (KeyError, TypeError, ValueError):
        return f"{name}: {score}"
    protocol = score.get("protocol")
    return f"{share:.1%} of {questions:,} questions: {name}" + (f" (protocol {protocol})" if protocol else "")
