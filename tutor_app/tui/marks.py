"""Marks beside colour: every meaning has a shape, in Unicode or in plain ASCII."""

import os
import sys
from dataclasses import dataclass

from tutor_app.students.explanation import Origin


@dataclass(frozen=True, slots=True)
class Marks:
    """The signs the app draws with; all are one cell wide."""

    right: str = "✓"
    wrong: str = "✗"
    chosen: str = "▸"
    picked: str = "●"
    fact: str = "◆"
    tutor: str = "✎"
    bank: str = "•"
    hint: str = "?"
    flag: str = "⚑"
    ready: str = "●"
    waiting: str = "○"
    full: str = "━"
    empty: str = "─"
    dot: str = "·"
    dash: str = "–"
    more: str = "…"
    up: str = "↑"
    down: str = "↓"
    left: str = "←"
    arrow: str = "→"
    star: str = "★"

    def of(self, origin: Origin) -> str:
        """The mark of where a step comes from."""
        return {Origin.FACT: self.fact, Origin.TUTOR: self.tutor, Origin.BANK: self.bank}[origin]

    def bar(self, share: float, width: int) -> tuple[str, str]:
        """The filled and the empty part of a bar."""
        filled = round(max(0.0, min(1.0, share)) * width)
        return self.full * filled, self.empty * (width - filled)


UNICODE = Marks()
ASCII = Marks(
    right="+",
    wrong="x",
    chosen=">",
    picked="*",
    fact="#",
    tutor="~",
    bank="-",
    hint="?",
    flag="!",
    ready="*",
    waiting="o",
    full="=",
    empty=".",
    dot="-",
    dash="-",
    more="...",
    up="Up",
    down="Down",
    left="Left",
    arrow="->",
    star="*",
)


def terminal_needs_ascii() -> bool:
    """Whether this terminal cannot be trusted with more than ASCII."""
    encoding = (sys.__stdout__.encoding if sys.__stdout__ else None) or "ascii"
    return os.environ.get("TERM") in {"linux", "vt100", "vt220"} or "utf" not in encoding.lower()
