"""From a trained transformers model to the int8 model a laptop runs, held against the original."""

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from distill.corpus import Item, read_items
from distill.recipe import QUANTIZATIONS
from distill.stages import Work
from distill.subjects import converted_family, original_family
from tutor_app.errors import UserError
from tutor_app.files import write_atomically
from tutor_app.students.engine import Family, Limits, OptionScore, Student, Threads, open_student
from tutor_app.students.prompts import Prompt, answer_prompt, rationale_prompt

TOKENIZERS = ("tokenizer.json", "spiece.model", "tokenizer.model")
WRITTEN_TOKENS = 24
WRITTEN_PROMPTS = 8


@dataclass(frozen=True, slots=True)
class Parity:
    """How near a converted student is to its original, on the same prompts.

    `same_choice` and `same_order` are the shares of questions on which both put the same option first, and
    all options in the same order; `score_gap` and `mean_gap` the largest and the mean difference of an
    option's log-likelihood per token; `same_text` the share of greedy texts that are equal.
    """

    quantization: str
    questions: int
    same_choice: float
    same_order: float
    score_gap: float
    mean_gap: float
    texts: int
    same_text: float


def convert(model: Path, target: Path, quantization: str = "int8", levels: int = 0) -> None:
    """Write the CTranslate2 form of a transformers folder to `target`, tokenizer included, in one step.

    With `levels` each row of weights is first rounded to that many steps on either side of zero, of the 127
    that int8 has: the file compresses better, at a small loss.
    """
    if quantization not in QUANTIZATIONS:
        raise UserError(
            f"There is no quantization {quantization!r}; choose one of {', '.join(QUANTIZATIONS)}."
        )
    original_family(model)
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob(f".{target.name}.*"):
        shutil.rmtree(left)  # of a conversion that was killed
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as scratch:
        made = Path(scratch) / "model"
        _convert(_rounded(model, Path(scratch) / "rounded", levels) if levels else model, made, quantization)
        for name in _tokenizer_files(model):
            shutil.copyfile(model / name, made / name)
        if target.exists():
            shutil.rmtree(target)
        made.rename(target)


def _convert(model: Path, made: Path, quantization: str) -> None:
    from ctranslate2.converters import TransformersConverter
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        TransformersConverter(str(model)).convert(str(made), quantization=quantization)
    except (ValueError, OSError, KeyError, NotImplementedError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UserError(f"The model in {model} cannot be converted: {reason}") from error


def _rounded(model: Path, folder: Path, levels: int) -> Path:
    """A copy of the model whose rows of weights take few values."""
    from distill.train.bases import load_model

    loaded = load_model(model)
    round_rows(loaded, levels)
    loaded.save_pretrained(folder)
    for path in model.iterdir():
        if not (folder / path.name).exists() and path.is_file() and path.suffix != ".safetensors":
            shutil.copyfile(path, folder / path.name)
    return folder


def round_rows(model: Any, levels: int) -> None:
    """Round each row of every weight to `levels` steps on either side of zero, in place."""
    for weight in model.parameters():
        if weight.dim() == 2:
            step = weight.data.abs().amax(dim=1, keepdim=True).clamp_min(1e-12) / levels
            weight.data = (weight.data / step).round() * step


def _tokenizer_files(model: Path) -> list[str]:
    found = [name for name in TOKENIZERS if (model / name).is_file()]
    if not found:
        raise UserError(f"{model} has no {' or '.join(TOKENIZERS)}; save its tokenizer beside the weights.")
    return found[:1]


def parity(
    original: Student, converted: Student, requests: Sequence[tuple[Prompt, Sequence[str]]],
    prompts: Sequence[Prompt], quantization: str,
) -> Parity:  # fmt: skip
    """Ask both the same and compare: option scores of `requests`, greedy texts of `prompts`."""
    gaps: list[float] = []
    choices = orders = 0
    for ours, theirs in zip(converted.score(requests), original.score(requests), strict=True):
        gaps += [abs(a.total - b.total) / max(a.tokens, 1) for a, b in zip(ours, theirs, strict=True)]
        choices += _order(ours)[:1] == _order(theirs)[:1]
        orders += _order(ours) == _order(theirs)
    limits = Limits(tokens=WRITTEN_TOKENS)
    texts = list(
        zip(
            converted.write_many(prompts, limits=limits),
            original.write_many(prompts, limits=limits),
            strict=True,
        )
    )
    same = sum(ours == theirs for ours, theirs in texts)
    asked = max(len(requests), 1)
    return Parity(
        quantization, len(requests), choices / asked, orders / asked,
        max(gaps, default=0.0), sum(gaps) / max(len(gaps), 1), len(texts), same / max(len(texts), 1),
    )  # fmt: skip


def _order(scores: Sequence[OptionScore]) -> list[int]:
    return sorted(range(len(scores)), key=lambda place: -scores[place].total)


def parity_of_folders(
    model: Path, converted: Path, questions: Sequence[Item], quantization: str, int8_levels: int = 0
) -> Parity:
    """The parity of a converted student and its transformers folder over questions with choices.

    A student that learned to compute as int8 does is held against itself as it was trained.
    """
    from distill.original import Original

    family: Family = converted_family(converted)
    asked = [
        (answer_prompt(item.question, item.rationale), item.choices) for item in questions if item.choices
    ]
    written = [rationale_prompt(item.question, item.choices) for item in questions[:WRITTEN_PROMPTS]]
    student = open_student(converted, family, Threads(1, 0))
    return parity(Original(model, family, int8_levels=int8_levels), student, asked, written, quantization)


def run_stage(work: Work) -> None:
    """Convert both students of a run and keep their parity in `parity.json`."""
    settings = work.recipe.convert
    questions = dev_questions(work.earlier["corpus"], settings.parity_questions)
    found = {}
    for role, levels, trained in (
        ("rationale", settings.rationale_levels, work.recipe.rationale_student.passes()[-1].int8_levels),
        ("answer", settings.answer_levels, work.recipe.answer_student.phases[-1].int8_levels),
    ):
        model, target = work.earlier[f"train-{role}"] / "model", work.folder / role
        if not (target / "model.bin").is_file():
            convert(model, target, settings.quantization, levels)
        found[role] = parity_of_folders(model, target, questions, settings.quantization, trained)
        work.say(f"{role}: {described(found[role])}")
    write_parity(work.folder / "parity.json", found)


def dev_questions(corpus: Path, limit: int) -> list[Item]:
    """The first questions of every dev source in turn, `limit` in all."""
    sources = [list(read_items(path)) for path in sorted((corpus / "dev").glob("*.jsonl"))]
    turns = [item for row in zip_longest(*sources) for item in row if item is not None]
    return turns[:limit]


def described(found: Parity) -> str:
    """One line for people."""
    return (
        f"{found.quantization} against the original: same first option on {found.same_choice:.0%} of "
        f"{found.questions} questions, same greedy text {found.same_text:.0%} of {found.texts}, "
        f"log-likelihood per token {found.mean_gap:.4f} apart (largest {found.score_gap:.4f})"
    )


def write_parity(path: Path, found: Mapping[str, Parity]) -> None:
    """Keep the parity of a package's students."""
    whole = {role: asdict(each) for role, each in found.items()}
    try:
        text = json.dumps(whole, indent=1, allow_nan=False)
    except ValueError:
        raise UserError(
            "A converted student's scores are no numbers; choose another quantization, or train it again "
            "with a lower learning_rate."
        ) from None
    write_atomically(path, text, 0o644)
