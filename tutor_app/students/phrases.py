"""Phrases of facts that may answer a question asked without choices: what people wrote, not a student."""

import re
from collections.abc import Iterator, Mapping, Sequence

from tutor_app.knowledge.ranking import STOPPED
from tutor_app.knowledge.weigher import Fit
from tutor_app.students.guard import content_words

_LONGEST = 3  # words
_LONGER_SAYS_MORE = 0.3  # what each further word adds to a phrase's worth
_REPLY_WORDS = 6  # a reply of more words is a sentence and no short answer
_WORD = re.compile(r"[^\W_]+(?:['’.,/-][^\W_]+)*")
_BREAK = re.compile(r"[;:()!?]|[.,](?!\d)")  # no phrase goes across
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
        for stem, run in {_stem(run): run for run in _runs(fit.fact.text)}.items():
            if not any(said.issuperset(content_words(word)) for word in run):
                worth[stem] = worth.get(stem, 0.0) + fit.score * (1 + _LONGER_SAYS_MORE * (len(run) - 1))
                forms.setdefault(stem, " ".join(run))
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
    return 0 < len(_WORD.findall(reply)) <= _REPLY_WORDS and 2 * sum(word in said for word in own) <= len(own)


def _runs(fact: str) -> Iterator[tuple[str, ...]]:
    """Each run of up to three words that begins and ends with a word that says something."""
    for part in _BREAK.split(fact):
        words = _WORD.findall(part)
        for length in range(1, _LONGEST + 1):
            for start in range(len(words) - length + 1):
                run = tuple(words[start : start + length])
                if run[0].casefold() not in _EMPTY and run[-1].casefold() not in _EMPTY and _stem(run):
                    yield run


def _stem(run: Sequence[str]) -> str:
    return " ".join(stem for word in run for stem in content_words(word))


def _says_the_same(stem: str, kept: str, worth: Mapping[str, float]) -> bool:
    """Part of a phrase that is kept, or longer than one that is and worth much less."""
    return f" {stem} " in f" {kept} " or (f" {kept} " in f" {stem} " and worth[kept] >= 1.3 * worth[stem])
