"""The user's settings: one typed TOML file, written whole or not at all.

What this version does not know stays in the file and is reported; a value that does not fit is reported and
its default used, and the file keeps the value until that setting is changed.
"""

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from tutor_app import paths
from tutor_app.errors import UserError
from tutor_app.files import write_atomically
from tutor_app.students.explanation import Settings as ExplainSettings
from tutor_app.students.explanation import Style

Value = bool | int | float | str


def _setting(
    default: Value,
    help: str,
    *,
    label: str = "",
    choices: tuple[str, ...] = (),
    least: float = 0,
    most: float = math.inf,
) -> Any:
    """A field with what a settings screen shows about it; `label` where its name alone would say little."""
    metadata = {"help": help, "label": label, "choices": choices, "least": least, "most": most}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class LookSettings:
    """How the app looks."""

    theme: str = _setting("auto", "The colours; auto follows the terminal.")
    ascii_marks: bool = _setting(False, "Plain marks for terminals that lack ✓ and ✗.")
    reduced_motion: bool = _setting(False, "No animation.")
    width: int = _setting(80, "The widest a line of text gets, in characters.", least=40, most=200)


@dataclass(frozen=True, slots=True)
class LearnSettings:
    """How questions are explained."""

    explain_with: str = _setting(
        "tutor",
        "Whose explanation Learn shows first: the tutor's or the bank's own.",
        choices=("tutor", "bank"),
    )
    style: str = _setting(
        "grounded",
        "Steps from the fact base (grounded), the tutor's own words (free), or whichever fits (auto).",
        label="What explanations are made of",
        choices=tuple(style.value for style in Style),
    )
    samples: int = _setting(
        1,
        "How many explanations the tutor tries before it shows the best; more take longer.",
        label="Explanations to choose from",
        least=1,
        most=16,
    )
    use_facts: bool = _setting(True, "Look things up in the fact base.")


@dataclass(frozen=True, slots=True)
class PractiseSettings:
    """How practice goes."""

    certainty: bool = _setting(True, "Ask how sure you are, and mark by it.", label="Ask how sure you are")
    questions: int = _setting(10, "Questions in one round.", least=1, most=500)
    tries: int = _setting(2, "Tries before the answer is shown.", least=1, most=7)


@dataclass(frozen=True, slots=True)
class ExamSettings:
    """What a test is unless you say otherwise."""

    questions: int = _setting(20, "Questions in one test.", least=1, most=500)
    minutes: int = _setting(0, "Minutes for a test; 0 is no limit.", most=600)


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """How reviews are spaced."""

    per_session: int = _setting(
        20, "The most reviews in one sitting.", label="Reviews in one sitting", least=1, most=500
    )
    retention: float = _setting(
        0.9,
        "How much of it you want to remember: 0.9 is nine of ten. More means more reviews.",
        label="How much to remember",
        least=0.7,
        most=0.97,
    )


@dataclass(frozen=True, slots=True)
class ProgressSettings:
    """What progress shows."""

    streak: bool = _setting(True, "Show how many days in a row you learned.")
    days: int = _setting(30, "Days on the chart over time.", least=7, most=366)


@dataclass(frozen=True, slots=True)
class TutorSettings:
    """Which students work, and on what."""

    students: str = _setting("", "The student package to use; empty is the shipped one.")
    threads: int = _setting(
        0,
        "How many parts of the processor the tutor may use at once; 0 lets it choose.",
        label="Processor cores to use",
        most=256,
    )
    profile: str = _setting("me", "The profile used when none is named.")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, by section."""

    look: LookSettings = LookSettings()
    learn: LearnSettings = LearnSettings()
    practise: PractiseSettings = PractiseSettings()
    test: ExamSettings = ExamSettings()
    review: ReviewSettings = ReviewSettings()
    progress: ProgressSettings = ProgressSettings()
    tutor: TutorSettings = TutorSettings()

    def get(self, name: str) -> Value:
        """The value of `section.key`."""
        setting = find(name)
        value: Value = getattr(getattr(self, setting.section), setting.key)
        return value

    def for_explaining(self) -> ExplainSettings:
        """What the tutor needs to know."""
        return ExplainSettings(Style(self.learn.style), self.learn.samples, self.learn.use_facts)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as a screen shows it."""

    section: str
    key: str
    default: Value
    help: str
    label: str
    choices: tuple[str, ...]
    least: float
    most: float

    @property
    def name(self) -> str:
        return f"{self.section}.{self.key}"

    def check(self, value: object) -> Value:
        """The value in its type, or a UserError that says what fits."""
        kind = type(self.default)
        if kind is float and type(value) is int:
            value = float(value)
        if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
            raise UserError(f"{self.name} must be {_KINDS[kind]}, not {value!r}.")
        if isinstance(value, str) and value != value.encode("utf-8", "replace").decode():
            raise UserError(f"{self.name} must be text in UTF-8, not {value!r}.")
        if self.choices and value not in self.choices:
            raise UserError(f"{self.name} must be one of {', '.join(self.choices)}, not {value!r}.")
        if isinstance(value, int | float) and not self.least <= value <= self.most:
            raise UserError(f"{self.name} must be from {self.least:g} to {self.most:g}, not {value:g}.")
        return value

    def parse(self, text: str) -> Value:
        """The value a person typed."""
        text = text.strip()
        if isinstance(self.default, bool):
            words = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}
            return self.check(words.get(text.casefold(), text))
        try:
            return self.check(type(self.default)(text))
        except ValueError:
            return self.check(text)

    def refusal(self, text: str) -> str:
        """What to type instead of a text that does not fit; empty when it does."""
        try:
            self.parse(text)
        except UserError as error:
            if isinstance(self.default, str):
                return str(error)
            kind = "whole number" if isinstance(self.default, int) else "number"
            return f"Type a {kind} from {self.least:g} to {self.most:g}."
        return ""


_KINDS: Mapping[type, str] = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


def all_settings() -> list[Setting]:
    """Every setting, in the file's order."""
    sections = [(section.name, getattr(Settings(), section.name)) for section in fields(Settings)]
    return [
        Setting(name, f.name, getattr(part, f.name), **f.metadata)
        for name, part in sections
        for f in fields(part)
    ]


def find(name: str) -> Setting:
    """The setting named `section.key`."""
    for setting in all_settings():
        if setting.name == name:
            return setting
    names = ", ".join(setting.name for setting in all_settings())
    raise UserError(f"There is no setting {name!r}. The settings are: {names}.")


class SettingsFile:
    """The file: what it says now, what is odd about it, and a way to change it."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or paths.user_config() / "settings.toml"
        self.settings = Settings()
        self.warnings: tuple[str, ...] = ()
        self.reload()

    def reload(self) -> Settings:
        """Read the file again."""
        self.settings, self.warnings = _understand(self._read(), self.path)
        return self.settings

    def set(self, name: str, value: object) -> Settings:
        """Change one setting in the file; every other value in it stays, comments do not."""
        setting = find(name)
        checked = setting.check(value)
        document = self._read()
        section = document.setdefault(setting.section, {})
        if not isinstance(section, dict):
            raise UserError(
                f"In {self.path}, {setting.section} is not a section. Write [{setting.section}] there."
            )
        section[setting.key] = checked
        write_atomically(self.path, to_toml(document))
        return self.reload()

    def _read(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UserError(
                f"The settings file {self.path} is not valid TOML: {error}. "
                "Mend it, or move it away to start anew."
            ) from error
        except OSError as error:
            raise UserError(f"The settings file {self.path} cannot be read: {error.strerror}.") from error


def _understand(document: Mapping[str, Any], path: Path) -> tuple[Settings, tuple[str, ...]]:
    """The settings a document holds, and a sentence for each thing in it that was not used."""
    settings, warnings = Settings(), []
    known = {setting.name: setting for setting in all_settings()}
    sections = {f.name for f in fields(Settings)}
    for section, content in document.items():
        if section not in sections or not isinstance(content, dict):
            warnings.append(f"{path}: the tutor knows no section {section!r}; it is kept but not used.")
            continue
        for key, value in content.items():
            setting = known.get(f"{section}.{key}")
            if setting is None:
                warnings.append(
                    f"{path}: the tutor knows no setting {section}.{key}; it is kept but not used."
                )
                continue
            try:
                changed = replace(getattr(settings, section), **{key: setting.check(value)})
                settings = replace(settings, **{section: changed})
            except UserError as error:
                warnings.append(f"{path}: {error} {setting.default!r} is used instead.")
    return settings, tuple(warnings)


def to_toml(document: Mapping[str, Any]) -> str:
    """A document as TOML: plain values first, then tables."""
    return "\n".join(_table((), document)).strip("\n") + "\n"


def _table(path: tuple[str, ...], table: Mapping[str, Any]) -> list[str]:
    plain = {key: value for key, value in table.items() if not isinstance(value, dict)}
    lines = ["", f"[{'.'.join(map(_key, path))}]"] if path and (plain or not table) else []
    lines += [f"{_key(key)} = {_value(value)}" for key, value in plain.items()]
    for key, value in table.items():
        if isinstance(value, dict):
            lines += _table((*path, key), value)
    return lines


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if bare else _string(key)


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _string(value)
        case float() if math.isnan(value) or math.isinf(value):
            return str(value)
        case int() | float():
            return repr(value)
        case datetime() | date() | time():
            return value.isoformat()
        case list():
            return "[" + ", ".join(map(_value, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + "}"
        case _:
            raise TypeError(f"TOML has no {type(value).__name__}")
