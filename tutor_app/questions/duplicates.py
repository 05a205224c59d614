"""Finding texts that say nearly the same, by the words and word pairs they share.

Pure functions over texts, quick enough for a hundred thousand of them: a text is only compared with those
that share one of its rarest features, which every pair above the threshold must (prefix filtering).
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from tutor_app.questions.model import Question

THRESHOLD = 0.7

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
    found = words(text)
    if not found:
        return frozenset(unicodedata.normalize("NFKC", text).split())
    return frozenset(found) | {f"{left} {right}" for left, right in pairwise(found)}


def likeness(left: str, right: str) -> float:
    """How much two texts share: 0 nothing, 1 all."""
    return _jaccard(features(left), features(right))


def near_repeats(texts: Sequence[str], threshold: float = THRESHOLD) -> tuple[Repeat, ...]:
    """The texts that nearly repeat an earlier one, each with the likeliest earlier text that is none itself.

    Leaving out every `index` leaves texts of which no two are nearly the same.
    """
    all_features = [features(text) for text in texts]
    index = _Index(_ranks(all_features), threshold)
    repeats = []
    for position, found in enumerate(all_features):
        match = index.best(found)
        if match is None:
            index.add(position, found)
        else:
            repeats.append(Repeat(position, *match))
    return tuple(repeats)


def near_matches(
    texts: Sequence[str], known: Sequence[str], threshold: float = THRESHOLD
) -> tuple[Repeat, ...]:
    """The texts that nearly repeat one of `known`; `of` counts in `known`."""
    known_features = [features(text) for text in known]
    index = _Index(_ranks(known_features), threshold)
    for position, found in enumerate(known_features):
        index.add(position, found)
    matches = ((position, index.best(features(text))) for position, text in enumerate(texts))
    return tuple(Repeat(position, *match) for position, match in matches if match)


def name_repeats(questions: Sequence[Question], known: Sequence[tuple[str, Question]]) -> tuple[str, ...]:
    """A sentence for each question that nearly repeats an earlier one, or one of another bank.

    `known` are other banks' questions, each with its bank's title.
    """
    texts = [question_words(question) for question in questions]
    sentences = [
        f"question {repeat.index + 1} ({_start(questions[repeat.index])}) is nearly question {repeat.of + 1}"
        for repeat in near_repeats(texts)
    ]
    for match in near_matches(texts, [question_words(question) for _, question in known]):
        title, question = known[match.of]
        sentences.append(
            f"question {match.index + 1} ({_start(questions[match.index])}) is already in '{title}'"
            + (f" ({question.id})" if question.id != questions[match.index].id else "")
        )
    return tuple(sentences)


def question_words(question: Question) -> str:
    """What makes a question the same as another: its text and its choices, in any order."""
    return "\n".join((question.text, *sorted(question.choices)))


def _start(question: Question) -> str:
    return f"'{question.text if len(question.text) <= 50 else question.text[:49].rstrip() + '…'}'"


class _Index:
    """Feature sets by their rarest features."""

    def __init__(self, ranks: dict[str, int], threshold: float) -> None:
        self._ranks = ranks
        self._threshold = threshold
        self._sets: dict[int, frozenset[str]] = {}
        self._same: dict[frozenset[str], int] = {}
        self._by_feature: defaultdict[str, list[int]] = defaultdict(list)

    def add(self, position: int, found: frozenset[str]) -> None:
        if not found or self._same.setdefault(found, position) != position:
            return
        self._sets[position] = found
        for feature in self._rarest(found):
            self._by_feature[feature].append(position)

    def best(self, found: frozenset[str]) -> tuple[int, float] | None:
        """The likeliest set added so far (the earliest of equals), if any is like enough."""
        if found in self._same:
            return self._same[found], 1.0
        candidates = {i for feature in self._rarest(found) for i in self._by_feature.get(feature, ())}
        scored = ((_jaccard(found, self._sets[i]), -i) for i in candidates)
        score, negative = max(scored, default=(0.0, 0))
        return (-negative, score) if score >= self._threshold else None

    def _rarest(self, found: frozenset[str]) -> list[str]:
        """Sets as alike as the threshold must share one of these (all sets are cut in the same order)."""
        keep = len(found) - ceil(self._threshold * len(found)) + 1
        return sorted(found, key=lambda feature: (self._ranks.get(feature, 0), feature))[:keep]


def _ranks(sets: Iterable[frozenset[str]]) -> dict[str, int]:
    return Counter(feature for found in sets for feature in found)


def _jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    shared = len(left & right)
    return shared / (len(left) + len(right) - shared) if shared else 0.0


def _singular(word: str) -> str:
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
