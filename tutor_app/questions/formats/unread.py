"""Files that are known but not read: what they are, and what to do with them."""

from collections.abc import Sequence

from tutor_app.questions.archives import Archive
from tutor_app.questions.formats.reading import Source

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IN_OLE = {
    "EncryptedPackage": "is locked with a password. Open it, take the password away and save it again.",
    "WordDocument": "is an old Word document. Open it in Word and save it as .docx.",
    "Workbook": "is an old Excel workbook. Open it in Excel and save it as .xlsx.",
    "PowerPoint Document": "is an old PowerPoint presentation. Copy the questions into a .docx or .txt file.",
}
_STARTS = {
    b"%PDF": "is a PDF. Copy the questions into a spreadsheet or text file first.",
    b"\x1f\x8b": "is a course backup. Export the questions themselves: in Moodle, Question bank, Export, "
    "Moodle XML format.",
    b"{\\rtf": "is rich text (RTF). Open it in Word or LibreOffice and save it as .docx.",
    _OLE: "is an old file of Word, Excel or PowerPoint. Open it there and save it as .docx or .xlsx.",
}
_KINDS = {
    "opendocument.text": "is a LibreOffice text. Save it as a Word document (.docx).",
    "opendocument.spreadsheet": "is a LibreOffice sheet. Save it as an Excel workbook (.xlsx) or as .csv.",
    "opendocument.presentation": "is a presentation of LibreOffice. Copy the questions into a .docx file.",
    "epub+zip": "is a book (EPUB). Copy the questions into a text file.",
}
_IN_ZIP = {
    "ppt/presentation": "is a PowerPoint presentation. Copy the questions into a .docx or .txt file.",
    "collection.anki": "is an Anki package. In Anki choose File, Export, Notes in Plain Text.",
    "index/document.iwa": "is a document of Pages, Numbers or Keynote. Export it to Word, Excel or CSV.",
}
_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".heic", ".webp", ".bmp", ".tif", ".tiff", ".mp4", ".mov")


def refusal(source: Source) -> str:
    """The sentence for such a file; empty for all others."""
    said = _in_zip(source) if source.is_zip else _by_start(source.data)
    return f"{source.name} {said}" if said else ""


def _by_start(data: bytes) -> str:
    if data.startswith(_OLE):
        known = (said for name, said in _IN_OLE.items() if name.encode("utf-16-le") in data)
        return next(known, _STARTS[_OLE])
    if data[:200].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<!doctype html", b"<html")):
        return "is a web page. Copy the questions out of it into a text file or a Word document."
    return next((said for start, said in _STARTS.items() if data.startswith(start)), "")


def _in_zip(source: Source) -> str:
    names = [name.lower() for name in Archive(source.data, source.name).names]
    if names and all(_is_picture(name) for name in names):
        return (
            "holds only pictures, which cannot be read. Type the questions into a Word document or a sheet."
        )
    if names[:1] == ["mimetype"]:  # which is stored as it is, at the beginning
        start = source.data[:200].decode("ascii", "replace")
        return next((said for kind, said in _KINDS.items() if kind in start), "")
    return _first_begun_with(names)


def _first_begun_with(names: Sequence[str]) -> str:
    return next(
        (said for start, said in _IN_ZIP.items() if any(name.startswith(start) for name in names)), ""
    )


def _is_picture(name: str) -> bool:
    return name.endswith(_PICTURES) or name.startswith("__macosx/") or name.endswith(".ds_store")
