"""Cards without a heading, two sides a line with a tab between: Quizlet's export and Anki's text export."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from tutor_app.questions.formats.csv_sheet import rows_of
from tutor_app.questions.formats.reading import (
    Item,
    Source,
    UnusableError,
    build,
    build_open,
    usable,
)
from tutor_app.questions.formats.table import Row
from tutor_app.questions.markup import Rich, rich, rich_with_image
from tutor_app.questions.model import Question, Skipped

NAME = "cards"

_ANKI = re.compile(r"#separator:(?:tab|\\t)\b", re.IGNORECASE)
_ANKI_NOTE = re.compile(r"#[a-z]+(?: column:(\d{1,2})\s*\Z|:)", re.IGNORECASE)
_SAMPLE = 20
_HEADINGS = frozenset(("term", "definition"))
_CHOICE = re.compile(r"([A-H])\. (?=\S)")
_ASKS = re.compile(
    r"\?(?=[\s\"'”’)\]]|\Z)|_{2,}|\Acalculate\s|"
    r"\A(?:name|give|state|list|complete|find|identify)\s+(?:the|an?|one|two|three)\s",
    re.IGNORECASE,
)


def looks_like(source: Source) -> bool:
    """Every line near the top has two sides, or Anki's note on its separator stands first."""
    start = source.start
    if "\t" not in start:
        return False
    if _ANKI.match(start.lstrip()):
        return True
    cards = (card for card in _cards(start, source.name) if isinstance(card, Row))
    sample = [card.cells for card in islice(cards, _SAMPLE)]
    return len(sample) > 1 and all(len(sides) == 2 and all(map(str.strip, sides)) for sides in sample)


def read(source: Source) -> Iterator[Item]:
    """Read card by card."""
    for card in _cards(source.text, source.name):
        if not isinstance(card, Row):
            yield card
        elif not _HEADINGS.issuperset(side.strip().lower() for side in card.cells):
            yield usable(card.place, _question, card.cells)


def _cards(text: str, name: str) -> Iterator[Row | Skipped]:
    """The rows with a card on them, without Anki's remarks and the columns that those say are no side."""
    beside: set[int] = set()
    for row in rows_of(text, "\t", name):
        if not isinstance(row, Row):
            yield row
            continue
        if not any(cell.strip() for cell in row.cells):
            continue
        if note := _ANKI_NOTE.match(row.cells[0]):
            beside |= {int(note[1]) - 1} if note[1] else set()
            continue
        sides = [cell for at, cell in enumerate(row.cells) if at not in beside]
        yield Row(row.place, sides)


def _question(cells: Sequence[str]) -> Question:
    """The side that asks is the question; what the other begins with is its answer."""
    front, back, *more = (*cells, "", "")
    if any(cell.strip() for cell in more):
        raise UnusableError(f"it has {len(cells)} sides; a card here has two")
    sides = (rich_with_image(front), rich_with_image(back))
    asking = next((i for i, side in enumerate(sides) if _asks(side)), None)
    if asking is None:
        raise UnusableError(
            "neither side of this card asks anything; write one as a question, or put a first line above all "
            "cards that names the sides: answer, a tab, question"
        )
    asked = sides[asking]
    answer, *why = rich((back, front)[asking]).split("\n")
    explanation = "\n".join(why)
    if choices := _choices(asked.text):
        text, offered = choices
        right = [i for i, choice in enumerate(offered) if answer == f"{chr(ord('A') + i)}. {choice}"]
        return build(text, offered, right, explanation=explanation, image=asked.image)
    return build_open(asked.text, answer.split(" / "), explanation=explanation, image=asked.image)


def _asks(side: Rich) -> bool:
    return bool(_choices(side.text)) or _ASKS.search(side.text) is not None


def _choices(text: str) -> tuple[str, list[str]] | None:
    """A question and the lettered lines under it, as this tutor's own cards have them."""
    lines = text.split("\n")
    begins = max((i for i, line in enumerate(lines) if line.startswith("A. ")), default=0)
    letters = [found[1] if (found := _CHOICE.match(line)) else "" for line in lines[begins:]]
    if begins == 0 or len(letters) < 2 or letters != [chr(ord("A") + i) for i in range(len(letters))]:
        return None
    return "\n".join(lines[:begins]), [line[3:] for line in lines[begins:]]
