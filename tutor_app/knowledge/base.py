"""The fact base: what the tutor may build an explanation from."""

import math
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from tutor_app.knowledge import asked, meaning, ranking
from tutor_app.knowledge.facts import Fact, Source, fact_id, sources
from tutor_app.knowledge.flags import Flags
from tutor_app.knowledge.index import Words, name_of, open_index, searchable
from tutor_app.knowledge.likelihood import AnsweringFact, ExplainingFact, agreements, shared
from tutor_app.knowledge.ranking import Corpus, Posting, Query
from tutor_app.knowledge.typed import Spelling, in_words_of_facts, is_everyday
from tutor_app.knowledge.weigher import BESIDE, Fit, Support, joined, shipped_weigher
from tutor_app.questions.model import Question

_LONGEST_TEXT = 8_000
_MOST_WORDS = 60
WEIGHED = 12  # facts a search finds that are read, one by one, beside an answer
_FIELDS = "text, subject, topic, source"


class FactBase:
    """All facts there are, from the files of `facts.sources` or given ones. Several threads may share one.

    What the user flagged is left out; without `flags` it is used like the rest.
    """

    def __init__(
        self, files: Sequence[Source] | None = None, meanings: bool = True, flags: bool = True
    ) -> None:
        self._lock = threading.RLock()
        files = sources() if files is None else files
        self._db = open_index(files)
        self._name = name_of([source for source in files if source.kind != "bank"])
        self._words = Words()
        self._flags = Flags(heeded=flags)
        self._corpus = self._read_corpus()
        self._mean_length = float(self._corpus.lengths.mean()) if len(self) else 1.0
        self._stopped = ranking.stop_words(self._words.of)
        self._posting = lru_cache(4096)(self._read_posting)
        self._spelling = Spelling(self._texts)
        self._meant = lru_cache(64)(self._read_as_meant)  # the stages of an explanation ask the same
        self._meanings = self._shipped_meanings() if meanings else None
        self._weigher = shipped_weigher() if meanings else None

    def close(self) -> None:
        """Let go of the index."""
        with self._lock:
            self._db.close()
        if self._meanings is not None:
            self._meanings.stop()

    def __len__(self) -> int:
        return self._corpus.size

    @property
    def name(self) -> str:
        """Names the shipped facts and the notes; those of banks belong to their own questions.

        While some facts, of whatever kind, are not yet found by meaning the name is another: other ones may
        be chosen later.
        """
        partly = self._meanings is not None and not self._meanings.complete
        return f"{self._name} in part" if partly else self._name

    def candidates(self, question: Question, k: int = 20, supposed: str | None = None) -> list[Fact]:
        """The k facts likeliest to explain the question, best first; a supposed answer's words weigh more."""
        with self._lock:
            query = self._query(question, supposed)
            postings = {word: found for word in query.words() if (found := self._posting(word))}
            wanted = k + len(self._flags)
            rows = ranking.best(ranking.rank(query, postings, self._corpus), wanted)
            if self._meanings is not None:
                rows = self._meanings.join(question, rows, wanted, supposed)
            return self._unflagged(self._facts(rows))[:k]

    def fits(self, question: Question, supposed: str) -> list[Fit]:
        """What may explain the supposed answer, likeliest first; without a weigher the search decides.

        Where nothing is supposed and there are no choices: what may answer the question. Of the question's
        own facts its author says that they do.
        """
        if question.is_open:
            question = replace(question, text=self._meant(question.text))
        with self._lock:
            own = self._unflagged([fact for text in question.facts if (fact := self.get(fact_id(text)))])
            found = self.candidates(question, WEIGHED, supposed or None)
        facts = [fact for fact in found if fact not in own]
        scores = [each.likelihood for each in self._seen(question, supposed, facts)]
        scores = scores or [1 / (2 + place) for place in range(len(facts))]
        fits = [Fit(fact, score) for fact, score in zip(facts, scores, strict=True)]
        return [Fit(fact, 1.0) for fact in own] + sorted(fits, key=lambda fit: -fit.score)

    def explaining(self, asked: str, facts: Sequence[Fact]) -> list[ExplainingFact]:
        """What is seen of facts, in the search's order, beside a question with its answer."""
        if self._weigher is None:
            raise ValueError("there is no weigher")
        with self._lock:
            said = self._words.of([fact.text for fact in facts])
        agreeing = agreements([self._telling(words) for words in said])
        readings = self._weigher.explains([(asked, fact.text) for fact in facts])
        each = zip(readings, range(len(facts)), agreeing, strict=True)
        return [ExplainingFact(*seen) for seen in each]

    def answering(self, text: str, facts: Sequence[Fact]) -> list[AnsweringFact]:
        """What is seen of facts, in the search's order, beside a question without choices."""
        if self._meanings is None:
            raise ValueError("there is no encoder")
        with self._lock:
            first, *said = self._words.of([text[:_LONGEST_TEXT], *(fact.text for fact in facts)])
            wanted = self._telling(first)
            rarity = {word: self._rarity(word) for word in wanted}
            nearness = self._meanings.nearness(text, self._rows(facts))
        telling = [self._telling(words) for words in said]
        agreeing = agreements(telling)
        seen = []
        for place, (fact, words, told) in enumerate(zip(facts, said, telling, strict=True)):
            named = asked.subject_of(words) in wanted
            form, part = asked.in_form(text, fact.text, named), shared(wanted, told, rarity)
            seen.append(AnsweringFact(nearness[place], place, part, named, form, len(told), agreeing[place]))
        return seen

    def support(self, question: Question) -> tuple[Support, ...]:
        """What the facts nearest to the question with each option say for it; empty without an encoder."""
        if self._meanings is None:
            return ()
        with self._lock:
            withdrawn = self._rows(self.flagged())
        beside = self._meanings.beside(question, BESIDE, withdrawn)
        if self._weigher is None or not beside:
            return tuple(Support(near.nearness) for near in beside)
        with self._lock:
            texts = [joined([fact.text for fact in self._facts(near.rows)]) for near in beside]
        pairs = list(zip(meaning.queries(question, None), texts, strict=bool(texts)))
        weights = self._weigher.supports(pairs)
        return tuple(Support(near.nearness, weight) for near, weight in zip(beside, weights, strict=True))

    def knows(self, asked: str) -> bool:
        """Whether any fact is near what is asked; without an encoder nobody can tell."""
        return self._meanings is None or self._meanings.knows(self._meant(asked))

    def search(self, text: str, count: int = 20) -> list[Fact]:
        """Facts with any of the words a person typed, the best by BM25 first."""
        typed = re.findall(r"\w+", searchable(text[:_LONGEST_TEXT]))
        words = [word for word in dict.fromkeys(typed) if word.casefold() not in ranking.STOPPED] or typed
        match = " OR ".join(f'"{word}"' for word in words[:_MOST_WORDS])
        if not match:
            return []
        with self._lock:
            found = self._db.execute(
                "SELECT rowid FROM search WHERE search MATCH ? ORDER BY bm25(search) LIMIT ?",
                (match, count + len(self._flags)),
            )
            return self._unflagged(self._facts([row for (row,) in found]))[:count]

    def get(self, fact_id: int) -> Fact | None:
        """The fact of that id, flagged or not."""
        if not abs(fact_id) < 1 << 63:  # more than the index can hold
            return None
        with self._lock:
            found = self._db.execute(f"SELECT {_FIELDS} FROM fact WHERE id = ?", (fact_id,)).fetchone()
        return Fact(*found) if found else None

    def all(self) -> list[Fact]:
        """Every fact, in the order of the sources."""
        with self._lock:
            found = self._db.execute(f"SELECT {_FIELDS} FROM fact ORDER BY row").fetchall()
        return [Fact(*row) for row in found]

    def flag(self, fact: Fact) -> None:
        """Never use this fact again: somebody found it wrong."""
        with self._lock:
            self._flags.add(fact)

    def unflag(self, fact_id: int) -> bool:
        """Use a flagged fact again; False when it was not flagged."""
        with self._lock:
            return self._flags.remove(fact_id)

    def flagged(self) -> list[Fact]:
        """The facts that are not used."""
        return self._flags.facts()

    def _seen(
        self, question: Question, supposed: str, facts: Sequence[Fact]
    ) -> Sequence[AnsweringFact | ExplainingFact]:
        """What is seen of the facts beside this question; nothing where nothing can be."""
        if not facts:
            return ()
        if question.is_open and not supposed and self._meanings is not None and self._meanings.ready:
            return self.answering(question.text, facts)
        if self._weigher is not None:
            return self.explaining(meaning.query(question.text, supposed), facts)
        return ()

    def _read_as_meant(self, typed: str) -> str:
        """What a pupil meant who typed this."""
        with self._lock:
            return in_words_of_facts(self._spelling.mended(typed[:_LONGEST_TEXT], self._is_known))

    def _texts(self) -> Iterator[str]:
        return (text for (text,) in self._db.execute("SELECT text FROM fact"))

    def _is_known(self, word: str) -> bool:
        return is_everyday(word) or any(self._posting(stem) is not None for stem in self._words.of([word])[0])

    def _telling(self, words: Sequence[str]) -> set[str]:
        return {word for word in words if word not in self._stopped}

    def _rarity(self, word: str) -> float:
        found = self._posting(word)
        return math.log(1 + self._corpus.size / (1 + (0 if found is None else len(found.rows))))

    def _rows(self, facts: Sequence[Fact]) -> list[int]:
        one = "SELECT row FROM fact WHERE id = ?"
        return [row for fact in facts for (row,) in self._db.execute(one, (fact.id,))]

    def _query(self, question: Question, supposed: str | None) -> Query:
        parts = [question.text, *question.choices, supposed or ""]
        text, *options, answer = (
            tuple(word for word in dict.fromkeys(words) if word not in self._stopped)
            for words in self._words.of([part[:_LONGEST_TEXT] for part in parts])
        )
        return Query(text, options, answer)

    def _facts(self, rows: Sequence[int]) -> list[Fact]:
        one = f"SELECT {_FIELDS} FROM fact WHERE row = ?"
        return [Fact(*self._db.execute(one, (row,)).fetchone()) for row in rows]

    def _unflagged(self, facts: list[Fact]) -> list[Fact]:
        return [fact for fact in facts if fact.id not in self._flags]

    def _shipped_meanings(self) -> meaning.Meanings | None:
        folder = meaning.encoder_folder()
        if not (folder / "model.bin").is_file():
            return None
        meanings = meaning.Meanings(folder, self.all())
        meanings.start()
        return meanings

    def _read_corpus(self) -> Corpus:
        import numpy as np

        found = self._db.execute("SELECT words, topic FROM fact ORDER BY row").fetchall()
        numbers: dict[str, int] = {}
        topics = [numbers.setdefault(topic, len(numbers)) for _, topic in found]
        return Corpus(np.array([words for words, _ in found], np.float32), np.array(topics, np.int32))

    def _read_posting(self, word: str) -> Posting | None:
        import numpy as np

        found = self._db.execute("SELECT rows, counts FROM postings WHERE word = ?", (word,)).fetchone()
        if found is None:
            return None
        rows, counts = np.frombuffer(found[0], np.int32), np.frombuffer(found[1], np.uint8)
        return ranking.posting(rows, counts.astype(np.float32), self._corpus, self._mean_length)
