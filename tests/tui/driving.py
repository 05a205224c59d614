"""Driving the app in tests: a bank to learn from, waiting for something to be true, reading the screen."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from tutor_app.questions.model import Bank, Question
from tutor_app.tui.app import TutorApp

NASTY = "[red]x[/red] [/b] H[sub]2[/sub]O"

MAGNET = Question(
    "m1",
    "What does a magnet pull?",
    ("wood", "an iron nail", "paper", "glass"),
    1,
    hint="Think of metals.",
    facts=("Magnets pull things made of iron.",),
    steps=("A nail is made of iron, so the magnet pulls it.",),
    why_wrong=("Wood is not a metal.", None, "Paper comes from wood.", "Glass is not a metal."),
    subject="physics",
    grade="3-5",
)
BANK = Bank("Magnets", (MAGNET,), subject="physics", licence="CC BY 4.0")
OTHER_BANK = Bank(
    "Water",
    (
        Question("w1", f"What is {NASTY}?", (f"one {NASTY}", f"two {NASTY}"), 0, hint=NASTY, facts=(NASTY,)),
        Question("w2", "Name the gas in water that burns.", accepted=("hydrogen",)),
        Question("w3", "What is ice?", ("solid water", "a salt", "a gas"), 0, facts=("Ice is solid water.",)),
    ),
    subject="chemistry",
    licence="CC BY 4.0",
)


async def until(pilot: Pilot[int], true: Callable[[], object], what: str = "") -> None:
    """Wait until something is true; the test fails with what is on the screen when it never is."""
    for _ in range(3000):
        await asyncio.sleep(0.01)
        if true():
            return
    raise AssertionError(f"never came true: {what}\n{text(pilot.app)}")


async def on(pilot: Pilot[int], screen: str) -> None:
    """Wait for a screen by the name of its class."""

    def there() -> bool:
        stack = pilot.app.screen_stack
        return bool(stack) and type(stack[-1]).__name__ == screen and stack[-1].is_mounted

    await until(pilot, there, screen)


async def sees(pilot: Pilot[int], wanted: str) -> None:
    """Wait for a text to be on the screen."""
    await until(pilot, lambda: wanted in text(pilot.app), wanted)


def text(app: object) -> str:
    """What is on the screen, as a person would read it."""
    assert isinstance(app, TutorApp)
    lines = app.screen._compositor.render_strips(app.size) if app.screen_stack else []
    return "\n".join(line.text.rstrip() for line in lines)


@asynccontextmanager
async def running(app: TutorApp, size: tuple[int, int] = (100, 40)) -> AsyncIterator[Pilot[int]]:
    """The app at Home with its tutor loaded; afterwards nothing may have gone wrong unseen."""
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: app.tutor_state[1] not in {"", "the tutor is waking up"})
        await sees(pilot, "Magnets")
        yield pilot
        assert app.troubles == []
    app.desk.close()


async def learn(pilot: Pilot[int], topic: str = "Magnets", key: str = "enter") -> None:
    """From Home into a topic."""
    topics = pilot.app.screen.query_one("#topics")
    topics.focus()
    place = next(entry.id for entry in topics.entries if entry.label == topic)  # type: ignore[attr-defined]
    topics.select(place)  # type: ignore[attr-defined]
    await pilot.press(key)
    wanted = {"enter": "LearnScreen", "p": "PractiseScreen", "t": "TestSetupScreen"}[key]
    await on(pilot, wanted)
