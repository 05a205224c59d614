"""Word's own formulas (OMML) as Unicode text on one line."""

from collections.abc import Callable
from xml.etree.ElementTree import Element

from tutor_app.questions.formats.xml_tree import child, children, name_of, text_of
from tutor_app.questions.latex import subscript, superscript

_ROOTS = {"3": "∛", "4": "∜"}


def formula_of(element: Element) -> str:
    """The text of an `oMath` element."""
    return " ".join(_text(element).split())


def _text(element: Element) -> str:
    name = name_of(element)
    if name == "r":
        return "".join(text_of(each) for each in children(element, "t"))
    if name.endswith("Pr"):
        return ""
    if write := _WRITERS.get(name):
        return write(element)
    return "".join(map(_text, element))


def _part(element: Element, name: str) -> str:
    part = child(element, name)
    return "" if part is None else _text(part).strip()


def _setting(element: Element, name: str, otherwise: str) -> str:
    """A sign that the properties of a part name, such as the bracket before it."""
    for properties in element:
        if name_of(properties).endswith("Pr") and (setting := child(properties, name)) is not None:
            return next((value for key, value in setting.items() if key.endswith("}val")), "")
    return otherwise


def _bracketed(text: str) -> str:
    return text if text.isalnum() else f"({text})"


def _fraction(element: Element) -> str:
    return f"{_bracketed(_part(element, 'num'))}/{_bracketed(_part(element, 'den'))}"


def _root(element: Element) -> str:
    degree = _part(element, "deg")
    sign = _ROOTS.get(degree, superscript(degree) + "√")
    return sign + _bracketed(_part(element, "e"))


def _fenced(element: Element) -> str:
    separator = _setting(element, "sepChr", "|")
    inner = separator.join(_text(each).strip() for each in children(element, "e"))
    return f"{_setting(element, 'begChr', '(')}{inner}{_setting(element, 'endChr', ')')}"


def _nary(element: Element) -> str:
    sign = _setting(element, "chr", "∫")
    return f"{sign}{_shifted(element)}{_part(element, 'e')}"


def _shifted(element: Element) -> str:
    return subscript(_part(element, "sub")) + superscript(_part(element, "sup"))


def _matrix(element: Element) -> str:
    rows = [", ".join(_text(cell).strip() for cell in children(row, "e")) for row in children(element, "mr")]
    return "; ".join(rows)


_WRITERS: dict[str, Callable[[Element], str]] = {
    "f": _fraction,
    "rad": _root,
    "d": _fenced,
    "nary": _nary,
    "m": _matrix,
    "sSup": lambda element: _part(element, "e") + _shifted(element),
    "sSub": lambda element: _part(element, "e") + _shifted(element),
    "sSubSup": lambda element: _part(element, "e") + _shifted(element),
    "sPre": lambda element: _shifted(element) + _part(element, "e"),
    "func": lambda element: f"{_part(element, 'fName')} {_part(element, 'e')}",
    "limLow": lambda element: _part(element, "e") + subscript(_part(element, "lim")),
    "limUpp": lambda element: _part(element, "e") + superscript(_part(element, "lim")),
    "eqArr": lambda element: "; ".join(_text(each).strip() for each in children(element, "e")),
}
