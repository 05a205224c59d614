"""What the main screens look like: few pictures, fixed in size, theme and content."""

import re

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from tests.tui.conftest import Start
from tests.tui.driving import learn, running, sees
from tutor_app.tui.app import TutorApp


class Picture(SingleFileSnapshotExtension):
    """An SVG file of the screen."""

    _write_mode = WriteMode.TEXT
    file_extension = "svg"


@pytest.fixture
def picture(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(Picture)


def svg(app: TutorApp) -> str:
    """The screen; ids that follow from its content are made plain, so that a difference is a difference."""
    return re.sub(r"terminal-\d+", "terminal", app.export_screenshot())


LOOKS = [("dark", (80, 24)), ("light", (80, 24)), ("dark", (60, 20))]


@pytest.mark.parametrize(("theme", "size"), LOOKS)
async def test_home(start: Start, picture: SnapshotAssertion, theme: str, size: tuple[int, int]) -> None:
    app = start(("look.theme", theme))
    async with running(app, size) as pilot:
        await sees(pilot, "nothing needs")
        await pilot.pause()
        assert svg(app) == picture


@pytest.mark.parametrize(("theme", "size"), LOOKS)
async def test_learn(start: Start, picture: SnapshotAssertion, theme: str, size: tuple[int, int]) -> None:
    app = start(("look.theme", theme))
    async with running(app, size) as pilot:
        await learn(pilot)
        await pilot.press("enter")
        await sees(pilot, "A nail is made of iron")
        await pilot.press("enter")
        await sees(pilot, "The tutor agrees")
        await pilot.pause()
        assert svg(app) == picture
