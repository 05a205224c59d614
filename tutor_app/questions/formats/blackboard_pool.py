"""The pool XML of Blackboard before 2006, which old question banks still come in."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from tutor_app.questions.formats.matching import build_rows, only_key
from tutor_app.questions.formats.reading import (
    About,
    Item,
    Several,
    Source,
    UnusableError,
    all_usable,
)
from tutor_app.questions.formats.several import build_each
from tutor_app.questions.formats.xml_tree import (
    BrokenXml,
    child,
    children,
    descendants,
    elements,
    line_of,
    name_of,
    root_of,
    text_of,
)
from tutor_app.questions.markup import Rich, rich, rich_with_image
from tutor_app.questions.model import Skipped

NAME = "blackboard-pool"

_KINDS = (
    "QUESTION_MULTIPLECHOICE",
    "QUESTION_MULTIPLEANSWER",
    "QUESTION_TRUEFALSE",
    "QUESTION_EITHEROR",
    "QUESTION_MATCH",
)
_UNSUPPORTED = {
    "QUESTION_ESSAY": "essay questions are not supported",
    "QUESTION_SHORTRESPONSE": "essay questions are not supported",
    "QUESTION_ORDER": "ordering questions are not supported",
    "QUESTION_ORDERING": "ordering questions are not supported",
    "QUESTION_FILLINBLANK": "questions with blanks to fill are not supported",
    "QUESTION_FILLINBLANK_PLUS": "questions with several blanks are not supported",
    "QUESTION_NUMERIC": "numeric questions are not supported",
    "QUESTION_CALCULATED": "calculated questions are not supported",
    "QUESTION_HOTSPOT": "questions about a place in a picture are not supported",
    "QUESTION_OPINIONSCALE": "opinion scales have no right answer",
    "QUESTION_FILEUPLOAD": "file uploads are not supported",
}


def looks_like(source: Source) -> bool:
    """The root is `POOL`."""
    return root_of(source.start)[0] == "POOL"


def read(source: Source) -> Iterator[Item]:
    """Read the pool question by question."""
    titled = False
    try:
        for element in elements(source, (*_KINDS, *_UNSUPPORTED, "TITLE")):
            if name_of(element) != "TITLE":
                yield from all_usable(source.at(line_of(element)), _question, element)
            elif not titled and (title := rich(element.get("value", "") or text_of(element))):
                titled = True
                yield About(title=title)
    except BrokenXml as broken:
        yield Skipped(source.at(broken.line), str(broken))


def _question(element: Element) -> Several:
    if reason := _UNSUPPORTED.get(name_of(element)):
        raise UnusableError(reason)
    stem = rich_with_image(_text(child(element, "BODY")))
    gradable = child(element, "GRADABLE")
    praise = rich(text_of(child(gradable, "FEEDBACK_WHEN_CORRECT"))) if gradable is not None else ""
    if name_of(element) == "QUESTION_MATCH":
        return _matching(element, stem, praise)
    answers = children(element, "ANSWER")
    idents = [answer.get("id", "") for answer in answers]
    texts = [rich(_text(answer)) for answer in answers]
    if name_of(element) == "QUESTION_TRUEFALSE":
        texts = [text.capitalize() for text in texts]
    keys = {key.get("answer_id", "") for key in descendants(element, "CORRECTANSWER")}
    return build_each(
        stem.text,
        texts,
        [i for i, ident in enumerate(idents) if ident in keys],
        explanation=praise,
        image=stem.image,
    )


def _matching(element: Element, stem: Rich, praise: str) -> Several:
    """The pool's answers are the rows, its choices the right sides."""
    rights = {choice.get("id", ""): rich(_text(choice)) for choice in children(element, "CHOICE")}
    keys: dict[str, set[str]] = {}
    for key in descendants(element, "CORRECTANSWER"):
        keys.setdefault(key.get("answer_id", ""), set()).add(key.get("choice_id", ""))
    rows = []
    for answer in children(element, "ANSWER"):
        left = rich_with_image(_text(answer))
        rows.append((left, only_key(left, keys.get(answer.get("id", ""), ()), rights)))
    return build_rows(stem, rows, list(rights.values()), explanation=praise)


def _text(element: Element | None) -> str:
    return "" if element is None else text_of(child(element, "TEXT")).strip()
