"""Moodle's categories (`$course$/top/Biology/Cells`) as topics (`Biology / Cells`), and back."""

import re

from tutor_app.questions.markup import rich

_STEPS = re.compile(r"(?<!/)/(?!/)")
_NO_TOPIC = re.compile(r"\$\w*\$|top|default(?: for .*)?|", re.IGNORECASE)


def topic_of(category: str) -> str:
    """The parts of a category that mean something to a student."""
    steps = (rich(step.replace("//", "/")) for step in _STEPS.split(category.strip()))
    return " / ".join(step for step in steps if not _NO_TOPIC.fullmatch(step))


def category_of(topic: str) -> str:
    """A topic as a Moodle category."""
    if not topic:
        return "$course$/top"
    return "/".join(step.replace("/", "//") for step in " ".join(topic.split()).split(" / "))
