"""A student package: a folder with two students, how to join them, and a manifest that vouches for it.

manifest.json   what it is, which prompts it was trained with, the sha256 of each file
rationale/      a CTranslate2 model with its tokenizer: writes and chooses steps
answer/         the same kind of model: scores options, writes short answers
calibration.json, MODEL_CARD.md
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from tutor_app import paths
from tutor_app.errors import UserError
from tutor_app.files import write_atomically
from tutor_app.students import prompts
from tutor_app.students.calibration import Calibration, read_calibration
from tutor_app.students.engine import Family, Student, Threads, open_student

FORMAT_VERSION = 1
MANIFEST = "manifest.json"
ROLES = ("rationale", "answer")
BESIDE = ("calibration.json", "MODEL_CARD.md")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HASH = re.compile(r"[0-9a-f]{64}")
_LARGEST_MANIFEST = 1 << 20
_AGAIN = "get the package again from where it came from"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `manifest.json` says. `data`, `licences` and `scores` are shown, never acted on."""

    name: str
    version: str
    prompt_version: int
    base: str
    family: Family
    parameters: int
    files: Mapping[str, str] = field(default_factory=dict)
    data: tuple[Any, ...] = ()
    licences: tuple[Any, ...] = ()
    scores: Mapping[str, Any] = field(default_factory=dict)
    created: str = ""
    format_version: int = FORMAT_VERSION

    @property
    def title(self) -> str:
        """Name and version, as people know them."""
        return f"{self.name} {self.version}"

    @property
    def identity(self) -> str:
        """The title and a mark of the very files: students trained anew are others, however called."""
        files = json.dumps(sorted(self.files.items())).encode()
        return f"{self.title} ({hashlib.sha256(files).hexdigest()[:8]})"


@dataclass(frozen=True, slots=True)
class Package:
    """A package on disk whose manifest was read; `verify` looks at the files themselves."""

    folder: Path
    manifest: Manifest

    @property
    def calibration(self) -> Calibration:
        """How the routes are joined."""
        return read_calibration(self.folder / "calibration.json")

    def open(self, role: str, threads: Threads = Threads(), *, max_batch: int = 32) -> Student:
        """Load the student `rationale` or `answer`."""
        return open_student(self.folder / role, self.manifest.family, threads, max_batch=max_batch)


def read_package(folder: Path) -> Package:
    """Read the manifest; refuse a package this version of the app cannot use."""
    path = folder / MANIFEST
    if not path.is_file():
        raise UserError(f"{folder} is not a student package: it has no {MANIFEST}.")
    try:
        if path.stat().st_size > _LARGEST_MANIFEST:
            raise ValueError("it is too large")
        manifest = _manifest(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise UserError(f"{path} cannot be read ({reason}); {_AGAIN}.") from error
    _check_versions(manifest)
    _check_parts(folder, manifest)
    return Package(folder, manifest)


def verify(package: Package) -> None:
    """Compare every file with the manifest; the first that differs is named."""
    for name, expected in package.manifest.files.items():
        try:
            actual = file_hash(package.folder / name)
        except OSError as error:
            raise UserError(f"{package.folder / name} is missing or cannot be read; {_AGAIN}.") from error
        if actual != expected:
            raise UserError(f"{package.folder / name} is damaged (its checksum differs); {_AGAIN}.")


def verify_once(package: Package) -> None:
    """Verify, unless these very files (same sizes and times) were verified before: hashing takes a moment."""
    record = paths.user_cache() / "verified-students.json"
    stamp = _stamp(package)
    seen = _read_record(record)
    key = str(package.folder.resolve())
    if stamp is not None and seen.get(key) == stamp:
        return
    verify(package)
    try:
        write_atomically(record, json.dumps({**seen, key: _stamp(package)}))
    except OSError:
        return  # a folder that cannot be written only costs the time to verify again


def seal(folder: Path, manifest: Manifest) -> Manifest:
    """Write the manifest with the sha256 of every file in `folder/{rationale,answer}` and beside them."""
    files = {name: file_hash(folder / name) for name in _package_files(folder)}
    created = manifest.created or datetime.now(UTC).isoformat(timespec="seconds")
    sealed = replace(manifest, files=files, created=created)
    write_atomically(
        folder / MANIFEST, json.dumps(asdict(sealed), ensure_ascii=False, indent=1) + "\n", 0o644
    )
    return sealed


def file_hash(path: Path) -> str:
    """The sha256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _package_files(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and (name.startswith(("rationale/", "answer/")) or name in BESIDE):
            yield name


def _manifest(raw: Any) -> Manifest:
    if not isinstance(raw, dict):
        raise ValueError("it holds no object")
    name, files = str(raw["name"]), raw["files"]
    if not _NAME.fullmatch(name):
        raise ValueError("its name has letters a folder cannot have")
    if not isinstance(files, dict) or not all(_is_entry(path, digest) for path, digest in files.items()):
        raise ValueError("its list of files is not one of paths inside the package with their sha256")
    return Manifest(
        name=name,
        version=str(raw["version"]),
        prompt_version=int(raw["prompt_version"]),
        format_version=int(raw["format_version"]),
        base=str(raw["base"]),
        family=Family(raw["family"]),
        parameters=int(raw["parameters"]),
        files=files,
        data=_as_tuple(raw.get("data")),
        licences=_as_tuple(raw.get("licences")),
        scores=raw["scores"] if isinstance(raw.get("scores"), dict) else {},
        created=str(raw.get("created", "")),
    )


def _as_tuple(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list) else ()


def _is_entry(path: Any, digest: Any) -> bool:
    parts = PurePosixPath(path).parts
    inside = (
        bool(parts) and not path.startswith("/") and not re.search(r"[\\:\x00]", path) and ".." not in parts
    )
    return inside and isinstance(digest, str) and bool(_HASH.fullmatch(digest))


def _check_versions(manifest: Manifest) -> None:
    if manifest.format_version > FORMAT_VERSION:
        raise UserError(
            f"The students '{manifest.title}' have package format {manifest.format_version}, newer than this "
            "app knows; update the app."
        )
    if manifest.prompt_version != prompts.VERSION:
        older = manifest.prompt_version < prompts.VERSION
        cure = "get a newer package of them" if older else "update the app"
        raise UserError(
            f"The students '{manifest.title}' were trained with prompts of version "
            f"{manifest.prompt_version}, but this app uses version {prompts.VERSION}; {cure}."
        )


def _check_parts(folder: Path, manifest: Manifest) -> None:
    needed = [f"{role}/{name}" for role in ROLES for name in ("model.bin", "config.json")]
    missing = [name for name in (*needed, *BESIDE) if name not in manifest.files]
    missing += [name for name in manifest.files if not (folder / name).is_file()]
    if missing:
        raise UserError(f"The students '{manifest.title}' in {folder} lack {missing[0]}; {_AGAIN}.")


def _stamp(package: Package) -> dict[str, list[int]] | None:
    try:
        stats = {name: (package.folder / name).stat() for name in (MANIFEST, *package.manifest.files)}
    except OSError:
        return None
    return {name: [stat.st_size, stat.st_mtime_ns] for name, stat in stats.items()}


def _read_record(record: Path) -> dict[str, Any]:
    try:
        seen = json.loads(record.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return seen if isinstance(seen, dict) else {}
