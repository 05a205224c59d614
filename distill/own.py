"""The rationale student explains the training questions itself: what the answer student will meet in the app.

It works as it will on a laptop, converted and with the app's own code: an answer is supposed, facts are
chosen from the shipped fact base, the steps that apply them are written, and the guard has the last word.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from distill.convert import convert
from distill.corpus import Item, read_items, write_items
from distill.explaining import shipped_facts
from distill.recipe import OwnRationales
from distill.stages import LOG, Work
from distill.subjects import converted_family
from tutor_app.questions.model import Question
from tutor_app.students.answering import question_route
from tutor_app.students.calibration import Calibration
from tutor_app.students.chooser import Chooser
from tutor_app.students.engine import Student, Threads, open_student
from tutor_app.students.explanation import Step
from tutor_app.students.writer import Task, Writer

BY = "own"
"""The `teacher` of these rationales."""


def write_own_rationales(work: Work) -> None:
    """The own-rationales stage: write `own.jsonl`."""
    section = work.recipe.own_rationales
    items = explained_questions(list(read_items(work.earlier["corpus"] / "train.jsonl")), work)
    pen = _Pen(work) if items else None
    rows: list[Item] = []
    for number, start in enumerate(range(0, len(items), section.batch)):
        assert pen is not None
        kept = work.folder / LOG / f"batch-{number}.jsonl"
        if not kept.exists():
            write_items(kept, pen.explain(items[start : start + section.batch], number))
            work.say(f"{min(start + section.batch, len(items))} of {len(items)} questions explained")
        rows += read_items(kept)
    write_items(work.folder / "own.jsonl", [row for row in rows if row.rationale])


def explained_questions(items: Sequence[Item], work: Work) -> list[Item]:
    """The questions to explain: of the sources the recipe names, at most its limit, drawn by its seed."""
    section = work.recipe.own_rationales
    if section.style == "none":
        return []
    chosen = [item for item in items if not section.sources or item.source in section.sources]
    if not 0 < section.limit < len(chosen):
        return chosen
    chance = random.Random(f"{work.recipe.run.seed} own")
    return [chosen[i] for i in sorted(chance.sample(range(len(chosen)), section.limit))]


class _Pen:
    """The students at work, loaded anew for each batch so that chance does not depend on what came before."""

    def __init__(self, work: Work) -> None:
        self._section: OwnRationales = work.recipe.own_rationales
        self._seed = work.recipe.run.seed
        self._threads = Threads(1, work.recipe.run.threads)
        self._rationale = _converted(work, "train-rationale")
        self._guesser = _converted(work, "train-start") if self._section.supposed == "guess" else None
        self._facts = shipped_facts() if self._section.style == "grounded" else None

    def explain(self, items: Sequence[Item], number: int) -> list[Item]:
        """One rationale for each question, in the order given; empty where none may be shown."""
        student = self._open(self._rationale, number)
        questions = [Question(item.id, item.question, item.choices) for item in items]
        wanted = list(zip(questions, self._supposed(items, questions), strict=True))
        facts: Sequence[tuple[Step, ...]] = [()] * len(wanted)
        if self._facts:
            facts = Chooser(self._facts, Calibration().fact_threshold).choose(wanted)
        tasks = [Task(*each, chosen) for each, chosen in zip(wanted, facts, strict=True)]
        steps = Writer(student).write(tasks)
        return [
            replace(item, facts=_texts(task.facts), steps=_texts(written), teacher=BY, sample=0)
            for item, task, written in zip(items, tasks, steps, strict=True)
        ]

    def _supposed(self, items: Sequence[Item], questions: Sequence[Question]) -> list[str]:
        """The answer each rationale is written for: the key, none, or what the common start would answer."""
        if self._section.supposed == "key":
            return [item.key for item in items]
        if self._guesser is None:
            return [""] * len(items)
        closed = [question for question in questions if question.choices]
        scores = iter(question_route(self._open(self._guesser, 0), closed, Calibration(), None))
        return [_likeliest(question, next(scores)) if question.choices else "" for question in questions]

    def _open(self, folder: Path, number: int) -> Student:
        seed = (self._seed * 10_000 + number) % 2**32  # which is all CTranslate2 takes
        return open_student(folder, converted_family(folder), self._threads, seed=seed)


def _likeliest(question: Question, scores: Sequence[float]) -> str:
    return question.choices[max(range(len(scores)), key=lambda i: scores[i])]


def _texts(steps: Sequence[Step]) -> tuple[str, ...]:
    return tuple(step.text for step in steps)


def _converted(work: Work, stage: str) -> Path:
    folder = work.folder / LOG / stage
    if not (folder / "model.bin").is_file():
        convert(work.earlier[stage] / "model", folder)
    return folder
