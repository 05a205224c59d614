"""`tutor facts`: search the fact base, add notes of your own, take out what is wrong."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor_app.errors import UserError

if TYPE_CHECKING:
    from tutor_app.knowledge.facts import Fact


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `facts` and its parts."""
    facts = commands.add_parser("facts", help="the fact base: search it, add your own notes, flag errors")
    parts = facts.add_subparsers(dest="part", metavar="WHAT", required=True)
    search = parts.add_parser("search", help="facts with these words, the best first")
    search.add_argument("words", nargs="+", metavar="WORD")
    search.add_argument("-n", "--count", type=int, default=10, help="how many (default 10)")
    search.add_argument("--json", action="store_true", help="print one JSON object a line")
    search.set_defaults(run=_search)
    listing = parts.add_parser("list", help="where facts come from, and how many")
    listing.add_argument("--flagged", action="store_true", help="the facts that are not used")
    listing.add_argument("--json", action="store_true", help="print one JSON list")
    listing.set_defaults(run=_list)
    load = parts.add_parser("import", help="add notes of your own, text or Markdown: each sentence is a fact")
    load.add_argument("files", nargs="+", type=Path, metavar="FILE")
    load.add_argument("--title", default="", help="the source's name (for a single file)")
    load.set_defaults(run=_import)
    remove = parts.add_parser("remove", help="remove imported notes")
    remove.add_argument("name", metavar="NAME")
    remove.set_defaults(run=_remove)
    flag = parts.add_parser("flag", help="never use a fact again, by its number in 'search'")
    flag.add_argument("id", type=int, metavar="NUMBER")
    flag.set_defaults(run=_flag)
    unflag = parts.add_parser("unflag", help="use a flagged fact again")
    unflag.add_argument("id", type=int, metavar="NUMBER")
    unflag.set_defaults(run=_unflag)


def _search(options: argparse.Namespace) -> int:
    from tutor_app.knowledge.base import FactBase
    from tutor_app.learning.exam_lock import refuse_during_exam

    refuse_during_exam("tutor facts search")
    base = FactBase(meanings=False)
    found = base.search(" ".join(options.words), max(1, options.count))
    for fact in found:
        _show(fact, options.json)
    if not found:
        raise UserError("No fact has these words.")
    return 0


def _list(options: argparse.Namespace) -> int:
    if options.flagged:
        from tutor_app.knowledge.flags import Flags

        flagged = Flags().facts()
        for fact in flagged:
            _show(fact, options.json)
        if not flagged and not options.json:
            print("No fact is flagged.")
        return 0
    rows = _sources()
    if options.json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return 0
    for row in rows:
        print(f"{row['facts']:6}  {row['title']}  ({row['kind']})")
    return 0


def _sources() -> list[dict[str, Any]]:
    """Each file of facts; installed banks as one, for there may be many."""
    from tutor_app.knowledge.facts import facts_of, header, sources

    rows: list[dict[str, Any]] = []
    banks: set[int] = set()
    for source in sources():
        facts = {fact.id for fact in facts_of(source)}
        if source.kind == "bank":
            banks |= facts
            continue
        title = str(header(source.path).get("title", source.path.stem))
        row = {"name": source.path.stem, "title": title, "kind": source.kind, "facts": len(facts)}
        rows.append(row)
    rows.append(
        {"name": "banks", "title": "Facts of your banks' questions", "kind": "banks", "facts": len(banks)}
    )
    return rows


def _import(options: argparse.Namespace) -> int:
    from tutor_app.knowledge.notes import import_notes

    if options.title and len(options.files) > 1:
        raise UserError("--title names one source, but there are several files; import them one by one.")
    for file in options.files:
        notes = import_notes(file, options.title)
        many = "1 fact" if notes.count == 1 else f"{notes.count} facts"
        print(f"Added {many} from {file} as '{notes.title}'.")
        print(f"To remove them: tutor facts remove {notes.name}")
    return 0


def _remove(options: argparse.Namespace) -> int:
    from tutor_app.knowledge.notes import remove_notes

    notes = remove_notes(options.name)
    print(f"Removed '{notes.title}' with {notes.count} facts.")
    return 0


def _flag(options: argparse.Namespace) -> int:
    from tutor_app.knowledge.base import FactBase

    base = FactBase(meanings=False)
    fact = base.get(options.id)
    if fact is None:
        raise UserError(
            f"There is no fact {options.id}. 'tutor facts search' shows facts with their numbers."
        )
    base.flag(fact)
    print(f"Not used again: {fact.text}")
    return 0


def _unflag(options: argparse.Namespace) -> int:
    from tutor_app.knowledge.flags import Flags

    if not Flags().remove(options.id):
        raise UserError(
            f"Fact {options.id} is not flagged. 'tutor facts list --flagged' shows those that are."
        )
    print("Used again.")
    return 0


def _show(fact: "Fact", as_json: bool) -> None:
    if as_json:
        row = {
            "id": fact.id,
            "text": fact.text,
            "subject": fact.subject,
            "topic": fact.topic,
            "source": fact.source,
        }
        print(json.dumps(row, ensure_ascii=False))
        return
    print(fact.text)
    where = ", ".join(part for part in (fact.topic, fact.source) if part)
    print(f"    {fact.id}  {where}")
