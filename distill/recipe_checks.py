"""What a recipe's sections ask of their values; what does not hold is a `BadValueError` with its key."""

from collections.abc import Callable
from urllib.parse import urlsplit

from distill.typed_toml import BadValueError, Path_
from tutor_app.errors import UserError


def check(key: str | Path_, holds: bool, problem: str) -> None:
    """It holds, or the problem is told with the key's line."""
    if not holds:
        raise BadValueError(key, problem)


def accepted(key: str, read: Callable[[str], object], text: str) -> None:
    """The text can be read; if not, the reader's own complaint is told."""
    try:
        read(text)
    except UserError as error:
        raise BadValueError(key, str(error).rstrip(".")) from None


def positive(section: object, *keys: str) -> None:
    """These are above 0."""
    for key in keys:
        check(key, getattr(section, key) > 0, f"{key} must be above 0")


def not_negative(section: object, *keys: str) -> None:
    """These are 0 or above."""
    for key in keys:
        check(key, getattr(section, key) >= 0, f"{key} cannot be negative")


def file_name(name: str, whose: str) -> None:
    """Files and folders are called by it, so it must not lead elsewhere."""
    plain = bool(name) and all(c.isalnum() or c in "-_." for c in name) and name[0] != "."
    problem = f"{whose} name is made of letters, digits, `-`, `_` and `.`, and begins with no `.`"
    check("name", plain, problem)


def web_address(key: str, url: str) -> None:
    """Empty, or an address that can be asked."""
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    check(key, whole or not url, f"{key} is an address such as http://localhost:8000/v1, not {url!r}")
