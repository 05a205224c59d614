"""A small house for the app: two shipped banks, the real guides, a scripted tutor."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scripted import ScriptedExplainer
from tests.tui.driving import BANK, OTHER_BANK
from tutor_app import paths
from tutor_app.learning import shelf
from tutor_app.questions.library import file_content
from tutor_app.tui.app import TutorApp
from tutor_app.tui.desk import Desk
from tutor_app.tui.screens import home

Start = Callable[..., TutorApp]


@pytest.fixture(autouse=True)
def assets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Assets of the test's own, so that screens show little and always the same."""
    folder = tmp_path / "assets"
    (folder / "banks").mkdir(parents=True)
    (folder / "banks" / "magnets.jsonl").write_bytes(file_content(BANK))
    (folder / "banks" / "water.jsonl").write_bytes(file_content(OTHER_BANK))
    guides = paths.assets() / "guides"
    (folder / "guides").symlink_to(guides, target_is_directory=True)
    monkeypatch.setattr(paths, "assets", lambda: folder)
    monkeypatch.setattr(home, "_greeting", lambda hour: "Hello")
    monkeypatch.setattr(shelf, "random", random.Random(7))
    monkeypatch.setattr(shelf.random, "Random", lambda seed=None: random.Random(7), raising=False)
    return folder


@pytest.fixture
def tutor() -> ScriptedExplainer:
    """The scripted tutor that the app gets."""
    return ScriptedExplainer()


@pytest.fixture
def start(tutor: ScriptedExplainer) -> Start:
    """Makes the app; settings are given as `name=value` pairs."""

    def make(
        *settings: tuple[str, object], load: Callable[..., object] | None = None, **desk: object
    ) -> TutorApp:
        made = Desk(load=load or (lambda _: tutor), **desk)  # type: ignore[arg-type]
        for name, value in (("look.theme", "dark"), *settings):
            made.settings_file.set(name, value)
        return TutorApp(made)

    return make
