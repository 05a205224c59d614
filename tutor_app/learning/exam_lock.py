"""The exam lock: while a locked test is under way on this machine, nothing shows answers or explanations.

It counts for every profile, for another one's questions may be the same: whoever ends a test meanwhile sees
the score, but not which answers were right. The lock is the open test itself: it lifts in the same step that
records the finished test, or when the test's time is up. It keeps honest students honest; it is no defence
against one who deletes files.
"""

import time

from tutor_app.errors import UserError
from tutor_app.learning.beginning import to_type
from tutor_app.learning.history import History, default_path
from tutor_app.learning.records import Profile
from tutor_app.learning.settings import SettingsFile


def under_way(history: History, now: float | None = None, profile: Profile | None = None) -> bool:
    """Whether a locked test is under way, of this profile or of any."""
    now = time.time() if now is None else now
    return any(s.locked and (s.ends is None or now < s.ends) for s in history.open_sessions(profile))


def closed_until(history: History, profile: Profile) -> str:
    """Until when explanations are closed, in words for this profile; empty when they are open."""
    if under_way(history, profile=profile):
        return "until the test is done"
    whose = _whose(history)
    return f"until the test of '{whose.name}' is done" if whose else ""


def refuse_during_exam(what: str) -> None:
    """Raise a UserError while a locked test is under way; `what` names what was wanted (`tutor ask`)."""
    if not default_path().is_file():
        return  # nobody ever learned here; looking must not make a history
    with History.open() as history:
        if whose := _whose(history):
            settings = SettingsFile().settings
            raise UserError(
                f"{what} is closed while a test with exam lock is under way. "
                f"Finish the test ({to_type('test', whose, history, settings)}); "
                f"a teacher can also end it with: {to_type('test --end', whose, history, settings)}"
            )


def _whose(history: History) -> Profile | None:
    """Whose locked test is under way."""
    return next((profile for profile in history.profiles() if under_way(history, profile=profile)), None)
