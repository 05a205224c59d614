"""What a key names: a choice by its text, its letter or its number, as sheets and JSON lists write it.

A sheet is read in the way that fits the most of its rows. A key that names one choice in that way and is
the text of another is refused, and so is one that fits as well in another way.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tutor_app.questions.formats.reading import UnusableError
from tutor_app.questions.markup import rich
from tutor_app.questions.model import MOST_CHOICES

TRUE_FALSE = ("True", "False")
_PAIRS = (TRUE_FALSE, ("Yes", "No"))
_TRUE_FALSE_KIND = re.compile(r"true|bool|(?<![^\W_])t[\W_]?f(?![^\W_])", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:(?:option|answer|choice)\s*)?\(?([A-Ha-h]|\d{1,2})\)?[.:)]?(?:\s+(?P<rest>\S.*))?",
    re.DOTALL | re.IGNORECASE,
)
_LETTERED = re.compile(r"\s*\(?([A-Ha-h])[.):]\s+(?=\S)")
_LISTED = re.compile(r"[,;|\n]")


def by_text(key: str, texts: Sequence[str]) -> list[int]:
    """The choice that a key repeats, or the choices that it lists with signs between them."""
    wanted = folded(rich(key))
    found = [i for i, text in enumerate(texts) if text and folded(text) == wanted]
    if (
        not found
        and (pair := truth_of(key))
        and sorted(folded(text) for text in texts if text) == sorted(map(folded, pair[0]))
    ):
        return [i for i, text in enumerate(texts) if folded(text) == folded(pair[1])]
    if found or not _LISTED.search(key):
        return found[:1]
    places = {folded(text): i for i, text in enumerate(texts) if text}
    parts = [folded(rich(part)) for part in _LISTED.split(key) if part.strip()]
    return [places[part] for part in parts] if places.keys() >= set(parts) else []


def folded(text: str) -> str:
    """A text as it is compared with others."""
    return " ".join(text.casefold().split())


def by_letter(key: str, texts: Sequence[str]) -> list[int]:
    """The choices whose letters a key gives; none when it gives anything else."""
    labels = [_LABEL.fullmatch(part.strip()) for part in _several(key)]
    places = []
    for label in labels:
        if label is None or not label[1].isalpha():
            return []
        place = ord(label[1].lower()) - ord("a")
        rest = label["rest"]
        if rest and (place >= len(texts) or folded(rich(rest)) != folded(texts[place])):
            return []
        places.append(place)
    return places if all(place < len(texts) for place in places) else []


def _several(key: str) -> list[str]:
    """`1,3` and `A and C` name several; `B. red, green` names one."""
    parts = [part for part in re.split(r"\s*(?:[,;&|/]|\band\b)\s*", key) if part]
    return parts if all(_LABEL.fullmatch(part) and len(part) <= 9 for part in parts) else [key]


def by_number(key: str, texts: Sequence[str], first: int = 1) -> list[int]:
    """The choices whose numbers a key gives; none when it gives anything else."""
    if key.isascii() and key.isdigit():
        place = int(key[:9]) - first
        return [place] if 0 <= place < len(texts) else []
    places = []
    for part in _several(key):
        label = _LABEL.fullmatch(part.strip())
        if label is None or not label[1].isdigit() or label["rest"]:
            return []
        places.append(int(label[1]) - first)
    return places if all(0 <= place < len(texts) for place in places) else []


def _from_zero(key: str, texts: Sequence[str]) -> list[int]:
    return by_number(key, texts, 0)


def names_a_place(key: str, count: int = MOST_CHOICES) -> bool:
    """Whether a key is only a letter or a number, and so likely names one of so many choices."""
    places = [""] * count
    return bool(by_letter(key, places) or by_number(key, places))


def none_of(key: str) -> UnusableError:
    """The refusal of a key that names no choice."""
    shown = key if len(key) <= 40 else key[:37] + "..."
    return UnusableError(f"the key {shown} is none of the choices")


def without_letters(texts: Sequence[str]) -> list[str]:
    """Choices that begin with their own letters, as `A) iron`, are shown without."""
    begun = [_LETTERED.match(text) for text in texts]
    if [found[1].upper() for found in begun if found] != [chr(ord("A") + i) for i in range(len(texts))]:
        return list(texts)
    return [text[found.end() :] for text, found in zip(texts, begun, strict=True) if found]


# True and false


def truth_of(key: str) -> tuple[tuple[str, str], str] | None:
    """The two choices that a key such as `True`, `F` or `yes` takes its word from, and that word."""
    said = folded(key)
    for pair in _PAIRS:
        for word in pair:
            if said in (word.lower(), word[0].lower()):
                return pair, word
    return None


def true_or_false(key: str, typed: bool, sure: bool) -> tuple[list[str], list[int]]:
    """The choices of a question that names none, when true and false (or yes and no) are all it can mean.

    `typed` says that its type is true or false, `sure` that a letter can mean nothing else.
    """
    truth = truth_of(key)
    if truth and (typed or sure or key.lower() in ("true", "false")):
        pair, word = truth
        return list(pair), [pair.index(word)]
    if not typed or not key:
        return [], []
    if right := by_letter(key, TRUE_FALSE) or by_number(key, TRUE_FALSE):
        return list(TRUE_FALSE), right
    raise none_of(key)


_ASKS = re.compile(
    r"\W*(?:what|which|who|whose|how|write|name|give)\b|.*\b(?:what|which)\b.*\?\s*\Z"
    r"|.*\bsymbol\b(?!.*\b(?:is|are)\s+\w)",
    re.IGNORECASE | re.DOTALL,
)


def asks_for_words(text: str) -> bool:
    """Whether a question asks for a name or a symbol, so that T and F do not mean true and false."""
    return _ASKS.match(text[:500]) is not None


def maybe_truth(accepted: Sequence[str]) -> str:
    """A remark on an answer T or F that nothing says to mean true or false."""
    if len(accepted) != 1 or accepted[0] not in ("T", "F"):
        return ""
    return f"only the answer {accepted[0]} is accepted; if it means true or false, write the word"


def is_true_false(kind: str) -> bool:
    """Whether a question of this type offers True and False: `TF`, `True/False`, `boolean`."""
    return _TRUE_FALSE_KIND.search(kind) is not None


def are_truths(keys: Iterable[str]) -> bool:
    """Whether keys of questions without choices, all together, can only be true and false by a letter."""
    found = [truth_of(key) for key in keys]
    return None not in found and len({pair.index(word) for pair, word in filter(None, found)}) == 2


# How the keys of a sheet are meant

_Way = Callable[[str, Sequence[str]], list[int]]
_WAYS: Mapping[str, _Way] = {"text": by_text, "letter": by_letter, "number": by_number, "zero": _from_zero}


@dataclass(frozen=True, slots=True)
class Meaning:
    """The ways that fit the most keys, those to try where none of them fits, and a remark on it."""

    ways: tuple[str, ...]
    others: tuple[str, ...] = ("text", "letter", "number")
    remark: str = ""

    def right(self, key: str, texts: Sequence[str]) -> list[int]:
        """The choices that a key names; raises UnusableError when it names none."""
        if key and not (found := self.places(key, texts)):
            raise none_of(key)
        return found if key else []

    def places(self, key: str, texts: Sequence[str]) -> list[int]:
        """The choices that a key names, if any; raises UnusableError when it may name one or another."""
        found = {way: places for way in self.ways if (places := _WAYS[way](key, texts))}
        if {"number", "zero"} <= {*self.ways} and found.keys() & {"number", "zero"}:
            raise counted_in_two_ways(key)
        if found and "text" not in found and (text := _WAYS["text"](key, texts)):
            found["text"] = text
        if any(sorted(places) != sorted(next(iter(found.values()))) for places in found.values()):
            raise _in_two_ways(key, found.values())
        tried = (_WAYS[way](key, texts) for way in self.others)
        return next(iter(found.values())) if found else next(filter(None, tried), [])


AS_TEXT = Meaning(("text",))


def counted_in_two_ways(key: str) -> UnusableError:
    """The refusal of a number that names one choice when counted from 0 and another from 1."""
    return UnusableError(
        f"its key {key[:20]} may be counted from 0 or from 1; give the right choice's letter or text"
    )


def _in_two_ways(key: str, meant: Iterable[Sequence[int]]) -> UnusableError:
    options = [" and ".join(f"option {chr(ord('A') + i)}" for i in places) for places in meant]
    either = " or ".join(dict.fromkeys(options))
    return UnusableError(f"its key {key[:20]} may mean {either}; write that in its place")


def meaning_of(keyed: Sequence[tuple[str, Sequence[str]]], known: Sequence[str] = tuple(_WAYS)) -> Meaning:
    """Whether keys are given by number, by letter or by text: what fits the most of them."""
    fits = {way: sum(_fits(way, key, texts) for key, texts in keyed) for way in known}
    zero = any(key == "0" for key, _ in keyed)
    last = any(_fits("number", key, texts) and not _fits("zero", key, texts) for key, texts in keyed)
    if not zero:
        fits.pop("zero", None)
    ways = tuple(way for way in fits if fits[way] == max(fits.values()))
    others = tuple(way for way in known if way != ("number" if "zero" in ways else "zero"))
    if not any(fits.values()):
        return Meaning(("text",), others)
    remark = ""
    if "number" in ways and "zero" not in ways and (zero or not last):
        remark = "its keys are numbers and were counted from 1; look whether 1 means the first choice"
    elif "zero" in ways and "number" not in ways and last:
        remark = "its keys were counted from 0, since a 0 is among them; look whether that is right"
    return Meaning(ways, others, remark)


def _fits(way: str, key: str, texts: Sequence[str]) -> bool:
    """Whether a key read in this way names choices that are there."""
    places = _WAYS[way](key, texts)
    return bool(places) and all(texts[place] for place in places)
