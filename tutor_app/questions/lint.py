"""What a teacher may want to look at in a bank: clues to the key, unclear wording, reading level.

Pure. A finding is a remark, never a reason to refuse a question.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import comb, sqrt

from tutor_app.questions.duplicates import words
from tutor_app.questions.model import Bank, Question

_SURPRISE = 0.001  # a pattern in the keys that chance would show this rarely is named
_FEWEST_QUESTIONS = 8
_MUCH_LONGER = 1.6
_LONG = 25  # characters; below it nobody notices which option is longest
_STEM_RUN = 5  # words in a row
_FEWEST_WORDS = 15  # a reading level of less text means nothing
_LEVELS_ABOVE = 5

_CATCH_ALL = re.compile(
    r"^\W*(?:all|none|any|some|both|neither|two|most) of (?:the|these|those)\b"
    r"(?: (?:above|below|answers|options|choices|listed))?\W*$"
    r"|^\W*(?:both |neither )?\(?[a-e1-5]\)?,? (?:and|or|nor) \(?[a-e1-5]\)?(?: above| only)?\W*$",
    re.IGNORECASE,
)
_ASKS = re.compile(r"^\W*(?:which|who|all of|each of|what is not)\b|\bwhich of\b|\bexcept\b", re.IGNORECASE)
_SMALL_NEGATIVE = re.compile(
    r"\b(?:is|are|was|were|do|does|did|can|could|would|will|has|have|may|might|should)(?: (not)|(n['’]t))\b"
    r"|\b(cannot|except|never)\b"
    r"|\b(?:is|are|would be|statement) (false|incorrect|untrue|wrong)(?=[?:.]?$)"
)
_SENTENCE = re.compile(r"[^.?!:]+[.?!:]?")
_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_VOWELS = re.compile(r"[aeiouy]+")


@dataclass(frozen=True, slots=True)
class Finding:
    """A remark on one question (its number in the bank, from 1, and its id) or on the bank as a whole."""

    rule: str
    message: str
    number: int | None = None
    id: str = ""


def lint(bank: Bank) -> tuple[Finding, ...]:
    """All remarks: the bank's first, then question by question."""
    findings = [Finding(rule, message) for rule, message in _of_bank(bank.questions)]
    for number, question in enumerate(bank.questions, 1):
        for rule, check in _OF_A_QUESTION.items():
            findings.extend(Finding(rule, message, number, question.id) for message in check(question))
    return tuple(findings)


def reading_grade(text: str) -> float:
    """The school grade that reads such a text with ease (Flesch and Kincaid's formula)."""
    sentences = [part for part in re.split(r"[.?!;:\n]+", text) if _LETTERS.search(part)]
    found = _LETTERS.findall(text)
    if not found:
        return 0.0
    syllables = sum(map(_syllables, found))
    return 0.39 * len(found) / len(sentences) + 11.8 * syllables / len(found) - 15.59


def _of_bank(questions: Sequence[Question]) -> Iterator[tuple[str, str]]:
    keyed = [question for question in questions if question.answer is not None]
    if len(keyed) < _FEWEST_QUESTIONS:
        return
    longest = sum(_key_is_longest(question) for question in keyed)
    by_chance = sum(1 / len(question.choices) for question in keyed) / len(keyed)
    if _rarely(longest, len(keyed), by_chance):
        yield (
            "longest",
            f"The right answer is the longest choice in {longest} of {len(keyed)} questions; "
            "students notice. Lengthen wrong choices or shorten right ones.",
        )
    yield from _favourite_places(keyed)
    if run := _longest_run([question.answer for question in keyed]):
        yield ("run", f"{run} questions in a row have the same letter right. Mix their choices.")


def _favourite_places(keyed: Sequence[Question]) -> Iterator[tuple[str, str]]:
    for size, group in _by_size(keyed).items():
        for place, count in sorted(Counter(question.answer for question in group).items()):
            if len(group) >= _FEWEST_QUESTIONS and _rarely(count, len(group), 1 / size):
                letter = chr(65 + (place or 0))
                yield (
                    "letter",
                    f"{letter} is right in {count} of the {len(group)} questions with {size} choices, "
                    "too often to be chance. Mix the choices.",
                )


def _by_size(questions: Iterable[Question]) -> dict[int, list[Question]]:
    groups: dict[int, list[Question]] = {}
    for question in questions:
        groups.setdefault(len(question.choices), []).append(question)
    return groups


def _longest_run(places: Sequence[int | None]) -> int:
    """The longest run of one letter, if it is longer than shuffled keys would often show."""
    best = run = 1
    for before, here in pairwise(places):
        run = run + 1 if here == before else 1
        best = max(best, run)
    return best if best >= 6 and len(places) < 4 ** (best - 2) else 0


def _rarely(count: int, of: int, chance: float) -> bool:
    """At least so many would come by chance less often than we care about."""
    if of > 2000:  # the exact sum grows slow; the normal bound is as good by then
        return count > of * chance + 3.3 * sqrt(of * chance * (1 - chance))
    tail = sum(comb(of, k) * chance**k * (1 - chance) ** (of - k) for k in range(count, of + 1))
    return tail < _SURPRISE


def _key_is_longest(question: Question) -> bool:
    lengths = [len(choice) for choice in question.choices]
    key = lengths[question.answer or 0]
    return key == max(lengths) and lengths.count(key) == 1


def _much_longer_key(question: Question) -> Iterator[str]:
    if question.answer is None:
        return
    key = len(question.choices[question.answer])
    others = max(len(choice) for i, choice in enumerate(question.choices) if i != question.answer)
    if key >= _LONG and key > _MUCH_LONGER * others:
        yield "The right answer is much longer than every other choice."


def _same_choices(question: Question) -> Iterator[str]:
    seen: dict[str, int] = {}
    for place, choice in enumerate(question.choices):
        meaning = _meaning(choice)
        if meaning in seen:
            yield f"Choices {chr(65 + seen[meaning])} and {chr(65 + place)} say the same."
        seen.setdefault(meaning, place)


def _meaning(choice: str) -> str:
    """Same words in the same order, articles and plurals aside; signs and symbols count."""
    numbers = re.sub(r"(?<=\d),(?=\d{3}\b)|\.0+(?!\d)", "", unicodedata.normalize("NFKC", choice))
    bare = re.sub(r"(?<!\S)(?:a|an|the)(?= \w)|^(?:A|An|The)(?= [a-z])", " ", numbers)
    symbols = re.sub(r"[\w\s.,;:!?'\"’()-]", "", numbers) + _leading_minus(numbers)
    return f"{' '.join(re.sub(r'(?<=[a-z]{3})s$', '', word) for word in _plain_words(bare))}|{symbols}"


def _leading_minus(text: str) -> str:
    return "-" if re.match(r"\s*[-−–]\s*\d", text) else ""


def _catch_all(question: Question) -> Iterator[str]:
    for place, choice in enumerate(question.choices):
        if _CATCH_ALL.search(choice):
            yield (
                f"Choice {chr(65 + place)} is '{choice}'. "
                "Such a choice tests reading more than science, and cannot be shuffled."
            )


def _quiet_negative(question: Question) -> Iterator[str]:
    if question.is_open:
        return
    asking = [part.strip() for part in _SENTENCE.findall(question.text) if _ASKS.search(part.strip())]
    turning_point = re.split(r"\bthat\b|,? which (?=\w+n['’]t\b|\w+ not\b)", asking[-1] if asking else "")[0]
    if found := _SMALL_NEGATIVE.search(turning_point):
        word = next(group for group in found.groups() if group)
        yield (
            f"The question turns on the small word '{word}'. "
            "Write it in capitals, or ask the other way round."
        )


def _repeats_stem(question: Question) -> Iterator[str]:
    """One choice that echoes the question stands out; where most choices do, none does."""
    stem = f" {' '.join(_plain_words(question.text))} "
    shared = {}
    for place, choice in enumerate(question.choices):
        found = _plain_words(choice)
        runs = (" ".join(found[i : i + _STEM_RUN]) for i in range(len(found) - _STEM_RUN + 1))
        if run := next((run for run in runs if f" {run} " in stem and not re.search(r"\d", run)), None):
            shared[place] = run
    if len(shared) == 1:
        place, run = shared.popitem()
        yield f"Choice {chr(65 + place)} repeats the question: '{run}'."


def _shared_opening(question: Question) -> Iterator[str]:
    split = [choice.split() for choice in question.choices]
    if len(split) < 2:
        return
    opening = 0
    for column in zip(*split, strict=False):
        if len(set(column)) > 1:
            break
        opening += 1
    if opening >= 4:
        yield f"All choices begin with '{' '.join(split[0][:opening])}'. Move it into the question."


def _telling_hint(question: Question) -> Iterator[str]:
    key = words(question.key or "")
    hint = f" {' '.join(words(question.hint))} "
    told = f" {' '.join(key)} " in hint
    others = [words(c) for i, c in enumerate(question.choices) if i != question.answer]
    if key and told and not any(other and f" {' '.join(other)} " in hint for other in others):
        yield "The hint gives the answer away."


def _reading_level(question: Question) -> Iterator[str]:
    top = _top_grade(question.grade)
    if top is None or len(_LETTERS.findall(question.text)) < _FEWEST_WORDS:
        return
    level = reading_grade(question.text)
    if level > top + _LEVELS_ABOVE:
        yield f"It reads at the level of grade {level:.0f}; the question is for grade {question.grade}."


def _top_grade(grade: str) -> int | None:
    numbers = [int(number) for number in re.findall(r"\d{1,2}", grade)]
    return max(numbers) if numbers else None


def _plain_words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _syllables(word: str) -> int:
    lower = word.casefold()
    count = len(_VOWELS.findall(lower))
    if lower.endswith("e") and not lower.endswith(("le", "ee", "ye")) and count > 1:
        count -= 1
    return max(1, count)


_OF_A_QUESTION: dict[str, Callable[[Question], Iterator[str]]] = {
    "longer-key": _much_longer_key,
    "same-choices": _same_choices,
    "catch-all": _catch_all,
    "negative": _quiet_negative,
    "repeats-stem": _repeats_stem,
    "shared-opening": _shared_opening,
    "hint-tells": _telling_hint,
    "reading-level": _reading_level,
}
RULES = ("longest", "letter", "run", *_OF_A_QUESTION)
