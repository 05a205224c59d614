"""The method, stage by stage: what each does, what it reads, and which part of the recipe decides it.

What a stage leaves for the others (`Item` rows are explained in `distill.corpus`):

corpus            train.jsonl, repeats.jsonl, dev/SOURCE.jsonl (`Item` rows), report.json (counts)
base              model/ (a transformers folder with its tokenizer)
rationales        rationales.jsonl (`Item` rows, several a question), usage.json
filter            kept.jsonl, dropped.jsonl (with the reason), report.json
train-start       model/
fact-encoder      encoder/ (CTranslate2; nothing without a model in the recipe)
fact-weigher      weigher/ (the same)
train-rationale   model/
own-rationales    own.jsonl (`Item` rows of the teacher `own`)
train-answer      model/
convert           rationale/, answer/ (CTranslate2 with tokenizers), parity.json
calibrate         calibration.json
package           NAME/ (the package) and, if asked for, NAME.zip
evaluate          scores.json
report            report.md and its pictures
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from distill.folders import Folders
from distill.recipe import Recipe
from tutor_app.errors import UserError
from tutor_app.knowledge.facts import shipped_sources
from tutor_app.knowledge.meaning import encoder_folder
from tutor_app.knowledge.weigher import weigher_folder

LOG = "log"
"""A stage may keep what differs between equal runs (times, curves) in `log/`; it is not part of its hash."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a stage is given: the recipe, its folder (kept when it was stopped) and the earlier stages'."""

    recipe: Recipe
    folders: Folders
    folder: Path
    earlier: Mapping[str, Path]
    say: Callable[[str], None] = print
    run_folder: Path = Path()
    again: bool = False  # asked for though nothing has changed, so nothing that was kept for it counts

    def log(self, name: str) -> Path:
        """A file for times and curves, outside the stage's hash."""
        path = self.folder / LOG / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the method.

    `does` names the function that does it (`module:function`, given a `Work`), loaded only when it runs.
    `after` are the stages whose folders it reads, `sections` the parts of the recipe that change its
    outcome (`run.seed` for one value), `files` the files outside the run that it reads.
    """

    name: str
    purpose: str
    does: str
    after: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    files: Callable[[Recipe, Folders], Sequence[Path]] = lambda recipe, folders: ()
    version: int = 1


def question_files(recipe: Recipe, folders: Folders) -> list[Path]:
    """Every file the corpus reads."""
    return [path for source in recipe.sources for pattern in source.files for path in folders.files(pattern)]


def rationale_files(recipe: Recipe, folders: Folders) -> list[Path]:
    """Every file of rationales already written."""
    return [
        path for teacher in recipe.teachers for pattern in teacher.files for path in folders.files(pattern)
    ]


def base_files(recipe: Recipe, folders: Folders) -> list[Path]:
    """The base's files, when it lies on this machine."""
    place = folders.place(recipe.base.model)
    if not recipe.base.model or not place.exists():
        return []
    return [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())


def base_manifest(recipe: Recipe, folders: Folders) -> Path | None:
    """The manifest of the student package the base is a part of, if it is one: what the base learned from."""
    path = folders.place(recipe.base.model).parent / "manifest.json"
    return path if recipe.base.model and path.is_file() else None


def card_files(recipe: Recipe, folders: Folders) -> list[Path]:
    """What the card is made from beside the run itself."""
    manifest = base_manifest(recipe, folders)
    return note_files(recipe, folders) + ([manifest] if manifest else [])


def fact_files(recipe: Recipe, folders: Folders) -> list[Path]:
    """The facts that are read first."""
    return [path for pattern in recipe.start.facts for path in folders.files(pattern)]


def judge_files(recipe: Recipe, folders: Folders) -> list[Path]:
    """The package that checks rationales, if there is one."""
    if not recipe.filter.judge:
        return []
    manifest = folders.place(recipe.filter.judge) / "manifest.json"
    if not manifest.is_file():
        raise UserError(f"The judge {manifest.parent} is no student package; see `judge` in [filter].")
    return [manifest]


def grade_files(recipe: Recipe, folders: Folders) -> list[Path]:
    """Facts that a teacher graded, if the recipe has some."""
    return [path for pattern in recipe.fact_weigher.grades for path in folders.files(pattern)]


def shipped_fact_files(recipe: Recipe, folders: Folders) -> list[Path]:
    """The facts that come with the app."""
    return [source.path for source in shipped_sources()]


def search_files(recipe: Recipe, folders: Folders) -> list[Path]:
    """Those facts and what finds them."""
    return shipped_fact_files(recipe, folders) + _model_files(encoder_folder())


def knowledge_files(recipe: Recipe, folders: Folders) -> list[Path]:
    """Those facts and what finds and weighs them."""
    return search_files(recipe, folders) + _model_files(weigher_folder())


def _model_files(folder: Path) -> list[Path]:
    """A model with its tokenizer and its settings."""
    return sorted(path for path in folder.glob("*") if path.suffix in (".bin", ".json"))


def note_files(recipe: Recipe, folders: Folders) -> list[Path]:
    """What a person wrote for the card, if anything."""
    return folders.files(recipe.package.notes) if recipe.package.notes else []


STAGES: tuple[Stage, ...] = (
    Stage(
        "corpus",
        "read the sources, drop near-duplicates, keep evaluation questions out of training",
        "distill.gathering:gather_corpus",
        sections=("sources_as_read", "corpus", "run.seed"),
        files=question_files,
    ),
    Stage(
        "base",
        "the model both students start from, ready to train",
        "distill.training:prepare_base",
        after=("corpus",),
        sections=("base", "start.facts", "run.seed"),
        files=lambda recipe, folders: base_files(recipe, folders) + fact_files(recipe, folders),
    ),
    Stage(
        "train-start",
        "the start both students share: facts to read, questions to answer",
        "distill.training:train_start",
        after=("corpus", "base"),
        sections=("start", "run.seed"),
        files=fact_files,
    ),
    Stage(
        "rationales",
        "teachers explain the training questions",
        "distill.rationales:gather_rationales",
        after=("corpus",),
        sections=("teachers", "run.seed"),
        files=rationale_files,
    ),
    Stage(
        "filter",
        "keep the rationales that lead to the key and read well",
        "distill.filter:filter_rationales",
        after=("corpus", "rationales"),
        sections=("filter",),
        files=judge_files,
    ),
    Stage(
        "fact-encoder",
        "a sentence encoder learns which facts explain which questions",
        "distill.meaning:run_stage",
        after=("filter",),
        sections=("fact_encoder", "run.seed"),
        files=shipped_fact_files,
    ),
    Stage(
        "fact-weigher",
        "a small network learns which options facts support, and what explains an answer",
        "distill.weighing:run_stage",
        after=("corpus", "filter", "fact-encoder"),
        sections=("fact_weigher", "run.seed"),
        files=lambda recipe, folders: grade_files(recipe, folders) + shipped_fact_files(recipe, folders),
    ),
    Stage(
        "train-rationale",
        "the first student learns which facts belong to a question, and to write steps",
        "distill.training:train_rationale",
        after=("train-start", "filter"),
        sections=("rationale_student", "run.seed"),
        files=search_files,
    ),
    Stage(
        "own-rationales",
        "the first student explains the training questions itself",
        "distill.own:write_own_rationales",
        after=("corpus", "train-start", "train-rationale"),
        sections=("own_rationales", "run.seed"),
        files=knowledge_files,
    ),
    Stage(
        "train-answer",
        "the second student learns to answer, with and without rationales",
        "distill.training:train_answer",
        after=("corpus", "train-start", "filter", "own-rationales"),
        sections=("answer_student", "run.seed"),
    ),
    Stage(
        "convert",
        "both students become CTranslate2 models, checked against the originals",
        "distill.convert:run_stage",
        after=("corpus", "train-rationale", "train-answer"),
        sections=("convert",),
    ),
    Stage(
        "calibrate",
        "temperature, weights of the routes and the threshold of 'not sure', fitted on dev questions",
        "distill.calibrating:run_stage",
        after=("corpus", "convert"),
        sections=("calibrate", "run.seed"),
        files=knowledge_files,
    ),
    Stage(
        "package",
        "one folder (or zip) that the app installs",
        "distill.package:run_stage",
        after=("corpus", "filter", "convert", "calibrate"),
        sections=("run", "base", "sources", "teachers", "package"),
        files=card_files,
    ),
    Stage(
        "evaluate",
        "scores of the finished package on the evaluation sets",
        "distill.evaluate:run_stage",
        after=("corpus", "package"),
        sections=("evaluate", "run.seed"),
        files=knowledge_files,
    ),
    Stage(
        "report",
        "what was done and what came of it, in one page",
        "distill.run_report:run_stage",
        after=(
            "corpus",
            "rationales",
            "filter",
            "train-start",
            "train-rationale",
            "train-answer",
            "convert",
            "calibrate",
            "package",
            "evaluate",
        ),
        sections=("run", "sources"),
    ),
)


def stage_named(name: str) -> Stage:
    """One stage by its name."""
    for stage in STAGES:
        if stage.name == name:
            return stage
    raise UserError(
        f"There is no stage {name!r}; the stages are {', '.join(stage.name for stage in STAGES)}."
    )
