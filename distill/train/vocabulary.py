"""A smaller vocabulary: keep the tokens science text needs, and the weights that belong to them.

A byte-level BPE tokenizer builds long tokens from short ones. Keeping a set of tokens that is closed under
those merges leaves a tokenizer that splits kept words as before and spells out the rest in kept pieces, so
nothing becomes unreadable. The output layer, a fifth of a small student's work, shrinks with it. A WordPiece
tokenizer takes the longest piece it knows, so any set with all single characters will do.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tokenizers import Tokenizer


@dataclass(frozen=True, slots=True)
class Trimmed:
    """A tokenizer of fewer tokens; `kept[new]` is the id a token had before."""

    tokenizer: dict[str, Any]
    kept: tuple[int, ...]


def trim(tokenizer: dict[str, Any], texts: Iterable[str], size: int) -> Trimmed:
    """Keep `size` tokens: control tokens, single characters, then the most used with all their parts."""
    model = tokenizer["model"]
    if model["type"] not in ("BPE", "WordPiece"):
        raise ValueError(f"only BPE and WordPiece vocabularies can be trimmed, not {model['type']}")
    vocabulary: dict[str, int] = model["vocab"]
    prefix = model.get("continuing_subword_prefix") or ""
    parts = _parts(model.get("merges", []))
    kept = {token["content"] for token in tokenizer["added_tokens"]} & vocabulary.keys()
    kept |= {token for token in vocabulary if len(token.removeprefix(prefix)) == 1}
    if parts:
        kept |= vocabulary.keys() - parts.keys()
    for token in _by_use(tokenizer, texts, vocabulary):
        needed = _closure(token, parts) - kept
        if len(kept) + len(needed) <= size:
            kept |= needed
    order = sorted(kept, key=vocabulary.__getitem__)
    numbers = {token: number for number, token in enumerate(order)}
    smaller = {
        **tokenizer,
        "added_tokens": [{**token, "id": numbers[token["content"]]} for token in tokenizer["added_tokens"]],
        "model": {**model, "vocab": numbers},
    }
    if parts:
        smaller["model"]["merges"] = [merge for merge in model["merges"] if _survives(merge, numbers)]
    if frame := (tokenizer.get("post_processor") or {}).get("special_tokens"):
        renumbered = {
            name: {**token, "ids": [numbers[each] for each in token["tokens"]]}
            for name, token in frame.items()
        }
        smaller["post_processor"] = {**tokenizer["post_processor"], "special_tokens": renumbered}
    return Trimmed(smaller, tuple(vocabulary[token] for token in order))


def _pair(merge: str | list[str]) -> tuple[str, str]:
    left, right = merge.split(" ") if isinstance(merge, str) else merge
    return left, right


def _parts(merges: list[str | list[str]]) -> dict[str, tuple[str, str]]:
    """What each token is made of: its first merge, the one the tokenizer uses."""
    parts: dict[str, tuple[str, str]] = {}
    for merge in merges:
        left, right = _pair(merge)
        parts.setdefault(left + right, (left, right))
    return parts


def _survives(merge: str | list[str], numbers: dict[str, int]) -> bool:
    left, right = _pair(merge)
    return left in numbers and right in numbers and left + right in numbers


def _closure(token: str, parts: dict[str, tuple[str, str]]) -> set[str]:
    """The token and everything it is merged from."""
    found: set[str] = set()
    open_ = [token]
    while open_:
        each = open_.pop()
        if each not in found:
            found.add(each)
            open_ += parts.get(each, ())
    return found


def _by_use(tokenizer: dict[str, Any], texts: Iterable[str], vocabulary: dict[str, int]) -> list[str]:
    """All tokens, the most used in the texts first; unused ones follow in the order they were learnt."""
    plain = Tokenizer.from_str(json.dumps({**tokenizer, "added_tokens": []}))
    counts: Counter[int] = Counter()
    for text in texts:
        for spelling in (text, " " + text):  # a word may stand first in a line or after a space
            counts.update(plain.encode(spelling, add_special_tokens=False).ids)
    return sorted(vocabulary, key=lambda token: (-counts[vocabulary[token]], vocabulary[token]))
