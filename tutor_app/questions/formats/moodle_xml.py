"""Moodle XML, what Moodle's question bank exports by default."""

import re
from collections.abc import Iterator
from functools import partial
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from tutor_app.questions.formats.cloze import build_gaps
from tutor_app.questions.formats.matching import build_rows
from tutor_app.questions.formats.numbers import about, build_number
from tutor_app.questions.formats.reading import (
    Item,
    Several,
    Source,
    UnusableError,
    all_usable,
    content_id,
)
from tutor_app.questions.formats.several import build_each, right_by_points
from tutor_app.questions.formats.topics import category_of, topic_of
from tutor_app.questions.formats.writing import lacking
from tutor_app.questions.formats.written import build_written, with_stars
from tutor_app.questions.formats.xml_tree import (
    BrokenXml,
    child,
    children,
    descendants,
    elements,
    line_of,
    root_of,
    text_of,
)
from tutor_app.questions.markup import Rich, as_html, rich, rich_with_image, without_emphasis
from tutor_app.questions.model import Bank, Question, Skipped
from tutor_app.questions.text import plain

NAME = "moodle-xml"
ENDING = ".xml"
HOLDS: frozenset[str] = frozenset(("explanation", "hint", "why_wrong", "image", "topic"))
HOLDS_OF_BANK: frozenset[str] = frozenset()


def looks_like(source: Source) -> bool:
    """The root is `quiz`."""
    return root_of(source.start)[0] == "quiz"


def read(source: Source) -> Iterator[Item]:
    """Read the quiz question by question."""
    topic = ""
    try:
        for element in elements(source, ("question",)):
            kind = element.get("type", "").strip().lower()
            if kind == "category":
                topic = topic_of(text_of(_text_element(child(element, "category"))))
            else:
                yield from all_usable(_place(source, element), _question, element, kind, topic)
    except BrokenXml as broken:
        yield Skipped(source.at(broken.line), str(broken))


def _place(source: Source, element: Element) -> str:
    """The line and the question's name: some exports are one long line."""
    name = plain(text_of(_text_element(child(element, "name"))))
    place = source.at(line_of(element))
    return f"{place} ('{_title(name)}')" if name else place


def _question(element: Element, kind: str, topic: str) -> Question | Several:
    if kind not in ("multichoice", "truefalse", "shortanswer", "numerical", *_MATCHING, *_CLOZE):
        raise UnusableError(
            _UNSUPPORTED.get(kind, f"questions of the type {kind[:40] or '(none)'} are not supported")
        )
    explanation = _clean(child(element, "generalfeedback"))
    name = plain(text_of(child(element, "idnumber")))
    hint = "\n".join(filter(None, (_clean(each) for each in children(element, "hint"))))
    if kind in _CLOZE:
        text, form = _raw(child(element, "questiontext"))
        said, asked = partial(_said, form=form), partial(_asked, form=form)
        return build_gaps(text, said, asked, id=name, hint=hint, explanation=explanation, topic=topic)
    stem = _stem(child(element, "questiontext"))
    if kind in _MATCHING:
        return _matching(element, stem, id=name, hint=hint, explanation=explanation, topic=topic)
    answers = children(element, "answer")
    texts = [_clean(answer) for answer in answers]
    weights = [_weight(answer) for answer in answers]
    if kind == "shortanswer":
        return build_written(
            stem.text,
            list(zip(texts, weights, strict=True)),
            id=name,
            hint=hint,
            explanation=explanation,
            image=stem.image,
            topic=topic,
        )
    if kind == "numerical":
        right_ones = [answer for answer, weight in zip(answers, weights, strict=True) if weight >= 100]
        spans = [about(_clean(answer), text_of(child(answer, "tolerance"))) for answer in right_ones]
        return build_number(
            stem.text,
            spans,
            units=_units(element),
            id=name,
            hint=hint,
            explanation=explanation,
            image=stem.image,
            topic=topic,
        )
    if kind == "truefalse":
        texts = [{"true": "True", "false": "False"}.get(text.lower(), text) for text in texts]
    several = text_of(child(element, "single")).strip().lower() == "false"
    return build_each(
        stem.text,
        texts,
        right_by_points(weights, several),
        id=name,
        hint=hint,
        explanation=explanation,
        feedback=[_clean(child(answer, "feedback")) for answer in answers],
        image=stem.image,
        topic=topic,
        extra={"weights": weights} if any(weight not in (0, 100) for weight in weights) else None,
    )


def _matching(element: Element, stem: Rich, *, id: str, hint: str, explanation: str, topic: str) -> Several:
    """One subquestion a row; what has an answer only goes with no row."""
    rows = [(_stem(each), _clean(child(each, "answer"))) for each in children(element, "subquestion")]
    others = [right for left, right in rows if left == Rich("")]
    return build_rows(
        stem,
        [row for row in rows if row[0] != Rich("")],
        others,
        id=id,
        hint=hint,
        explanation=explanation,
        topic=topic,
    )


def _units(element: Element) -> list[str]:
    """What may stand behind the number: nothing, where no unit is asked for, and the unit it is given in."""
    asked = text_of(child(element, "unitgradingtype")).strip() not in ("", "0")
    own = [
        plain(text_of(child(unit, "unit_name")))
        for unit in descendants(element, "unit")
        if text_of(child(unit, "multiplier")).strip() in ("", "1", "1.0")
    ]
    return own if asked and own else ["", *own]


_MATCHING = ("matching", "match", "ddmatch")
_CLOZE = ("cloze", "multianswer")
_UNSUPPORTED = {
    "essay": "essay questions are not supported",
    "calculated": "calculated questions are not supported",
    "calculatedsimple": "calculated questions are not supported",
    "calculatedmulti": "calculated questions are not supported",
    "description": "it is a text without answers",
    "ddwtos": "drag-and-drop questions are not supported",
    "ddimageortext": "drag-and-drop questions are not supported",
    "ddmarker": "drag-and-drop questions are not supported",
    "gapselect": "questions with gaps to fill are not supported",
    "ordering": "ordering questions are not supported",
    "randomsamatch": "random questions are not supported",
    "random": "random questions are not supported",
}


def _text_element(element: Element | None) -> Element | None:
    inner = None if element is None else child(element, "text")
    return element if inner is None else inner


def _raw(element: Element | None) -> tuple[str, str]:
    """The text, and the form it is written in: html, plain_text, or neither."""
    if element is None:
        return "", ""
    form = element.get("format", "")
    inner = child(element, "text")
    return (text_of(inner) if inner is not None else (element.text or "")), form


def _said(text: str, form: str) -> str:
    if form == "plain_text":
        return plain(text)
    return rich(without_emphasis(text) if form == "markdown" else text, form == "html")


def _asked(text: str, form: str) -> Rich:
    if form == "plain_text":
        return Rich(plain(text))
    return rich_with_image(without_emphasis(text) if form == "markdown" else text, form == "html")


def _clean(element: Element | None) -> str:
    return _said(*_raw(element))


def _stem(element: Element | None) -> Rich:
    return _asked(*_raw(element))


def _weight(answer: Element) -> float:
    try:
        return float(answer.get("fraction", "0"))
    except ValueError:
        return 0.0


def write(bank: Bank) -> bytes:
    """The bank as Moodle XML."""
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n']
    topic = ""
    for question in bank.questions:
        if unwritable(question):
            continue
        if question.topic != topic:
            topic = question.topic
            parts.append(
                f'<question type="category"><category>{_text(category_of(topic))}</category></question>\n'
            )
        parts.append(_written(question))
    return "".join((*parts, "</quiz>\n")).encode("utf-8")


def unwritable(question: Question) -> str:
    """Why Moodle XML cannot hold a question; empty when it can."""
    return lacking(question)


def _written(question: Question) -> str:
    kind = "shortanswer" if question.is_open else "multichoice"
    picture = f'<br><img src="" alt="{as_html(question.image)}">' if question.image else ""
    explanation = as_html("\n".join(question.explanation))
    lines = [
        f'<question type="{kind}">',
        f"<name>{_text(_title(question.text))}</name>",
        f'<questiontext format="html">{_text(as_html(question.text) + picture)}</questiontext>',
        f'<generalfeedback format="html">{_text(explanation)}</generalfeedback>',
    ]
    key = question.key or (question.accepted[0] if question.accepted else "")
    if question.id != content_id(question.text, question.choices, key):
        lines.append(f"<idnumber>{escape(question.id)}</idnumber>")
    if question.is_open:
        lines += [_answer("plain_text", with_stars(answer), 100, "") for answer in question.accepted]
    else:
        lines += ["<single>true</single>", "<shuffleanswers>true</shuffleanswers>"]
        notes = question.why_wrong or ("",) * len(question.choices)
        for number, (choice, note) in enumerate(zip(question.choices, notes, strict=True)):
            lines.append(_answer("html", as_html(choice), 100 * (number == question.answer), note or ""))
    if question.hint:
        lines.append(f'<hint format="html">{_text(as_html(question.hint))}</hint>')
    return "\n".join((*lines, "</question>\n"))


def _answer(form: str, text: str, fraction: int, note: str) -> str:
    feedback = f'<feedback format="html">{_text(as_html(note))}</feedback>' if note else ""
    return f'<answer fraction="{fraction}" format="{form}">{_text(text)}{feedback}</answer>'


def _text(text: str) -> str:
    return f"<text>{escape(text)}</text>"


def _title(text: str) -> str:
    """Moodle wants a short name for every question."""
    return re.sub(r"\s+", " ", text)[:60].strip() or "question"
