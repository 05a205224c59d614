"""What each profile chose and keeps beside its history: so far, the grade its questions are of."""

import json
import logging
from collections.abc import Iterable
from typing import Any

from tutor_app.files import write_atomically
from tutor_app.learning.history import default_path
from tutor_app.learning.records import Item, Profile

_FILE = "choices.json"


def grade_of(profile: Profile) -> str:
    """The grade this profile wants questions of; empty for all."""
    return _grades(_read()).get(_key(profile), "")


def choose_grade(profile: Profile, grade: str) -> None:
    """Questions of this grade from now on; empty for all. What a later version keeps in the file stays."""
    known = _read()
    grades = _grades(known) | {_key(profile): grade}
    kept = {who: chosen for who, chosen in grades.items() if chosen}
    write_atomically(default_path().with_name(_FILE), json.dumps(known | {"grades": kept}, indent=1) + "\n")


def of_grade(items: Iterable[Item], grade: str) -> list[Item]:
    """The questions of a grade; one that names none is for every grade."""
    return [item for item in items if not grade or item.question.grade in {"", grade}]


def _key(profile: Profile) -> str:
    """Stays when the profile is renamed, and a later profile never has it (as it may have the number)."""
    return str(profile.created)


def _read() -> dict[str, Any]:
    """What the file holds; a damaged one holds nothing, as a grade is quickly chosen again."""
    path = default_path().with_name(_FILE)
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, RecursionError) as error:
        logging.getLogger(__name__).warning("%s is damaged (%s), so no grade is chosen.", path, error)
        return {}


def _grades(known: dict[str, Any]) -> dict[str, str]:
    grades = known.get("grades")
    return {who: str(grade) for who, grade in grades.items()} if isinstance(grades, dict) else {}
