"""Which facts may explain a question: BM25 over the question and each of its options, tuned on our questions.

Every option asks on its own and a fact counts for the option it fits best (and a little for the second
best), so that one long option cannot crowd out the others. Facts that are used up by the question's words
come first, then those of the topics that do well as a whole.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

    Scores = NDArray[float32]

_SMALL = (
    "a an the of in on at to by for from with and or but nor so yet as is are was were be been being am "
    "it its he his she her they them their we us our you your i me my this that these those there here "
    "which what when where who whom whose why how can could will would shall should may might must do "
    "does did done doing has have had having not no if then than because while into onto over under up "
    "down out off about after before between during through very more most less least same such only just "
    "also too each every all any some one two three both either neither other another s t following best "
    "likely describes explain statement student students"
)
STOPPED = frozenset(_SMALL.split())


@dataclass(frozen=True, slots=True)
class Tuning:
    """The numbers of the ranking; the defaults did best on half of our questions."""

    saturation: float = 1.2  # BM25's k1
    length: float = 0.75  # BM25's b
    second_option: float = 0.3
    supposed: float = 0.7
    used_up: float = 1.0
    topic: float = 0.2
    topic_sample: int = 40


@dataclass(frozen=True, slots=True)
class Corpus:
    """What the ranking knows of all facts: words in each, and the number of each one's topic."""

    lengths: Any
    topics: Any

    @property
    def size(self) -> int:
        """How many facts there are."""
        return len(self.lengths)


@dataclass(frozen=True, slots=True)
class Posting:
    """A word's facts, and what the word counts in each by BM25."""

    rows: Any
    weights: Any


@dataclass(frozen=True, slots=True)
class Query:
    """A question's words: of its text, of each option, and of the supposed answer."""

    text: Sequence[str]
    options: Sequence[Sequence[str]] = ()
    supposed: Sequence[str] = ()

    def words(self) -> set[str]:
        """All of them, once."""
        return {word for part in (self.text, *self.options, self.supposed) for word in part}


def stop_words(stem: Callable[[Sequence[str]], list[list[str]]]) -> frozenset[str]:
    """Words that say nothing of the subject, stemmed as the index stems."""
    return frozenset(word for words in stem(sorted(STOPPED)) for word in words)


def rank(
    query: Query, postings: Mapping[str, Posting], corpus: Corpus, tuning: Tuning = Tuning()
) -> "Scores":
    """A score for every fact; 0 where no word is shared."""
    import numpy as np

    def add_up(words: Sequence[str]) -> "Scores":
        scores = np.zeros(corpus.size, dtype=np.float32)
        for word in dict.fromkeys(words):
            if word in postings:
                scores[postings[word].rows] += postings[word].weights
        return scores

    said = set(query.text)
    scores = add_up(query.text)
    most, second = np.zeros_like(scores), np.zeros_like(scores)
    for option in query.options:
        asked = add_up([word for word in option if word not in said])
        second = np.maximum(second, np.minimum(most, asked))
        most = np.maximum(most, asked)
    scores += most + tuning.second_option * second
    if query.supposed:
        scores += tuning.supposed * add_up([word for word in query.supposed if word not in said])
    scores *= 1 + tuning.used_up * _used_up(query, postings, corpus)
    return scores + tuning.topic * _topic_share(scores, corpus, tuning)


def posting(rows: Any, counts: Any, corpus: Corpus, mean_length: float, tuning: Tuning = Tuning()) -> Posting:
    """BM25's weights of a word that stands `counts` times in the facts `rows`."""
    rarity = math.log((corpus.size - len(rows) + 0.5) / (len(rows) + 0.5) + 1)
    long = 1 - tuning.length + tuning.length * corpus.lengths[rows] / mean_length
    weights = rarity * counts * (tuning.saturation + 1) / (counts + tuning.saturation * long)
    return Posting(rows, weights.astype("float32"))


def best(scores: "Scores", count: int) -> list[int]:
    """The rows with the highest scores above 0, best first."""
    import numpy as np

    count = min(count, len(scores))
    if not count:
        return []
    top = np.argpartition(-scores, count - 1)[:count]
    ordered = top[np.argsort(-scores[top], kind="stable")]
    return [int(row) for row in ordered if scores[row] > 0]


def _used_up(query: Query, postings: Mapping[str, Posting], corpus: Corpus) -> "Scores":
    """The share of each fact's words that the question has."""
    import numpy as np

    counted = np.zeros(corpus.size, dtype=np.float32)
    for word in query.words() & postings.keys():
        counted[postings[word].rows] += 1
    share: Scores = counted / np.maximum(corpus.lengths, 1)
    return share


def _topic_share(scores: "Scores", corpus: Corpus, tuning: Tuning) -> "Scores":
    """How well each fact's topic does among the best facts, in the scores' own size."""
    import numpy as np

    rows = best(scores, tuning.topic_sample)
    if not rows:
        return np.zeros_like(scores)
    by_topic = np.bincount(
        corpus.topics[rows], weights=scores[rows] ** 2, minlength=int(corpus.topics.max()) + 1
    )
    share: Scores = (scores.max() / by_topic.max() * by_topic[corpus.topics] * (scores > 0)).astype(
        np.float32
    )
    return share
