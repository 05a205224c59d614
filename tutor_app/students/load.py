"""The tutor with the students chosen on this machine."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tutor_app import paths
from tutor_app.errors import UserError
from tutor_app.students.engine import Threads
from tutor_app.students.packages import MANIFEST, Package, read_package, verify_once
from tutor_app.students.tutor import Tutor


def load_tutor(students: str = "", threads: int = 0) -> Tutor:
    """The tutor of a student package: the one named, else the shipped one.

    A UserError says what to do when there is none, or when it is damaged.
    """
    from tutor_app.knowledge.base import FactBase

    package = find_package(students)
    verify_once(package)
    each = Threads(workers=threads or 1, each=1)
    with ThreadPoolExecutor(3) as pool:
        facts = pool.submit(FactBase)
        rationale, answer = (
            pool.submit(package.open, "rationale", each),
            pool.submit(package.open, "answer", each),
        )
        return Tutor(
            rationale.result(), answer.result(), facts.result(), package.calibration, package.manifest.title
        )


def find_package(name: str = "") -> Package:
    """A package by its folder's name: an installed one before a shipped one."""
    found = _packages()
    if name:
        if name not in found:
            raise UserError(
                f"There are no students called '{name}'. 'tutor students list' shows those there are."
            )
        return read_package(found[name])
    if not found:
        raise UserError(
            "No students are installed, so nothing can be explained beyond what the banks say. "
            "Install a package: tutor students install FOLDER_OR_ZIP"
        )
    return read_package(next(iter(found.values())))


def _packages() -> dict[str, Path]:
    shipped, own = paths.assets() / "students", paths.user_data() / "students"
    every = [*sorted(shipped.glob(f"*/{MANIFEST}")), *sorted(own.glob(f"*/{MANIFEST}"))]
    return {manifest.parent.name: manifest.parent for manifest in every}
