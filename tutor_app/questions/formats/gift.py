"""GIFT, Moodle's text format: `::title:: question {=right ~wrong #feedback ####explanation}`."""

import re
from collections.abc import Iterable, Iterator

from tutor_app.questions.formats.matching import build_rows
from tutor_app.questions.formats.numbers import Span, about, between, build_number
from tutor_app.questions.formats.reading import (
    BLANK,
    Item,
    Several,
    Source,
    UnusableError,
    all_usable,
    build,
    content_id,
)
from tutor_app.questions.formats.several import build_each, right_by_points
from tutor_app.questions.formats.topics import category_of, topic_of
from tutor_app.questions.formats.writing import lacking
from tutor_app.questions.formats.written import ALL_POINTS, build_written, with_stars
from tutor_app.questions.markup import Rich, as_html, rich, rich_with_image, without_emphasis
from tutor_app.questions.model import Bank, Question
from tutor_app.questions.text import plain

NAME = "gift"
ENDING = ".gift"
HOLDS: frozenset[str] = frozenset(("explanation", "why_wrong", "image", "topic"))
HOLDS_OF_BANK: frozenset[str] = frozenset()

_SIGNS = re.compile(r"^[^\S\n]*::|\{[^{}]*(?:[=~]|#|\}|\bT(?:RUE)?\b|\bF(?:ALSE)?\b)", re.MULTILINE)
_CATEGORY = "$CATEGORY:"
_ID = re.compile(r"\[id:((?:[^\]\\]|\\.){1,200})\]")
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_WEIGHT = re.compile(r"\s*%(-?\d{1,3}(?:\.\d{1,9})?)%")
_TRUE_FALSE = re.compile(r"(T|TRUE|F|FALSE)\s*(?=#|\Z)", re.IGNORECASE)
_ANSWERS = re.compile(r"\{([^{}]*)\}")
_OPTION_MARKS = re.compile(r"([=~])")
_EQUALS_AFTER_TEXT = re.compile(r"(?<=[^\s=~])(?:=|[^\S\n]+=(?=[\s=]))")
_MARK_AFTER_SPACE = re.compile(r"\s[=~]")
_MARK_WITHOUT_SPACE = re.compile(r"\A[^~]|~(?:\S|\s*%)")
# Escaped signs wait as controls, which are first taken out of the file, while the plain ones are read.
_ESCAPED = {sign: chr(0x0E + i) for i, sign in enumerate("~=#{}:\\n")}
_UNESCAPED = {mark: "\n" if sign == "n" else sign for sign, mark in _ESCAPED.items()}
_MARKS = re.compile("[" + "".join(_ESCAPED.values()) + "]")
_SPECIAL = re.compile(r"[<&\\$^_\[*]")
_ESCAPE = re.compile(r"\\([~=#{}:n\\])")
_BEGUN_ANSWERS = re.compile(r"(?<![\\^_])\{\s*(?:[=~#}]|\Z|(?:T|TRUE|F|FALSE)\s*[#}])", re.IGNORECASE)
_MOST_ANSWER_LINES = 100
_WHOLE_ANSWERS = re.compile(
    r"(?<![\^_])\{\s*(?:[=~#][^{}]*|(?:T|TRUE|F|FALSE)\s*(?:#[^{}]*)?)?\}\s*\Z", re.IGNORECASE
)


def looks_like(source: Source) -> bool:
    """Answers in braces, or a title between double colons."""
    start = source.start
    return "{" in start and "}" in start and _SIGNS.search(start) is not None


def read(source: Source) -> Iterator[Item]:
    """Read a GIFT file block by block."""
    topic, name = "", ""
    for line, block in _blocks(_MARKS.sub("", source.text)):
        if isinstance(block, list):
            yield from all_usable(f"{source.name}:{line}", _question, "\n".join(block), name, topic)
            name = ""
        elif block.startswith(_CATEGORY):
            topic = topic_of(block.removeprefix(_CATEGORY))
        else:
            found = _ID.search(block)
            name = plain(re.sub(r"\\(.)", r"\1", found[1])) if found else name


def _blocks(text: str) -> Iterator[tuple[int, list[str] | str]]:
    """Blocks of lines as lists, categories and comments as they are, with their first line's number."""
    block: list[str] = []
    first = 0
    broken = False
    for number, line in enumerate(text.split("\n"), 1):
        if not line or line.isspace():
            broken = bool(block)
        elif ("//" in line or "$" in line) and (note := line.strip()).startswith(("//", _CATEGORY)):
            of_next = note.startswith(_CATEGORY) or "[id:" in note
            if block and (broken or note.startswith(_CATEGORY) or (of_next and _is_whole(block))):
                yield first, block
                block, broken = [], False
            if of_next:
                yield number, note
        else:
            if block and _begins_another(block, line, broken):
                yield first, block
                block = []
            if not block:
                first = number
            broken = False
            block.append(line)
    if block:
        yield first, block


def _begins_another(block: list[str], line: str, broken: bool) -> bool:
    """After an empty line, or where none was left between two questions."""
    begun = line.lstrip()
    if broken:
        return not (_is_open(block) and begun.startswith(("=", "~", "}", "#")))
    if begun.startswith("::"):
        return not _is_open(block)
    return _BEGUN_ANSWERS.search(line) is not None and _is_whole(block)


def _is_open(block: list[str]) -> bool:
    """An answer block that a stray blank line has cut in two."""
    text = "".join(block)
    return text.rfind("{") > text.rfind("}")


def _is_whole(block: list[str]) -> bool:
    """The answers are closed, and nothing follows them on their line."""
    if not block[-1].rstrip().endswith("}"):
        return False
    return _WHOLE_ANSWERS.search(_marked("\n".join(block[-_MOST_ANSWER_LINES:]))) is not None


def _marked(text: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPED[match[1]], text) if "\\" in text else text


def _question(block: str, name: str, topic: str) -> Question | Several:
    block = _marked(block)
    if block.startswith("::") and (end := block.find("::", 2)) > 0:
        block = block[end + 2 :]
    markup = "moodle"
    if "[" in block and (named := _FORMAT.match(block)):
        markup = named[1].lower()
        block = block[named.end() :]
    start, end = _answers_in(block)
    text, body, after = block[:start], block[start + 1 : end].strip(), block[end + 1 :].strip()
    if after:
        text = f"{text.rstrip()} {BLANK} {after}" if text.strip() else f"{BLANK} {after}"
    stem = _clean_stem(text, markup)
    if ("{" in text or "}" in text) and _has_stray_brace(text, markup):
        raise UnusableError(
            "a { or } stands in its text; leave an empty line between questions, and write \\{ for a brace"
        )
    body, _, explanation = body.partition("####")
    why = _clean(explanation, markup) if explanation else ""
    if not body:
        raise UnusableError("essay questions are not supported")
    if body.startswith("#"):
        return _numeric(stem, body[1:], why, name, topic)
    if kind := _TRUE_FALSE.match(body):
        return _true_false(stem, kind, body[kind.end() :], markup, why, name, topic)
    if "~" in body:
        _check_equals(body)
        return _choices(stem, body, markup, why, name, topic)
    return _short_answer(stem, body, markup, why, name, topic)


def _answers_in(block: str) -> tuple[int, int]:
    """Where the answers' braces are; formulas with braces of their own may stand around or inside."""
    start, end = block.find("{"), block.find("}")
    if start < 0:
        raise UnusableError("it is a text without answers")
    if end < start:
        raise UnusableError("its answers are not closed by }")
    if block.find("{", start + 1) < 0 and block.find("}", end + 1) < 0:
        return start, end
    for group in reversed(list(_ANSWERS.finditer(block))):
        inner = group[1].strip()
        if inner[:1] in ("=", "~", "#") or _TRUE_FALSE.match(inner):
            return group.start(), group.end() - 1
    return start, block.rfind("}")


def _has_stray_brace(text: str, markup: str) -> bool:
    """A brace that is neither escaped nor a formula's: most likely another question's answers."""
    shown = _clean_stem(text.replace(_ESCAPED["{"], "").replace(_ESCAPED["}"], ""), markup).text
    return "{" in shown or "}" in shown


def _unescaped(text: str) -> str:
    text = text.strip()
    return text if text.isprintable() else _MARKS.sub(lambda mark: _UNESCAPED[mark[0]], text)


def _clean(text: str, markup: str) -> str:
    text = text.strip()
    if text.isascii() and text.isprintable() and "  " not in text and not _SPECIAL.search(text):
        return text
    text = _unescaped(text)
    if "[" in text and (named := _FORMAT.match(text)):
        markup = named[1].lower()
        text = text[named.end() :]
    if markup == "markdown":
        text = without_emphasis(text)
    return plain(text) if markup == "plain" else rich(text, markup == "html")


def _clean_stem(text: str, markup: str) -> Rich:
    text = _unescaped(text)
    if markup == "markdown":
        text = without_emphasis(text)
    return Rich(plain(text)) if markup == "plain" else rich_with_image(text, markup == "html")


def _true_false(
    stem: Rich, kind: re.Match[str], notes: str, markup: str, why: str, name: str, topic: str
) -> Question:
    """`{T#if wrong#if right}`: the first note is for the wrong choice."""
    answer = 0 if kind[1][0] in "Tt" else 1
    feedback = ["", ""]
    for choice, note in zip((1 - answer, answer), notes.split("#")[1:], strict=False):
        feedback[choice] = _clean(note, markup)
    return build(
        stem.text,
        ("True", "False"),
        (answer,),
        feedback=feedback,
        explanation=why,
        image=stem.image,
        id=name,
        topic=topic,
    )


def _check_equals(body: str) -> None:
    """Raise UnusableError for `F=ma` or `F = ma` in an answer, which would be two.

    `{=a~b}` leaves no spaces at all, `{~ a = b ~ c}` leaves them at every sign.
    """
    found = _EQUALS_AFTER_TEXT.search(body)
    if found is None:
        return
    other_ways = _MARK_AFTER_SPACE if found[0] == "=" else _MARK_WITHOUT_SPACE
    if body.count("=") > 1 or other_ways.search(body):
        answer = body[: found.start()].split()[-1].lstrip("=~") + body[found.start() :].split("~")[0]
        raise UnusableError(
            f"an = stands inside '{_unescaped(answer)[:40]}'; write \\= for an equals sign in an answer; "
            "another answer begins with a space and its = right before it"
        )


def _choices(stem: Rich, body: str, markup: str, why: str, name: str, topic: str) -> Several:
    parts = _OPTION_MARKS.split(body)
    choices: list[str] = []
    feedback: list[str] = []
    weights: list[float] = []
    for mark, option in zip(parts[1::2], parts[2::2], strict=True):
        weight = 100.0 if mark == "=" else 0.0
        if "%" in option and (given := _WEIGHT.match(option)):
            weight = float(given[1])
            option = option[given.end() :]
        if "#" in option:
            option, _, note = option.partition("#")
            feedback.append(_clean(note, markup))
        else:
            feedback.append("")
        choices.append(_clean(option, markup))
        weights.append(weight)
    partial = any(weight not in (0.0, 100.0) for weight in weights)
    return build_each(
        stem.text,
        choices,
        right_by_points(weights),
        feedback=feedback,
        explanation=why,
        image=stem.image,
        id=name,
        topic=topic,
        extra={"weights": weights} if partial else None,
    )


def _short_answer(stem: Rich, body: str, markup: str, why: str, name: str, topic: str) -> Question | Several:
    answers = body.split("=")[1:]
    if not answers:
        raise UnusableError("no answers can be read between { and }")
    if all("->" in answer for answer in answers):
        return _matching(stem, answers, markup, why, name, topic)
    _check_equals(body)
    weighed = [(_clean(answer, markup), points) for answer, points in _weighed(answers)]
    return build_written(stem.text, weighed, explanation=why, image=stem.image, id=name, topic=topic)


def _weighed(answers: Iterable[str]) -> Iterator[tuple[str, float]]:
    """The answers without their notes, and the points they earn."""
    for answer in answers:
        given = _WEIGHT.match(answer)
        points = float(given[1]) if given else ALL_POINTS
        yield answer[given.end() if given else 0 :].partition("#")[0].strip(), points


def _matching(stem: Rich, pairs: Iterable[str], markup: str, why: str, name: str, topic: str) -> Several:
    """`=left -> right`; a right side with nothing on its left goes with no row."""
    sides = [pair.partition("->") for pair in pairs]
    rows = [(_clean_stem(left, markup), _clean(right, markup)) for left, _, right in sides if left.strip()]
    others = [_clean(right, markup) for left, _, right in sides if not left.strip()]
    return build_rows(stem, rows, others, explanation=why, id=name, topic=topic)


def _numeric(stem: Rich, body: str, why: str, name: str, topic: str) -> Several:
    """`#9.8:0.1`, `#9.7..9.9`, or several such after equals signs."""
    marked = _OPTION_MARKS.split(body)
    answers = [answer for mark, answer in zip(marked[1::2], marked[2::2], strict=True) if mark == "="]
    spans = [_span(answer) for answer, points in _weighed(answers or [body]) if points >= ALL_POINTS]
    return build_number(stem.text, spans, explanation=why, image=stem.image, id=name, topic=topic)


def _span(answer: str) -> Span:
    low, dots, high = answer.partition("..")
    if dots:
        return between(low, high)
    value, _, tolerance = answer.replace(_ESCAPED[":"], ":").partition(":")
    return about(value, tolerance)


def write(bank: Bank) -> bytes:
    """The bank as GIFT."""
    return "".join(_written(bank.questions)).encode("utf-8")


def unwritable(question: Question) -> str:
    """Why GIFT cannot hold a question; empty when it can."""
    if question.is_open and "->" in "".join(question.accepted):
        return "an answer with -> would be a matching question"
    return lacking(question)


def _written(questions: Iterable[Question]) -> Iterator[str]:
    topic = ""
    for question in questions:
        if unwritable(question):
            continue
        if question.topic != topic:
            topic = question.topic
            yield f"{_CATEGORY} {category_of(topic)}\n\n"
        if question.id != content_id(question.text, question.choices, question.key or _first(question)):
            yield f"// [id:{_comment(question.id)}]\n"
        yield _written_question(question)


def _first(question: Question) -> str:
    return question.accepted[0] if question.accepted else ""


def _comment(id: str) -> str:
    return re.sub(r"([\]\\])", r"\\\1", " ".join(id.split()))


def _written_question(question: Question) -> str:
    explanation = "\n".join(question.explanation)
    accepted = list(map(with_stars, question.accepted))
    if question.image:
        form, shown = "[html]", as_html
    else:
        own = (
            question.text,
            *question.choices,
            *accepted,
            *filter(None, question.why_wrong),
            explanation,
        )
        form, shown = "[plain]" if any(_needs_format(text) for text in own) else "", _as_is
    picture = f'<img src="" alt="{as_html(question.image)}">' if question.image else ""

    def text(of: str) -> str:
        return (form if of.startswith("[") else "") + _escape(shown(of))

    lines = [f"{form}{_escape(shown(question.text) + picture)} {{"]
    if question.is_open:
        lines += [f"\t=%100%{text(answer)}" for answer in accepted]
    for number, choice in enumerate(question.choices):
        mark = "=" if number == question.answer else "~"
        weight = ("%100%" if mark == "=" else "%0%") if choice.startswith("%") else ""
        note = question.why_wrong[number] if question.why_wrong else None
        lines.append(f"\t{mark}{weight}{text(choice)}" + (f"#{text(note)}" if note else ""))
    if explanation:
        lines.append(f"\t####{text(explanation)}")
    return "\n".join((*lines, "}\n\n"))


def _as_is(text: str) -> str:
    return text


def _needs_format(text: str) -> bool:
    return text.startswith(("[", "/", "$")) or rich(text) != text


def _escape(text: str) -> str:
    return re.sub(r"([\\~=#{}:])", r"\\\1", text).replace("\n", "\\n")
