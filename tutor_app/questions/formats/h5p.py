"""H5P packages: multiple choice, true/false and single-choice sets, wherever they are nested."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tutor_app.errors import UserError
from tutor_app.questions.archives import Archive
from tutor_app.questions.formats.reading import (
    About,
    Item,
    Several,
    Source,
    UnusableError,
    all_usable,
    build,
    placed_among,
    usable,
)
from tutor_app.questions.formats.several import build_each
from tutor_app.questions.markup import UNDESCRIBED, rich, rich_with_image
from tutor_app.questions.model import Question, Skipped

NAME = "h5p"

_CONTENT = "content/content.json"
_UNSUPPORTED = {
    "H5P.Essay": "essay questions are not supported",
    "H5P.Blanks": "questions with blanks to fill are not supported",
    "H5P.DragQuestion": "drag-and-drop questions are not supported",
    "H5P.DragText": "drag-and-drop questions are not supported",
    "H5P.MarkTheWords": "questions with words to pick are not supported",
    "H5P.Summary": "summaries are not supported",
    "H5P.ArithmeticQuiz": "arithmetic quizzes are not supported",
    "H5P.SortParagraphs": "ordering questions are not supported",
    "H5P.ImageMultipleHotspotQuestion": "questions about a place in a picture are not supported",
    "H5P.ImageHotspotQuestion": "questions about a place in a picture are not supported",
    "H5P.MultiMediaChoice": "questions whose choices are pictures are not supported",
    "H5P.Flashcards": "flashcards are not supported",
    "H5P.Dialogcards": "flashcards are not supported",
}


def looks_like(source: Source) -> bool:
    """A zip with `h5p.json` in it."""
    return source.is_zip and {"h5p.json", _CONTENT} <= source.names


def read(source: Source) -> Iterator[Item]:
    """Read every question in the package's content."""
    archive = Archive(source.data, source.name)
    about, content = _json(archive, "h5p.json"), _json(archive, _CONTENT)
    yield About(title=_html(about.get("title")), licence=_licence(about))
    top = {"library": str(about.get("mainLibrary", "")), "params": content}
    for number, (kind, params) in enumerate(_parts(top), 1):
        place = f"{source.name}:question {number}"
        if kind not in _READ:
            name = kind.removeprefix("H5P.")
            yield Skipped(
                place, _UNSUPPORTED.get(kind, f"questions of the kind {name[:40]} are not supported")
            )
        elif kind == "H5P.SingleChoiceSet":
            yield from _set(params, place)
        else:
            yield from all_usable(
                place, _multiple_choice if kind == "H5P.MultiChoice" else _true_false, params
            )


_READ = frozenset(("H5P.MultiChoice", "H5P.TrueFalse", "H5P.SingleChoiceSet"))
# What holds other parts, and what is only shown.
_NOT_ASKED = (
    *("QuestionSet", "Questionnaire", "Column", "Row", "RowColumn", "CoursePresentation"),
    *("InteractiveVideo", "InteractiveBook", "BranchingScenario", "BranchingQuestion"),
    *("GameMap", "ThreeImage", "Accordion", "AdvancedText", "Text", "ContinuousText", "Image"),
    *("Video", "Audio", "Link", "Table", "Shape", "Nil", "GoToQuestion", "ImageSlider"),
    *("ImageHotspots", "Timeline", "Chart", "Collage", "Agamotto", "ImageJuxtaposition"),
    *("DocumentationTool", "StandardPage", "IFrameEmbed"),
)


def _json(archive: Archive, name: str) -> dict[str, Any]:
    try:
        value = json.loads(archive.read(name))
    except KeyError:
        raise UserError(f"{archive.name} is a broken H5P package: it has no {name}.") from None
    except (ValueError, RecursionError):
        raise UserError(f"{archive.name} is a broken H5P package: {name} cannot be read.") from None
    if not isinstance(value, dict):
        raise UserError(f"{archive.name} is a broken H5P package: {name} is no object.")
    return value


def _licence(about: dict[str, Any]) -> str:
    licence = about.get("license")
    if not isinstance(licence, str) or licence == "U":
        return ""
    version = about.get("licenseVersion")
    return _html(f"{licence} {version}" if isinstance(version, str) else licence)


def _parts(top: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every part that asks something, in the order of the page, however deep it lies."""
    waiting: list[object] = [top]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            kind = str(value.get("library", "")).split(" ")[0]
            params = value.get("params")
            asks = _asks(kind) and isinstance(params, dict)
            if asks:
                yield kind, _dict(params)
            if not asks or kind not in (*_READ, *_UNSUPPORTED):
                waiting.extend(reversed(list(value.values())))
        elif isinstance(value, list):
            waiting.extend(reversed(value))


def _asks(kind: str) -> bool:
    return kind.startswith("H5P.") and kind.removeprefix("H5P.") not in _NOT_ASKED


def _html(value: object) -> str:
    return rich(value, html=True) if isinstance(value, str) else ""


def _multiple_choice(params: dict[str, Any]) -> Several:
    """What the file hints at beside the right answer is the question's hint."""
    stem = rich_with_image(_string(params.get("question")), html=True)
    answers = [answer for answer in _list(params.get("answers")) if isinstance(answer, dict)]
    choices = [_html(answer.get("text")) for answer in answers]
    notes = [_dict(answer.get("tipsAndFeedback")) for answer in answers]
    right = [i for i, answer in enumerate(answers) if answer.get("correct") is True]
    tips = {choices[i]: _html(notes[i].get("tip")) for i in right}
    made = build_each(
        stem.text,
        choices,
        right,
        feedback=[_html(note.get("chosenFeedback")) for note in notes],
        image=stem.image or _picture(params),
    )
    return made._replace(questions=tuple(replace(each, hint=tips[each.key or ""]) for each in made.questions))


def _true_false(params: dict[str, Any]) -> Question:
    stem = rich_with_image(_string(params.get("question")), html=True)
    correct = str(params.get("correct", "")).lower()
    if correct not in ("true", "false"):
        raise UnusableError("no right answer is marked")
    answer = 0 if correct == "true" else 1
    behaviour = _dict(params.get("behaviour"))
    feedback = ["", ""]
    feedback[answer] = _html(behaviour.get("feedbackOnCorrect"))
    feedback[1 - answer] = _html(behaviour.get("feedbackOnWrong"))
    return build(
        stem.text, ("True", "False"), [answer], feedback=feedback, image=stem.image or _picture(params)
    )


def _set(params: dict[str, Any], place: str) -> Iterator[Item]:
    """A set of questions whose right answer is always written first."""
    for number, choice in enumerate(_list(params.get("choices")), 1):
        yield usable(f"{place}.{number}", _single_choice, _dict(choice))


def _single_choice(params: dict[str, Any]) -> Question:
    stem = rich_with_image(_string(params.get("question")), html=True)
    answers = [_html(answer) for answer in _list(params.get("answers"))]
    if not answers:
        raise UnusableError("it has no choices")
    choices, place = placed_among(answers[0], answers[1:])
    return build(stem.text, choices, [place], image=stem.image)


def _picture(params: dict[str, Any]) -> str:
    """The description of the picture or video above the question."""
    media = _dict(_dict(params.get("media")).get("type"))
    inner = _dict(media.get("params"))
    if not inner.get("file") and not inner.get("sources"):
        return ""
    return _html(inner.get("alt")) or UNDESCRIBED


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
