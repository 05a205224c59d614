"""Word documents for the reader tests, made of the XML that Word writes."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from tests.questions.made import zipped

_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
_MARKS = {
    "bold": "<w:b/>",
    "not bold": '<w:b w:val="0"/>',
    "underlined": '<w:u w:val="single"/>',
    "yellow": '<w:highlight w:val="yellow"/>',
    "red": '<w:color w:val="FF0000"/>',
    "black": '<w:color w:val="000000"/>',
    "raised": '<w:vertAlign w:val="superscript"/>',
    "lowered": '<w:vertAlign w:val="subscript"/>',
    "hidden": "<w:vanish/>",
    "near-black": '<w:color w:val="0D0D0D"/>',
    "near-white": '<w:shd w:val="clear" w:fill="FEFEFE"/>',
    "white": '<w:highlight w:val="white"/>',
    "link": '<w:rStyle w:val="Hyperlink"/><w:color w:val="0563C1"/><w:u w:val="single"/>',
    "strong": '<w:rStyle w:val="Strong"/>',
}
QUESTIONS, OPTIONS, CAPITALS, BULLETS = ("1", "0"), ("1", "1"), ("2", "0"), ("4", "0")
AGAIN = ("3", "0")
"""Lists: questions and options of one list, lettered ones in capitals, these begun anew, and bullets."""

_LEVEL = '<w:lvl w:ilvl="{}"><w:start w:val="1"/><w:numFmt w:val="{}"/><w:lvlText w:val="{}"/></w:lvl>'
_LISTS = "".join(
    f'<w:abstractNum w:abstractNumId="{number}">{levels}</w:abstractNum>'
    for number, levels in (
        (1, _LEVEL.format(0, "decimal", "%1.") + _LEVEL.format(1, "lowerLetter", "%2)")),
        (2, _LEVEL.format(0, "upperLetter", "%1.")),
        (4, _LEVEL.format(0, "bullet", "\uf0b7")),
    )
)
_NUMBERING = (
    f"<w:numbering {_NAMESPACES}>{_LISTS}"
    '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="2"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/>'
    '</w:lvlOverride></w:num><w:num w:numId="4"><w:abstractNumId w:val="4"/></w:num></w:numbering>'
)
_STYLES = (
    f'<w:styles {_NAMESPACES}><w:style w:type="character" w:styleId="Strong"><w:rPr><w:b/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Numbered"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Child"><w:basedOn w:val="Numbered"/></w:style></w:styles>'
)
PICTURE = (
    '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="Picture 1" descr="{}"/>'
    "<a:graphic><a:blip/></a:graphic></wp:inline></w:drawing></w:r>"
)


def run(text: str, *marks: str) -> str:
    """A stretch of text that looks so."""
    properties = "".join(_MARKS[mark] for mark in marks)
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(*runs: str, list: tuple[str, str] | None = None, style: str = "") -> str:
    """A paragraph of runs or plain texts, perhaps in an automatic list."""
    inner = "".join(each if each.startswith("<") else run(each) for each in runs)
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    if list:
        styled += f'<w:numPr><w:ilvl w:val="{list[1]}"/><w:numId w:val="{list[0]}"/></w:numPr>'
    return f"<w:p><w:pPr>{styled}</w:pPr>{inner}</w:p>"


def table(*rows: Sequence[str]) -> str:
    """A table; a cell's lines are its paragraphs."""
    cells = (
        "".join(f"<w:tc>{''.join(map(paragraph, cell.splitlines() or ['']))}</w:tc>" for cell in row)
        for row in rows
    )
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def docx(*blocks: str) -> bytes:
    """A document of these paragraphs and tables; plain texts are paragraphs."""
    body = "".join(block if block.startswith("<") else paragraph(block) for block in blocks)
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"<w:document {_NAMESPACES}><w:body>{body}<w:sectPr/></w:body></w:document>",
            "word/header1.xml": f"<w:hdr {_NAMESPACES}>{paragraph('1. Header? Answer: A')}</w:hdr>",
            "word/numbering.xml": _NUMBERING,
            "word/styles.xml": _STYLES,
        }
    )


def word() -> bytes:
    """A test as a teacher writes it: automatic lists, a formula, a picture, and a table of answers."""
    return docx(
        "Unit 3 Test – Forces",
        "Name: ____________",
        paragraph("Which force slows a sliding box?", list=QUESTIONS),
        *(paragraph(text, list=OPTIONS) for text in ("gravity", "friction", "magnetism")),
        paragraph("What is shown?", PICTURE.format("a spring balance"), list=QUESTIONS),
        *(paragraph(text, list=OPTIONS) for text in ("a balance", "a ruler")),
        paragraph("Which is s", run("2", "raised"), "?", list=QUESTIONS),
        *(paragraph(text, list=OPTIONS) for text in ("m", "t")),
        "Answer key",
        table(("Question", "Answer"), ("1", "b"), ("2", "a")),
    )
