"""Which option a typed key names, and lists of answers at the end; a key that fits two options is refused."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tutor_app.questions.formats.plain_lines import Line
from tutor_app.questions.formats.reading import MOST_TEXT, UnusableError

_LETTERS = re.compile(
    r"(?:option|choice|answer)?\s?[(\[]?([A-Za-z]|[ivIV]{2,4})[)\].:]{0,2}"
    r"(?:\s?(?:[,;&/]|\band\b|,\s?and\b)\s?[(\[]?[A-Za-z][)\].:]{0,2})*",
    re.IGNORECASE,
)
_LETTER = re.compile(r"(?<![A-Za-z])[A-Za-z](?![A-Za-z])")
_WITH_TEXT = re.compile(
    r"(?:option|choice)?\s?[(\[]?(?P<letter>[A-Za-z]|[ivIV]{2,4})(?P<close>[)\].:]{1,2}|\s?[-–—=,;](?=\s)|(?=\s))\s?"
    r"(?P<rest>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_REASON = re.compile(r"because\b|is (?:the )?(?:correct|right)\b", re.IGNORECASE)
_ANOTHER = re.compile(r"(?<!\w)[A-H](?!\w)|(?<!\w)[a-h]\)")
_FEW_WORDS = 4
_TRUTHS = {"t": "True", "true": "True", "f": "False", "false": "False"}


def folded(text: str) -> str:
    """A text as it is compared with others: without brackets around it or a full stop behind."""
    bare = " ".join(text.casefold().split()).rstrip(".;,")
    return bare[1:-1].strip() if bare[:1] in ("(", "[") and bare[-1:] in (")", "]") else bare


def truth_of(value: str) -> str:
    """`True` or `False` for a key that says so, by a letter or the word."""
    return _TRUTHS.get(folded(value), "")


def named_by(key: str, names: Sequence[str], texts: Sequence[str]) -> tuple[set[int], str]:
    """The options that a key names by letter or by text, and what it says beside.

    Raises UnusableError when it names none, or might name two.
    """
    by_text = _by_text(key, texts)
    truth = truth_of(key)
    if truth and {folded(text) for text in texts} == {"true", "false"}:
        by_text = {place for place, text in enumerate(texts) if folded(text) == truth.lower()}
    by_letter, rest = _by_letters(key, names, texts)
    if by_text and by_letter and by_text != by_letter:
        raise UnusableError(f"the key {key} is the letter of one option and the text of another")
    if named := by_text or by_letter:
        return named, rest
    raise UnusableError(f"the key {_shown(key)} is none of the options")


def _by_text(key: str, texts: Sequence[str]) -> set[int]:
    """The option whose text a key repeats; CO2 does for CO₂ where no other option is so much like it."""
    exact = {place for place, text in enumerate(texts) if folded(text) == folded(key)}
    plain = unicodedata.normalize("NFKC", folded(key))
    found = exact or {
        i for i, text in enumerate(texts) if unicodedata.normalize("NFKC", folded(text)) == plain
    }
    if len(found) > 1:
        raise UnusableError(f"the key {_shown(key)} is the text of {len(found)} options")
    return found


def _by_letters(key: str, names: Sequence[str], texts: Sequence[str]) -> tuple[set[int], str]:
    if not any(names):
        return set(), ""
    bare = key.strip()
    if _LETTERS.fullmatch(bare):
        letters = _LETTER.findall(bare) or [re.sub(r"\W", "", bare)]
        if missing := [letter for letter in letters if letter.upper() not in names]:
            if len(letters) == 1 and truth_of(bare):
                return set(), ""
            raise UnusableError(f"the key {_shown(missing[0])} names no option")
        return {names.index(letter.upper()) for letter in letters}, ""
    found = _WITH_TEXT.fullmatch(bare)
    if not found or found["letter"].upper() not in names:
        return set(), ""
    place, rest = names.index(found["letter"].upper()), found["rest"]
    if folded(rest) == folded(texts[place]):
        return {place}, ""
    if _ANOTHER.search(rest) or any(folded(rest) == folded(text) for text in texts):
        return set(), ""
    explains = found["close"].strip() and len(rest.split()) >= _FEW_WORDS
    return ({place}, rest) if explains or _REASON.match(rest) else (set(), "")


def _shown(key: str) -> str:
    return key if len(key) <= 40 else key[:37] + "..."


# Lists of answers

_LIST_NAME = re.compile(
    r"(?P<name>(?:the\s)?(?:answer\s?keys?|answers|keys?|solutions|answer\s?sheet|mark(?:ing)?\s(?:scheme|key|guide)|correct\sanswers)"
    r"(?:\s(?:to|for|of)\s[^:]{1,60}|\s[(\[][^)\]]{1,60}[)\]])?)\s?[:.\-–—]{0,2}\s{0,9}(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_TABLE_HEAD = re.compile(
    r"(?:q(?:uestion)?s?\.?|no\.?|number|#|item)\s?(?:no\.?|number|#)?\s+(?:correct\s)?(?:ans(?:wer)?s?|key|option|choice)\.?"
    r"(?:\s.{0,60})?",
    re.IGNORECASE,
)
_VALUE = r"[(\[]?(?P<value>[A-Za-z](?:\s?[,&]\s?[A-Za-z](?![A-Za-z]))*|true|false|[ivIV]{1,4})[)\]]?"
_ENTRY = re.compile(
    rf"\s{{0,20}}(?:q(?:uestion)?\s?)?\(?(?P<number>\d{{1,3}})(?P<sign>\s?[.):=\-–—→]{{1,2}}|\s?)\s{{0,9}}{_VALUE}(?=[\s,;|.]|\Z)[.,;|]?",
    re.IGNORECASE,
)
_TEXT_ENTRY = re.compile(
    r"(?:q(?:uestion)?\s?)?\(?(?P<number>\d{1,3})(?:\s?[.):=\-–—]{1,2}|\t)\s{0,9}(?P<value>\S.*)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?:q(?:uestion)?\s?)?\(?\d{1,3}\s?[.):=\-–—]{1,2}\s{0,9}(?=[^\s\d])", re.IGNORECASE)
_NUMBERS = re.compile(
    r"(?:(?:q(?:uestion)?s?|no)\.?\s?(?:no\.?)?[:\s]\s{0,9})?\d{1,3}[.)]?(?:\s{1,20}\d{1,3}[.)]?)+",
    re.IGNORECASE,
)
_LETTER_ROW = re.compile(
    rf"(?:(?:ans(?:wer)?s?|key)\.?[:\s]\s{{0,9}})?{_VALUE}(?:\s{{1,20}}[(\[]?[A-Za-z][)\]]?)+", re.IGNORECASE
)


@dataclass(slots=True)
class Entry:
    """What a list of answers says of one question."""

    number: int
    value: str
    place: str
    explanation: list[str] = field(default_factory=list)


def list_after(text: str) -> str | None:
    """What follows the heading of a list of answers (`Answer key`, `Answers: 1. b`); None for other lines."""
    found = _LIST_NAME.fullmatch(text) if len(text) <= MOST_TEXT else None
    if not found:
        return None if not is_table_head(text) else ""
    rest = found["rest"].strip()
    if not rest:
        return None if found["name"].lower() == "key" else ""
    is_list = len(letter_entries(rest)) > 1 or (found["name"].lower() != "key" and _NUMBERED.match(rest))
    return rest if is_list else None


def is_table_head(text: str) -> bool:
    """The head of a table of answers: `Question  Answer`."""
    return len(text) <= 120 and _TABLE_HEAD.fullmatch(text) is not None


def letter_entries(text: str) -> list[tuple[int, str]]:
    """`1. b  2. c` and `1-b, 2-c`, when the whole line consists of such."""
    entries, at = [], 0
    while at < len(text):
        found = _ENTRY.match(text, at)
        if not found:
            return []
        entries.append((int(found["number"]), found["value"]))
        at = found.end()
    return entries


def entries_of(line: Line, before: Line | None) -> list[Entry]:
    """The answers on a line of a list; `before` may hold the numbers of a row of letters."""
    text = line.text.rstrip()
    if len(text) > MOST_TEXT:
        return []
    if entries := letter_entries(text):
        return [Entry(number, value, line.place) for number, value in entries]
    if before and _LETTER_ROW.fullmatch(text) and _NUMBERS.fullmatch(before.text[:MOST_TEXT]):
        numbers = [int(number) for number in re.findall(r"\d+", before.text)]
        letters = _LETTER.findall(text)
        if len(numbers) == len(letters):
            return [Entry(number, value, line.place) for number, value in zip(numbers, letters, strict=True)]
        return []
    found = None if _NUMBERS.fullmatch(text) else _TEXT_ENTRY.fullmatch(text)
    return list(_text_entries(int(found["number"]), found["value"], line.place)) if found else []


def _text_entries(number: int, text: str, place: str) -> Iterator[Entry]:
    """`friction  2. newton`, where an answer ends before the next number."""
    while following := re.search(rf"[,;]?\s+{number + 1}\s?[.)]\s*(?=\S)", text):
        yield Entry(number, text[: following.start()], place)
        number, text = number + 1, text[following.end() :]
    yield Entry(number, text, place)


def is_answer_line(text: str) -> bool:
    """A line that may stand in a list without a heading: letters to numbers, or a row of one or the other."""
    return len(text) <= MOST_TEXT and bool(
        letter_entries(text) or _NUMBERS.fullmatch(text) or _LETTER_ROW.fullmatch(text)
    )


def restarts_as_list(line: Line, following: Line | None, last: int) -> bool:
    """A list without a heading: a row of numbers over one of letters, or numbers that begin again."""
    after = following.text if following and len(following.text) <= MOST_TEXT else ""
    if len(line.text) > MOST_TEXT:
        return False
    if _NUMBERS.fullmatch(line.text) and _LETTER_ROW.fullmatch(after):
        return True
    entries = letter_entries(line.text)
    if not entries or entries[0][0] > last:
        return False
    if len(entries) > 1:
        return entries[1][0] == entries[0][0] + 1
    return [number for number, _ in letter_entries(after)] == [entries[0][0] + 1]
