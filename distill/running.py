"""`distill run`, `status`, and a command for each stage of a recipe."""

import argparse
import json
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from distill.folders import Folders
from distill.models import named_models, refuse_missing
from distill.pipeline import Pipeline, State
from distill.recipe import read_recipe
from distill.report import SHORT
from distill.stages import STAGES, stage_named
from distill.status import show_status
from tutor_app.errors import UserError

if TYPE_CHECKING:
    from distill.train.loop import Team

STAGE_COMMANDS = ("filter", "convert", "calibrate", "package", "report")
TRAINED = {"start": "train-start", "rationale": "train-rationale", "answer": "train-answer"}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands that work on a recipe."""
    names = [stage.name for stage in STAGES]
    run = commands.add_parser("run", help="make both students, from questions to the report")
    recipe_options(run)
    which = run.add_mutually_exclusive_group()
    which.add_argument(
        "--from", dest="start", default="", choices=names, metavar="STAGE", help="begin at STAGE"
    )
    which.add_argument("--only", default="", choices=names, metavar="STAGE", help="do STAGE alone")
    _again_option(run)
    run.set_defaults(run=run_recipe)
    status = commands.add_parser("status", help="what is done and what is next")
    recipe_options(status)
    status.add_argument("--json", action="store_true", help="as JSON")
    status.set_defaults(run=status_of_recipe)
    corpus = commands.add_parser("corpus", help="read the sources and say what is in them")
    recipe_options(corpus)
    corpus.add_argument("--json", action="store_true", help="as JSON")
    corpus.set_defaults(run=corpus_of_recipe)
    rationales = commands.add_parser("rationales", help=stage_named("rationales").purpose)
    _stage_command(rationales, "rationales")
    rationales.add_argument("--shard", default="", metavar="I/N", help="ask only the I-th of N shares")
    rationales.set_defaults(run=rationales_of_recipe)
    for stage in STAGES:
        if stage.name in STAGE_COMMANDS:
            _stage_command(commands.add_parser(stage.name, help=stage.purpose), stage.name)
    train = commands.add_parser("train", help="train one of the students").add_subparsers(required=True)
    for student, name in TRAINED.items():
        _stage_command(train.add_parser(student, help=stage_named(name).purpose), name)


def _stage_command(parser: argparse.ArgumentParser, stage: str) -> None:
    recipe_options(parser)
    _again_option(parser)
    parser.set_defaults(run=run_recipe, start="", only=stage)


def _again_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--again", action="store_true", help="do it even if nothing has changed")


def recipe_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recipe", type=Path, help="the recipe (TOML)")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="where runs lie (default: runs)")
    parser.add_argument("--data", type=Path, help="the folder of the recipe's `data:` files")


def pipeline_of(options: argparse.Namespace) -> Pipeline:
    """The recipe's stages over its run folder."""
    recipe = read_recipe(options.recipe)
    folders = Folders.of(options.recipe, recipe, options.data)
    return Pipeline(recipe, folders, options.runs / recipe.run.name, say=_say)


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def run_recipe(options: argparse.Namespace) -> int:
    """Run what is not done."""
    pipeline = pipeline_of(options)
    if pipeline.recipe.run.threads:
        os.environ["OMP_NUM_THREADS"] = str(pipeline.recipe.run.threads)
    crew = _crew(options.only)
    if crew and not crew.first:
        pipeline.help(options.only, crew)
        return 0
    if not options.start and not options.only:
        _refuse_missing_models(pipeline)
    with pipeline.alone():
        pipeline.run(options.start, options.only, options.again, crew)
    if not options.only:
        print(_ready(pipeline))
    return 0


def _refuse_missing_models(pipeline: Pipeline) -> None:
    for stage, section, model in named_models(pipeline.recipe):
        if model and pipeline.state(stage_named(stage)) != State.DONE:
            refuse_missing(section, model, pipeline.folders)


def _ready(pipeline: Pipeline) -> str:
    """Where a finished run's report and package lie, and how to install them."""
    package = pipeline.output("package") / pipeline.recipe.package_name
    return (
        f"The report: {pipeline.output('report') / SHORT}\nThe students: {package}\n"
        f"To use them: tutor students install {shlex.quote(str(package))} --use"
    )


def _crew(only: str) -> "Team | None":
    """The processes of `torchrun` or `accelerate launch`; None for a process on its own."""
    if int(os.environ.get("WORLD_SIZE", 1)) == 1:
        return None
    if only not in TRAINED.values():
        raise UserError(
            "Several processes train one stage together: torchrun … -m distill.cli train answer RECIPE "
            "(or train rationale); do the other stages with a plain distill run."
        )
    from distill.train.loop import Team

    return Team.join()


def rationales_of_recipe(options: argparse.Namespace) -> int:
    """The teachers' part: all of it, or one machine's share of the asking."""
    if not options.shard:
        return run_recipe(options)
    from distill.rationales import generate_shard
    from distill.shards import read_shard

    shard = read_shard(options.shard)
    pipeline = pipeline_of(options)
    with pipeline.alone():
        pipeline.run(only="corpus")
        count = generate_shard(
            pipeline.recipe, pipeline.folders, pipeline.folder, pipeline.output("corpus"), shard
        )
    replies = pipeline.folder / "replies"
    _say(f"rationales: share {options.shard} is done, {count} replies; they lie in {replies}")
    return 0


def corpus_of_recipe(options: argparse.Namespace) -> int:
    """Gather the corpus, if it has changed, and show what is in it and what was left out."""
    from distill.gathering import show_corpus

    pipeline = pipeline_of(options)
    with pipeline.alone():
        pipeline.run(only="corpus")
    text = (pipeline.output("corpus") / "report.json").read_text(encoding="utf-8")
    print(text if options.json else show_corpus(json.loads(text)))
    return 0


def status_of_recipe(options: argparse.Namespace) -> int:
    """Show how far a run is."""
    return show_status(pipeline_of(options), as_json=options.json)
