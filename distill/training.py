"""The training stages: the base, the common start, the rationale student, the answer student.

Each turns the corpus and its rationales into lessons and hands them to `distill.train.loop`.
"""

import json
import random
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from distill.corpus import Item, read_items
from distill.explaining import shipped_facts
from distill.folders import Folders
from distill.lines import numbered_lines
from distill.recipe import Phase, RationaleStudent, Recipe
from distill.stages import LOG, Work
from distill.train import rounding
from distill.train.bases import copy_tokenizer, family_of, load_model, save_base, with_lora
from distill.train.examples import Example
from distill.train.fused import can_fuse, fuse
from distill.train.lessons import Lessons
from distill.train.loop import Schedule, Team, train
from tutor_app.errors import UserError
from tutor_app.knowledge.base import FactBase
from tutor_app.questions.duplicates import likeness
from tutor_app.questions.model import Question
from tutor_app.students.encoder import load_encoder

FACTS_TOGETHER = 5
SAME_FACT = 0.5
PROMPT_WORDS = ["user\n", "assistant\n", "Choices:", "Answer:", "Explain."]
DEV_LESSONS = 64
_FUSE_FROM = 50_000_000  # compiling pays for a real model only


def prepare_base(work: Work) -> None:
    """The base stage: a transformers folder both students start from."""
    items = read_items(work.earlier["corpus"] / "train.jsonl")
    texts = [text for item in items for text in (item.question, *item.choices, *item.rationale)]
    texts += read_facts(work.recipe.start.facts, work.folders)
    texts += PROMPT_WORDS * 1000  # they stand in every prompt, so they outweigh any word of the corpus
    place = work.folders.place(work.recipe.base.model)
    save_base(work.recipe.base, place, texts, work.folder / "model", work.recipe.run.seed)


def read_facts(patterns: Sequence[str], folders: Folders) -> list[str]:
    """Facts to read: one a line, as text or as rows with a `text`."""
    facts = []
    for path in (path for pattern in patterns for path in folders.files(pattern)):
        for number, line in numbered_lines(path):
            try:
                row = json.loads(line) if line.startswith("{") else {"text": line.strip()}
            except ValueError as error:
                raise UserError(f"{path}:{number}: this is not a row of a fact: {error}.") from None
            facts.append(str(row.get("text", "")))
    return [fact for fact in dict.fromkeys(facts) if fact and not fact.startswith("#")]


def train_start(work: Work) -> None:
    """The common start: read the facts, then learn to answer; both students go on from here."""
    start, chance = work.recipe.start, random.Random(work.recipe.run.seed)
    if not start.facts and not start.phases:
        work.say("nothing to do: [start] has no facts and no phases, both students go on from the base")
    room = _Room(work, work.earlier["base"] / "model")
    if start.facts:
        facts = read_facts(start.facts, work.folders)
        chance.shuffle(facts)
        groups = [facts[i : i + FACTS_TOGETHER] for i in range(0, len(facts), FACTS_TOGETHER)]
        examples = [room.lessons.read(group) for group in groups]
        room.train("facts", examples, start, start.facts_epochs, start.facts_learning_rate)
    items = list(read_items(work.earlier["corpus"] / "train.jsonl"))
    for number, phase in enumerate(start.phases, 1):
        examples = [room.lessons.answer(item) for item in drawn(items, phase.sources, chance)]
        room.train_phase(f"questions-{number}", examples, start, phase, room.dev_answers())
    room.save()


def train_rationale(work: Work) -> None:
    """The rationale student: choose the question's own facts, then write the step that applies them."""
    chance = random.Random(work.recipe.run.seed)
    room = _Room(work, work.earlier["train-start"] / "model")
    items = [item for item in read_items(work.earlier["filter"] / "kept.jsonl") if item.rationale]
    facts = shipped_facts()
    dev = [
        room.lessons.choose(item, item.facts[0], others, True, 1.0)
        for item in room.dev_items()
        if item.facts and (others := neighbours(item, facts, True, 7))
    ]
    for number, section in enumerate(work.recipe.rationale_student.passes(), 1):
        examples = rationale_lessons(room.lessons, items, facts, section, chance)
        own = section.epochs, section.learning_rate
        room.train(f"lessons-{number}", examples, section, *own, dev, section.int8_levels)
    facts.close()
    room.save()


def rationale_lessons(
    lessons: Lessons, items: Sequence[Item], facts: FactBase, section: RationaleStudent, chance: random.Random
) -> list[Example]:
    """For each question drawn: perhaps a lesson in choosing, and one in writing."""
    examples: list[Example] = []
    for item in drawn(items, section.sources, chance):
        told = chance.random() < section.supposed
        others = neighbours(item, facts, told, max(0, section.candidates - 1)) if section.candidates else []
        chooses = item.facts and others and section.choosing_weight
        if chooses and chance.random() < section.choosing:
            own = chance.choice(item.facts)
            examples.append(lessons.choose(item, own, others, told, section.choosing_weight))
        if item.steps and section.writing_weight:
            given = _given_facts(item, others, section, chance)
            examples.append(lessons.write(item, given, told, section.writing_weight))
    return examples


def _given_facts(
    item: Item, others: Sequence[str], section: RationaleStudent, chance: random.Random
) -> list[str]:
    """The facts a step is to apply: the question's own, now and then as imperfect as a search's are."""
    given = list(item.facts)
    if chance.random() < section.free:
        return []
    if others and chance.random() < section.distracted:
        given.insert(chance.randrange(len(given) + 1), chance.choice(others))
    elif others and len(given) > 1 and chance.random() < section.swapped:
        given[chance.randrange(len(given))] = others[0]
    return given


def train_answer(work: Work) -> None:
    """The answer student: questions alone, with the teacher's and with the first student's rationales."""
    section, chance = work.recipe.answer_student, random.Random(work.recipe.run.seed)
    room = _Room(work, work.earlier["train-start"] / "model")
    items = list(read_items(work.earlier["corpus"] / "train.jsonl"))
    taught = by_question(read_items(work.earlier["filter"] / "kept.jsonl"))
    own = by_question(read_items(work.earlier["own-rationales"] / "own.jsonl"))
    for number, phase in enumerate(section.phases, 1):
        known = [item for item in items if item.id in own] if phase.own else items
        examples = [
            room.lessons.answer(item, _rationale(item, phase, taught, own, chance))
            for item in drawn(known, phase.sources, chance)
        ]
        room.train_phase(f"phase-{number}", examples, section, phase, room.dev_answers())
    room.save()


def drawn(items: Sequence[Item], weights: Mapping[str, float], chance: random.Random) -> list[Item]:
    """Questions as often as their source's weight says: 2 is twice, 0.5 is half of them."""
    chosen: list[Item] = []
    for item in items:
        weight = weights.get(item.source, 0.0) if weights else item.weight
        times = int(weight) + (chance.random() < weight % 1)
        chosen += [item if weights else replace(item, weight=1.0)] * times  # what is drawn counts whole
    return chosen


def neighbours(item: Item, facts: FactBase, told: bool, count: int) -> list[str]:
    """The facts a search finds for the question that are not its own: what must be told from its own."""
    question = Question(item.id, item.question, item.choices, item.answer)
    found = facts.candidates(question, count + 8, item.key if told else None)
    others = [fact.text for fact in found if all(likeness(fact.text, own) < SAME_FACT for own in item.facts)]
    return others[:count]


def by_question(items: Iterable[Item]) -> dict[str, list[Item]]:
    """Rationales by the question they explain."""
    found: dict[str, list[Item]] = {}
    for item in items:
        if item.rationale:
            found.setdefault(item.id, []).append(item)
    return found


def _rationale(
    item: Item,
    phase: Phase,
    taught: Mapping[str, Sequence[Item]],
    own: Mapping[str, Sequence[Item]],
    chance: random.Random,
) -> tuple[str, ...]:
    """None, the teacher's or the student's own, in the phase's shares; none where there is no such one."""
    (kind,) = chance.choices(("without", "teacher", "own"), (phase.without, phase.teacher, phase.own))
    written = {"without": [], "teacher": taught.get(item.id, []), "own": own.get(item.id, [])}[kind]
    return chance.choice(written).rationale if written else ()


@dataclass(slots=True)
class _Room:
    """One stage's model and lessons; a part that was finished before a stop is not trained again."""

    work: Work
    start: Path
    model: Any = None
    lessons: Any = None

    def __post_init__(self) -> None:
        self.lessons = Lessons.of(load_encoder(self.start), family_of(self.start))

    def dev_items(self) -> list[Item]:
        """Some of the questions that are measured on. They draw a curve and decide nothing: no stage depends
        on them, and they are read from the run's folder."""
        files = sorted((self.work.run_folder / "corpus" / "dev").glob("*.jsonl"))
        items = [item for path in files for item in read_items(path) if item.choices]
        return random.Random(self.work.recipe.run.seed).sample(items, min(len(items), DEV_LESSONS))

    def dev_answers(self) -> list[Example]:
        """Those questions, to be answered."""
        return [self.lessons.answer(item) for item in self.dev_items()]

    def train_phase(
        self, name: str, examples: Sequence[Example], section: Any, phase: Phase, dev: Sequence[Example]
    ) -> None:
        """Train one phase, whose own numbers go before its section's."""
        own: dict[str, int] = {}
        if phase.batch_tokens:
            own["batch_tokens"] = phase.batch_tokens
        if phase.frozen_layers >= 0:
            own["frozen_layers"] = phase.frozen_layers
        section = replace(section, **own)
        self.train(name, examples, section, phase.epochs, phase.learning_rate, dev, phase.int8_levels)

    def train(
        self,
        name: str,
        examples: Sequence[Example],
        section: Any,
        epochs: float,
        rate: float,
        dev: Sequence[Example] = (),
        int8_levels: int = 0,
    ) -> None:
        """Train one part, or take up its finished model."""
        folder = self.work.folder / LOG / name
        finished = folder / "model"
        if finished.exists():
            self.model = load_model(finished)
            return
        if not examples:
            raise UserError(
                f"{name} has no lesson to learn from. Look at its `sources` and their weights in the recipe, "
                "and at what the stages filter and own-rationales kept."
            )
        folder.mkdir(parents=True, exist_ok=True)
        self.work.say(f"{name}: {len(examples)} lessons, {sum(e.length for e in examples)} tokens an epoch")
        model = self.model or load_model(self.start)
        if can_fuse() and model.num_parameters() > _FUSE_FROM and not model.config.is_encoder_decoder:
            fuse(model)
        if int8_levels:
            rounding.prepare(model, examples, int8_levels)
        schedule = _schedule(section, epochs, rate, self.work.recipe)
        adapted = with_lora(model, section.lora, schedule.seed) if section.lora else None
        trained = adapted.get_base_model() if adapted else model
        log = self.work.log(f"{name}.jsonl")
        trained = train(trained, examples, schedule, folder, self.work.say, log, dev)
        if adapted:
            trained = adapted.merge_and_unload()
        refuse_broken(trained, name)
        team = Team.join()
        if team.first:
            unfinished = folder / "model.unfinished"
            trained.save_pretrained(unfinished)
            unfinished.rename(finished)
        team.wait()
        self.model = load_model(finished)
        team.wait()

    def save(self) -> None:
        """Leave the model and its tokenizer as the stage's result."""
        if not Team.join().first:
            return
        folder = self.work.folder / "model"
        (self.model or load_model(self.start)).save_pretrained(folder)
        copy_tokenizer(self.start, folder)
        for path in (self.work.folder / LOG).glob("*/model"):
            shutil.rmtree(path)


def refuse_broken(model: Any, name: str) -> None:
    """A loss that is a number at the last step does not say that the weights after it are."""
    if not all(bool(weight.isfinite().all()) for weight in model.parameters()):
        raise UserError(
            f"{name} ended with weights that are no numbers, so nothing of it is kept. Give it a lower "
            "learning_rate; it then begins at its first step."
        )


def _schedule(section: Any, epochs: float, rate: float, recipe: Recipe) -> Schedule:
    return Schedule(
        learning_rate=rate,
        epochs=epochs,
        batch_tokens=section.batch_tokens,
        lm_weight=section.lm_weight,
        frozen_layers=section.frozen_layers,
        checkpoint_minutes=section.checkpoint_minutes,
        threads=recipe.run.threads,
        seed=recipe.run.seed,
    )
