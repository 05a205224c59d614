"""WorldTree's explanations: a table of questions whose explanations name rows of tables of facts."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from distill.lines import numbered_lines
from distill.shaping import shaped
from tutor_app.errors import UserError
from tutor_app.questions.text import plain

MOST_FACTS = 3
_ROLES = ("CENTRAL", "GROUNDING")
"""What a row is to an explanation, the most telling first; the lexical glue between facts is left out."""


def read_worldtree(path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The id and the facts of each explained question in `questions….tsv`; its tables lie near it."""
    facts = _facts(path)
    for row in _rows(path):
        named = [part.split("|", 1) for part in row.get("explanation", "").split() if "|" in part]
        told = [facts[uid] for role in _ROLES for uid, as_ in named if as_ == role and uid in facts]
        if told:
            yield row.get("QuestionID", ""), shaped(told)[:MOST_FACTS]


def _facts(questions: Path) -> Mapping[str, str]:
    """Every row of every table as a sentence, by its uid."""
    folders = [above / "tables" for above in (questions.parent, questions.parent.parent)]
    folders += sorted(questions.parent.parent.glob("tablestore/*/tables"))
    tables = next((sorted(each.glob("*.tsv")) for each in folders if each.is_dir()), [])
    if not tables:
        raise UserError(f"{questions} needs WorldTree's tables in {questions.parent / 'tables'}.")
    found = {}
    for table in tables:
        for row in _rows(table):
            words = [cell for name, cell in row.items() if cell and name and not name.startswith("[SKIP]")]
            found[row.get("[SKIP] UID", "")] = plain(" ".join(" ".join(words).split()))
    return found


def _rows(path: Path) -> Iterator[dict[str, str]]:
    lines = (line for _, line in numbered_lines(path))
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        yield {name: cell or "" for name, cell in row.items() if isinstance(name, str)}
