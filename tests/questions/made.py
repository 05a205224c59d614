"""Files for the reader tests: the fixtures, and the zips and sheets that are better made than kept."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

FIXTURES = Path(__file__).parent / "fixtures"


def fixture(name: str) -> bytes:
    """A fixture's bytes."""
    return (FIXTURES / name).read_bytes()


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def stored(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of these parts as they are, as LibreOffice keeps the first of its files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    """The parts of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def sheet(*sheets: Sequence[Sequence[object]]) -> bytes:
    """An XLSX workbook."""
    from openpyxl import Workbook

    book = Workbook()
    for number, rows in enumerate(sheets):
        page = book.active if number == 0 else book.create_sheet()
        for row in rows:
            page.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rich_sheet(rows: Sequence[Sequence[object]], placeholder: str, rich_text: bytes) -> bytes:
    """A workbook as Excel keeps it: a text of several fonts is shared, and broken numbers are percentages."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(sheet(rows)))
    for row in book.active.iter_rows():
        for cell in row:
            if isinstance(cell.value, float):
                cell.number_format = "0.0%"
    out = io.BytesIO()
    book.save(out)
    parts = unzipped(out.getvalue())
    page, kinds = "xl/worksheets/sheet1.xml", "[Content_Types].xml"
    inline = f't="inlineStr"><is><t>{placeholder}</t></is>'.encode()
    parts[page] = parts[page].replace(inline, b't="s"><v>0</v>')
    part = (
        b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        b'spreadsheetml.sharedStrings+xml"/></Types>'
    )
    parts[kinds] = parts[kinds].replace(b"</Types>", part)
    namespace = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/sharedStrings.xml"] = b'<sst xmlns="%s"><si>%s</si></sst>' % (namespace, rich_text)
    return zipped(parts)


MANIFEST = (
    '<?xml version="1.0"?><manifest identifier="m" xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1" '
    'xmlns:lomimscc="http://ltsc.ieee.org/xsd/imsccv1p1/LOM/manifest"><metadata><lomimscc:lom><lomimscc:general>'
    "<lomimscc:title><lomimscc:string>Science 7</lomimscc:string></lomimscc:title></lomimscc:general>"
    "</lomimscc:lom></metadata><organizations/><resources/></manifest>"
)


def canvas() -> bytes:
    """A Canvas export: the poor copy beside the full one, and what is no question."""
    poor = fixture("canvas.xml").replace(b"general_fb", b"gone").replace(b"true_false", b"poor_copy")
    return zipped(
        {
            "imsmanifest.xml": MANIFEST,
            "g1f2e3/assessment_qti.xml": poor,
            "g1f2e3/assessment_meta.xml": "<quiz><title>Forces</title></quiz>",
            "non_cc_assessments/g1f2e3.xml.qti": fixture("canvas.xml"),
            "web_resources/cell.png": b"\x89PNG",
        }
    )


def cartridge() -> bytes:
    """A Common Cartridge: a quiz and a question bank, among pages, a discussion and a link."""
    kinds = {
        "i5d2c/assessment.xml": "imsqti_xmlv1p2/imscc_xmlv1p2/assessment",
        "i7a1f/bank.xml": "imsqti_xmlv1p2/imscc_xmlv1p2/question-bank",
        "i9b3e/topic.xml": "imsdt_xmlv1p2",
        "i4c8d/link.xml": "imswl_xmlv1p2",
        "pages/week-1.html": "webcontent",
    }
    resources = "".join(
        f'<resource identifier="{name.split("/")[0]}" type="{kind}"><file href="{name}"/></resource>'
        for name, kind in kinds.items()
    )
    manifest = MANIFEST.replace("<resources/>", f"<resources>{resources}</resources>")
    bank = (
        '<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"><objectbank ident="i7a1f">'
        '<item ident="q_wind"><itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>cc_profile</fieldlabel>'
        "<fieldentry>cc.multiple_choice.v0p1</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>"
        "<presentation><material><mattext>What is wind?</mattext></material>"
        '<response_lid ident="r" rcardinality="Single"><render_choice>'
        '<response_label ident="a"><material><mattext>moving air</mattext></material></response_label>'
        '<response_label ident="b"><material><mattext>cold water</mattext></material></response_label>'
        "</render_choice></response_lid></presentation><resprocessing><respcondition><conditionvar>"
        '<varequal respident="r">a</varequal></conditionvar><setvar varname="SCORE">100</setvar>'
        "</respcondition></resprocessing></item></objectbank></questestinterop>"
    )
    topic = (
        '<topic xmlns="http://www.imsglobal.org/xsd/imsccv1p2/imsdt_v1p2"><title>Storms</title>'
        '<text texttype="text/html">Which storm do you remember? {=any ~none}</text></topic>'
    )
    link = (
        '<webLink xmlns="http://www.imsglobal.org/xsd/imsccv1p2/imswl_v1p2"><title>Radar</title>'
        '<url href="https://example.org/"/></webLink>'
    )
    contents = (fixture("cartridge.xml"), bank, topic, link, "<html><body>Week 1</body></html>")
    return zipped({"imsmanifest.xml": manifest, **dict(zip(kinds, contents, strict=True))})


def blackboard() -> bytes:
    """A Blackboard pool export."""
    return zipped(
        {"imsmanifest.xml": "<manifest/>", "res00001.dat": fixture("blackboard.dat"), ".bb-info": "x"}
    )


def h5p() -> bytes:
    """A question set with a course of other things nested in it."""
    choice = {
        "library": "H5P.MultiChoice 1.16",
        "params": {
            "question": "<p>Which gas do plants take in?</p>",
            "media": {
                "type": {
                    "library": "H5P.Image 1.1",
                    "params": {"alt": "a leaf", "file": {"path": "leaf.png"}},
                }
            },
            "answers": [
                {
                    "text": "<div>Oxygen</div>",
                    "correct": False,
                    "tipsAndFeedback": {"chosenFeedback": "They give it off."},
                },
                {
                    "text": "<div>Carbon dioxide</div>",
                    "correct": True,
                    "tipsAndFeedback": {"tip": "CO<sub>2</sub>"},
                },
            ],
        },
    }
    true_false = {
        "library": "H5P.TrueFalse 1.8",
        "params": {
            "question": "Roots take up water.",
            "correct": "true",
            "behaviour": {"feedbackOnWrong": "They do."},
        },
    }
    single = {
        "library": "H5P.SingleChoiceSet 1.11",
        "params": {
            "choices": [{"question": "Where is chlorophyll?", "answers": ["In leaves", "In bark", "In soil"]}]
        },
    }
    drag = {"library": "H5P.DragText 1.10", "params": {"textField": "*x*"}}
    content = {
        "chapters": [
            {"params": {"content": [{"content": part}]}} for part in (choice, true_false, single, drag)
        ]
    }
    about = {
        "title": "Plants",
        "mainLibrary": "H5P.InteractiveBook",
        "license": "CC BY",
        "licenseVersion": "4.0",
    }
    return zipped({"h5p.json": json.dumps(about), "content/content.json": json.dumps(content)})


def kahoot() -> bytes:
    """Kahoot's sheet: a banner, long column names, answers by number."""
    return sheet(
        [
            [None, "Quiz template"],
            [None, "Add questions, at least two answers, a time limit and the correct answers."],
            [None],
            [
                None,
                "Question - max 120 characters",
                "Answer 1 - max 75 characters",
                "Answer 2 - max 75 characters",
                "Answer 3 - max 75 characters",
                "Answer 4 - max 75 characters",
                "Time limit (sec) – 5, 10, 20, 30, 60, 90, 120, or 240 secs",
                "Correct answer(s) - choose at least one",
            ],
            [1, "How many legs has a spider?", 6, 8, 10, 12, 20, 2],
            [2, "Which are insects?", "ant", "bee", "spider", None, 20, "1,2"],
            [3, None, None, None, None, None, None, None],
        ]
    )


def quizizz() -> bytes:
    """Quizizz's sheet: a row of remarks under the header, question types, 1-based keys."""
    return sheet(
        [
            [
                "Question Text",
                "Question Type",
                "Option 1",
                "Option 2",
                "Option 3",
                "Correct Answer",
                "Time in seconds",
            ],
            ["Text of the question (required)", "(default is Multiple Choice)", "(required)", "", "", "", ""],
            ["What melts?", "Multiple Choice", "Ice", "Smoke", "Steam", 1, 30],
            ["Which are solids?", "Checkbox", "Rock", "Wood", "Steam", "1,2", 30],
            ["Why?", "Open-Ended", None, None, None, None, 30],
            ["Water turns to ___ when cold.", "Fill-in-the-Blank", "ice", None, None, None, 30],
        ]
    )


def everything() -> dict[str, bytes]:
    """One file of every format and shape, by name."""
    from tests.questions.made_docx import word

    files = {path.name: path.read_bytes() for path in sorted(FIXTURES.iterdir())}
    made = {
        "canvas.zip": canvas(),
        "course.imscc": cartridge(),
        "blackboard.zip": blackboard(),
        "plants.h5p": h5p(),
        "test.docx": word(),
    }
    return files | made | {"kahoot.xlsx": kahoot(), "quizizz.xlsx": quizizz()}
