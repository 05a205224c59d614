"""Questions that ask for an exception: `Which of these is not …`, `All of these are … except`.

Students this small lose the `not` and answer with what is true. So an option counts for what it gains by the
`not`: its scores after the question, less those after the question without it.
"""

import re

_END = re.compile(r"(?<=[.!?])\s+")
_EXCEPTION = re.compile(
    r"\bwhich\b[^.?!]*(?<!but )(?<!and )(?<!or )(?:\b(?:not(?! only)|cannot|never|least|unlikely)\b|n['’]t\b)"
    r"|\b(?:not|cannot)\b[^.?!]*\bwhich of (?:these|the following)\b"
    r"|\b(?:all|each|every)\b[^.?!]*\bexcept\b(?! for)",
    re.IGNORECASE,
)
_TURNED = (
    (r"\ball of (these|the following)\b(.*?)\s*\bexcept\b:?", r"one of \1\2"),
    (r"\b(all|each|every)\b(.*?)\s*\bexcept\b:?", r"\1\2"),
    (r"\bcannot\b|\bcan['’]t\b", "can"),
    (r"\bwon['’]t\b", "will"),
    (r"n['’]t\b", ""),
    (r"\bnot\s+", ""),
    (r"\bleast\b", "most"),
    (r"\bunlikely\b", "likely"),
    (r"\bnever\b", "always"),
)


def without_exception(text: str) -> str:
    """The question as it stands without its `not`; empty where it asks for no exception."""
    *before, asked = _END.split(text.strip())
    if not _EXCEPTION.search(asked):
        return ""
    for said, instead in _TURNED:
        asked = re.sub(said, instead, asked, flags=re.IGNORECASE)
    return " ".join([*before, asked])
