"""A bundle for classrooms: one zip with the tutor and all it needs, which installs with no network.

Run as: python scripts/bundle.py [--output tutor-bundle.zip]
For machines of another kind than this one, say which, as pip does:
        python scripts/bundle.py --platform win_amd64 --python 3.12
"""

import argparse
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = """\
Sci-CoT Tutor, for installing without a network. Needs Python {python}.

Linux and macOS, in this folder:

    python3 -m venv tutor && tutor/bin/pip install --no-index --find-links wheels sci-cot-tutor
    tutor/bin/tutor

Windows, in this folder:

    py -m venv tutor
    tutor\\Scripts\\pip install --no-index --find-links wheels sci-cot-tutor
    tutor\\Scripts\\tutor
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Collect the wheels and write the zip."""
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--output", type=Path, default=Path("tutor-bundle.zip"))
    parser.add_argument("--platform", help="such as win_amd64 or macosx_11_0_arm64; else this machine's")
    parser.add_argument("--python", default=here, help=f"the Python of those machines (default {here})")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        wheels = Path(folder)
        collect(wheels, options.platform, options.python)
        write(wheels, options.output, options.python)
    print(f"{options.output}: {options.output.stat().st_size / 1e6:.0f} MB")


def collect(wheels: Path, platform: str | None, python: str) -> None:
    """The tutor's wheel, and the tested versions of what it needs."""
    _pip("wheel", "--no-deps", "--wheel-dir", str(wheels), str(ROOT))
    (own,) = wheels.glob("*.whl")
    target = ["--python-version", python]
    if platform:
        target += ["--platform", platform]
    versions = str(ROOT / "constraints.txt")
    _pip("download", "--only-binary=:all:", *target, "-c", versions, "-d", str(wheels), str(own))


def write(wheels: Path, output: Path, python: str) -> None:
    """One zip of wheels (which are packed already) and how to install them."""
    draft = output.with_name(output.name + ".part")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as bundle:
        bundle.writestr("tutor-bundle/README.txt", README.format(python=python))
        for wheel in sorted(wheels.glob("*.whl")):
            bundle.write(wheel, f"tutor-bundle/wheels/{wheel.name}")
    draft.replace(output)


def _pip(*arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments], check=True
    )


if __name__ == "__main__":
    main()
