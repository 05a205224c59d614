"""Questions without choices: what kind of reply they ask for, and whether a fact has the form of one."""

import re
from collections.abc import Sequence

_OPENING = re.compile(
    r"^(?:\W|(?:and|but|so|ok|okay|well|um|hi|hello|hey|please|tell me|explain|describe|do you know|"
    r"(?:can|could) you (?:please )?(?:tell me|explain)|i want to know)\b)+",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(
    r"(?:is|are|was|were|do|does|did|can|could|will|would|has|have|had|should)(?:n['’]t)?\b", re.IGNORECASE
)
_AMOUNT = re.compile(
    r"how (?:many|much|far|long|hot|cold|warm|fast|quickly|slow|big|large|small|old|deep|high|heavy|tall|"
    r"wide|thick|often|loud|strong|bright|close)\b"
    r"|when\b|(?:at )?what (?:temperature|speed|percent\w*|year|age)\b",
    re.IGNORECASE,
)
_REASON = re.compile(r"(?:why|how|what (?:causes?|caused|makes?))\b", re.IGNORECASE)
_MEANING = re.compile(r"what(?: is| are|['’]s| does\b.*\bmean)\b", re.IGNORECASE)
_PERSON = re.compile(r"who(?:se|m)?\b", re.IGNORECASE)
_SHORT = re.compile(
    r"(?:which|who|whose|whom|where)\b"
    r"|what(?! (?:is|are|was|were|do|does|did|happens?|happened|causes?|caused|makes?|made|will|would|"
    r"can|could|should|if|about)\b|['’]s)"
    r"|what(?: is| are|['’]s) the (?:name|symbol|formula|term|unit|colou?r|number|type|kind|word"
    r"|\w+est (?!difference))\b",
    re.IGNORECASE,
)
_GIVES_REASON = re.compile(r"\b(?:because|so|since|by|when|causes?|which makes)\b", re.IGNORECASE)
_DEFINES = re.compile(r"(?:an?|the)?\s*[\w-]+(?: [\w-]+)? (?:is|are|means)\b", re.IGNORECASE)
_GIVES_AMOUNT = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|hundreds?|thousands?|millions?|billions?)\b",
    re.IGNORECASE,
)
_NAMES_SOMEBODY = re.compile(r"\b(?:[A-Z][a-z]+|[A-Z]\.) (?:de |van )?[A-Z][a-z]+|\b[A-Z][a-z]+['’]s\b")
_DENIES = re.compile(r"\b(?:not|no|never|cannot)\b", re.IGNORECASE)

_ARTICLES = frozenset(("a", "an", "the"))


def core(asked: str) -> str:
    """The question without what leads up to it (`Hi, can you tell me …`)."""
    return _OPENING.sub("", asked) or asked


def wants_sentence(asked: str) -> bool:
    """Why, how, what is it, is it so: a word or two would be no reply."""
    text = core(asked)
    return not (_SHORT.match(text) or _AMOUNT.match(text))


def subject_of(words: Sequence[str]) -> str:
    """The word a fact begins with, but for an article."""
    return next((word for word in words if word not in _ARTICLES), "")


def in_form(asked: str, fact: str, named_first: bool) -> bool:
    """The fact has the form of a reply to such a question."""
    text = core(asked)
    if _AMOUNT.match(text):
        return bool(_GIVES_AMOUNT.search(fact))
    if _REASON.match(text):
        return bool(_GIVES_REASON.search(fact))
    if _MEANING.match(text) and not _SHORT.match(text):
        return named_first and bool(_DEFINES.match(fact))
    if _PERSON.match(text):
        return bool(_NAMES_SOMEBODY.search(fact))
    return bool(_YES_OR_NO.match(text) and _DENIES.search(fact))
