"""Finding texts that say nearly the same, by the words and word pairs they share.

Pure functions over texts, quick enough for a hundred thousand of them: a text is only compared with those
that share one of its rarest features, which every pair above the threshold must (prefix filtering).
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from math import ceil

from tutor_app.questions.model import Question

THRESHOLD = 0.7
_BLANK = "_____"

_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*")
_SMALL = (
    "a an the of to in on at by for from with and or is are was were be been it its this that these those "
    "which what when as also can will do does"
)
_SMALL_WORDS = frozenset(_SMALL.split())


@dataclass(frozen=True, slots=True)
class Repeat:
    """The text at `index` says nearly what the one at `of` says; `likeness` runs from the threshold to 1."""

    index: int
    of: int
    likeness: float


def words(text: str) -> list[str]:
    """The words that carry meaning: folded case, plain digits, no articles, no plural s."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("'s", "").replace("’s", "")
    return [_singular(word) for word in _WORD.findall(folded) if word not in _SMALL_WORDS]


def features(text: str) -> frozenset[str]:
    """What two texts are compared by: their words and neighbouring word pairs."""
    return _features(terms(text))


def terms(text: str) -> list[str]:
    """A text's words, or its signs where it has no words; none holds a space."""
    return words(text) or unicodedata.normalize("NFKC", text).split()


def _features(terms: Sequence[str]) -> frozenset[str]:
    return frozenset(terms).union(map(" ".join, pairwise(terms)))


def likeness(left: str, right: str) -> float:
    """How much two texts share: 0 nothing, 1 all."""
    return _jaccard(features(left), features(right))


def near_repeats(texts: Sequence[str], threshold: float = THRESHOLD) -> tuple[Repeat, ...]:
    """The texts that nearly repeat an earlier one, each with the likeliest earlier text that is none itself.

    Leaving out every `index` leaves texts of which no two are nearly the same.
    """
    return _repeats(list(map(features, texts)), threshold)


def near_matches(
    texts: Sequence[str], known: Sequence[str], threshold: float = THRESHOLD
) -> tuple[Repeat, ...]:
    """The texts that nearly repeat one of `known`; `of` counts in `known`."""
    return _matches(list(map(features, texts)), list(map(features, known)), threshold)


def name_repeats(
    questions: Sequence[Question],
    asked: Sequence[Sequence[str]],
    known: Sequence[tuple[str, Sequence[str]]],
) -> tuple[str, ...]:
    """A sentence for each question that nearly repeats an earlier one, or one of another bank.

    `asked` are the questions' terms; `known` are other banks' questions, each bank's title with the terms.
    """
    found = list(map(_features, asked))

    def named(repeat: Repeat) -> str:
        return f"question {repeat.index + 1} ('{questions[repeat.index].opening}')"

    within = [
        f"{named(repeat)} is nearly question {repeat.of + 1}"
        for repeat in _repeats(found, THRESHOLD)
        if not _are_parts(questions[repeat.index], questions[repeat.of])
    ]
    near = [known[index] for index in _candidates(found, [terms for _, terms in known], THRESHOLD)]
    matches = _matches(found, [_features(terms) for _, terms in near], THRESHOLD)
    return (*within, *(f"{named(match)} is already in '{near[match.of][0]}'" for match in matches))


def _are_parts(one: Question, other: Question) -> bool:
    """Whether two questions were made of one in a file: its rows, its right answers or its gaps."""
    return _are_rows(one, other) or _are_keys(one, other) or _are_gaps(one, other)


def _are_rows(one: Question, other: Question) -> bool:
    """Rows of one matching question: alike but for a last line of other words."""
    (stem, _, row), (other_stem, _, other_row) = one.text.rpartition("\n"), other.text.rpartition("\n")
    alike = bool(stem) and stem == other_stem and sorted(one.choices) == sorted(other.choices)
    return alike and bool(one.choices) and set(terms(row)).isdisjoint(terms(other_row))


def _are_keys(one: Question, other: Question) -> bool:
    """Right answers of one question: each stands in place of the other beside the same wrong choices."""
    if one.key is None or other.key is None or one.text != other.text:
        return False
    return one.key != other.key and _wrong(one) == _wrong(other)


def _wrong(question: Question) -> list[str]:
    return sorted(choice for place, choice in enumerate(question.choices) if place != question.answer)


def _are_gaps(one: Question, other: Question) -> bool:
    """Gaps of one text: each asks for what stands in the other's text."""
    return one.text != other.text and _filled(one) == _filled(other)


def _filled(question: Question) -> str:
    """The text with its answer in the blank, or on a last line where the blank is not shown."""
    text = question.text if _BLANK in question.text else f"{question.text}\n{_BLANK}"
    return text.replace(_BLANK, question.key or next(iter(question.accepted), ""))


def question_words(question: Question) -> str:
    """What makes a question the same as another: its text and its choices, in any order."""
    return "\n".join((question.text, *sorted(question.choices)))


def question_terms(question: Question) -> list[str]:
    """The terms that one question is compared by with another."""
    return terms(question_words(question))


def _repeats(sets: Sequence[frozenset[str]], threshold: float) -> tuple[Repeat, ...]:
    index = _Index(sets, threshold)
    repeats = []
    for position, found in enumerate(sets):
        rarest = index.rarest(found)
        match = index.best(found, rarest)
        if match:
            repeats.append(Repeat(position, *match))
        else:
            index.add(position, found, rarest)
    return tuple(repeats)


def _candidates(
    sets: Sequence[frozenset[str]], known: Sequence[Sequence[str]], threshold: float
) -> list[int]:
    """The texts of `known` that can be like one of `sets`, found without making features of all of them.

    Sets as alike as the threshold share a word among as many of one's rarest words as `_places` says.
    """
    counts = Counter(chain.from_iterable(known))
    rarest: set[str] = set()
    for found in sets:
        words = sorted((feature for feature in found if " " not in feature), key=counts.__getitem__)
        rarest.update(words[: _places(found, threshold)])
    return [index for index, terms in enumerate(known) if not rarest.isdisjoint(terms)]


def _places(found: frozenset[str], threshold: float) -> int:
    """How many features of a set, whichever they are, must hold one that every set like enough shares."""
    return len(found) - ceil(threshold * len(found)) + 1


def _matches(
    sets: Sequence[frozenset[str]], known: Sequence[frozenset[str]], threshold: float
) -> tuple[Repeat, ...]:
    """The smaller side is indexed and the other asked, so that one question against thousands is quick."""
    if len(known) <= len(sets):
        index = _index_of(known, threshold)
        matches = ((position, index.best(found, index.rarest(found))) for position, found in enumerate(sets))
        return tuple(Repeat(position, *match) for position, match in matches if match)
    index = _index_of(sets, threshold)
    best: dict[int, Repeat] = {}
    for of, found in enumerate(known):
        for position, score in index.all(found, index.rarest(found)):
            if position not in best or score > best[position].likeness:
                best[position] = Repeat(position, of, score)
    return tuple(best[position] for position in sorted(best))


def _index_of(sets: Sequence[frozenset[str]], threshold: float) -> "_Index":
    index = _Index(sets, threshold)
    for position, found in enumerate(sets):
        index.add(position, found, index.rarest(found))
    return index


class _Index:
    """Feature sets by their rarest features, numbered from the rarest on."""

    def __init__(self, sets: Sequence[frozenset[str]], threshold: float) -> None:
        counts = Counter(chain.from_iterable(sets))
        rarest_first = sorted(counts, key=counts.__getitem__)
        self._numbers = {feature: number for number, feature in enumerate(rarest_first, 1)}
        self._threshold = threshold
        self._sets: dict[int, frozenset[str]] = {}
        self._same: dict[frozenset[str], list[int]] = {}
        self._by_feature: defaultdict[int, list[int]] = defaultdict(list)

    def add(self, position: int, found: frozenset[str], rarest: Sequence[int]) -> None:
        if not found:
            return
        same = self._same.setdefault(found, [])
        same.append(position)
        if len(same) == 1:
            self._sets[position] = found
            for number in rarest:
                self._by_feature[number].append(position)

    def best(self, found: frozenset[str], rarest: Sequence[int]) -> tuple[int, float] | None:
        """The likeliest set added so far (the earliest of equals), if any is like enough."""
        if found in self._same:
            return self._same[found][0], 1.0
        scored = ((score, -position) for position, score in self._like(found, rarest))
        score, negative = max(scored, default=(0.0, 0))
        return (-negative, score) if score else None

    def all(self, found: frozenset[str], rarest: Sequence[int]) -> Iterator[tuple[int, float]]:
        """Every set that is like enough, the same ones included."""
        for position, score in self._like(found, rarest):
            for same in self._same[self._sets[position]]:
                yield same, score

    def _like(self, found: frozenset[str], rarest: Sequence[int]) -> Iterator[tuple[int, float]]:
        for position in {i for number in rarest for i in self._by_feature.get(number, ())}:
            score = _jaccard(found, self._sets[position])
            if score >= self._threshold:
                yield position, score

    def rarest(self, found: frozenset[str]) -> list[int]:
        """Sets as alike as the threshold must share one of these (all sets are cut in the same order).

        Features in no indexed set are the rarest of all: they use up places, but nothing shares them.
        """
        numbers = sorted(filter(None, map(self._numbers.get, found)))
        places = _places(found, self._threshold)
        return numbers[: max(0, places - (len(found) - len(numbers)))]


def _jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    shared = len(left & right)
    return shared / (len(left) + len(right) - shared) if shared else 0.0


@lru_cache(maxsize=65_536)
def _singular(word: str) -> str:
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
