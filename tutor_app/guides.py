"""The guides that ship as Markdown: read in the app, printed by `tutor help`."""

from dataclasses import dataclass

from tutor_app import paths
from tutor_app.errors import UserError

_ORDER = (
    "start",
    "students",
    *("learn", "practise", "test", "review", "ask", "progress", "settings"),
    *("teachers", "banks", "class", "formats"),
    *("troubleshooting", "privacy", "builders"),
)


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide: its name on the command line, its title, its first sentence and its Markdown."""

    name: str
    title: str
    about: str
    text: str


def all_guides() -> list[Guide]:
    """Every guide, the first steps first."""
    files = {path.stem: path for path in (paths.assets() / "guides").glob("*.md")}
    names = [name for name in _ORDER if name in files] + sorted(files.keys() - set(_ORDER))
    return [_guide(name, files[name].read_text("utf-8")) for name in names]


def guide(name: str) -> Guide:
    """The guide of that name; a UserError lists those there are."""
    for found in (known := all_guides()):
        if found.name == name.casefold():
            return found
    raise UserError(f"There is no guide '{name}'. There are: {', '.join(g.name for g in known)}.")


def _guide(name: str, text: str) -> Guide:
    title, *paragraphs = text.split("\n\n")
    prose = (" ".join(each.split()) for each in paragraphs)
    about = next((each for each in prose if not each.startswith(("#", "-", "|", "```", "!"))), "")
    return Guide(name, title.strip("# \n"), about.split(". ")[0].rstrip("."), text)
