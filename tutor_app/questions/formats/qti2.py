"""QTI 2.1 and 2.2: one `assessmentItem` per question, alone, in one file, or in a zip with a manifest."""

import io
import zipfile
from collections.abc import Iterator
from html import escape
from xml.etree.ElementTree import Element

from tutor_app.questions.formats.matching import build_rows, only_key
from tutor_app.questions.formats.numbers import about, build_number
from tutor_app.questions.formats.reading import (
    BLANK,
    Item,
    Several,
    Source,
    UnusableError,
    all_usable,
    build_open,
    check_names,
)
from tutor_app.questions.formats.several import build_each
from tutor_app.questions.formats.writing import lacking
from tutor_app.questions.formats.written import whole
from tutor_app.questions.formats.xml_tree import (
    BrokenXml,
    child,
    children,
    descendants,
    elements,
    line_of,
    markup_of,
    name_of,
    root_of,
    text_of,
)
from tutor_app.questions.markup import Rich, rich, rich_with_image
from tutor_app.questions.model import Bank, Question, Skipped
from tutor_app.questions.text import plain

NAME = "qti-2.1"
ENDING = ".zip"
HOLDS: frozenset[str] = frozenset(("explanation", "hint", "why_wrong", "image"))
HOLDS_OF_BANK: frozenset[str] = frozenset(("title",))

_OTHERS = {
    "orderInteraction": "ordering questions are not supported",
    "associateInteraction": "matching questions are not supported",
    "gapMatchInteraction": "questions with gaps to fill are not supported",
    "inlineChoiceInteraction": "questions with menus in the text are not supported",
    "hottextInteraction": "questions with words to pick are not supported",
    "hotspotInteraction": "questions about a place in a picture are not supported",
    "selectPointInteraction": "questions about a place in a picture are not supported",
    "graphicOrderInteraction": "ordering questions are not supported",
    "graphicAssociateInteraction": "matching questions are not supported",
    "graphicGapMatchInteraction": "questions with gaps to fill are not supported",
    "sliderInteraction": "numeric questions are not supported",
    "extendedTextInteraction": "essay questions are not supported",
    "uploadInteraction": "file uploads are not supported",
    "drawingInteraction": "drawing questions are not supported",
    "mediaInteraction": "it is a recording without answers",
    "customInteraction": "questions with programs of their own are not supported",
    "positionObjectInteraction": "questions about a place in a picture are not supported",
}
_ASKING = ("choiceInteraction", "textEntryInteraction", "matchInteraction")
_QTI_3 = ("qti-assessment-item", "qti-assessment-test")


def looks_like(source: Source) -> bool:
    """The root is an item, or wraps items."""
    name, attributes = root_of(source.start)
    wraps = name == "items" and "imsqti" in attributes
    return wraps or name in ("assessmentItem", "assessmentTest", *_QTI_3)


def read(source: Source) -> Iterator[Item]:
    """Read every item in the file."""
    if root_of(source.start)[0] in _QTI_3:
        yield Skipped(source.at(1), "QTI 3 is not supported; export it as QTI 2.1 or 2.2")
        return
    try:
        for element in elements(source, ("assessmentItem",)):
            yield from all_usable(source.at(line_of(element)), _question, element)
    except BrokenXml as broken:
        yield Skipped(source.at(broken.line), str(broken))


def _question(item: Element) -> Question | Several:
    body = child(item, "itemBody")
    if body is None:
        raise UnusableError("it has no itemBody, so nothing to ask")
    if children(item, "templateDeclaration"):
        raise UnusableError("it draws its numbers anew each time, which is not supported")
    _keep_passages(body)
    asking = descendants(body, *_ASKING, *_OTHERS)
    if not asking:
        raise UnusableError("it is a text without answers")
    kind = name_of(asking[0])
    if kind in _OTHERS:
        raise UnusableError(_OTHERS[kind])
    if len(asking) > 1:
        raise UnusableError("questions with several parts are not supported")
    if kind == "textEntryInteraction":
        return _typed(item, body, asking[0])
    if kind == "matchInteraction":
        return _matching(item, body, asking[0])
    return _choices(item, body, asking[0])


def _keep_passages(body: Element) -> None:
    """A rubric for the candidate, such as a passage to read, belongs to the question."""
    for rubric in descendants(body, "rubricBlock"):
        if "candidate" in rubric.get("view", "candidate").split():
            rubric.tag = "div"


def _choices(item: Element, body: Element, interaction: Element) -> Several:
    offered = children(interaction, "simpleChoice")
    idents = [choice.get("identifier", "") for choice in offered]
    keys = _keys(item, interaction)
    check_names(idents)
    stem = _stem(item, body, interaction)
    inline = [_inline_feedback(item, choice) for choice in offered]
    modal = _modal_feedback(item)
    notes = [inline[i] or modal.get(ident, "") for i, ident in enumerate(idents)]
    return build_each(
        stem.text,
        [_text(item, choice) for choice in offered],
        [i for i, ident in enumerate(idents) if ident in keys],
        id=_name(item),
        feedback=notes,
        explanation=_explanation(item, body, idents),
        hint=modal.get(_HINT, ""),
        image=stem.image,
    )


def _matching(item: Element, body: Element, interaction: Element) -> Several:
    """The first set has the rows, the second the right sides; a key is a pair of identifiers."""
    sets = [children(each, "simpleAssociableChoice") for each in children(interaction, "simpleMatchSet")]
    if len(sets) != 2:
        raise UnusableError("it has not two sets to match")
    rights = {choice.get("identifier", ""): _text(item, choice) for choice in sets[1]}
    keys: dict[str, set[str]] = {}
    for left, _, right in (key.partition(" ") for key in _keys(item, interaction)):
        keys.setdefault(left, set()).add(right.strip())
    rows = [(Rich(_text(item, choice)), keys.get(choice.get("identifier", ""), ())) for choice in sets[0]]
    return build_rows(
        _stem(item, body, interaction),
        [(left, only_key(left, named, rights)) for left, named in rows],
        list(rights.values()),
        id=_name(item),
        explanation=_explanation(item, body, []),
        hint=_modal_feedback(item).get(_HINT, ""),
    )


_FEEDBACK = ("feedbackInline", "feedbackBlock", "rubricBlock")
_HINT, _WHY = "HINT", "EXPLANATION"


def _name(item: Element) -> str:
    """The item's id: its identifier, or the id we wrote beside it."""
    return plain(item.get("label" if _is_ours(item) else "identifier", ""))


def _is_ours(item: Element) -> bool:
    """What we wrote holds plain text only: a dollar sign in it begins no formula."""
    return item.get("toolName") == _TOOL


def _text(item: Element, element: Element) -> str:
    return rich(markup_of(element, _FEEDBACK, _is_ours(item)), html=True)


def _keys(item: Element, interaction: Element) -> set[str]:
    """The identifiers the response declaration gives as correct (or maps to the most points)."""
    declaration = _declaration(item, interaction)
    if declaration is None:
        return set()
    correct = child(declaration, "correctResponse")
    keys = {text_of(value).strip() for value in children(correct, "value")} if correct is not None else set()
    if keys:
        return keys
    points = {
        entry.get("mapKey", ""): _number(entry.get("mappedValue", "")) for entry in _map_entries(declaration)
    }
    several = declaration.get("cardinality", "") == "multiple"
    best = max(points.values(), default=0.0)
    return {key for key, value in points.items() if value > 0 and (several or value == best)}


def _declaration(item: Element, interaction: Element) -> Element | None:
    wanted = interaction.get("responseIdentifier", "")
    for declaration in children(item, "responseDeclaration"):
        if declaration.get("identifier", "") == wanted:
            return declaration
    return None


def _map_entries(declaration: Element) -> list[Element]:
    return descendants(declaration, "mapEntry")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _stem(item: Element, body: Element, interaction: Element) -> Rich:
    """The body around the interaction, then its prompt."""
    prompt = child(interaction, "prompt")
    around = markup_of(body, (name_of(interaction), *_FEEDBACK), _is_ours(item))
    asked = f"<p>{around}</p><p>{markup_of(prompt) if prompt is not None else ''}</p>"
    return rich_with_image(asked, html=True)


def _inline_feedback(item: Element, choice: Element) -> str:
    return "\n".join(_text(item, each) for each in descendants(choice, "feedbackInline"))


def _modal_feedback(item: Element) -> dict[str, str]:
    return {
        feedback.get("identifier", ""): _text(item, feedback) for feedback in children(item, "modalFeedback")
    }


def _explanation(item: Element, body: Element, idents: list[str]) -> str:
    """Feedback that belongs to no single choice."""
    blocks = [_text(item, each) for each in descendants(body, "feedbackBlock")]
    for ident, text in _modal_feedback(item).items():
        if ident not in idents and ident != _HINT and not ident.lower().startswith("incorrect"):
            blocks.append(text)
    return "\n".join(filter(None, blocks))


def _typed(item: Element, body: Element, interaction: Element) -> Several:
    declaration = _declaration(item, interaction)
    keys: list[str] = []
    remark = ""
    if declaration is not None:
        correct = child(declaration, "correctResponse")
        keys += [text_of(value) for value in children(correct, "value")] if correct is not None else []
        mapped, remark = _best_mapped(declaration)
        keys += mapped
    stem = _with_blank(item, body, interaction)
    why, hint = _explanation(item, body, []), _modal_feedback(item).get(_HINT, "")
    if declaration is not None and declaration.get("baseType", "string") != "string":
        spans = [about(key, _tolerance(item)) for key in dict.fromkeys(keys)]
        made = build_number(stem.text, spans, id=_name(item), explanation=why, hint=hint, image=stem.image)
        return made._replace(remark="; ".join(filter(None, (made.remark, remark))))
    accepted = [plain(key) for key in keys]
    question = build_open(stem.text, accepted, id=_name(item), explanation=why, hint=hint, image=stem.image)
    return Several((question,), remark)


def _best_mapped(declaration: Element) -> tuple[list[str], str]:
    """The texts mapped to the most points, and a remark on those mapped to fewer."""
    points = [(e.get("mapKey", ""), _number(e.get("mappedValue", ""))) for e in _map_entries(declaration)]
    best = max((value for _, value in points), default=0.0)
    return whole(points, best) if best > 0 else ([], "")


def _tolerance(item: Element) -> str:
    """How far from the key a number may be, as the item's own processing says."""
    for equal in descendants(item, "equal"):
        widths = equal.get("tolerance", "").split()
        mode = equal.get("toleranceMode", "")
        if widths and mode in ("absolute", "relative"):
            return min(widths, key=_number) + ("%" if mode == "relative" else "")
    return ""


def _with_blank(item: Element, body: Element, interaction: Element) -> Rich:
    """The body with a blank where the answer is typed, unless that stands on a line of its own."""
    interaction.tag, interaction.text = "span", BLANK
    stem = rich_with_image(markup_of(body, _FEEDBACK, _is_ours(item)), html=True)
    return Rich(stem.text.removesuffix("\n" + BLANK), stem.image)


def write(bank: Bank) -> bytes:
    """The bank as a zip: a manifest and a file for each question."""
    out = io.BytesIO()
    questions = [question for question in bank.questions if not unwritable(question)]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        _add(package, "imsmanifest.xml", _manifest(bank.title, len(questions)))
        for number, question in enumerate(questions, 1):
            _add(package, f"items/item_{number:05}.xml", _item(question, number))
    return out.getvalue()


def unwritable(question: Question) -> str:
    """Why QTI cannot hold a question; empty when it can."""
    return lacking(question)


def _add(package: zipfile.ZipFile, name: str, text: str) -> None:
    """The same bank gives the same bytes on every day."""
    package.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text.encode("utf-8"), zipfile.ZIP_DEFLATED)


def _manifest(title: str, count: int) -> str:
    resources = "\n".join(
        f'<resource identifier="item_{n:05}" type="imsqti_item_xmlv2p1" href="items/item_{n:05}.xml">'
        f'<file href="items/item_{n:05}.xml"/></resource>'
        for n in range(1, count + 1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" '
        'xmlns:imsmd="http://www.imsglobal.org/xsd/imsmd_v1p2" identifier="bank">\n'
        "<metadata><schema>QTIv2.1 Package</schema><schemaversion>1.0.0</schemaversion>"
        f"<imsmd:lom><imsmd:general><imsmd:title><imsmd:langstring>{escape(title)}</imsmd:langstring>"
        "</imsmd:title></imsmd:general></imsmd:lom></metadata>\n"
        f"<organizations/>\n<resources>\n{resources}\n</resources>\n</manifest>\n"
    )


def _item(question: Question, number: int) -> str:
    asked = f"<p>{_xhtml(question.text)}</p>"
    if question.image:
        asked += f'<p><img src="" alt="{_xhtml(question.image)}"/></p>'
    values = question.accepted if question.is_open else (f"choice_{(question.answer or 0) + 1}",)
    keys = "".join(f"<value>{escape(value)}</value>" for value in values)
    modal = _modal(_WHY, "\n".join(question.explanation)) + _modal(_HINT, question.hint)
    form = "string" if question.is_open else "identifier"
    several = "multiple" if len(values) > 1 else "single"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" '
        f'identifier="item_{number:05}" title="{escape(" ".join(question.text.split())[:60])}" '
        f'label="{escape(question.id)}" adaptive="false" timeDependent="false" toolName="{_TOOL}">\n'
        f'<responseDeclaration identifier="RESPONSE" cardinality="{several}" baseType="{form}">'
        f"<correctResponse>{keys}</correctResponse></responseDeclaration>\n"
        '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>\n'
        '<outcomeDeclaration identifier="FEEDBACK" cardinality="multiple" baseType="identifier"/>\n'
        f"<itemBody>{asked}{_interaction(question)}</itemBody>\n"
        '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/>\n'
        f"{modal}</assessmentItem>\n"
    )


_TOOL = "sci-cot-tutor"


def _interaction(question: Question) -> str:
    if question.is_open:
        return '<p><textEntryInteraction responseIdentifier="RESPONSE"/></p>'
    notes = question.why_wrong or (None,) * len(question.choices)
    choices = "".join(
        f'<simpleChoice identifier="choice_{n}">{_xhtml(choice)}{_inline(n, note)}</simpleChoice>'
        for n, (choice, note) in enumerate(zip(question.choices, notes, strict=True), 1)
    )
    interaction = '<choiceInteraction responseIdentifier="RESPONSE" shuffle="true" maxChoices="1">'
    return f"{interaction}{choices}</choiceInteraction>"


def _inline(number: int, note: str | None) -> str:
    if not note:
        return ""
    return (
        f'<feedbackInline outcomeIdentifier="FEEDBACK" identifier="choice_{number}" showHide="show">'
        f"{_xhtml(note)}</feedbackInline>"
    )


def _modal(name: str, text: str) -> str:
    if not text:
        return ""
    return (
        f'<modalFeedback outcomeIdentifier="FEEDBACK" identifier="{name}" showHide="show">'
        f"{_xhtml(text)}</modalFeedback>\n"
    )


def _xhtml(text: str) -> str:
    """Text as XHTML."""
    return escape(text).replace("\n", "<br/>").replace("  ", " &#160;")
