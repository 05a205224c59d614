"""QTI 1.2: what Canvas, Common Cartridge and Blackboard export, as XML."""

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from tutor_app.questions.formats.matching import Row, build_rows, only_key
from tutor_app.questions.formats.numbers import Span, between, build_number, exactly, number
from tutor_app.questions.formats.reading import (
    About,
    Item,
    Several,
    Source,
    UnusableError,
    all_usable,
    build_open,
    check_names,
)
from tutor_app.questions.formats.several import build_each
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
from tutor_app.questions.markup import UNDESCRIBED, Rich, rich, rich_with_image
from tutor_app.questions.model import Question, Skipped
from tutor_app.questions.text import plain

NAME = "qti-1.2"

_TITLE = re.compile(r"<(?:\w+:)?(?:assessment|objectbank)\b[^>]{0,2000}?\stitle=\"([^\"]{1,300})\"")
_SCORE = re.compile(r"score|points|marks|grade|(?<!in)correct", re.IGNORECASE)
_TOPIC_FIELDS = ("cc_question_category",)
_TYPE_FIELDS = ("question_type", "cc_profile", "qmd_questiontype", "qmd_itemtype")
_SEVERAL = ("multipleanswer", "multipleresponse", "multiplecorrect")
_UNSUPPORTED = (
    ("essay", "essay questions are not supported"),
    ("calculated", "calculated questions are not supported"),
    ("formula", "calculated questions are not supported"),
    ("fileupload", "file uploads are not supported"),
    ("textonly", "it is a text without answers"),
    ("fillinmultiple", "questions with several blanks are not supported"),
    ("multipledropdown", "questions with several menus are not supported"),
    ("ordering", "ordering questions are not supported"),
    ("hotspot", "questions about a place in a picture are not supported"),
    ("jumbled", "questions with several menus are not supported"),
    ("opinion", "opinion scales have no right answer"),
    ("likert", "opinion scales have no right answer"),
    ("quizbowl", "quiz-bowl questions are not supported"),
    ("fileresponse", "file uploads are not supported"),
    ("shortresponse", "essay questions are not supported"),
)


def looks_like(source: Source) -> bool:
    """The root is `questestinterop`."""
    return root_of(source.start)[0] == "questestinterop"


def read(source: Source) -> Iterator[Item]:
    """Read the assessment item by item."""
    if title := _title(source):
        yield About(title=title)
    try:
        for element in elements(source, ("item",)):
            yield from all_usable(source.at(line_of(element)), _question, element)
    except BrokenXml as broken:
        yield Skipped(source.at(broken.line), str(broken))


def _title(source: Source) -> str:
    """The title on the assessment or object bank."""
    found = _TITLE.search(source.start)
    return rich(found[1]) if found else ""


def _question(item: Element) -> Question | Several:
    kind = _kind(item)
    for word, reason in _UNSUPPORTED:
        if word in kind:
            raise UnusableError(reason)
    presentation = child(item, "presentation")
    if presentation is None:
        raise UnusableError("it has no presentation, so nothing to ask")
    groups = descendants(presentation, "response_lid", "response_grp", "response_xy", "response_num")
    typed = descendants(presentation, "response_str", "render_fib")
    notes = _notes(item)
    name = plain(item.get("ident", ""))
    if "match" in kind:
        return _matching(item, presentation, groups, notes, name)
    if len(groups) > 1:
        raise UnusableError("questions with several parts are not supported")
    if groups and name_of(groups[0]) == "response_lid":
        return _choices(item, presentation, groups[0], notes, name)
    bounded = descendants(item, "vargte", "vargt", "varlte", "varlt")
    if "numeric" in kind or bounded or (groups and name_of(groups[0]) == "response_num"):
        return _numeric(item, presentation, notes, name)
    if typed and not groups:
        return _typed(item, presentation, notes, name)
    raise UnusableError("it has no choices")


def _kind(item: Element) -> str:
    """The item's type as its exporter names it, as one word in small letters."""
    if named := _field(item, _TYPE_FIELDS):
        return _word(named)
    for entry in descendants(item, "bbmd_questiontype", "qmd_questiontype", "qmd_itemtype"):
        return _word(text_of(entry))
    return ""


def _field(item: Element, labels: tuple[str, ...]) -> str:
    """The first of the item's metadata fields that has one of these labels."""
    for entry in descendants(item, "qtimetadatafield"):
        if text_of(child(entry, "fieldlabel")).strip().lower() in labels:
            return text_of(child(entry, "fieldentry"))
    return ""


def _word(text: str) -> str:
    return "".join(sign for sign in text.lower() if sign.isalpha()).replace("patternmatch", "pattern")


def _choices(
    item: Element, presentation: Element, group: Element, notes: dict[str, str], name: str
) -> Several:
    labels = descendants(group, "response_label")
    idents = [label.get("ident", "") for label in labels]
    kind = _kind(item)
    several = group.get("rcardinality", "").lower() == "multiple" or any(word in kind for word in _SEVERAL)
    stem = _stem(presentation, group)
    check_names(idents)
    return build_each(
        stem.text,
        [_material(label) for label in labels],
        _right(item, idents, several),
        id=name,
        feedback=[_note(item, notes, ident) for ident in idents],
        explanation=_explanation(notes),
        hint=notes.get("hint", ""),
        image=stem.image,
        topic=rich(_field(item, _TOPIC_FIELDS)),
    )


def _stem(presentation: Element, group: Element) -> Rich:
    """All material that stands before the choices."""
    own = [each for direct in children(group, "material") for each in _texts(direct)]
    return _around(presentation, set(group.iter()), own)


def _around(presentation: Element, inside: set[Element], own: Iterable[Element] = ()) -> Rich:
    """All material that is not inside these parts, then what they have of their own."""
    parts: list[str] = []
    for element in presentation.iter():
        if element not in inside and name_of(element) in _TEXTS:
            parts.append(_html(element))
    stem = rich_with_image("<br>".join(filter(None, [*parts, *map(_html, own)])), html=True)
    pictures = [each for each in descendants(presentation, "matimage") if each not in inside]
    if stem.image or not pictures:
        return stem
    labels = [rich(text) for each in pictures if (text := each.get("label") or text_of(each).strip())]
    return Rich(stem.text, "; ".join(labels) or UNDESCRIBED)


_TEXTS = ("mattext", "matemtext", "mat_formattedtext")


def _texts(element: Element) -> list[Element]:
    return descendants(element, *_TEXTS)


def _html(element: Element) -> str:
    """Material as HTML; plain text keeps its line ends."""
    text = text_of(element)
    if len(element):
        return markup_of(element)
    kind = (element.get("texttype") or element.get("type") or "").lower()
    if kind in ("text/plain", "") and "<" not in text:
        return text.strip().replace("\n", "<br>")
    return text


def _material(element: Element) -> str:
    return rich("<br>".join(filter(None, (_html(each) for each in _texts(element)))), html=True)


def _right(item: Element, idents: list[str], several: bool) -> set[int]:
    """The choices that alone earn the points: a condition names them and sets the score above zero.

    Where several may be chosen, every one that earns some is right.
    """
    scored: list[tuple[float, set[str]]] = []
    for condition in descendants(item, "respcondition"):
        variables = child(condition, "conditionvar")
        if variables is None:
            continue
        named = {text_of(each).strip() for each in _positive(variables) if text_of(each).strip() in idents}
        points = _points(condition)
        if named and points > 0:
            scored.append((points, named))
    if not scored:
        return set()
    best = max(points for points, _ in scored)
    right = set().union(*(named for points, named in scored if several or points == best))
    return {idents.index(ident) for ident in right}


def _positive(element: Element, *wanted: str) -> Iterator[Element]:
    """The `varequal`s (or conditions of other names) that are not under a `not`."""
    for inner in element:
        name = name_of(inner)
        if name in (wanted or ("varequal",)):
            yield inner
        elif name in ("and", "or", "conditionvar"):
            yield from _positive(inner, *wanted)


def _points(condition: Element) -> float:
    """What a condition gives.

    Blackboard's `title="correct"` gives the item's maximum; where it has no titles, what praises does.
    """
    if condition.get("title", "").lower() == "correct":
        return 1e9
    settings = children(condition, "setvar")
    praised = [link.get("linkrefid", "") for link in children(condition, "displayfeedback")]
    best = 1.0 if not settings and "correct" in praised else 0.0
    for setting in filter(_earns, settings):
        try:
            value = float(text_of(setting).strip() or "0")
        except ValueError:
            value = 1.0 if "max" in text_of(setting).lower() else 0.0
        best = max(best, value)
    return best


def _earns(setting: Element) -> bool:
    """Whether a setting gives points: it sets the score or adds to it, and counts no tries or mistakes."""
    name = setting.get("varname") or setting.get("variablename") or "SCORE"
    return setting.get("action", "Set").lower() in ("set", "add") and _SCORE.search(name) is not None


def _notes(item: Element) -> dict[str, str]:
    """The texts of an item's feedback by their ident."""
    notes: dict[str, str] = {}
    choices = {label.get("ident", "") for label in descendants(item, "response_label")}
    for feedback in descendants(item, "itemfeedback"):
        if (ident := feedback.get("ident", "")) in choices:
            notes[ident] = _material(feedback)
            continue
        if solution := children(feedback, "solution"):
            notes["solution"] = _material(solution[0])
        if hint := children(feedback, "hint"):
            notes["hint"] = _material(hint[0])
        if not solution and not hint:
            notes[ident] = _material(feedback)
    return notes


def _explanation(notes: dict[str, str]) -> str:
    """What is said whatever was chosen; failing that, what is said to the right answer."""
    return next(
        (notes[name] for name in ("general_fb", "solution", "correct_fb", "correct") if notes.get(name)), ""
    )


def _note(item: Element, notes: dict[str, str], ident: str) -> str:
    """A choice's own feedback: Canvas names it after the choice, others link it from a condition."""
    for own in (f"{ident}_fb", ident):
        if own in notes:
            return notes[own]
    for condition in descendants(item, "respcondition"):
        variables = child(condition, "conditionvar")
        named = [text_of(each).strip() for each in _positive(variables)] if variables is not None else []
        if named != [ident]:
            continue
        for link in children(condition, "displayfeedback"):
            if (linked := link.get("linkrefid", "")) in notes and linked not in (
                "general_fb",
                "correct_fb",
                "correct",
                "incorrect",
            ):
                return notes[linked]
    return ""


def _earning(item: Element) -> Iterator[tuple[Element, float]]:
    """What each condition that earns points says of the response, and the points."""
    for condition in descendants(item, "respcondition"):
        variables = child(condition, "conditionvar")
        if variables is not None and (points := _points(condition)) > 0:
            yield variables, points


def _typed(item: Element, presentation: Element, notes: dict[str, str], name: str) -> Several:
    """Fill in one blank: the texts that earn the most points."""
    answers = [
        (plain(text_of(each)), points)
        for variables, points in _earning(item)
        for each in _positive(variables)
    ]
    if not answers:
        raise UnusableError("essay questions are not supported")
    accepted, remark = whole(answers, max(points for _, points in answers))
    group = descendants(presentation, "response_str")
    stem = _stem(presentation, group[0] if group else presentation)
    question = build_open(
        stem.text,
        accepted,
        id=name,
        explanation=_explanation(notes),
        hint=notes.get("hint", ""),
        image=stem.image,
        topic=rich(_field(item, _TOPIC_FIELDS)),
    )
    return Several((question,), remark)


def _numeric(item: Element, presentation: Element, notes: dict[str, str], name: str) -> Several:
    """A number to write: each condition that earns the points names it, or between which bounds it lies."""
    spans = [span for variables, _ in _earning(item) for span in _spans(variables)]
    group = descendants(presentation, "response_str", "response_num")
    stem = _stem(presentation, group[0] if group else presentation)
    return build_number(
        stem.text,
        spans,
        id=name,
        explanation=_explanation(notes),
        hint=notes.get("hint", ""),
        image=stem.image,
        topic=rich(_field(item, _TOPIC_FIELDS)),
    )


def _spans(variables: Element) -> list[Span]:
    """What one condition counts as right: a number, a number with bounds around it, or bounds alone."""
    values = [text_of(each) for each in _positive(variables)]
    lows = [text_of(each) for each in _positive(variables, "vargte", "vargt")]
    highs = [text_of(each) for each in _positive(variables, "varlte", "varlt")]
    if not lows or not highs:
        return [exactly(value) for value in values]
    return [Span(value, number(lows[0]), number(highs[0])) for value in values] or [
        between(lows[0], highs[0])
    ]


def _matching(
    item: Element, presentation: Element, groups: list[Element], notes: dict[str, str], name: str
) -> Several:
    """A group of choices for each row; Blackboard keeps the choices' texts apart, for all rows together."""
    blocks = [flow for flow in descendants(presentation, "flow") if flow.get("class", "") in _MATCH_BLOCKS]
    apart = [_material(each) for block in blocks if block.get("class") == _MATCH_BLOCKS[1] for each in block]
    parents = {inner: outer for block in blocks for outer in block.iter() for inner in outer}
    keys = _keys_by_group(item)
    rows: list[Row] = []
    rights: list[str] = []
    for group in groups:
        left = _left(group, parents.get(group))
        labels = descendants(group, "response_label")
        texts = apart or [_material(label) for label in labels]
        if len(texts) != len(labels):
            raise UnusableError("its rows and its choices do not go together")
        named = {label.get("ident", ""): text for label, text in zip(labels, texts, strict=True)}
        rights += texts
        rows.append((left, only_key(left, keys.get(group.get("ident", ""), ()), named)))
    return build_rows(
        _around(presentation, {element for part in (*groups, *blocks) for element in part.iter()}),
        rows,
        rights,
        id=name,
        explanation=_explanation(notes),
        hint=notes.get("hint", ""),
        topic=rich(_field(item, _TOPIC_FIELDS)),
    )


_MATCH_BLOCKS = ("RESPONSE_BLOCK", "RIGHT_MATCH_BLOCK")


def _left(group: Element, around: Element | None) -> Rich:
    """A row's left side: what stands in its group before the choices, else beside the group."""
    own = [each for material in children(group, "material") for each in _texts(material)]
    if not own and around is not None and around.get("class", "") not in _MATCH_BLOCKS:
        inside = set(group.iter())
        own = [each for each in _texts(around) if each not in inside]
    return rich_with_image("<br>".join(filter(None, map(_html, own))), html=True)


def _keys_by_group(item: Element) -> dict[str, set[str]]:
    keys: dict[str, set[str]] = {}
    for variables, _ in _earning(item):
        for named in _positive(variables):
            keys.setdefault(named.get("respident", ""), set()).add(text_of(named).strip())
    return keys
