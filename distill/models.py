"""The models a recipe names are looked for before the first stage, not when their stage comes hours later."""

from collections.abc import Iterator

from distill.folders import Folders
from distill.recipe import Recipe
from tutor_app.errors import UserError

SECONDS = 10


def named_models(recipe: Recipe) -> Iterator[tuple[str, str, str]]:
    """Every model a recipe names and a hub may have: the stage that reads it, where it is named, its name."""
    yield "base", "[base]", recipe.base.model
    yield "fact-encoder", "[fact_encoder]", recipe.fact_encoder.model
    yield "fact-weigher", "[fact_weigher]", recipe.fact_weigher.model
    for teacher in recipe.teachers:
        if teacher.kind == "local":
            yield "rationales", f"the teacher {teacher.label!r}", teacher.model


def refuse_missing(section: str, model: str, folders: Folders) -> None:
    """A model lies on this machine, or was fetched before, or a hub has it; else one sentence says so."""
    place = folders.place(model)
    if not model or place.exists():
        return
    if ":" in model or model.count("/") > 1 or model.startswith((".", "/", "~")):
        raise UserError(f"There is no model at {place} (`model` of {section}).")
    if problem := _not_on_hub(model):
        raise UserError(
            f"The model {model!r} of {section} is not at {place}, and {problem}. Check `model`: a folder "
            "beside the recipe or a hub id."
        )


def _not_on_hub(model: str) -> str:
    """Why a hub does not give it; empty when it does."""
    from huggingface_hub import HfApi, errors, try_to_load_from_cache

    # Its versions ask with different HTTP libraries, each with an error of its own; a page is no JSON.
    unreachable = (OSError, errors.HTTPError, ValueError)  # type: ignore[attr-defined]
    try:
        if isinstance(try_to_load_from_cache(model, "config.json"), str):
            return ""
        HfApi().model_info(model, timeout=SECONDS)
    except (errors.RepositoryNotFoundError, errors.HFValidationError):
        return "the hub has no such model"
    except unreachable as error:
        return f"the hub cannot be asked ({error})"
    return ""
