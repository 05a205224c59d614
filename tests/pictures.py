"""Draws the pictures of the README anew, from the shipped banks and with a made-up history.

Run as: python tests/pictures.py
The students installed with the app explain; without any, the explanation is the question's own and no
confidence is shown.
"""

import asyncio
import os
import random
import re
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tutor_app.learning.records import Attempt, Item, Mode  # noqa: E402
from tutor_app.learning.session import Session  # noqa: E402
from tutor_app.tui.app import TutorApp  # noqa: E402
from tutor_app.tui.desk import Desk  # noqa: E402
from tutor_app.tui.starting import sitting_screen  # noqa: E402

TARGET = ROOT / "assets" / "guides" / "pictures"
BANK = "phys_magnets_static_charge"
SIZE = (86, 26)


def learn_for_weeks(desk: Desk) -> None:
    """Three weeks of practice, getting better."""
    chance, now = random.Random(3), time.time()
    banks = [BANK, "bio_cells_organelles", "space_moon_phases_eclipses", "chem_states_properties_of_matter"]
    for day in range(21, 0, -1):
        for item in chance.sample(desk.shelf.items(chance.choice(banks)), chance.randint(3, 9)):
            right = chance.random() < 0.55 + 0.015 * (21 - day)
            sure = chance.choice((1, 2, 2, 3)) if right else chance.choice((1, 1, 2))
            at = now - day * 86400 + chance.randint(0, 3600)
            attempt = Attempt(
                item,
                Mode.PRACTISE,
                right,
                0,
                "",
                sure,
                sure if right else 0,
                seconds=chance.randint(15, 60),
                at=at,
            )
            desk.history.record(desk.profile, attempt)


async def draw() -> None:
    """Home, Learn, Practise and Progress."""
    desk = Desk(profile="Maya")
    desk.settings_file.set("look.theme", "dark")
    learn_for_weeks(desk)
    items = desk.shelf.items(BANK)
    app = TutorApp(desk)
    async with app.run_test(size=SIZE) as pilot:
        await _until(
            lambda: (
                app.tutor_state[1] in {"tutor ready", "no tutor"}
                and len(app.screen.query_one("#topics").entries) > 5
            )
        )  # type: ignore[attr-defined]
        await _save(app, "home")
        await _sit(app, Mode.LEARN, items[10:20])
        await _until(lambda: app.screen.turn.unfolding.complete)  # type: ignore[attr-defined]
        while not app.screen.turn.done:  # type: ignore[attr-defined]
            await pilot.press("enter")
        await _save(app, "learn")
        await pilot.press("escape")
        await _sit(app, Mode.PRACTISE, items[:10])
        await pilot.press("abcd"[(items[0].question.answer or 0) - 1])
        await _save(app, "practise")
        await pilot.press("escape", "g")
        await _until(lambda: app.screen.query("#topics") and type(app.screen).__name__ == "ProgressScreen")
        await _until(lambda: len(app.screen.query_one("#topics").entries) > 2)  # type: ignore[attr-defined]
        await _save(app, "progress")
    desk.close()


async def _sit(app: TutorApp, mode: Mode, items: list[Item]) -> None:
    screen = sitting_screen(Session(mode, items), "Magnets and static charge")
    app.push_screen(screen)
    await _until(lambda: app.screen is screen and screen.is_mounted)
    await asyncio.sleep(0.5)


async def _until(true: object) -> None:
    while not true():  # type: ignore[operator]
        await asyncio.sleep(0.02)


async def _save(app: TutorApp, name: str) -> None:
    await asyncio.sleep(0.5)
    svg = app.export_screenshot(title="Sci-CoT Tutor")
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)  # the reader's own monospace will do
    svg = re.sub(r"terminal-\d+", f"{name}", svg)
    (TARGET / f"{name}.svg").write_text(svg, "utf-8")


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TUTOR_HOME"] = folder
        asyncio.run(draw())
