"""Four looks: light, dark, high contrast and the terminal's own colours."""

import os
from dataclasses import dataclass

from textual.theme import BUILTIN_THEMES, Theme


@dataclass(frozen=True, slots=True)
class Look:
    """A theme as the settings name it."""

    name: str
    title: str


LOOKS = (
    Look("auto", "As the terminal says"),
    Look("dark", "Dark"),
    Look("light", "Light"),
    Look("contrast", "High contrast"),
    Look("ansi-dark", "The terminal's own colours, dark"),
    Look("ansi-light", "The terminal's own colours, light"),
)

_CURSOR = {"footer-background": "transparent", "footer-item-background": "transparent"}

_DARK = Theme(
    "dark",
    primary="#7cc0e8",
    secondary="#b8a5ee",
    accent="#f0c560",
    success="#8fd694",
    warning="#f0b35f",
    error="#f39a8b",
    foreground="#e8e6e1",
    background="#171b22",
    surface="#202630",
    panel="#2a313d",
    dark=True,
    variables=_CURSOR
    | {
        "text-muted": "#a3abb8",
        "block-cursor-background": "#2f4a5e",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-blurred-background": "#262e3a",
        "block-cursor-blurred-foreground": "#e8e6e1",
        "block-hover-background": "#262e3a",
        "scrollbar": "#3a4352",
        "scrollbar-background": "#171b22",
        "border": "#7cc0e8",
        "border-blurred": "#3a4352",
    },
)

_LIGHT = Theme(
    "light",
    primary="#155d8c",
    secondary="#5d3fa8",
    accent="#8a5a00",
    success="#1f6b33",
    warning="#8a5200",
    error="#a52a1e",
    foreground="#22272e",
    background="#fbf9f4",
    surface="#f1eee6",
    panel="#e6e2d8",
    dark=False,
    variables=_CURSOR
    | {
        "text-muted": "#5a616c",
        "block-cursor-background": "#cfe3f1",
        "block-cursor-foreground": "#10202c",
        "block-cursor-blurred-background": "#ebe7dd",
        "block-cursor-blurred-foreground": "#22272e",
        "block-hover-background": "#ebe7dd",
        "scrollbar": "#c9c4b7",
        "scrollbar-background": "#fbf9f4",
        "border": "#155d8c",
        "border-blurred": "#c9c4b7",
    },
)

_CONTRAST = Theme(
    "contrast",
    primary="#5cd6ff",
    secondary="#ffffff",
    accent="#ffff00",
    success="#6dff6d",
    warning="#ffd000",
    error="#ff9d9d",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    dark=True,
    text_alpha=1.0,
    variables=_CURSOR
    | {
        "text-muted": "#ffffff",
        "block-cursor-background": "#ffff00",
        "block-cursor-foreground": "#000000",
        "block-cursor-blurred-background": "#333333",
        "block-cursor-blurred-foreground": "#ffffff",
        "block-hover-background": "#333333",
        "scrollbar": "#ffffff",
        "scrollbar-background": "#000000",
        "border": "#ffff00",
        "border-blurred": "#ffffff",
    },
)


def themes() -> tuple[Theme, ...]:
    """The themes the app registers; the ANSI ones are Textual's."""
    return _DARK, _LIGHT, _CONTRAST, BUILTIN_THEMES["ansi-dark"], BUILTIN_THEMES["ansi-light"]


def theme_for(wanted: str) -> str:
    """The theme of a setting; `auto` (or a name nobody knows) follows the terminal's background."""
    if wanted != "auto" and wanted in {look.name for look in LOOKS}:
        return wanted
    background = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    return "light" if background in {"7", "15"} else "dark"
