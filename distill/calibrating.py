"""The calibrate stage: the dev questions are read by both routes once, then everything is fitted from that.

What is fitted, in this order: the question route alone (it decides which answer a rationale is written for),
from which score on a fact fits, how sure an answer without choices may sound, then the join of both routes
and 'sure'.

What is told of it was measured on questions that no weight of either fit was fitted on. What stays the same
for all questions is the answer each rationale was written for, and from when on a fact fits.
"""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from distill.calibrate import Examples, Fitted, examples, fact_threshold, fit
from distill.evaluate import dev_sets, shown
from distill.explaining import Explaining, shipped_facts, without_key
from distill.measures import Judged, Result, question_scores, result_of
from distill.open_answers import fit_open
from distill.protocols import protocol_named
from distill.reading import as_in_the_app, cores, read_question_route
from distill.results import Evaluation, card_scores
from distill.routes import QUESTION
from distill.scores import Reading, ScoresFile, digest
from distill.sets import EvaluationSet
from distill.stages import Work
from distill.subjects import Subject, find_subject
from tutor_app.errors import UserError
from tutor_app.files import write_atomically
from tutor_app.knowledge.base import FactBase
from tutor_app.questions.model import Question
from tutor_app.students.calibration import Calibration
from tutor_app.students.engine import Student, Threads
from tutor_app.students.explanation import Settings
from tutor_app.students.fact_source import FactSource

RATIONALE, BOTH = "rationale", "both"
NEARNESS, WEIGHT = "nearness", "weight"  # what the facts say, as routes of their own
BAR_QUESTIONS = 1000
TARGET = 0.7


@dataclass(frozen=True, slots=True)
class Readings:
    """The dev sets and what the students made of them."""

    sets: Sequence[EvaluationSet]
    kept: ScoresFile

    def route(self, name: str) -> list[Reading]:
        """One route's readings of the dev questions."""
        places = [(each.name, digest(question), name) for each in self.sets for question in each.questions]
        return [self.kept.readings[place] for place in places if place in self.kept.readings]

    def supports(self) -> list[Reading]:
        """What the fact base says for each option, as readings of routes of their own; none without it."""
        return [one for each in self.route(QUESTION) if each.support for one in support_readings(each)]


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The calibration, how it was fitted, and the scores of questions it was not fitted on."""

    calibration: Calibration
    question: Fitted
    both: Fitted | None
    evaluation: Evaluation


def run_stage(work: Work) -> None:
    """Fit a run's calibration on its dev sources; leave `calibration.json`, `fit.json` and `scores.json`."""
    recipe = work.recipe
    names = recipe.calibrate.sources or tuple(source.name for source in recipe.named("dev"))
    sets = dev_sets(work.earlier["corpus"], names, 0)
    if not sets:
        raise UserError("No dev source has questions with choices and keys, so nothing can be calibrated.")
    subject = find_subject(work.earlier["convert"])
    settings, log = recipe.calibrate, work.log("readings.jsonl")
    found = calibrate(
        subject,
        sets,
        log,
        settings.folds,
        work.say,
        settings.limit,
        settings.step_likelihood,
        settings.sure_sources,
    )
    write_calibrated(work.folder, found)


def write_calibrated(folder: Path, found: Calibrated) -> None:
    """Keep what was fitted, and how."""
    fitted = {QUESTION: asdict(found.question), BOTH: asdict(found.both) if found.both else {}}
    for each in fitted.values():
        for working in ("held_out", "folds"):
            each.pop(working, None)
    for name, content in (
        ("calibration.json", asdict(found.calibration)),
        ("fit.json", fitted),
        ("scores.json", card_scores(found.evaluation)),
    ):
        write_atomically(folder / name, json.dumps(content, indent=1) + "\n", 0o644)


def calibrate(
    subject: Subject,
    sets: Sequence[EvaluationSet],
    log: Path,
    folds: int = 5,
    say: Callable[[str], None] = print,
    limit: int = 0,
    step_likelihood: float = 0.0,
    sure_sets: Collection[str] = (),
) -> Calibrated:
    """Read the dev sets by both routes (what is in `log` is not read again) and fit.

    With a `limit` only so many questions of each set are explained: that takes a second each.
    """
    threads = Threads(cores(), 1)
    answer = subject.open_answer(threads)
    facts = None if subject.rationale is None else shipped_facts()
    found = Readings(sets, ScoresFile(log, subject.identity))
    _read_questions(answer, found, facts)
    supports = found.supports()
    routes = [QUESTION, NEARNESS, WEIGHT] if supports else [QUESTION]
    alone = examples([*found.route(QUESTION), *supports], routes)
    question = fit(alone, routes, TARGET, folds, sure_sets=sure_sets)
    say(_told(QUESTION, question))
    chosen = replace(from_question(question), step_likelihood=step_likelihood)
    measured = [*_held_out(sets, QUESTION, alone, question)]
    both = None
    if facts is not None:
        chosen = replace(chosen, fact_threshold=_fact_bar(facts, found, chosen))
        say(f"facts: a fact fits from {chosen.fact_threshold:.3f} on")
        chosen, after = _explain(Explaining(subject, answer, chosen, threads, facts), found, limit, say)
        together = _together(found, chosen, after)
        if len(together) < 2 * folds:
            say("hardly any rationale could be shown, so the question alone decides")
        else:
            apart = [from_question(replace(question, joining=each)) for each in question.folds]
            by_fold = [_together(found, each, after) for each in apart]
            both = fit(together, [QUESTION, RATIONALE], TARGET, folds, sure_sets=sure_sets, by_fold=by_fold)
            say(_told(BOTH, both))
            measured += _held_out(sets, BOTH, together, both)
            chosen = joined(chosen, both)
    return Calibrated(chosen, question, both, Evaluation(subject.name, subject.identity, tuple(measured)))


def _read_questions(answer: Student, found: Readings, facts: FactBase | None) -> None:
    """The question route, with what the facts say for each option."""
    for each in found.sets:
        read_question_route(
            answer, each, found.kept, protocol_named("tutor"), cores(), shown(each.name, QUESTION)
        )
        as_in_the_app(answer, each, found.kept, facts)


def _explain(
    explaining: Explaining, found: Readings, limit: int, say: Callable[[str], None]
) -> tuple[Calibration, list[Reading]]:
    """The calibration with the odds of open answers, and the readings of questions after their rationales."""
    how = explaining.written(Settings())
    explained = [each.part(limit, (1, 1)) for each in found.sets]
    chosen = fit_open(
        explaining.tutor, explained, f"open:{how.name}", found.kept, explaining.calibration, TARGET, say
    )
    for each in explained:
        explaining.write(each, how, found.kept, shown(each.name, RATIONALE))
        explaining.read_again(each, how, found.kept)
    after = [replace(each, route=RATIONALE) for each in found.route(f"{RATIONALE}:{how.name}")]
    return chosen, after


def _together(found: Readings, calibration: Calibration, after: Sequence[Reading]) -> Examples:
    """Both routes' scores of explained questions, the question's as a calibration has them."""
    before = [whole(reading, calibration) for reading in found.route(QUESTION)]
    return examples([*before, *after], [QUESTION, RATIONALE])


def joined(chosen: Calibration, both: Fitted) -> Calibration:
    """The question's calibration with the weights of both routes."""
    return replace(
        chosen,
        temperature=both.joining.temperature,
        question_temperature=chosen.temperature,
        question_weight=both.joining.weights[QUESTION],
        rationale_weight=both.joining.weights[RATIONALE],
        rationale_length_power=both.joining.powers[RATIONALE],
        sure_threshold=both.sure_threshold,
    )


def support_readings(reading: Reading) -> list[Reading]:
    """What the facts say for each option of a question, one reading for each route."""
    said = {
        NEARNESS: tuple(facts.nearness for facts in reading.support),
        WEIGHT: tuple(facts.weight for facts in reading.support),
    }
    return [
        replace(reading, route=route, sums=values, tokens=(1,) * len(values))
        for route, values in said.items()
    ]


def from_question(fitted: Fitted) -> Calibration:
    """The question's score counts as it is; what is beside it and the temperature are sized by it."""
    share = max(fitted.joining.weights[QUESTION], 1e-6)
    return Calibration(
        temperature=fitted.joining.temperature / share,
        question_weight=1.0,
        rationale_weight=0.0,
        support_weight=fitted.joining.weights.get(NEARNESS, 0.0) / share,
        weigher_weight=fitted.joining.weights.get(WEIGHT, 0.0) / share,
        question_length_power=fitted.joining.powers[QUESTION],
        sure_threshold=fitted.sure_threshold,
    )


def whole(reading: Reading, calibration: Calibration) -> Reading:
    """The question's reading with its length power and the facts' support in it."""
    scores = question_scores(reading, calibration)
    return replace(reading, sums=scores, tokens=(1,) * len(scores))


def _held_out(sets: Sequence[EvaluationSet], route: str, data: Examples, fitted: Fitted) -> Iterator[Result]:
    for each in sets:
        judged = [
            Judged(name[1], shares, int(key))
            for name, shares, key in zip(data.names, fitted.held_out, data.keys, strict=True)
            if name[0] == each.name
        ]
        yield result_of(each.name, route, "tutor, cross-fitted", judged)


def _told(route: str, fitted: Fitted) -> str:
    before, after = fitted.before, fitted.after
    sure = f"sure from {fitted.sure_threshold:.2f} on: {fitted.sure_share:.0%} of the answers, "
    sure += f"{fitted.sure_accuracy:.0%} of them right"
    return (
        f"{route}: {after.accuracy:.1%} right on {after.questions} questions (mean of the sets; was "
        f"{before.accuracy:.1%}), ECE of all together {after.ece:.3f} (was {before.ece:.3f}), "
        f"{sure if fitted.sure_share else 'never sure'}"
    )


def _fact_bar(facts: FactSource, found: Readings, chosen: Calibration) -> float:
    """How likely the best fact must be to explain the answer, so that it best tells right ones from wrong.

    A fact that fits a wrong answer does not explain the question. None of the questions asked is left without
    a fact: what a student writes freely is true less often than a fact that is beside the point.
    """
    every = [question for each in found.sets for question in each.questions]
    asked = every[:: max(1, len(every) // BAR_QUESTIONS)]
    by_question = {reading.question: reading for reading in found.route(QUESTION)}
    scores, right = [], []
    for question in asked:
        supposed = likeliest(by_question[digest(question)], question, chosen)
        fits = facts.fits(without_key(question), supposed)
        if fits:
            scores.append(fits[0].score)
            right.append(supposed == question.key)
    if not scores:
        return Calibration().fact_threshold
    return min(fact_threshold(scores, right), *scores)


def likeliest(reading: Reading, question: Question, calibration: Calibration) -> str:
    """The option a reading puts first."""
    scores = question_scores(reading, calibration)
    return question.choices[max(range(len(scores)), key=scores.__getitem__)]
