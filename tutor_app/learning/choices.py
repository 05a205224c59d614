"""What each profile chose and keeps beside its history: so far, the grade its questions are of."""

import json
from collections.abc import Iterable

from tutor_app.errors import UserError
from tutor_app.files import write_atomically
from tutor_app.learning.history import default_path
from tutor_app.learning.records import Item, Profile

_FILE = "choices.json"


def grade_of(profile: Profile) -> str:
    """The grade this profile wants questions of; empty for all."""
    return _read().get(_key(profile), "")


def choose_grade(profile: Profile, grade: str) -> None:
    """Questions of this grade from now on; empty for all."""
    grades = _read() | {_key(profile): grade}
    kept = {who: chosen for who, chosen in grades.items() if chosen}
    write_atomically(default_path().with_name(_FILE), json.dumps({"grades": kept}, indent=1) + "\n")


def of_grade(items: Iterable[Item], grade: str) -> list[Item]:
    """The questions of a grade; one that names none is for every grade."""
    return [item for item in items if not grade or item.question.grade in {"", grade}]


def _key(profile: Profile) -> str:
    """Stays when the profile is renamed, and a later profile never has it (as it may have the number)."""
    return str(profile.created)


def _read() -> dict[str, str]:
    path = default_path().with_name(_FILE)
    try:
        grades = json.loads(path.read_text("utf-8"))["grades"]
        return {str(who): str(grade) for who, grade in grades.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is damaged ({error}). Remove it, and choose your grade again.") from error
