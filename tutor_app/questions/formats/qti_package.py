"""The zip a school's platform exports: Canvas, Common Cartridge, Blackboard, QTI 2, or plain files."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import PurePosixPath
from types import ModuleType

from tutor_app.errors import UserError
from tutor_app.questions.archives import Archive
from tutor_app.questions.formats import _READERS
from tutor_app.questions.formats.reading import About, Found, Item, Source, Warned, items_of
from tutor_app.questions.formats.xml_tree import BrokenXml, elements, text_of
from tutor_app.questions.markup import rich
from tutor_app.questions.text import looks_like_noise

NAME = "qti-zip"

_XML_READERS = ("qti1", "qti2", "moodle_xml", "blackboard_pool")
_XML_ENDINGS = (".xml", ".qti", ".dat")
_ENDINGS = (
    *_XML_ENDINGS,
    *(".txt", ".gift", ".csv", ".tsv", ".jsonl", ".json", ".md", ".xlsx", ".xlsm", ".h5p", ".docx"),
)
_SHOWN_ENDINGS = (  # what questions and pages show
    *(".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".bmp", ".css", ".js", ".woff", ".woff2", ".ttf"),
    *(".mp3", ".mp4", ".m4a", ".wav", ".ogg", ".webm", ".mov", ".xsd", ".dtd"),
)
_MANIFEST = "imsmanifest.xml"
_CANVAS_FOLDER = "non_cc_assessments/"
_NOT_QUESTIONS = (_MANIFEST, "assessment_meta.xml", "module_meta.xml", "course_settings.xml")
_MOST_NAMED = 20


def looks_like(source: Source) -> bool:
    """Any zip that no other reader knows better."""
    return source.is_zip


def read(source: Source) -> Iterator[Item]:
    """Read every part that holds questions."""
    archive = Archive(source.data, source.name)
    title = _title(archive, source.name)
    if title:
        yield About(title=title)
    unread: list[str] = []
    for name in _parts(archive.names):
        part = Source(f"{source.name}/{name}", archive.read(name) if name.lower().endswith(_ENDINGS) else b"")
        reader = _reader_of(part)
        if reader is None:
            unread.append(name)
            continue
        quiz = ""
        try:
            for item in items_of(reader, part):
                if isinstance(item, About):
                    quiz = item.title
                    if not title:
                        title = quiz
                        yield item
                else:
                    yield _filed(item, quiz) if quiz != title else item
        except UserError as error:
            yield Warned(part.name, f"left out: {error}")
    if unread:
        yield Warned(source.name, f"no questions were found in {_named(unread)}")


def _filed(item: Item, quiz: str) -> Item:
    """A question without a topic goes under the quiz of a course that it came from."""
    if not isinstance(item, Found) or item.question.topic:
        return item
    return item._replace(question=replace(item.question, topic=quiz))


def _reader_of(part: Source) -> ModuleType | None:
    """The reader that knows a part: of zips those before this one, of others those after it."""
    names = list(_READERS.values())
    at = names.index("qti_package")
    if part.is_zip:
        fit: Sequence[str] = names[:at]
    else:
        fit = _XML_READERS if part.name.lower().endswith(_XML_ENDINGS) else names[at + 1 :]
    if not part.data.strip() or (not part.is_zip and looks_like_noise(part.start)):
        return None
    readers = (import_module(f"tutor_app.questions.formats.{name}") for name in fit)
    return next((reader for reader in readers if reader.looks_like(part)), None)


def _parts(names: tuple[str, ...]) -> Iterator[str]:
    """The parts that may hold questions; Canvas keeps a poorer copy of each quiz, which is passed over."""
    own = {PurePosixPath(name).name.split(".")[0] for name in names if name.startswith(_CANVAS_FOLDER)}
    for name in names:
        path = PurePosixPath(name)
        if path.name in _NOT_QUESTIONS or name.lower().endswith(_SHOWN_ENDINGS):
            continue
        if path.name.startswith(".") or path.parts[0] == "__MACOSX":
            continue
        if name.startswith(_CANVAS_FOLDER) or (
            path.parts[0] not in own and path.name.split(".")[0] not in own
        ):
            yield name


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMED])
    return f"{shown} and {len(names) - _MOST_NAMED:,} more files" if len(names) > _MOST_NAMED else shown


def _title(archive: Archive, name: str) -> str:
    """The title in the manifest's metadata."""
    if _MANIFEST not in archive.names:
        return ""
    try:
        for element in elements(Source(f"{name}/{_MANIFEST}", archive.read(_MANIFEST)), ("title",)):
            if title := rich(text_of(element)):
                return title
    except BrokenXml:
        return ""
    return ""
