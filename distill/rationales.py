"""The teachers explain the training questions.

Replies are kept in `runs/NAME/replies/` for good (see `distill.teachers.asking`): a changed recipe asks
only what was never asked. Machines share the work by `--shard i/n`: each fills its own file there, and the
stage that runs after them reads them all.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from distill.corpus import Item, read_items, write_items
from distill.folders import Folders
from distill.recipe import Recipe, Teacher
from distill.shards import Shard
from distill.stages import Work
from distill.teachers.asking import Ask, Generates, Journal, Told, asks_for
from distill.teachers.prompting import read_reply
from distill.teachers.written import own_rationales, rationales_from_files
from tutor_app.errors import UserError
from tutor_app.files import write_atomically
from tutor_app.questions.text import plain


def gather_rationales(work: Work) -> None:
    """The rationales stage: write `rationales.jsonl` and `usage.json`."""
    corpus = work.earlier["corpus"]
    items = list(read_items(corpus / "train.jsonl"))
    journal = _journal(work.run_folder, "all")
    rows: list[Item] = []
    usage: dict[str, object] = {}
    for teacher in work.recipe.teachers:
        chosen = _explained_by(teacher, items)
        if teacher.kind == "written":
            written = list(_written(teacher, chosen, work))
            asked = len(written)
        else:
            asks = asks_for(chosen, teacher)
            _ask(asks, teacher, journal, work.folders)
            written = list(_rows(asks, teacher, journal))
            asked = len(asks)
            usage[teacher.label] = cost(asks, teacher, journal)
        usable = [row for row in written if row.rationale]
        explained = len({row.id for row in usable})
        refused = f", {asked - len(usable)} refused" if asked > len(usable) else ""
        work.say(f"{teacher.label}: {len(usable)} usable rationales of {explained} questions{refused}")
        rows += written
    order = {item.id: place for place, item in enumerate(items)}
    write_items(work.folder / "rationales.jsonl", sorted(rows, key=lambda row: order[row.id]))
    write_atomically(work.folder / "usage.json", json.dumps(usage, indent=1), 0o644)


def _written(teacher: Teacher, items: Sequence[Item], work: Work) -> Iterator[Item]:
    if teacher.files:
        files = [path for pattern in teacher.files for path in work.folders.files(pattern)]
        return rationales_from_files(items, files, teacher)
    return own_rationales(items, read_items(work.earlier["corpus"] / "repeats.jsonl"), teacher)


def generate_shard(recipe: Recipe, folders: Folders, run_folder: Path, corpus: Path, shard: Shard) -> int:
    """Ask the generating teachers one share of the questions; return how many replies that share has."""
    items = list(read_items(corpus / "train.jsonl"))
    journal = _journal(run_folder, f"{shard[0]}-of-{shard[1]}")
    count = 0
    for teacher in recipe.teachers:
        if teacher.kind != "written":
            asks = asks_for(_explained_by(teacher, items), teacher)[shard[0] - 1 :: shard[1]]
            _ask(asks, teacher, journal, folders)
            count += len(asks)
    if not count:
        raise UserError("The recipe has no teacher that generates; there is nothing to share out.")
    return count


def _journal(run_folder: Path, name: str) -> Journal:
    folder = run_folder / "replies"
    own = folder / f"{name}.jsonl"
    return Journal(own, [path for path in sorted(folder.glob("*.jsonl")) if path != own])


def _explained_by(teacher: Teacher, items: Sequence[Item]) -> list[Item]:
    return [item for item in items if not teacher.sources or item.source in teacher.sources]


def _ask(asks: Sequence[Ask], teacher: Teacher, journal: Journal, folders: Folders) -> None:
    from tqdm import tqdm  # type: ignore[import-untyped]

    if teacher.kind == "server":  # asked again, a local one would only say the same
        journal.forget_empty(asks)
    missing = [ask for ask in asks if journal.get(ask) is None]
    if not missing:
        return
    replies = generator(teacher, folders).replies(asks, lambda ask: journal.get(ask) is not None)
    for _ in tqdm(journal.record(replies), teacher.label, len(missing), unit="reply", disable=None):
        pass


def generator(teacher: Teacher, folders: Folders) -> Generates:
    """The teacher that writes, ready to be asked."""
    if teacher.kind == "server":
        from distill.teachers.server import ServerTeacher

        return ServerTeacher(teacher)
    from distill.teachers.local import LocalTeacher

    place = folders.place(teacher.model)
    return LocalTeacher(teacher, str(place) if place.exists() else teacher.model)


def _rows(asks: Sequence[Ask], teacher: Teacher, journal: Journal) -> Iterator[Item]:
    """A row for each reply; what the teacher did not reply to is asked when the stage is done again."""
    for ask in asks:
        told = journal.get(ask)
        if told is None:
            continue
        reply = read_reply(plain(told.text))
        yield replace(
            ask.item,
            facts=reply.facts,
            steps=reply.steps,
            claimed=reply.claimed,
            finish=told.finish if told.finish != "stop" else "",
            teacher=teacher.label,
            sample=ask.sample,
            weight=ask.item.weight * teacher.weight,
        )


def cost(asks: Sequence[Ask], teacher: Teacher, journal: Journal) -> dict[str, float]:
    """What the teacher's replies took: tokens, money, and how many came to nothing."""
    told: list[Told] = [found for ask in asks if (found := journal.get(ask))]
    tokens_in, tokens_out = sum(each.tokens_in for each in told), sum(each.tokens_out for each in told)
    finishes = Counter(each.finish for each in told)
    return {
        "replies": len(told),
        "cut_off": finishes["length"],
        "refused": len(asks) - len(told) + finishes["refused"],
        "tokens_in": tokens_in,
        "tokens_out": tokens_out,
        "price": round((tokens_in * teacher.price_in + tokens_out * teacher.price_out) / 1e6, 4),
    }
