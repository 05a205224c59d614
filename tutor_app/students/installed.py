"""The student packages on this machine: those that ship and those the user installed.

An installed package lies in a folder of its name. A new one is copied and checked under another name first
and takes its place in one step, so whatever happens the old one or the new one is there.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tutor_app import paths
from tutor_app.errors import UserError
from tutor_app.students.engine import Threads
from tutor_app.students.packages import MANIFEST, ROLES, Package, read_package, verify

_NEW, _OLD = ".new-", ".old-"
_ABANDONED = 3600.0  # seconds after which a copy that never took its place is somebody's killed install
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Listed:
    """A package folder: what is in it, or why it cannot be used."""

    folder: Path
    shipped: bool
    package: Package | None
    problem: str = ""

    @property
    def name(self) -> str:
        """What `find` knows it by."""
        return self.package.manifest.name if self.package else self.folder.name


def packages_folder() -> Path:
    """Where installed packages lie."""
    return paths.user_data() / "students"


def listed() -> list[Listed]:
    """All package folders, those that ship first."""
    _recover()
    return [_look(folder, shipped) for folder, shipped in _folders()]


def find(name: str = "") -> Package:
    """The package of that name, installed before shipped; without a name the shipped one, else any.

    A UserError says what to do when there is none or when it cannot be used.
    """
    every = listed()
    if not every:
        raise UserError(
            "No students are installed, so nothing can be explained beyond what the banks say. "
            "Install a package: tutor students install FOLDER_OR_ZIP"
        )
    fitting = [one for one in reversed(every) if name in (one.name, one.folder.name)] if name else every
    if not fitting:
        raise UserError(
            f"There are no students called '{name}'. 'tutor students list' shows those there are."
        )
    usable = [one for one in fitting if one.package]
    return read_package((usable or fitting)[0].folder)


def install(source: Path) -> Package:
    """Install a package from its folder or from a zip of it; one of the same name is replaced."""
    with _unpacked(source) as folder:
        package = read_package(folder)
        draft = _copy(package)
    try:
        copied = read_package(draft)
        verify(copied)
        for role in ROLES:
            copied.open(role, Threads(each=1))
        return _put_in_place(draft, package.manifest.name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def remove(name: str) -> Path:
    """Delete an installed package."""
    for one in listed():
        if name in (one.name, one.folder.name) and not one.shipped:
            old = one.folder.with_name(_OLD + one.folder.name)
            shutil.rmtree(old, ignore_errors=True)
            try:
                one.folder.rename(old)
            except OSError as error:
                raise UserError(f"{one.folder} cannot be removed ({error.strerror or error}).") from error
            (old / MANIFEST).unlink(missing_ok=True)  # now it is no package any more, even half removed
            shutil.rmtree(old, ignore_errors=True)
            return one.folder
    if any(name in (one.name, one.folder.name) for one in listed()):
        raise UserError(f"The students '{name}' come with the app and cannot be removed.")
    raise UserError(f"There are no students called '{name}'. 'tutor students list' shows those there are.")


def _folders() -> Iterator[tuple[Path, bool]]:
    for parent, shipped in ((paths.assets() / "students", True), (packages_folder(), False)):
        for manifest in sorted(parent.glob(f"*/{MANIFEST}")):
            if not manifest.parent.name.startswith("."):
                yield manifest.parent, shipped


def _look(folder: Path, shipped: bool) -> Listed:
    try:
        return Listed(folder, shipped, read_package(folder))
    except UserError as error:
        return Listed(folder, shipped, None, str(error))


@contextmanager
def _unpacked(source: Path) -> Iterator[Path]:
    if source.is_dir():
        yield source
        return
    if not source.is_file():
        raise UserError(f"{source} does not exist; give a package's folder or its zip.")
    from tutor_app.questions.archives import Archive

    archive = Archive(source, source.name)
    manifests = [name for name in archive.names if name == MANIFEST or name.split("/")[1:] == [MANIFEST]]
    if len(manifests) != 1:
        raise UserError(f"{source} is not a student package: it has no {MANIFEST}.")
    with tempfile.TemporaryDirectory(dir=paths.private_folder(packages_folder()), prefix=_NEW) as folder:
        archive.extract(Path(folder))
        yield (Path(folder) / manifests[0]).parent


def _copy(package: Package) -> Path:
    """The package's own files, and nothing else that lies beside them, in a folder of their own."""
    draft = Path(tempfile.mkdtemp(dir=paths.private_folder(packages_folder()), prefix=_NEW))
    try:
        for name in (MANIFEST, *package.manifest.files):
            (draft / name).parent.mkdir(parents=True, exist_ok=True)
            with (package.folder / name).open("rb") as source, (draft / name).open("wb") as target:
                shutil.copyfileobj(source, target, _CHUNK)
                target.flush()
                os.fsync(target.fileno())
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        where = f"{draft.parent} ({error.strerror or error})"
        raise UserError(f"The students could not be copied to {where}.") from error
    return draft


def _put_in_place(draft: Path, name: str) -> Package:
    _recover()
    target = packages_folder() / name
    old = target.with_name(_OLD + name)
    try:
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
            target.rename(old)
        draft.rename(target)
    except OSError as error:
        if old.exists() and not target.exists():
            old.rename(target)
        raise UserError(f"The students could not be put in {target} ({error.strerror or error}).") from error
    shutil.rmtree(old, ignore_errors=True)
    return read_package(target)


def _recover() -> None:
    """Put back what an install that was killed had moved aside; clear what one left behind."""
    folder = packages_folder()
    for old in folder.glob(f"{_OLD}*"):
        target = folder / old.name.removeprefix(_OLD)
        if (old / MANIFEST).is_file() and not target.exists():
            with suppress(OSError):
                old.rename(target)
        else:
            shutil.rmtree(old, ignore_errors=True)
    for new in folder.glob(f"{_NEW}*"):
        with suppress(OSError):
            if time.time() - new.stat().st_mtime > _ABANDONED:
                shutil.rmtree(new, ignore_errors=True)
