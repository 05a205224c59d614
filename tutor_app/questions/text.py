"""Text from outside becomes clean Unicode: which encoding it is in, and nothing hidden inside it.

`plain` is for text that is already meant as text; `markup.rich` also reads HTML and simple LaTeX.
"""

import codecs
import re
import unicodedata

_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]{0,64}[ -/]{0,16}[@-~]|[\]PX^_][^\x07\x1b\n]{0,4096}(?:\x07|\x1b\\)?|[ -/]{0,4}[0-~])?"
    r"|\x9b[0-?]{0,64}[ -/]{0,16}[@-~]"
)
_NONCHARACTERS = "".join(
    chr(plane | 0xFFFE) + chr(plane | 0xFFFF) for plane in range(0x10000, 0x110000, 0x10000)
)
# Controls, bidi controls, characters of no width (but not the joiners of emoji and Persian), tags, and
# code points that are no characters.
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff9-\ufffc\ufffe\uffff\ud800-\udfff"
    "\U000e0000-\U000e007f" + _NONCHARACTERS + "]"
)
_PRINTABLE_HIDDEN = re.compile("[\u115f\u1160\u3164\uffa0\ufffc]")  # blank letters and the object sign
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_LINE_EDGES = re.compile(r"(?<! ) *\n(?: *\n)* *")


def plain(text: str) -> str:
    """Text without escape sequences, bidi controls and other hidden characters; NFC; trimmed."""
    if text.isprintable() and (text.isascii() or _clean_already(text)):
        return text.strip()
    text = text.strip()
    if "\n" in text and _clean_already(text.replace("\n", "")):
        return _tidy_lines(text)
    if "\x1b" in text or "\x9b" in text:
        text = _ESCAPES.sub("", text)
    text = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    text = _HIDDEN.sub("", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", _SPACES.sub(" ", text))
    return _tidy_lines(text).strip()


def _clean_already(text: str) -> bool:
    """Nearly every text is: Python calls only five hidden characters printable."""
    return (
        text.isprintable() and not _PRINTABLE_HIDDEN.search(text) and unicodedata.is_normalized("NFC", text)
    )


def _tidy_lines(text: str) -> str:
    if "\n" not in text:
        return text
    if "\n " in text or " \n" in text or "\n\n\n" in text:
        return _LINE_EDGES.sub(lambda edge: "\n" * min(2, edge[0].count("\n")), text)
    return text


_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(
    rb"""\A\s{0,100}<\?xml[^>]{0,200}?encoding\s{0,10}=\s{0,10}["']([A-Za-z0-9._-]{1,40})["']"""
)
_TRUSTED_ENCODINGS = (
    "utf-8",
    "iso",
    "windows",
    "cp",
    "latin",
    "us-ascii",
    "koi8",
    "shift",
    "euc",
    "gb",
    "big5",
    "mac",
)


def decode(data: bytes) -> str:
    """Bytes as text: by byte-order mark, as UTF-16 or UTF-8 when they look it, else as windows-1252."""
    return decoded(data)[0]


def decoded(data: bytes) -> tuple[str, bool]:
    """Bytes as text, and whether they were taken for windows-1252 only because nothing else fits."""
    text = _told(data)
    guessed = text is None
    text = data.decode("windows-1252", "replace") if text is None else text
    return text.replace("\r\n", "\n").replace("\r", "\n"), guessed


def _told(data: bytes) -> str | None:
    """Bytes as text when a mark, a declaration or the bytes themselves tell how they are meant."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if wide := _utf16_without_mark(data[:4096]):
        return data.decode(wide, "replace")
    if declared := _DECLARED.match(data):
        name = declared[1].decode("ascii").lower()
        if name.startswith(_TRUSTED_ENCODINGS):
            try:
                return data.decode(name)
            except (LookupError, UnicodeError):
                pass
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _nearly_utf8(data) or None


def _utf16_without_mark(start: bytes) -> str:
    """Western text in UTF-16 has a zero in every second byte."""
    pairs = len(start) // 2
    if pairs < 2:
        return ""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if odd > 0.6 * pairs and even < 0.1 * pairs:
        return "utf-16-le"
    if even > 0.6 * pairs and odd < 0.1 * pairs:
        return "utf-16-be"
    return ""


def _nearly_utf8(data: bytes) -> str:
    """UTF-8 with a few broken bytes is better read as that than as another encoding."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    good = len(data) - len(text)  # a lower bound on the continuation bytes of whole characters
    return text if good > 4 * broken else ""


def looks_like_noise(text: str) -> bool:
    """Bytes that are no text in any encoding we read: controls and broken characters all over."""
    start = text[:65_536]
    bad = len(_NOISE.findall(start))
    return bad > max(4, len(start) // 20)


_NOISE = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffd\uffff]")
