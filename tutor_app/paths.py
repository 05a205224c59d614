"""Where things lie: the assets that ship and the user's own folders."""

import os
from functools import cache
from pathlib import Path

from platformdirs import PlatformDirs

_APP = "sci-cot-tutor"


@cache
def assets() -> Path:
    """The folder of shipped banks, facts, guides and students (in a wheel or beside the source)."""
    packaged = Path(__file__).parent / "assets"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "assets"


def user_data() -> Path:
    """Installed banks, students, facts and the history; `TUTOR_HOME` moves it."""
    return _folder("data") or Path(PlatformDirs(_APP, appauthor=False).user_data_dir)


def user_config() -> Path:
    """The settings file's folder."""
    return _folder("config") or Path(PlatformDirs(_APP, appauthor=False).user_config_dir)


def user_cache() -> Path:
    """What can be made again: the fact index and kept explanations."""
    return _folder("cache") or Path(PlatformDirs(_APP, appauthor=False).user_cache_dir)


def user_log() -> Path:
    """The log file an error dialog points to."""
    folder = _folder("log") or Path(PlatformDirs(_APP, appauthor=False).user_log_dir)
    return folder / "tutor.log"


def private_folder(folder: Path) -> Path:
    """Make a folder that only its owner can read, and each missing one above it."""
    for missing in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)  # `parents=True` would leave the upper ones open
    return folder


def private_file(path: Path) -> Path:
    """Make a file, empty when it is new, that only its owner can read."""
    private_folder(path.parent)
    path.touch(mode=0o600)
    return path


def _folder(name: str) -> Path | None:
    home = os.environ.get("TUTOR_HOME")
    return Path(home) / name if home else None
