"""`distill baselines`: is the second student worth it? Four methods on one budget, in one table.

answer-only    one student learns to answer the question alone
step-by-step   one student learns to answer and, beside it, to write the rationale; only the answer is used
single-stage   one student writes the rationale and then answers after it
two-stage      Sci-CoT: one student writes the rationale, another answers after it

Each starts from the run's base and learns from the same questions and the same teachers' rationales, for as
many tokens; `two-stage` spends half of them on each student. Rationales are written without the key.
"""

import argparse
import random
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from distill.compare import as_markdown, as_text, side_by_side
from distill.convert import convert
from distill.corpus import Item, read_items
from distill.evaluate import dev_sets
from distill.measures import Judged, judge, result_of
from distill.pipeline import Pipeline
from distill.protocols import Measure, protocol_named
from distill.reading import cores, read_question_route
from distill.results import SCORES, Evaluation, read_evaluation, write_evaluation
from distill.routes import QUESTION
from distill.running import pipeline_of, recipe_options
from distill.scores import Reading, ScoresFile, digest
from distill.sets import EvaluationSet
from distill.subjects import converted_family, weights_identity
from tutor_app.files import write_atomically
from tutor_app.students.calibration import Calibration
from tutor_app.students.engine import Limits, Student, Threads, open_student
from tutor_app.students.prompts import answer_prompt, rationale_prompt

WRITTEN = Limits(tokens=120, lines=5)
BEFORE = ("corpus", "base", "train-start", "rationales", "filter")


@dataclass(frozen=True, slots=True)
class Method:
    """What each of its students learns; the last one answers, the first one writes (if `writes`)."""

    name: str
    students: tuple[tuple[str, ...], ...]
    writes: bool


METHODS = (
    Method("answer-only", (("answer",),), writes=False),
    Method("step-by-step", (("answer", "write"),), writes=False),
    Method("single-stage", (("write", "answer-after"),), writes=True),
    Method("two-stage", (("write",), ("answer-after",)), writes=True),
)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `distill baselines`."""
    parser = commands.add_parser("baselines", help="the paper's four methods on one budget, in one table")
    recipe_options(parser)
    parser.add_argument("--tokens", type=int, default=0, help="budget of each method (default: one pass)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Train what is not trained, measure, and print the table."""
    pipeline = pipeline_of(options)
    with pipeline.alone():
        pipeline.run(only="corpus")
        for stage in BEFORE[1:]:
            pipeline.run(only=stage)
        found = [_made(pipeline, method, options.tokens) for method in METHODS]
    rows = side_by_side(found)
    print(as_text(rows))
    write_atomically(pipeline.folder / "baselines" / "table.md", as_markdown(rows), 0o644)
    return 0


def _made(pipeline: Pipeline, method: Method, tokens: int) -> Evaluation:
    """A method's scores: from before, or trained and measured now."""
    folder = pipeline.folder / "baselines" / method.name
    if (folder / SCORES).is_file():
        return read_evaluation(folder)
    recipe = pipeline.recipe
    models = [
        train_student(pipeline, method, kinds, tokens, folder / f"student-{number}")
        for number, kinds in enumerate(method.students, 1)
    ]
    threads = Threads(cores(), 1)
    students = [open_student(model, converted_family(model), threads) for model in models]
    names = [source.name for source in recipe.named("dev")]
    kept = ScoresFile(folder / "readings.jsonl", weights_identity(*models))
    results = []
    for wanted in dev_sets(pipeline.output("corpus"), names, recipe.evaluate.limit):
        judged = _judged(method, students, wanted, kept)
        results.append(result_of(wanted.name, "answer", "sum", judged))
    found = Evaluation(method.name, kept.identity, tuple(results))
    write_evaluation(folder / SCORES, found)
    return found


def train_student(
    pipeline: Pipeline, method: Method, kinds: Sequence[str], tokens: int, folder: Path
) -> Path:
    """One student of a method, converted; what was finished before is not done again."""
    from distill.train.bases import copy_tokenizer, family_of, load_model
    from distill.train.lessons import Lessons
    from distill.train.loop import Schedule, train
    from tutor_app.students.encoder import load_encoder

    converted = folder / "converted"
    if (converted / "model.bin").is_file():
        return converted
    recipe, start = pipeline.recipe, pipeline.output("base") / "model"
    lessons = Lessons.of(load_encoder(start), family_of(start))
    explained = [item for item in read_items(pipeline.output("filter") / "kept.jsonl") if item.rationale]
    whole = sum(each.length for each in lessons_of(lessons, ("answer",), explained))
    budget = (tokens or 2 * whole) // len(method.students)
    examples = filled(
        lessons_of(lessons, kinds, explained), lambda each: each.length, budget, recipe.run.seed
    )
    section = recipe.answer_student
    schedule = Schedule(
        section.phases[0].learning_rate,
        batch_tokens=section.batch_tokens,
        lm_weight=section.lm_weight,
        checkpoint_minutes=section.checkpoint_minutes,
        threads=recipe.run.threads,
        seed=recipe.run.seed,
    )
    folder.mkdir(parents=True, exist_ok=True)
    pipeline.say(f"{method.name}, {folder.name}: {len(examples)} lessons of {budget} tokens in all")
    model = train(load_model(start), examples, schedule, folder, pipeline.say, folder / "loss.jsonl")
    model.save_pretrained(folder / "model")
    copy_tokenizer(start, folder / "model")
    convert(folder / "model", converted, recipe.convert.quantization)
    shutil.rmtree(folder / "model")
    return converted


def lessons_of(lessons, kinds: Sequence[str], items: Iterable[Item]):  # type: ignore[no-untyped-def]
    """Every kind of lesson for every explained question."""
    made = []
    for item in items:
        if "answer" in kinds:
            made.append(lessons.answer(item))
        if "answer-after" in kinds:
            made.append(lessons.answer(item, item.rationale))
        if "write" in kinds:
            made.append(lessons.write(item, (), False, 1.0))
    return made


def filled(examples, cost: Callable[..., int], budget: int, seed: int):  # type: ignore[no-untyped-def]
    """The examples in a shuffled order, over and over, until the budget is spent."""
    chance, chosen, spent = random.Random(seed), [], 0
    while examples and spent < budget:
        for each in chance.sample(examples, len(examples)):
            if spent >= budget:
                break
            chosen.append(each)
            spent += cost(each)
    return chosen


def _judged(
    method: Method, students: Sequence[Student], wanted: EvaluationSet, kept: ScoresFile
) -> list[Judged]:
    """Answers after the question, or after the rationale the method's first student writes."""
    if not method.writes:
        read_question_route(students[-1], wanted, kept, protocol_named("sum"))
        return judge(wanted, [QUESTION], kept.readings, Measure.SUM, Calibration())
    missing = [q for q in wanted.questions if (wanted.name, digest(q), "rationale") not in kept.readings]
    for start in range(0, len(missing), 16):
        chunk = missing[start : start + 16]
        prompts = [rationale_prompt(question.text, question.choices) for question in chunk]
        texts = [found[0].split("\n") for found in students[0].write_many(prompts, limits=WRITTEN)]
        requests = [
            (answer_prompt(question.text, lines), question.choices)
            for question, lines in zip(chunk, texts, strict=True)
        ]
        scores = students[-1].score(requests)
        kept.add(
            Reading(
                wanted.name,
                digest(question),
                "rationale",
                question.answer,
                tuple(each.total for each in found),
                tuple(each.tokens for each in found),
                id=question.id,
                extra={"rationale": lines},
            )
            for question, found, lines in zip(chunk, scores, texts, strict=True)
        )
    return judge(wanted, ["rationale"], kept.readings, Measure.SUM, Calibration())
