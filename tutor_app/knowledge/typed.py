"""Questions as pupils type them: everyday words become those that facts use, mistyped ones what was meant."""

import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cached_property

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_VOWELS = re.compile(r"[aeiouy]+")
_SHORTEST = 5  # letters of a word that is mended: short ones have too many neighbours
_LIKE = 0.83  # how alike it must be: one letter more or less in five, one other in six
_MOST = 60  # words of a text that is mended: longer ones are pasted, not typed
_NEIGHBOURS = 5  # of the most alike, one that sounds alike goes first
_SEEN = 2  # times a word stands in facts before it may be what was meant
_PLANE = re.compile(r"\bplane(?=s?\b)", re.IGNORECASE)  # one that flies, neither inclined nor of a mirror
_FLIES = re.compile(r"\b(?:fl(?:y|ies|ying|ew|ight)|stay|air|wings?|pilots?)\b", re.IGNORECASE)
_FACTS_SAY = {
    "biggest": "largest",
    "bigger": "larger",
    "tummy": "stomach",
    "belly": "stomach",
    "poo": "feces",
    "poop": "feces",
    "wee": "urine",
    "pee": "urine",
    "snot": "mucus",
    "boogers": "mucus",
    "puke": "vomit",
    "centre": "center",
    "metre": "meter",
    "metres": "meters",
    "bunny": "rabbit",
    "bunnies": "rabbits",
    "kids": "children",
    "grownups": "adults",
    "dino": "dinosaur",
    "dinos": "dinosaurs",
    "whats": "what is",
    "hows": "how is",
    "wheres": "where is",
    "whos": "who is",
    "wat": "what",
    "wut": "what",
    "wy": "why",
    "teh": "the",
    "cuz": "because",
}


def in_words_of_facts(text: str) -> str:
    """`What is the biggest tummy?` asks what facts say of the largest stomach."""
    if _FLIES.search(text):
        text = _PLANE.sub("airplane", text)
    return _WORD.sub(lambda word: _FACTS_SAY.get(word[0].casefold(), word[0]), text)


def is_everyday(word: str) -> bool:
    """A word that facts say otherwise."""
    return word.casefold() in _FACTS_SAY


class Spelling:
    """Knows how the words of facts are spelled; they are read when the first unknown word is asked for."""

    def __init__(self, texts: Callable[[], Iterable[str]]) -> None:
        self._texts = texts

    @cached_property
    def _by_length(self) -> dict[int, list[str]]:
        seen = Counter(word.casefold() for text in self._texts() for word in _WORD.findall(text))
        seen.update(dict.fromkeys(_FACTS_SAY, _SEEN))
        words: dict[int, list[str]] = {}
        for word, times in seen.most_common():  # of equally like words the commonest comes first
            if times >= _SEEN:
                words.setdefault(len(word), []).append(word)
        return words

    def mended(self, text: str, known: Callable[[str], bool]) -> str:
        """The text with each long word that is not known replaced by the one most like it, if any is."""

        def mend(found: re.Match[str]) -> str:
            word = found[0]
            return word if len(word) < _SHORTEST or known(word) else self._nearest(word)

        if len(_WORD.findall(text)) > _MOST:
            return text
        return _WORD.sub(mend, text)

    def _nearest(self, word: str) -> str:
        lengths = range(len(word) - 1, len(word) + 2)
        offered = [other for length in lengths for other in self._by_length.get(length, ())]
        near = difflib.get_close_matches(word.casefold(), offered, _NEIGHBOURS, _LIKE)
        sounds = _VOWELS.sub("a", word.casefold())
        # `planit` is planet, though `plant` is nearer
        alike = [other for other in near if _VOWELS.sub("a", other) == sounds]
        return next(iter(alike or near), word)
