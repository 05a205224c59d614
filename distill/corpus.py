"""The form questions and rationales take between stages: JSON Lines, one `Item` a line."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from distill.lines import numbered_lines
from tutor_app.errors import UserError
from tutor_app.files import write_atomically


@dataclass(frozen=True, slots=True)
class Item:
    """One question with at most one rationale; several rationales of a question are several rows.

    `id` is unique among the questions of a corpus, `source` the recipe's source name. A rationale is
    `facts` (general science) followed by `steps` (which apply them to this question); both are empty for a
    question alone. `teacher` says who wrote it (`written`, a teacher's label, or `own` for the rationale
    student's own) and `sample` which of its attempts this is. `claimed` is the answer the teacher itself
    named, when it was not told. `finish` is `length` for a rationale that was cut off. `weight` is the
    source's sampling weight times the teacher's.
    """

    id: str
    source: str
    split: str
    question: str
    choices: tuple[str, ...] = ()
    answer: int | None = None
    accepted: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    teacher: str = ""
    sample: int = 0
    claimed: str = ""
    finish: str = ""
    weight: float = 1.0
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def rationale(self) -> tuple[str, ...]:
        """Facts first, then the steps that apply them."""
        return self.facts + self.steps

    @property
    def key(self) -> str:
        """The right answer's text; empty when it is not known."""
        if self.answer is not None:
            return self.choices[self.answer]
        return self.accepted[0] if self.accepted else ""


def write_items(path: Path, items: Iterable[Item]) -> None:
    """Write rows at once; a crash leaves the old file or the new one."""
    write_atomically(path, "".join(f"{line_of(item)}\n" for item in items), 0o644)


def line_of(item: Item) -> str:
    """One row, without the fields that hold nothing."""
    values = {name: value for name, value in asdict(item).items() if value not in ("", (), [], {}, None)}
    if item.weight == 1.0:
        del values["weight"]
    if item.sample == 0:
        del values["sample"]
    return json.dumps(values, ensure_ascii=False)


def read_items(path: Path) -> Iterator[Item]:
    """Read what `write_items` wrote."""
    for number, line in numbered_lines(path):
        try:
            yield item_of(json.loads(line))
        except (ValueError, TypeError, KeyError) as error:
            raise UserError(f"{path}:{number}: this is not a row of questions: {error}.") from None


_TUPLES = frozenset(("choices", "accepted", "facts", "steps"))
_KNOWN = frozenset(field.name for field in fields(Item))
_FORMER = frozenset(("licence",))  # earlier versions wrote it


def item_of(row: Mapping[str, Any]) -> Item:
    """One row as an item; unknown fields are refused."""
    unknown = set(row) - _KNOWN - _FORMER
    if unknown:
        raise ValueError(f"unknown field {sorted(unknown)[0]!r}")
    values: dict[str, Any] = {
        key: tuple(value) if key in _TUPLES else value for key, value in row.items() if key in _KNOWN
    }
    return Item(**values)
