"""What a student may show: no loops, no rambling, no option letters, no step for a wrong option."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

MOST_STEP_WORDS = 60
MOST_STEP_CHARACTERS = 400
_FEWEST_STEP_WORDS = 3
_PHRASE, _SENTENCE = 4, 8  # words; so long a phrase said three times, or so long a run said twice, is a loop

_WORD = re.compile(r"[^\W_]+(?:['’.,/][^\W_]+)*")
_LETTERED = re.compile(
    r"\(\s*[A-Ha-h]\s*\)|^\s*[A-Ha-h]\s*[).:]\s|\b(?i:option|choice|answer)s?\s+(?:is\s+)?\(?[A-H]\b(?!\w)",
)
_CONTROL_MARK = re.compile(r"<\|.*?\|>|</?s>|<unk>|<pad>|�")
_STUTTER = re.compile(r"([^\W\d_]{2,4})\1\1", re.IGNORECASE)  # `unununsaturated`
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_ASKING = frozenset(("what", "which", "who", "whose", "whom"))
_CLOSED = re.compile(r"[.!?…][\"'”’)\]]*$")
_WAY_IS_TO_A = re.compile(r"\b(?i:way|method)\b[^.]*\b(?:is|was) to (?:an?|the)\b")  # a verb is missing
_OF_MOST = re.compile(r"\b(?i:majority of|most of|most \w+(?<!ou)s)\b")  # `most plants`, not `most serious`
_LAST_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_REASONS = frozenset(("so", "because", "therefore"))
_NEGATED = re.compile(r"\b(?i:not|except|least|never|cannot|unlikely)\b|n['’]t\b")
_STOPPED = (
    "a an the of in on to is are was were be been being it its they their them this that these those he his "
    "she her we you and or but so not no for with by from at as into than then there which who what when "
    "where why how can will would does do did has have had if because"
)
_STOPWORDS = frozenset(_STOPPED.split())


def words(text: str) -> list[str]:
    """The words and numbers of a text, lower case."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).lower())


def content_words(text: str) -> list[str]:
    """The words that carry meaning, cut to their stems; all words where none does (`to it`)."""
    every = words(text)
    return [_stem(word) for word in every if word not in _STOPWORDS] or every


def overlap(one: str, other: str) -> float:
    """How much two sentences say the same: twice the shared content words over all of theirs, 0 to 1."""
    first, second = set(content_words(one)), set(content_words(other))
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


def looping(text: str) -> bool:
    """The text goes round in circles: says something again and again, or twice right after itself."""
    said = words(text)
    if _most_said(said, _PHRASE) >= 3 or _most_said(said, _SENTENCE) >= 2:
        return True
    starts = range(len(said))
    if any(said[i : i + n] == said[i + n : i + 2 * n] for n in (2, 3, 4, 5, 6) for i in starts[: 1 - 2 * n]):
        return True
    return any(said[i] == said[i + 1] == said[i + 2] for i in starts[:-2])


def _most_said(said: Sequence[str], length: int) -> int:
    phrases = Counter(tuple(said[i : i + length]) for i in range(len(said) - length + 1))
    return max(phrases.values(), default=0)


def rambling(text: str) -> bool:
    """Longer than a step may be."""
    return len(text) > MOST_STEP_CHARACTERS or len(words(text)) > MOST_STEP_WORDS


def well_formed(step: str) -> bool:
    """One whole sentence in plain words, as a teacher would let stand."""
    return (
        len(words(step)) >= _FEWEST_STEP_WORDS
        and not step[0].islower()
        and (step[0].isalnum() or step[0] in "\"'“‘([−-")
        and bool(_CLOSED.search(step))
        and _balanced(step)
        and not _CONTROL_MARK.search(step)
        and not _STUTTER.search(step)
        and not _WAY_IS_TO_A.search(step)
    )


def shows_letters(step: str) -> bool:
    """Speaks of options by letter, which the reader's screen may order otherwise."""
    return bool(_LETTERED.search(step))


def names(text: str, option: str) -> bool:
    """All content words of the option are in the text."""
    said = set(content_words(text))
    return all(word in said for word in content_words(option))


def hints_at(text: str, option: str, share: float = 0.5) -> bool:
    """At least this share of the option's content words is in the text."""
    said, wanted = set(content_words(text)), content_words(option)
    return sum(word in said for word in wanted) >= share * len(wanted)


def for_a_wrong_option(step: str, choices: Sequence[str], supposed: str) -> bool:
    """The step names another option and not the supposed answer: better left out than false."""
    if not supposed or hints_at(step, supposed):
        return False
    return any(names(step, choice) for choice in choices if choice != supposed)


def says_twice(step: str) -> bool:
    """`It is a toaster, so it is a toaster`: a phrase of two words said twice, or a word three times."""
    said = words(step)
    phrases = Counter((one, two) for one, two in pairwise(said) if two not in _STOPWORDS)
    once_more = Counter(word for word in said if word not in _STOPWORDS)
    return max(phrases.values(), default=0) >= 2 or max(once_more.values(), default=0) >= 3


def of_other_options(step: str, choices: Sequence[str], supposed: str, known: str) -> bool:
    """Names another option or uses a word only it has: a small student confuses what it says of them."""
    wrong = [choice for choice in choices if choice != supposed]
    if any(names(step, choice) and not names(supposed, choice) for choice in wrong):
        return True
    others = {word for choice in wrong for word in content_words(choice)}
    return not others.isdisjoint(set(content_words(step)) - set(content_words(f"{known} {supposed}")))


def invented(step: str, known: str) -> bool:
    """More than a quarter of its content words stand neither in the question nor in the facts."""
    said, given = content_words(step), set(content_words(known))
    return 4 * sum(word not in given for word in said) > len(said)


def circular(step: str, facts: Sequence[str], known: str) -> bool:
    """`It is heavy, so it is heavy`: gives a reason and, of the words that only the facts have, none."""
    if _REASONS.isdisjoint(words(step)[1:]):  # as a first word it only leads to the answer
        return False
    added = set(content_words(" ".join(facts))) - set(content_words(known))
    return bool(added) and added.isdisjoint(content_words(step))


def negated(question: str) -> bool:
    """A small student loses the question's `not`, and says the opposite of what is true."""
    return bool(_NEGATED.search(question))


def asks_again(step: str, question: str) -> bool:
    """`They can have many of what: bonds`: the question repeated with the answer behind it is no sentence."""
    said, asked = (
        {pair for pair in pairwise(words(text)) if not _ASKING.isdisjoint(pair)} for text in (step, question)
    )
    return not said.isdisjoint(asked)


def calculates(step: str) -> bool:
    """Two numbers in a step are put together, and small students cannot reckon."""
    return len(set(_NUMBER.findall(step))) > 1


def loses_a_quantity(step: str, question: str) -> bool:
    """Asked about most of a kind, the step speaks of all."""
    asked = _LAST_SENTENCE.split(question.strip())[-1]
    return bool(_OF_MOST.search(asked)) and {"most", "majority"}.isdisjoint(words(step))


def applies(step: str, question: str, facts: Sequence[str], choices: Sequence[str], supposed: str) -> bool:
    """A step that applies given facts leads to the supposed answer and brings in nothing of its own."""
    asked, known = f"{question} {supposed}", " ".join((question, *facts))
    if negated(question) or asks_again(step, question) or calculates(step):
        return False
    if loses_a_quantity(step, question) or circular(step, facts, asked):
        return False
    if supposed and (not hints_at(step, supposed, 0.66) or of_other_options(step, choices, supposed, known)):
        return False
    return not says_twice(step) and not invented(step, f"{known} {supposed}")


def fit_to_show(step: str, so_far: Sequence[str], choices: Sequence[str] = (), supposed: str = "") -> bool:
    """A written step may be shown after the steps so far."""
    return not (
        not step
        or rambling(step)
        or looping(step)
        or not well_formed(step)
        or shows_letters(step)
        or any(overlap(step, earlier) > 0.85 for earlier in so_far)
        or for_a_wrong_option(step, choices, supposed)
    )


def _balanced(text: str) -> bool:
    pairs = (("(", ")"), ("[", "]"), ("“", "”"))
    return all(text.count(a) == text.count(b) for a, b in pairs) and text.count('"') % 2 == 0


def _stem(word: str) -> str:
    """A light stem: plural and verb endings off, so that `attracts` names `attract`."""
    for ending in ("ing", "ies", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            return word[: -len(ending)]
    return word[:-1] if word.endswith(("e", "y")) and len(word) > 3 else word
