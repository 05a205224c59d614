"""Zip archives from strangers: opened within limits, so that none can fill the disk or leave its folder."""

import io
import re
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from tutor_app.errors import UserError

_CHUNK = 65_536
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may hold; sizes in bytes. `ratio` counts for parts of more than a megabyte."""

    entries: int = 10_000
    total: int = 400_000_000
    each: int = 200_000_000
    ratio: int = 200


class Archive:
    """A zip whose list of contents has been checked; parts are read whole, within the limits."""

    def __init__(self, content: bytes | Path, name: str, limits: Limits = Limits()) -> None:
        self.name = name
        self._limits = limits
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content) if isinstance(content, bytes) else content)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
            raise UserError(f"{name} is a broken zip file. Download or export it again.") from None
        self._entries = {entry.filename: entry for entry in self._zip.infolist() if not entry.is_dir()}
        self._check()

    @property
    def names(self) -> tuple[str, ...]:
        """The files in the archive, in its own order."""
        return tuple(self._entries)

    def _check(self) -> None:
        everything = self._zip.infolist()
        if len(everything) > self._limits.entries:
            raise self._refused(f"it holds {len(everything):,} files (at most {self._limits.entries:,})")
        if sum(entry.file_size for entry in everything) > self._limits.total:
            raise self._refused(f"unpacked it would fill more than {self._limits.total // 1_000_000} MB")
        if len({entry.filename.casefold() for entry in everything}) != len(everything):
            raise self._refused("two of its files have the same name")
        files = {name.casefold() for name in self._entries}
        for entry in everything:
            self._check_entry(entry)
            if folder := next((f for f in _folders_of(entry.filename) if f.casefold() in files), ""):
                raise self._refused(f"{folder[:80]} is a file and a folder at once")

    def _check_entry(self, entry: zipfile.ZipInfo) -> None:
        shown = entry.filename[:80].encode("unicode_escape").decode("ascii")
        if entry.filename.startswith("/") or ".." in re.split(r"[/\\]", entry.filename):
            raise self._refused(f"the path {shown} leads outside of it")
        if not is_safe_path(entry.filename):
            raise self._refused(f"the name {shown} is not allowed on every system; give it a plainer one")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise self._refused(f"{shown} is a link or a device")
        if entry.flag_bits & 1:
            raise self._refused("it is locked with a password")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self._refused("it is packed in an unusual way; pack it as an ordinary zip")
        if entry.file_size > self._limits.each:
            raise self._refused(f"{shown} is too big")
        if entry.file_size > 1_000_000 and entry.file_size > self._limits.ratio * max(entry.compress_size, 1):
            raise self._refused(f"{shown} is packed suspiciously small, like a zip bomb")

    def _refused(self, why: str) -> UserError:
        return UserError(f"{self.name} is refused: {why}.")

    def read(self, name: str) -> bytes:
        """One part's bytes; never more than its header promised."""
        out = io.BytesIO()
        self._copy(name, out)
        return out.getvalue()

    def check_all(self) -> None:
        """Read every part once, so that a library may unpack the archive by itself."""
        for name in self._entries:
            self._copy(name, None)

    def extract(self, folder: Path) -> None:
        """Unpack everything into a folder that must not hold any of the files yet."""
        for name in self._entries:
            target = folder.joinpath(*name.split("/"))
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as out:
                self._copy(name, out)

    def _copy(self, name: str, out: IO[bytes] | None) -> None:
        entry = self._entries[name]
        left = min(entry.file_size, self._limits.each)
        try:
            with self._zip.open(entry) as part:
                while chunk := part.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise self._refused(f"{name[:80]} is bigger than it says")
                    if out:
                        out.write(chunk)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
            raise UserError(
                f"{self.name} is damaged: {name[:80]!a} cannot be unpacked. Download or export it again."
            ) from None


def _folders_of(name: str) -> list[str]:
    return [str(folder) for folder in PurePosixPath(name).parents]


def is_safe_path(name: str) -> bool:
    """A path that stays in its folder on every system: relative, no `..`, no drive, no device name."""
    if not name or len(name) > 500 or "\\" in name or ":" in name or not name.isprintable():
        return False
    parts = name.rstrip("/").split("/")
    return not any(
        part in ("", ".", "..") or part.endswith((".", " ")) or _RESERVED.fullmatch(part) for part in parts
    )
