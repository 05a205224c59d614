"""The library of banks: those the user installed and those that ship.

A bank is one native file; its first line also holds the library's summary (how many questions, of which
topics), so that listing reads a line of each file and no question. A file is replaced in one step: whatever
happens during an import, the old bank or the new one is there.
"""

import difflib
import json
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor_app import paths
from tutor_app.errors import UserError
from tutor_app.files import write_atomically
from tutor_app.questions.model import Bank, Question, ReadReport, Skipped
from tutor_app.questions.text import plain

if TYPE_CHECKING:
    from tutor_app.questions.known_words import BankWords, KnownWords

RESERVED_IDS = ("mine", "typed")  # of a student's own questions and of typed ones; no bank is given them

_SUFFIX = ".jsonl"
_TEXTS = ("title", "subject", "grade", "licence", "source")
_KEY = "library"  # the header field the library keeps its summary in
_DAY = 86_400.0
_BROKEN = (ValueError, KeyError, TypeError, AttributeError)  # what reading a header that is none can raise
_HALF = 0.5  # of a bank's questions must be in a file that is its newer state
_FORMER_KEPT = 5  # copies of a bank from before an import


@dataclass(frozen=True, slots=True)
class BankSummary:
    """What is known of a bank without reading its questions.

    `topics` and `grades` count questions, in the bank's order; a question without a topic counts under the
    bank's title. `origins` are the files an installed bank came from, the newest last.
    """

    id: str
    title: str
    count: int
    subject: str = ""
    grade: str = ""
    licence: str = ""
    source: str = ""
    shipped: bool = False
    topics: tuple[tuple[str, int], ...] = ()
    grades: tuple[tuple[str, int], ...] = ()
    origins: tuple[str, ...] = ()
    path: Path = Path()

    @property
    def origin(self) -> str:
        """The file an installed bank came from last."""
        return self.origins[-1] if self.origins else ""


@dataclass(frozen=True, slots=True)
class Installed:
    """What an import did: the bank as it is now and how it differs from before.

    `repeats` has a sentence for each question that nearly repeats another, here or in another bank; `remarks`
    say what else there is to know: what was replaced or is gone, that choices were mixed.
    """

    summary: BankSummary
    updated: bool
    added: int
    changed: int
    unchanged: int
    removed: int
    repeats: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


class Library:
    """Banks by id. Installed banks lie in the user's folder; shipped ones are read only."""

    def __init__(self, user: Path | None = None, shipped: Path | None = None) -> None:
        self._user = user or paths.user_data() / "banks"
        self._shipped = shipped or paths.assets() / "banks"

    @cached_property
    def _words(self) -> "KnownWords":
        from tutor_app.questions.known_words import KnownWords

        return KnownWords()

    def banks(self) -> list[BankSummary]:
        """All banks, the user's own first, each part by subject and title; damaged files are left out."""
        return sorted(
            (found for _, found in self._scan() if isinstance(found, BankSummary)),
            key=lambda bank: (bank.shipped, bank.subject.casefold(), bank.title.casefold(), bank.id),
        )

    def damaged(self) -> list[Skipped]:
        """Files in the bank folders that cannot be read as banks, and why."""
        return [Skipped(str(path), found) for path, found in self._scan() if isinstance(found, str)]

    def find(self, name: str) -> BankSummary:
        """A bank by its id, its title or the beginning of either; a UserError names what is near."""
        banks = self.banks()
        wanted = name.strip().casefold()
        exact = [bank for bank in banks if bank.id.casefold() == wanted]
        titled = [bank for bank in banks if bank.title.casefold() == wanted]
        begun = [b for b in banks if wanted and (b.id.casefold().startswith(wanted) or _begins(b, wanted))]
        for found in (exact, titled, begun):
            if len(found) == 1:
                return found[0]
            if found:
                choices = ", ".join(bank.id for bank in found[:6])
                raise UserError(f"Several banks are called '{name}'. Say which by its id: {choices}.")
        for damaged in self.damaged():
            if Path(damaged.place).stem.casefold() == wanted:
                raise UserError(_damaged(Path(damaged.place)))
        raise UserError(_no_bank(name, banks))

    def bank(self, bank_id: str) -> Bank:
        """The whole bank of that id."""
        return _load(self._summary(bank_id).path)

    def install(
        self,
        report: ReadReport,
        origin: Path | None = None,
        title: str = "",
        subject: str = "",
        grade: str = "",
    ) -> Installed:
        """Install a bank that was read from a file, or bring the installed one up to date.

        When the file replaces or takes something, the bank as it was is kept in the folder `former`.
        """
        from tutor_app.questions.known_words import words_of
        from tutor_app.questions.mixing import on_import
        from tutor_app.questions.updating import update

        came_from = str(origin.resolve()) if origin else ""
        bank = _titled(report.bank, title, subject, grade)
        present = self.present(bank, came_from, named=bool(title.strip()))
        bank_id = present.id if present else self._free_id(bank.title)
        if present:
            bank = _as_before(bank, present, title)
        old = _load(present.path).questions if present else ()
        others = self._others(bank_id)
        done = update(bank.questions, old, _taken(bank.questions, others), bank_id)
        questions, mixed = on_import(report.format, done.questions)
        remarks = done.losses
        if present and remarks:
            remarks += (self._keep_former(present),)
        before = present.origins if present else ()
        origins = (*(o for o in before if o != came_from), *([came_from] if came_from else []))
        summary = self._write(bank_id, replace(bank, questions=questions), origins)
        words = words_of(questions)
        self._words.keep(summary.path, words)
        counts = (done.added, done.changed, done.unchanged, done.removed)
        repeats = _repeats(questions, words, others)
        if not present:
            remarks += _newer_state(bank, came_from, words, others)
        return Installed(summary, present is not None, *counts, repeats=repeats, remarks=remarks + mixed)

    def save(self, bank_id: str, bank: Bank) -> BankSummary:
        """Replace an installed bank's content, as after an edit."""
        return self._write(bank_id, bank, self._own(bank_id, "changed").origins)

    def add(self, bank: Bank) -> BankSummary:
        """Install a bank that was made here, under a free id."""
        return self._write(self._free_id(bank.title), bank)

    def rename(self, bank_id: str, title: str) -> BankSummary:
        """Give an installed bank another title; its id and its questions' ids stay."""
        if not title.strip():
            raise UserError("The new title is empty. Give the bank a title of at least one letter.")
        own = self._own(bank_id, "renamed")
        return self._write(bank_id, replace(_load(own.path), title=title.strip()), own.origins)

    def remove(self, bank_id: str) -> BankSummary:
        """Delete an installed bank; the history of its questions stays."""
        own = self._own(bank_id, "removed")
        own.path.unlink(missing_ok=True)
        self._words.forget(own.path)
        return own

    def at(self, path: Path) -> BankSummary | None:
        """The bank whose own file this is."""
        return next((bank for bank in self.banks() if bank.path.resolve() == path.resolve()), None)

    def present(self, bank: Bank, origin: str, named: bool = False) -> BankSummary | None:
        """The installed bank that this is a newer state of: same file or title, and half of its questions.

        Any other file becomes a bank of its own, so that nothing is lost to a download that broke off or to a
        namesake. A title that a person `named` is that of the bank meant, whatever the file has of it.
        """
        from tutor_app.questions.updating import in_common

        own = [summary for summary in self.banks() if not summary.shipped]
        titled = [summary for summary in own if summary.title.casefold() == bank.title.casefold()]
        from_file = [summary for summary in own if origin in summary.origins]
        meant = titled if named and titled else [*from_file, *titled]
        shared = {
            summary.id: in_common(bank.questions, known.questions)
            for summary in meant
            if (known := _readable(summary.path))
        }
        near = [s for s in meant if shared.get(s.id) and ((named and titled) or 2 * shared[s.id] >= s.count)]
        return max(near, key=lambda summary: shared[summary.id], default=None)

    def repeats(self, bank: Bank, bank_id: str = "") -> tuple[str, ...]:
        """A sentence for each question that nearly repeats another, here or in a bank but `bank_id`."""
        from tutor_app.questions.known_words import words_of

        return _repeats(bank.questions, words_of(bank.questions), self._others(bank_id))

    def _others(self, bank_id: str) -> "list[tuple[BankSummary, BankWords]]":
        """All banks but one, with their questions' words; one that cannot be read stands in nobody's way."""
        others = []
        for summary in self.banks():
            if summary.id != bank_id:
                with suppress(UserError, OSError):
                    words = self._words.of(summary.path, lambda path: _load(path).questions)
                    others.append((summary, words))
        return others

    def _scan(self) -> Iterator[tuple[Path, BankSummary | str]]:
        for folder, shipped in ((self._user, False), (self._shipped, True)):
            for path in sorted(folder.glob(f"*{_SUFFIX}")):
                if path.name.startswith("."):
                    continue
                try:
                    yield path, _summary_of(path, shipped)
                except _BROKEN:
                    yield path, "the file is damaged"
                except (OSError, UserError) as error:
                    yield path, str(error)

    def _summary(self, bank_id: str) -> BankSummary:
        for folder, shipped in ((self._user, False), (self._shipped, True)):
            path = folder / f"{bank_id}{_SUFFIX}"
            if _is_id(bank_id) and path.is_file():
                return _summarise(path, shipped)
        raise UserError(_no_bank(bank_id, self.banks()))

    def _own(self, bank_id: str, done: str) -> BankSummary:
        summary = self._summary(bank_id)
        if summary.shipped:
            raise UserError(
                f"The bank '{summary.title}' comes with the app and cannot be {done}. "
                f"To make a version of your own: tutor bank export {bank_id} --to native, edit, import."
            )
        return summary

    def _write(self, bank_id: str, bank: Bank, origins: Sequence[str] = ()) -> BankSummary:
        path = self._user / f"{bank_id}{_SUFFIX}"
        self._put(path, file_content(bank, origins))
        return _summarise(path, shipped=False)

    def _put(self, path: Path, content: bytes) -> None:
        try:
            write_atomically(path, content)
            _sweep(self._user)
        except OSError as error:
            raise UserError(
                f"The bank could not be saved in {self._user}: {error.strerror or error}. "
                "What was there before is unchanged."
            ) from error

    def _keep_former(self, bank: BankSummary) -> str:
        """Copy a bank that is about to lose something; a sentence says where to."""
        folder = self._user / "former" / bank.id
        path = folder / f"{datetime.now():%Y-%m-%d-%H%M%S-%f}{_SUFFIX}"
        self._put(path, bank.path.read_bytes())
        for old in sorted(folder.glob(f"*{_SUFFIX}"))[:-_FORMER_KEPT]:
            old.unlink(missing_ok=True)
        return f"The bank as it was before is kept: {path} (to have it back, import that file)."

    def _free_id(self, title: str) -> str:
        base = _slug(title)
        used = {summary.id for summary in self.banks()} | {
            path.stem for path in self._user.glob(f"*{_SUFFIX}")
        }
        number, free = 2, base
        while free in used:
            free, number = f"{base}-{number}", number + 1
        return free


def file_content(bank: Bank, origins: Sequence[str] = ()) -> bytes:
    """A bank as the library keeps it: the native file with a summary in its first line."""
    from tutor_app.questions.formats import native

    body = native.dumps(bank).split("\n", 1)[1].encode()
    summary: dict[str, object] = {
        "count": len(bank.questions),
        "topics": _counts(question.topic or bank.title for question in bank.questions),
        "grades": sorted(_counts(q.grade for q in bank.questions if q.grade), key=_grade_order),
        "size": len(body),
    }
    if origins:
        summary["origins"] = origins
    header = native.dumps(replace(bank, questions=(), extra={**bank.extra, _KEY: summary}))
    return header.encode() + body


def _summarise(path: Path, shipped: bool) -> BankSummary:
    try:
        return _summary_of(path, shipped)
    except _BROKEN as error:
        raise UserError(_damaged(path)) from error


def _summary_of(path: Path, shipped: bool) -> BankSummary:
    """From the first line alone when its summary fits the file, else from the whole file."""
    with path.open("rb") as lines:
        first = lines.readline()
    header = json.loads(first)
    summary = header.get(_KEY) if isinstance(header, dict) else None
    if not isinstance(summary, dict) or path.stat().st_size - len(first) != summary.get("size"):
        header = _header_of_whole(path)
        summary = header[_KEY]
    about = {name: plain(str(header.get(name, ""))) for name in _TEXTS}
    return BankSummary(
        id=path.stem,
        title=about.pop("title") or path.stem,
        count=int(summary["count"]),
        **about,
        shipped=shipped,
        topics=tuple((plain(str(name)), int(count)) for name, count in summary["topics"]),
        grades=tuple((plain(str(name)), int(count)) for name, count in summary["grades"]),
        origins=_origins(summary),
        path=path,
    )


def _origins(summary: Mapping[str, Any]) -> tuple[str, ...]:
    """The files a bank came from (earlier versions kept only the last)."""
    return tuple(map(str, summary.get("origins") or filter(None, [summary.get("origin")])))


def _taken(
    questions: Iterable[Question], others: "Iterable[tuple[BankSummary, BankWords]]"
) -> Mapping[str, str]:
    """Which of these questions' ids other banks use, and for what."""
    from tutor_app.questions.updating import fingerprint

    ids = {question.id for question in questions}
    sharing = [summary for summary, words in others if not ids.isdisjoint(words.ids)]
    return {
        other.id: fingerprint(other)
        for summary in sharing
        if (bank := _readable(summary.path))
        for other in bank.questions
        if other.id in ids
    }


def _newer_state(
    bank: Bank, origin: str, words: "BankWords", others: "Iterable[tuple[BankSummary, BankWords]]"
) -> tuple[str, ...]:
    """How to bring up to date the installed bank that a new one may be a newer state of."""
    asked = set(map(tuple, words.terms))
    meant, most = None, 0
    for summary, other in others:
        shared = 0 if summary.shipped else sum(tuple(terms) in asked for terms in other.terms)
        namesake = summary.title.casefold() == bank.title.casefold() or origin in summary.origins
        if shared > most and (namesake or shared >= _HALF * summary.count):
            meant, most = summary, shared
    if meant is None:
        return ()
    return (
        f"It has {most:,} of the {meant.count:,} questions of '{meant.title}' and became a bank of its own. "
        f"If it is to bring '{meant.title}' up to date, remove it and import the file again: "
        f'add --title "{meant.title}".',
    )


def _repeats(
    questions: Sequence[Question], words: "BankWords", others: "Iterable[tuple[BankSummary, BankWords]]"
) -> tuple[str, ...]:
    from tutor_app.questions.duplicates import name_repeats

    known = [(summary.title, terms) for summary, other in others for terms in other.terms]
    return name_repeats(questions, words.terms, known)


def _readable(path: Path) -> Bank | None:
    """A bank for comparing; None for one that is damaged."""
    try:
        return _load(path)
    except UserError:
        return None


def _damaged(path: Path) -> str:
    return (
        f"The bank {path} is damaged and cannot be read. "
        "Bring the file back from a copy, or move it away and import its questions again."
    )


def _load(path: Path) -> Bank:
    from tutor_app.questions.formats import native
    from tutor_app.questions.formats.reading import NothingUsableError

    try:
        bank = native.loads(path.read_text("utf-8-sig"), path.name).bank
    except NothingUsableError as error:
        if error.report.skipped:
            raise
        bank = error.report.bank  # a bank whose last question was deleted is still a bank
    except UnicodeDecodeError as error:
        raise UserError(_damaged(path)) from error
    except OSError as error:
        raise UserError(f"The bank {path} cannot be read: {error.strerror or error}.") from error
    return replace(bank, extra={name: value for name, value in bank.extra.items() if name != _KEY})


def _header_of_whole(path: Path) -> dict[str, Any]:
    """The header with a fresh summary, for a file that was edited or put here by hand."""
    header: dict[str, Any] = json.loads(file_content(_load(path)).split(b"\n", 1)[0])
    return header


def _counts(names: Iterable[str]) -> list[tuple[str, int]]:
    return list(Counter(names).items())


def _grade_order(grade: tuple[str, int]) -> tuple[int, str]:
    number = re.match(r"\d{1,2}", grade[0])
    return int(number.group()) if number else 99, grade[0]


def _titled(bank: Bank, title: str, subject: str, grade: str) -> Bank:
    bank = replace(
        bank,
        title=title.strip() or bank.title.strip() or "Untitled",
        subject=subject.strip() or bank.subject,
        grade=grade.strip() or bank.grade,
    )
    if not subject and not grade:
        return bank
    return replace(
        bank,
        questions=tuple(
            replace(question, subject=subject or question.subject, grade=grade or question.grade)
            for question in bank.questions
        ),
    )


def _as_before(bank: Bank, present: BankSummary, title: str) -> Bank:
    """What was said of the bank at an earlier import stays true where this one and its file say nothing."""
    subject = "" if bank.subject else present.subject
    grade = "" if bank.grade else present.grade
    return _titled(bank, title or present.title, subject, grade)


def _begins(bank: BankSummary, wanted: str) -> bool:
    return bank.title.casefold().startswith(wanted)


def _no_bank(name: str, banks: list[BankSummary]) -> str:
    names = {bank.id.casefold(): bank.id for bank in banks} | {b.title.casefold(): b.id for b in banks}
    near = difflib.get_close_matches(name.casefold(), list(names), n=3, cutoff=0.5)
    ids = list(dict.fromkeys(names[found] for found in near))
    meant = f" Did you mean {' or '.join(ids)}?" if ids else " 'tutor bank list' shows all banks."
    return f"There is no bank called '{name}'.{meant}"


def _is_id(bank_id: str) -> bool:
    """Never a path: nothing outside the two folders is read or removed."""
    return bool(bank_id) and not re.search(r"[/\\:\0]", bank_id) and not bank_id.startswith(".")


def _slug(title: str) -> str:
    """A file name for a title, in any script; no reserved id and no reserved name of Windows can come out."""
    kept = (
        re.sub(r"[^\w]+", "-", unicodedata.normalize("NFKC", title).casefold()).strip("-_")[:50].strip("-_")
    )
    reserved = kept in RESERVED_IDS or re.fullmatch(r"con|prn|aux|nul|com\d|lpt\d", kept)
    return f"bank-{kept}" if not kept or reserved else kept


def _sweep(folder: Path) -> None:
    """Clear what an import that was killed long ago left behind."""
    for left in folder.glob(f".*{_SUFFIX}.*"):
        if time.time() - left.stat().st_mtime > _DAY:
            left.unlink(missing_ok=True)
