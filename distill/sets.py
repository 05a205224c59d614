"""Evaluation sets from the command line: `NAME=FILE`, in any format the corpus reads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from distill.corpus import Item
from distill.shards import Shard
from distill.sources import Dropped, read_questions
from tutor_app.errors import UserError
from tutor_app.questions.model import Question


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """Named questions with keys, and what was left out of the file."""

    name: str
    questions: tuple[Question, ...]
    left_out: Dropped = field(default_factory=Dropped)

    def part(self, limit: int, shard: Shard) -> "EvaluationSet":
        """The first `limit` questions (0: all), of which every n-th from the i-th on for the shard i/n."""
        index, of = shard
        kept = self.questions[: limit or None][index - 1 :: of]
        return EvaluationSet(self.name, kept, self.left_out)


def read_sets(named: Sequence[str]) -> list[EvaluationSet]:
    """The sets of `--set NAME=FILE` (or just FILE) arguments."""
    sets = []
    for text in named:
        name, equals, file = text.partition("=")
        path = Path(file if equals else name)
        title = name if equals else path.stem
        if not path.exists():
            raise UserError(f"There is no file {path} for the set {title!r}.")
        sets.append(_read_set(title, path))
    names = [each.name for each in sets]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UserError(f"Two sets are named {twice!r}; give them names of their own: --set NAME=FILE.")
    return sets


def _read_set(title: str, path: Path) -> EvaluationSet:
    items, unreadable = read_questions([path])
    questions, left_out = tuple(questions_of(items)), Dropped()
    if not questions:
        raise UserError(f"The set {title!r} ({path}) has no question with a key among its choices.")
    for reason in unreadable:
        left_out.add("not readable", reason)
    for item in items:
        if not item.choices:
            left_out.add("no choices", item.question)
        elif item.answer is None:
            left_out.add("no key", item.question)
    return EvaluationSet(title, questions, left_out)


def questions_of(items: Iterable[Item]) -> list[Question]:
    """Corpus rows that can be scored (choices and a key), as questions; several rationales count once."""
    found: dict[str, Question] = {}
    for item in items:
        if item.choices and item.answer is not None and item.id not in found:
            found[item.id] = Question(
                item.id, item.question, item.choices, item.answer, facts=item.facts, steps=item.steps
            )
    return list(found.values())
