"""Writes `constraints.txt`: the versions in this environment of everything the project needs.

Run as: python scripts/constraints.py   (in the environment in which all tests have just passed)
"""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parent.parent
HEADER = """\
# The versions all tests pass with. Install with: pip install -c constraints.txt .
# Made anew by: python scripts/constraints.py
"""


def main() -> None:
    """Write the file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(r for extra in project["optional-dependencies"].values() for r in extra),
    ]
    versions: dict[str, str] = {}
    for requirement in wanted:
        _follow(requirement, versions)
    lines = [f"{name}=={version}\n" for name, version in sorted(versions.items())]
    (ROOT / "constraints.txt").write_text(HEADER + "".join(lines), "utf-8")
    print(f"constraints.txt: {len(lines)} packages")


def _follow(requirement: str, versions: dict[str, str]) -> None:
    """A package's version and those of what it needs; what this platform does not need is left out."""
    found = re.match(r"[\w.-]+", requirement)
    name = re.sub(r"[-_.]+", "-", found.group()).lower() if found else ""
    if not name or name in versions or "extra ==" in requirement:
        return
    try:
        package = distribution(name)
    except PackageNotFoundError:
        return
    versions[name] = package.version.partition("+")[0]  # any build of that version
    for needed in package.requires or ():
        _follow(needed, versions)


if __name__ == "__main__":
    main()
