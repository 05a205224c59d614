"""Phrases of facts that may answer a question asked without choices: what people wrote, not a student."""

import re
from collections.abc import Iterator, Mapping, Sequence

from tutor_app.knowledge.ranking import STOPPED
from tutor_app.knowledge.weigher import Fit
from tutor_app.students.guard import content_words

_LONGEST = 3  # words
_LONGER_SAYS_MORE = 0.3  # what each further word adds to a phrase's worth
_REPLY_WORDS = 6  # a reply of more words is a sentence and no short answer
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_ALSO_EMPTY = (
    "called known many much kind type made make makes used use uses form forms like helps help cause causes "
    "contain contains part parts found"
)
_EMPTY = STOPPED | frozenset(_ALSO_EMPTY.split())


def phrases(asked: str, fits: Sequence[Fit], most: int) -> list[str]:
    """Phrases that many likely facts share and the question does not have, the best first."""
    said = set(content_words(asked))
    worth: dict[str, float] = {}
    forms: dict[str, str] = {}
    for fit in fits:
        found = {stem: form for stem, form in _phrases_of(fit.fact.text) if said.isdisjoint(stem.split())}
        for stem, form in found.items():
            worth[stem] = worth.get(stem, 0.0) + fit.score * (1 + _LONGER_SAYS_MORE * stem.count(" "))
            forms.setdefault(stem, form)
    kept: list[str] = []
    for stem in sorted(worth, key=lambda stem: -worth[stem]):
        if len(kept) == most:
            break
        if not any(_says_the_same(stem, other, worth) for other in kept):
            kept.append(stem)
    return [forms[stem] for stem in kept]


def short_answer(reply: str, asked: str) -> bool:
    """A written reply is a short answer, and not the question said again."""
    said, own = set(content_words(asked)), content_words(reply)
    return len(_WORD.findall(reply)) <= _REPLY_WORDS and 2 * sum(word in said for word in own) <= len(own)


def _phrases_of(fact: str) -> Iterator[tuple[str, str]]:
    """Each run of up to three words that begins and ends with a word that says something: stems, form."""
    words = _WORD.findall(fact)
    for length in range(1, _LONGEST + 1):
        for start in range(len(words) - length + 1):
            run = words[start : start + length]
            if run[0].casefold() not in _EMPTY and run[-1].casefold() not in _EMPTY:
                yield " ".join(content_words(word)[0] for word in run), " ".join(run)


def _says_the_same(stem: str, kept: str, worth: Mapping[str, float]) -> bool:
    """Part of a phrase that is kept and worth no more, or longer than one that is and worth much less."""
    if f" {stem} " in f" {kept} ":
        return worth[kept] >= 0.99 * worth[stem]
    return f" {kept} " in f" {stem} " and worth[kept] >= 1.3 * worth[stem]
