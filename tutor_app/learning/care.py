"""Words typed in distress: they ask for a person, and no fact of science may be the reply."""

import re

from tutor_app.errors import UserError

_DISTRESS = re.compile(
    r"\b(?:i|we)\b.{0,30}\b(?:want|wanted|wish|going|like|plan) to (?:die|be dead|(?:kill|hurt) myself)\b"
    r"|\bi\b.{0,20}\b(?:wish i (?:was|were) dead|do(?:n['’]?t| not) want to (?:live|be alive)|am suicidal)\b"
    r"|\bi['’]?m suicidal\b|\b(?:kill|killing|hurting) myself\b|\bend my (?:own )?life\b",
    re.IGNORECASE,
)
HELP = (
    "That sounds serious, and a program is not who can help. Please talk to somebody now: a parent, a "
    "teacher or a friend. If you are in danger, call the emergency number (112, 911 or 999). People who "
    "listen, by country: findahelpline.com"
)


class DistressError(UserError):
    """Not a mistake: somebody needs help."""

    title = "Please talk to somebody"


def send_to_a_person(text: str) -> None:
    """Raise a kind sentence where somebody writes that they want to die or to hurt themselves."""
    if _DISTRESS.search(text):
        raise DistressError(HELP)
