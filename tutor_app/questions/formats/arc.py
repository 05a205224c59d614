"""The JSON Lines of the ARC question sets, in both layouts in use."""

import json
from collections.abc import Iterator
from typing import Any

from tutor_app.questions.formats.reading import Item, Source, UnusableError, build, usable
from tutor_app.questions.markup import rich, rich_with_image
from tutor_app.questions.model import Question, Skipped

NAME = "arc"


def looks_like(source: Source) -> bool:
    """A JSON object with a question and an answer key on the first line."""
    fields = _object(source.start.lstrip().split("\n", 1)[0])
    return (
        fields is not None and "answerKey" in fields and ("question" in fields or "question_stem" in fields)
    )


def read(source: Source) -> Iterator[Item]:
    """Read the set line by line."""
    for number, line in enumerate(source.text.split("\n"), 1):
        if not line or line.isspace():
            continue
        place = source.at(number)
        fields = _object(line)
        if fields is None:
            yield Skipped(place, "the line is not a JSON object")
        else:
            yield usable(place, _question, fields)


def _object(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _question(fields: dict[str, Any]) -> Question:
    body = fields.get("question", fields.get("question_stem"))
    choices = fields.get("choices")
    if isinstance(body, dict):
        choices, body = body.get("choices", choices), body.get("stem")
    if not isinstance(body, str):
        raise UnusableError("there is no question text")
    labels, options = _options(choices)
    key = str(fields.get("answerKey") or "").strip()
    if key and key not in labels:
        raise UnusableError(f"the key {key[:20]} is the label of no choice")
    stem = rich_with_image(body)
    name = fields.get("id")
    return build(
        stem.text,
        [rich(option) for option in options],
        [labels.index(key)] if key else [],
        id=name if isinstance(name, str) and name.isprintable() else "",
        image=stem.image,
    )


def _options(choices: object) -> tuple[list[str], list[str]]:
    """Labels and texts: a list of labelled texts, or two lists side by side."""
    if isinstance(choices, dict):
        options, labels = choices.get("text"), choices.get("label")
    elif isinstance(choices, list) and all(isinstance(choice, dict) for choice in choices):
        options = [choice.get("text") for choice in choices]
        labels = [choice.get("label") for choice in choices]
    else:
        raise UnusableError("its choices are in no known layout")
    if not isinstance(options, list) or not isinstance(labels, list) or len(options) != len(labels):
        raise UnusableError("its choices and their labels do not go together")
    if not all(isinstance(option, str) for option in options):
        raise UnusableError("a choice is no text")
    return [str(label).strip() for label in labels], options
