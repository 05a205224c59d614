"""TOML into frozen dataclasses: every mistake is told with its file, its line and the nearest known key."""

import re
import tomllib
import types
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from tutor_app.errors import UserError

Section = TypeVar("Section")
Path_ = tuple[str | int, ...]
_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*("[^"]+"|'[^']+'|[\w.-]+)\s*=""")
_WORDS = {str: "a text in quotes", int: "a whole number", float: "a number", bool: "true or false"}


class BadValueError(ValueError):
    """A value that cannot be: raised by a section's `__post_init__`, told with the line of its key (or of the
    path to it)."""

    def __init__(self, key: str | Path_, problem: str) -> None:
        super().__init__(problem)
        self.at = (key,) if isinstance(key, str) else key


def read_toml(path: Path, section: type[Section]) -> Section:
    """Read one file as one dataclass."""
    text = _text(path)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path} is not valid TOML: {error}.") from None
    return _Builder(path, _lines_of_keys(text)).build(section, table, ())


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UserError(f"There is no file {path}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read as text: {error}.") from None


def _lines_of_keys(text: str) -> Mapping[Path_, int]:
    """Where each table and key stands, for messages only: tomllib does not say."""
    lines: dict[Path_, int] = {}
    table: Path_ = ()
    counts: dict[Path_, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _table_path(header, counts)
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            names = tuple(part.strip("\"'") for part in key.group(1).split("."))
            lines.setdefault((*table, *names), number)
    return lines


def _table_path(header: re.Match[str], counts: dict[Path_, int]) -> Path_:
    path: Path_ = ()
    names = [part.strip().strip("\"'") for part in header.group(2).split(".")]
    for depth, name in enumerate(names):
        path = (*path, name)
        if header.group(1) == "[[" and depth == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


class _Builder:
    def __init__(self, path: Path, lines: Mapping[Path_, int]) -> None:
        self._path = path
        self._lines = lines

    def build(self, section: type[Section], table: Mapping[str, Any], at: Path_) -> Section:
        assert is_dataclass(section)
        kinds = get_type_hints(section)
        known = [field.name for field in fields(section)]
        for key in table:
            if key not in known:
                raise self._unknown(key, known, at)
        values = {key: self._value(kinds[key], value, (*at, key)) for key, value in table.items()}
        try:
            return section(**values)
        except BadValueError as error:
            raise self._error(f"{error}.", (*at, *error.at)) from None
        except TypeError:
            missing = next(name for name in known if name not in table and _is_needed(section, name))
            raise self._error(f"{_name(at)} needs the key `{missing}`.", at) from None

    def _value(self, kind: Any, value: Any, at: Path_) -> Any:
        origin = get_origin(kind)
        if origin in (Union, types.UnionType):
            return self._value(next(arm for arm in get_args(kind) if arm is not type(None)), value, at)
        if is_dataclass(kind):
            return self.build(kind, self._checked(value, Mapping, "a table", at), at)  # type: ignore[arg-type]
        if origin is tuple:
            rows = self._checked(value, Sequence, "a list", at)
            return tuple(self._value(get_args(kind)[0], row, (*at, i)) for i, row in enumerate(rows))
        if origin is not None and issubclass(origin, Mapping):
            rows = self._checked(value, Mapping, "a table", at)
            return {key: self._value(get_args(kind)[1], row, (*at, key)) for key, row in rows.items()}
        if kind is float and type(value) is int:
            return float(value)
        if isinstance(value, float) and not isfinite(value):
            raise self._error(f"`{_key(at)}` must be a number, not {value}.", at)
        return self._checked(value, kind, _WORDS.get(kind, str(kind)), at)

    def _checked(self, value: Any, kind: Any, words: str, at: Path_) -> Any:
        wrong_text = kind is Sequence and isinstance(value, str)
        wrong_bool = isinstance(value, bool) and kind is not bool
        if not isinstance(value, kind) or wrong_text or wrong_bool:
            raise self._error(f"`{_key(at)}` must be {words}, not {value!r}.", at)
        return value

    def _unknown(self, key: str, known: Sequence[str], at: Path_) -> UserError:
        near = get_close_matches(key, known, n=1, cutoff=0.5)
        hint = f"did you mean `{near[0]}`?" if near else f"it knows {', '.join(sorted(known))}."
        return self._error(f"{_name(at)} has no key `{key}`; {hint}", (*at, key))

    def _error(self, problem: str, at: Path_) -> UserError:
        if (*at, 0) in self._lines:  # the first of several tables
            at = (*at, 0)
        while at and at not in self._lines:
            at = at[:-1]
        place = f"{self._path}:{self._lines[at]}" if at else str(self._path)
        return UserError(f"{place}: {problem}")


def _is_needed(section: Any, name: str) -> bool:
    from dataclasses import MISSING

    field = next(field for field in fields(section) if field.name == name)
    return field.default is MISSING and field.default_factory is MISSING


def _key(at: Path_) -> str:
    return str(next(part for part in reversed(at) if isinstance(part, str)))


def _name(at: Path_) -> str:
    names = ".".join(str(part) for part in at if isinstance(part, str))
    return f"[{names}]" if names else "the recipe"
