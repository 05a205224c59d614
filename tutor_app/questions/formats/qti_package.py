"""The zip a school's platform exports: Canvas, Common Cartridge, Blackboard, QTI 2, or plain files."""

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import PurePosixPath

from tutor_app.errors import UserError
from tutor_app.questions.archives import Archive
from tutor_app.questions.formats.reading import About, Found, Item, Source, Warned, items_of
from tutor_app.questions.formats.xml_tree import BrokenXml, elements, text_of
from tutor_app.questions.markup import rich

NAME = "qti-zip"

_XML_READERS = ("qti1", "qti2", "moodle_xml", "blackboard_pool")
_TEXT_READERS = ("native", "arc", "json_list", "csv_sheet", "aiken", "text2qti", "gift")
_XML_ENDINGS = (".xml", ".qti", ".dat")
_ENDINGS = (*_XML_ENDINGS, ".txt", ".gift", ".csv", ".tsv", ".jsonl", ".json", ".md")
_MANIFEST = "imsmanifest.xml"
_CANVAS_FOLDER = "non_cc_assessments/"
_NOT_QUESTIONS = (_MANIFEST, "assessment_meta.xml", "module_meta.xml", "course_settings.xml")


def looks_like(source: Source) -> bool:
    """Any zip that no other reader knows better."""
    return source.is_zip


def read(source: Source) -> Iterator[Item]:
    """Read every part that holds questions."""
    archive = Archive(source.data, source.name)
    title = _title(archive, source.name)
    if title:
        yield About(title=title)
    for name in _parts(archive.names):
        part = Source(f"{source.name}/{name}", archive.read(name))
        quiz = ""
        try:
            for item in _read_part(part):
                if isinstance(item, About):
                    quiz = item.title
                    if not title:
                        title = quiz
                        yield item
                else:
                    yield _filed(item, quiz) if quiz != title else item
        except UserError as error:
            yield Warned(part.name, f"left out: {error}")


def _filed(item: Item, quiz: str) -> Item:
    """A question without a topic goes under the quiz of a course that it came from."""
    if not isinstance(item, Found) or item.question.topic:
        return item
    return item._replace(question=replace(item.question, topic=quiz))


def _read_part(part: Source) -> Iterator[Item]:
    if not part.data.strip():
        return
    text_readers = () if part.name.lower().endswith(_XML_ENDINGS) else _TEXT_READERS
    for module in (*_XML_READERS, *text_readers):
        reader = import_module(f"tutor_app.questions.formats.{module}")
        if reader.looks_like(part):
            yield from items_of(reader, part)
            return


def _parts(names: tuple[str, ...]) -> Iterator[str]:
    """The parts that may hold questions; Canvas keeps a poorer copy of each quiz, which is passed over."""
    own = {PurePosixPath(name).name.split(".")[0] for name in names if name.startswith(_CANVAS_FOLDER)}
    for name in names:
        path = PurePosixPath(name)
        if path.name in _NOT_QUESTIONS or not name.lower().endswith(_ENDINGS):
            continue
        if name.startswith(_CANVAS_FOLDER) or (
            path.parts[0] not in own and path.name.split(".")[0] not in own
        ):
            yield name


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
