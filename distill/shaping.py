"""Running text into lines of an explanation: facts that hold anywhere, then the steps that apply them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tutor_app.questions.text import plain

_SENTENCE_END = re.compile(r"([.!?][\"')\]]*)\s+(?=[\"'(\[]?[A-Z0-9])")
_ABBREVIATION = re.compile(r"(?:\b(?:Mr|Mrs|Dr|St|vs|etc|e\.g|i\.e|approx|Fig|No|U\.S)|\b[A-Z])\.$")
_CONCLUDES = re.compile(
    r"^(?:so|therefore|thus|hence|as a result|this means|that means|consequently)\b[,:]?\s*", re.I
)
_PICTURE = re.compile(r"^\s*(?:Figure|Fig\.|Table)\s+[\d.]+|\bhttps?:|\bURL\b|\.swf\b", re.I)
_BULLET = re.compile(r"^\s*(?:[-*•]|\(?\d{1,2}[.)]|[AQ]:|\(?[a-e]\))\s+")
_WORD = re.compile(r"[^\W_]+")


def sentences(text: str) -> tuple[str, ...]:
    """A paragraph's sentences, each one whole and on one line."""
    parts: list[str] = []
    for piece in _SENTENCE_END.sub(r"\1\n", " ".join(text.split())).split("\n"):
        if parts and _ABBREVIATION.search(parts[-1]):
            parts[-1] += " " + piece
        elif piece:
            parts.append(piece)
    return tuple(parts)


def as_sentence(text: str) -> str:
    """One line as a sentence: no bullet, a capital at the start, a full stop at the end."""
    line = _BULLET.sub("", " ".join(text.split())).strip()
    if not line:
        return ""
    first, rest = line[0], line[1:]
    if first.islower() and rest[:1].islower():
        line = first.upper() + rest
    elif first == "a" and rest[:1] == " ":
        line = "A" + rest
    return line if line[-1] in ".!?\"')" else line.rstrip(",;:") + "."


def texts(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """The texts a row lists under a key, if any; a single text is refused, or its letters would be read."""
    found = row.get(key) or ()
    if not isinstance(found, list | tuple):
        raise ValueError(f"`{key}` must be a list")
    return tuple(plain(str(text)) for text in found)


def shaped(lines: Sequence[str]) -> tuple[str, ...]:
    """Lines as sentences, without empty and repeated ones."""
    return tuple(dict.fromkeys(line for text in lines if (line := as_sentence(text))))


def split_reasoning(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Facts and steps of a short chain of reasoning: what concludes is a step, else the last sentence is."""
    lines = shaped(sentences(text))
    steps = tuple(line for line in lines if _CONCLUDES.match(line))
    if steps:
        return tuple(line for line in lines if line not in steps), steps
    if len(lines) < 2:
        return lines, ()
    return lines[:-1], lines[-1:]


def concludes(text: str) -> bool:
    """Some sentence draws a conclusion in so many words."""
    return any(_CONCLUDES.match(line) for line in sentences(text))


def is_reasoning(text: str, key: str) -> bool:
    """A few sentences that end by saying the answer; else it is a paragraph of support."""
    lines = sentences(text)
    return 2 <= len(lines) <= 4 and len(text.split()) <= 45 and _share(_words(key), lines[-1]) >= 0.5


def most_telling(paragraph: str, question: str, key: str, most: int = 2) -> tuple[str, ...]:
    """The sentences of a support paragraph that say the answer and share most with the question."""
    asked, answer = _words(question), _words(key)
    lines = [line for line in shaped(sentences(paragraph)) if not _PICTURE.search(line) and len(line) > 20]
    scored = [(2 * _share(answer, line) + _share(asked, line), -i, line) for i, line in enumerate(lines)]
    saying = [row for row in scored if _share(answer, row[2]) >= 0.5 and not row[2].endswith("?")]
    best = sorted(saying, reverse=True)[:most]
    return tuple(line for _, _, line in sorted(best, key=lambda row: -row[1]))


def _words(text: str) -> frozenset[str]:
    return frozenset(word.casefold().removesuffix("s") for word in _WORD.findall(text) if len(word) > 2)


def _share(wanted: frozenset[str], line: str) -> float:
    return len(wanted & _words(line)) / len(wanted) if wanted else 0.0
