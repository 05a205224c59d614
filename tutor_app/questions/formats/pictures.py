"""Pictures that a sheet or a list names beside a question: what there is to say of them."""

import re

from tutor_app.questions.markup import UNDESCRIBED, rich

_FILE = re.compile(r"(?:.*://.*|data:.*|.*\.\w{2,5})", re.DOTALL | re.IGNORECASE)


def described(value: str) -> str:
    """A picture's description where the value is one; a link, a file's name or a mark describes nothing."""
    text = rich(value)
    return UNDESCRIBED if _FILE.fullmatch(value.strip()) or " " not in text else text
