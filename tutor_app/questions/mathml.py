"""MathML formulas as Unicode text."""

from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tutor_app.questions.latex import subscript, superscript

_DEEPEST = 30


def formula(markup: str) -> str:
    """The text of one `<math>` element; empty when it cannot be read."""
    try:
        return formula_of(fromstring(markup))
    except (ParseError, DefusedXmlException, ValueError):
        return ""


def formula_of(element: Element) -> str:
    """The text of a `<math>` element that has been parsed already."""
    return " ".join(_text(element, 0).split())


def _text(element: Element, depth: int) -> str:
    if depth > _DEEPEST:
        return ""
    name = element.tag.rpartition("}")[2].rpartition(":")[2]
    if name in ("annotation", "annotation-xml"):
        return ""
    parts = [_text(child, depth + 1) for child in element]
    if name in ("msup", "mover") and len(parts) == 2:
        return parts[0] + superscript(parts[1])
    if name in ("msub", "munder") and len(parts) == 2:
        return parts[0] + subscript(parts[1])
    if name == "msubsup" and len(parts) == 3:
        return parts[0] + subscript(parts[1]) + superscript(parts[2])
    if name == "mfrac" and len(parts) == 2:
        top, bottom = (part if part.isalnum() else f"({part})" for part in parts)
        return f"{top}/{bottom}"
    if name == "msqrt":
        inner = "".join(parts)
        return "√" + (inner if inner.isalnum() else f"({inner})")
    if name == "mroot" and len(parts) == 2:
        return superscript(parts[1]) + "√" + (parts[0] if parts[0].isalnum() else f"({parts[0]})")
    if name == "mo":
        sign = (element.text or "").strip()
        return f" {sign} " if sign in _SPACED else sign
    if name == "mspace":
        return " "
    return (element.text or "").strip() + "".join(parts)


_SPACED = frozenset("+-−=<>≤≥≈→⇌×÷±")
