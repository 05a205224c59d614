"""The corpus: what is learnt from and what is measured on, with nothing in both."""

import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from statistics import fmean

from distill.corpus import Item, write_items
from distill.folders import Folders
from distill.recipe import Recipe, Source
from distill.sources import Dropped, read_source
from distill.stages import Work
from tutor_app.errors import UserError
from tutor_app.files import write_atomically
from tutor_app.questions.duplicates import Repeat, near_matches, near_repeats

SAME_SET = 0.9
"""An evaluation set of which this share stands in the training questions is in there on purpose."""


def gather_corpus(work: Work) -> None:
    """The corpus stage: write `train.jsonl`, `repeats.jsonl`, `dev/SOURCE.jsonl` and `report.json`."""
    recipe = work.recipe
    _refuse_shared_files(recipe, work.folders)
    dropped = {source.name: Dropped() for source in recipe.sources}
    items = {source.name: _usable(source, work, dropped[source.name]) for source in recipe.sources}
    dev = {source.name: items[source.name] for source in recipe.named("dev")}
    train = [item for source in recipe.named("train") for item in items[source.name]]
    train = _without_evaluation_questions(train, dev, recipe.corpus.near, dropped)
    train, repeats = _without_repeats(train, recipe.corpus.near, dropped)
    if not train:
        raise UserError("No training question is left: each one has no key or is an evaluation question.")
    _refuse_nothing_to_fit(recipe, dev)
    write_items(work.folder / "train.jsonl", train)
    write_items(work.folder / "repeats.jsonl", repeats)
    for name, questions in dev.items():
        write_items(work.folder / "dev" / f"{name}.jsonl", questions)
    report = _report(recipe, train, dev, dropped)
    write_atomically(work.folder / "report.json", json.dumps(report, indent=1, ensure_ascii=False), 0o644)
    lost = sum(sum(each.counts.values()) for each in dropped.values())
    measured = sum(map(len, dev.values()))
    work.say(f"{len(train)} questions to learn from, {measured} to measure on, {lost} left out")


def _usable(source: Source, work: Work, dropped: Dropped) -> list[Item]:
    found, left_out = read_source(source, work.folders)
    for reason in left_out:
        dropped.add("not readable", reason)
    kept = []
    for item in found:
        if not item.key:
            dropped.add("no key", item.question)
        elif len(item.question.split()) > work.recipe.corpus.most_words:
            dropped.add("too long", item.question[:200])
        else:
            kept.append(item)
    if 0 < source.limit < len(kept):
        chance = random.Random(f"{work.recipe.run.seed} {source.name}")
        kept = [kept[i] for i in sorted(chance.sample(range(len(kept)), source.limit))]
    return kept


def _refuse_shared_files(recipe: Recipe, folders: Folders) -> None:
    places: dict[Path, Source] = {}
    for source in recipe.sources:
        for path in (path for pattern in source.files for path in folders.files(pattern)):
            other = places.setdefault(path.resolve(), source)
            if other.role != source.role:
                raise UserError(
                    f"{path} is learnt from and measured on: the sources {other.name!r} and {source.name!r} "
                    "both name it. Take it out of one of them."
                )


def _refuse_nothing_to_fit(recipe: Recipe, dev: Mapping[str, Sequence[Item]]) -> None:
    """How sure answers sound is fitted on questions with choices: told now, not after the training."""
    for section, key, chosen in (
        ("calibrate", "sources", recipe.calibrate.sources),
        ("calibrate", "sure_sources", recipe.calibrate.sure_sources),
        ("evaluate", "sources", recipe.evaluate.sources),
    ):
        names = chosen or tuple(dev)
        if names and not any(item.choices for name in names for item in dev[name]):
            raise UserError(
                f"No question of the dev sources {', '.join(names)} has choices and a key, so [{section}] "
                f"`{key}` has nothing to work on; give a dev source with such questions."
            )


def _without_evaluation_questions(
    train: list[Item], dev: Mapping[str, Sequence[Item]], near: float, dropped: Mapping[str, Dropped]
) -> list[Item]:
    known = [item for questions in dev.values() for item in questions]
    matches = _matches(train, known, near)
    for name, questions in dev.items():
        inside = {known[match.of].id for match in matches.values() if known[match.of].source == name}
        if questions and len(inside) >= max(3, SAME_SET * len(questions)):
            raise UserError(
                f"The evaluation set {name!r} is inside the training sources: {len(inside)} of its "
                f"{len(questions)} questions stand there. Take it out of `sources` or of the training files."
            )
    for index, match in matches.items():
        item, same = train[index], known[match.of]
        dropped[item.source].add(f"also in {same.source}", f"{item.question} = {same.question}")
    return [item for index, item in enumerate(train) if index not in matches]


def _without_repeats(
    train: list[Item], near: float, dropped: Mapping[str, Dropped]
) -> tuple[list[Item], list[Item]]:
    """The first of each near-same question; explanations of the others are kept for the one that stays.

    Two questions that differ in a word and in their answer (the longest day, the shortest day) both stay.
    """
    found = {
        repeat.index: repeat
        for repeat in near_repeats([_words(item) for item in train], near)
        if repeat.likeness == 1 or train[repeat.index].key.casefold() == train[repeat.of].key.casefold()
    }
    repeats = []
    for index, repeat in found.items():
        item, kept = train[index], train[repeat.of]
        dropped[item.source].add("repeats another", f"{item.question} = {kept.question}")
        if item.rationale and item.key.casefold() == kept.key.casefold():
            asked = {"question": kept.question, "choices": kept.choices, "answer": kept.answer}
            repeats.append(replace(item, id=kept.id, **asked))  # type: ignore[arg-type]
    return [item for index, item in enumerate(train) if index not in found], repeats


def _matches(train: Sequence[Item], known: Sequence[Item], near: float) -> dict[int, Repeat]:
    """Training questions that are nearly one of `known`, with the same choices or with the same answer."""
    whole = near_matches([_words(item) for item in train], [_words(item) for item in known], near)
    asked = near_matches([_asked(item) for item in train], [_asked(item) for item in known], near)
    return {match.index: match for match in (*asked, *whole)}


def _words(item: Item) -> str:
    return "\n".join((item.question, *sorted(item.choices)))


def _asked(item: Item) -> str:
    return f"{item.question}\n{item.key}"


def _report(
    recipe: Recipe, train: Sequence[Item], dev: Mapping[str, Sequence[Item]], dropped: Mapping[str, Dropped]
) -> dict[str, object]:
    rows = {}
    for source in recipe.sources:
        items = dev.get(source.name) or [item for item in train if item.source == source.name]
        lost = dropped[source.name]
        told = asdict(source)
        del told["licence"]  # a change of it is none of the corpus
        rows[source.name] = {
            **told,
            "left_out": dict(lost.counts),
            "examples": lost.examples,
            **statistics(items),
        }
    return {"train": len(train), "dev": {name: len(items) for name, items in dev.items()}, "sources": rows}


def statistics(items: Sequence[Item]) -> dict[str, object]:
    """What a set of questions looks like, and whether its keys give themselves away."""
    if not items:
        return {"questions": 0}
    keyed = [item for item in items if item.answer is not None]
    places = Counter(item.answer for item in keyed)
    longest = [len(item.key) == max(map(len, item.choices)) for item in keyed]
    return {
        "questions": len(items),
        "open": sum(not item.choices for item in items),
        "choices": dict(sorted(Counter(len(item.choices) for item in items).items())),
        "words": round(fmean(len(item.question.split()) for item in items), 1),
        "explained": sum(bool(item.rationale) for item in items),
        "with_facts": sum(bool(item.facts) for item in items),
        "key_places": {str(place): places[place] for place in sorted(places, key=str)},
        "key_is_longest": round(fmean(longest), 3) if longest else 0.0,
    }


def show_corpus(report: Mapping[str, object]) -> str:
    """The corpus report as a table, with what was left out."""
    lines = [
        f"{'source':<18}{'role':<6}{'questions':>9}{'explained':>10}{'words':>7}{'key longest':>12}  left out"
    ]
    sources = report["sources"]
    assert isinstance(sources, Mapping)
    for name, row in sources.items():
        lost = ", ".join(f"{reason} {count}" for reason, count in row["left_out"].items()) or "-"
        share = f"{100 * row.get('key_is_longest', 0.0):.0f}%"
        lines.append(
            f"{name:<18}{row['role']:<6}{row['questions']:>9}{row.get('explained', 0):>10}"
            f"{row.get('words', 0):>7}{share:>12}  {lost}"
        )
        lines += [f"    {example[:160]}" for example in row["examples"]]
    return "\n".join(lines)
