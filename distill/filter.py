"""Keep the rationales a student should learn from, and say of every other why it was dropped."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from distill.corpus import Item, line_of, read_items, write_items
from distill.judging import PackageJudge
from distill.recipe import Filter
from distill.shaping import shaped
from distill.stages import Work
from tutor_app.errors import UserError
from tutor_app.files import write_atomically
from tutor_app.questions.duplicates import likeness
from tutor_app.students import guard

Judge = Callable[[Sequence[Item]], list[tuple[float, ...]]]
"""The probability an answer student gives each choice, for each row, when it has read the rationale."""

EXAMPLES = 3
SAME_LINE = 0.95  # lines that share so much of their words say the same
_NOT = re.compile(r"\b(?:not|never|no|cannot|can't|don't|doesn't|isn't|aren't|won't)\b\s*", re.IGNORECASE)
_CONCLUSION = re.compile(
    r"\b(?:so|therefore|thus|hence)\b.*\b(?:the (?:right |correct |best )?answer|it must be|it is)\b", re.I
)
_WORD = re.compile(r"[^\W_]+")
_RANGE = re.compile(r"(\d\s?[^\W\d_]{0,3}|\d\s?°[CF]?)\s*(?:\bto\b|[-−–])\s*(?=\d)")  # 2-5, 5 m to 10 m
_SIGN = re.compile(r"(?<![^\W\d_])[-−–](?=\s*\d)|[<>≤≥]")  # the dash of carbon-14 is none


@dataclass(frozen=True, slots=True)
class Verdict:
    """A row and why it was dropped; an empty reason keeps it."""

    item: Item
    reason: str = ""


def filter_rationales(work: Work) -> None:
    """The filter stage: write `kept.jsonl`, `dropped.jsonl` and `report.json`."""
    rows = list(read_items(work.earlier["rationales"] / "rationales.jsonl"))
    settings = work.recipe.filter
    judge = PackageJudge(work.folders.place(settings.judge)) if settings.judge else None
    verdicts = judged(rows, settings, judge)
    kept = [verdict.item for verdict in verdicts if not verdict.reason]
    dropped = [verdict for verdict in verdicts if verdict.reason]
    if not kept:
        raise UserError("No rationale is left after the filter: see [teachers] and [filter] in the recipe.")
    write_items(work.folder / "kept.jsonl", kept)
    lines = [json.dumps({"reason": each.reason, **json.loads(line_of(each.item))}) for each in dropped]
    write_atomically(work.folder / "dropped.jsonl", "".join(f"{line}\n" for line in lines), 0o644)
    report = summary(verdicts)
    write_atomically(work.folder / "report.json", json.dumps(report, indent=1, ensure_ascii=False), 0o644)
    reasons = Counter(verdict.reason for verdict in dropped)
    told = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common()) or "none"
    work.say(f"{len(kept)} rationales kept, {len(dropped)} dropped ({told})")


def judged(rows: Sequence[Item], settings: Filter, judge: Judge | None = None) -> list[Verdict]:
    """Every row with its verdict, in order."""
    verdicts = [Verdict(row, fault(row, settings)) for row in map(_shaped, rows)]
    verdicts = _without_repeats(verdicts)
    chances: dict[int, float] = {}
    if judge:
        verdicts, chances = _convincing(verdicts, judge)
    return _best(verdicts, settings.best_of, chances) if settings.best_of else verdicts


def _shaped(row: Item) -> Item:
    return replace(row, facts=shaped(row.facts), steps=shaped(row.steps))


def fault(row: Item, settings: Filter) -> str:
    """What is wrong with a rationale by itself; empty when nothing is."""
    return next(filter(None, _faults(row, settings)), "")


def _faults(row: Item, settings: Filter) -> Iterator[str]:
    lines = row.rationale
    words = [len(line.split()) for line in lines]
    yield "" if lines else "empty"
    yield "cut off" if row.finish == "length" else ""
    yield "refused by the teacher" if row.finish == "refused" else ""
    yield "another answer" if row.claimed and not _same(row.claimed, row.key) else ""
    yield "too many lines" if _too_many(row, settings) else ""
    yield "too long" if sum(words) > settings.most_words or max(words) > settings.most_words_a_line else ""
    yield "option letter" if any(map(guard.shows_letters, lines)) else ""
    yield "broken sentence" if not all(map(guard.well_formed, lines)) else ""
    yield "contradiction" if _contradicts(lines) else ""
    yield "loop" if _loops(lines) else ""
    yield "another answer" if _concludes_otherwise(row) else ""


def _too_many(row: Item, settings: Filter) -> bool:
    return len(row.facts) > settings.most_facts or len(row.steps) > settings.most_steps


def _same(claimed: str, key: str) -> bool:
    claimed, key = (_RANGE.sub(r"\1 - ", text) for text in (claimed, key))
    if _signs(claimed) != _signs(key):
        return False
    return _words(claimed) == _words(key) or likeness(claimed, key) >= 0.7


def _signs(text: str) -> list[str]:
    """What makes other numbers of the same digits: -5, < 7."""
    return ["-" if sign in "−–" else sign for sign in _SIGN.findall(text)]


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _loops(lines: Sequence[str]) -> bool:
    """A line goes round in circles, or two lines say the same."""
    said_twice = any(guard.overlap(one, other) > SAME_LINE for one, other in combinations(lines, 2))
    return said_twice or any(map(guard.looping, lines))


def _contradicts(lines: Sequence[str]) -> bool:
    """One line says what another denies, in the same words."""
    said = {tuple(_words(line)) for line in lines if not _NOT.search(line)}
    return any(tuple(_words(_NOT.sub("", line))) in said for line in lines if _NOT.search(line))


def _concludes_otherwise(row: Item) -> bool:
    """The last line concludes with another choice and never says the key."""
    if not row.steps or not row.choices or not _CONCLUSION.search(row.steps[-1]):
        return False
    last = f" {' '.join(_words(row.steps[-1]))} "
    said = [choice for choice in row.choices if f" {' '.join(_words(choice))} " in last]
    return bool(said) and row.key not in said


def _without_repeats(verdicts: Sequence[Verdict]) -> list[Verdict]:
    seen: set[tuple[str, tuple[str, ...]]] = set()
    found = []
    for verdict in verdicts:
        mark = (verdict.item.id, tuple(_words(" ".join(verdict.item.rationale))))
        again = not verdict.reason and mark in seen
        seen.add(mark)
        found.append(replace(verdict, reason="said before") if again else verdict)
    return found


def _convincing(verdicts: list[Verdict], judge: Judge) -> tuple[list[Verdict], dict[int, float]]:
    """Drop what does not lead the answer student to the key."""
    asked = [
        i for i, verdict in enumerate(verdicts) if not verdict.reason and verdict.item.answer is not None
    ]
    chances: dict[int, float] = {}
    for i, probabilities in zip(asked, judge([verdicts[i].item for i in asked]), strict=True):
        key = verdicts[i].item.answer
        assert key is not None
        chances[i] = probabilities[key]
        if probabilities[key] < max(probabilities):
            verdicts[i] = replace(verdicts[i], reason="does not lead to the key")
    return verdicts, chances


def _best(verdicts: Sequence[Verdict], most: int, chances: dict[int, float]) -> list[Verdict]:
    """At most `most` a question: the most convincing, then those with facts and steps, then the shortest."""
    by_question: defaultdict[str, list[int]] = defaultdict(list)
    for i, verdict in enumerate(verdicts):
        if not verdict.reason:
            by_question[verdict.item.id].append(i)

    def rank(i: int) -> tuple[float, bool, int, int]:
        row = verdicts[i].item
        whole = bool(row.facts) and bool(row.steps)
        return (-chances.get(i, 0.0), not whole, len(" ".join(row.rationale)), i)

    worse = {i for group in by_question.values() for i in sorted(group, key=rank)[most:]}
    reasons = ["others are better" if i in worse else each.reason for i, each in enumerate(verdicts)]
    return [replace(each, reason=reason) for each, reason in zip(verdicts, reasons, strict=True)]


def summary(verdicts: Iterable[Verdict]) -> dict[str, object]:
    """Counts by teacher and by reason, with examples."""
    teachers: defaultdict[str, Counter[str]] = defaultdict(Counter)
    examples: defaultdict[str, list[str]] = defaultdict(list)
    for verdict in verdicts:
        teachers[verdict.item.teacher][verdict.reason or "kept"] += 1
        if verdict.reason and len(examples[verdict.reason]) < EXAMPLES:
            examples[verdict.reason].append(f"{verdict.item.id}: {' '.join(verdict.item.rationale)[:200]}")
    return {"teachers": {name: dict(counts) for name, counts in teachers.items()}, "examples": dict(examples)}
