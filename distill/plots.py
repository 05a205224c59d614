"""Small charts as SVG text: bars with intervals, lines, the reliability curve. No plotting library needed.

Charts read in black and white too: series differ by dash and marker as well as by colour.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from distill.statistics import Bin, Interval

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 190, 40, 56
COLOURS = ("#1b6ca8", "#d1495b", "#2e933c", "#8f5db7", "#b8860b", "#444444")
DASHES = ("", "6 3", "2 3", "8 3 2 3", "1 4", "10 4")


@dataclass(frozen=True, slots=True)
class Series:
    """A named line: points from left to right, and what stands beside each, if anything."""

    name: str
    points: tuple[tuple[float, float], ...]
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar, with its interval where there is one."""

    name: str
    value: float
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """Where values land on the page."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        span = self.high - self.low or 1.0
        return self.start + (value - self.low) / span * (self.end - self.start)


def lines(title: str, across: str, up: str, series: Sequence[Series]) -> str:
    """Lines over a numeric axis, both axes from zero, with a legend at the right."""
    points = [point for each in series for point in each.points]
    x = Scale(0, _nice(max((point[0] for point in points), default=1)), LEFT, WIDTH - RIGHT)
    y = Scale(0, _nice(max((point[1] for point in points), default=1)), HEIGHT - BOTTOM, TOP)
    parts = [_axes(x, y, across, up)]
    for place, each in enumerate(series):
        colour, dash = COLOURS[place % len(COLOURS)], DASHES[place % len(DASHES)]
        path = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in each.points)
        style = f'fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"'
        parts.append(f'<polyline points="{path}" {style}/>')
        parts += [f'<circle cx="{x(a):.1f}" cy="{y(b):.1f}" r="3" fill="{colour}"/>' for a, b in each.points]
        for (a, b), words in zip(each.points, each.beside, strict=False):
            parts.append(_text(x(a) + 5, y(b) - 5, words, colour=colour))
        line = TOP + 10 + 20 * place
        parts.append(
            f'<line x1="{WIDTH - RIGHT + 10}" x2="{WIDTH - RIGHT + 36}" y1="{line}" y2="{line}" {style}/>'
        )
        parts.append(_text(WIDTH - RIGHT + 42, line + 4, each.name))
    return _page(title, parts)


def bars(title: str, up: str, data: Sequence[Bar], high: float | None = None, percent: bool = False) -> str:
    """One bar per name, its value on top, whiskers where there is an interval."""
    top = high if high is not None else _nice(max((_tallest(bar) for bar in data), default=1))
    y = Scale(0, top, HEIGHT - BOTTOM, TOP)
    room = (WIDTH - LEFT - 20) / max(len(data), 1)
    parts = [_axes(None, y, "", up, end=WIDTH - 20, percent=percent)]
    for place, bar in enumerate(data):
        left, wide = LEFT + place * room + room * 0.2, room * 0.6
        middle = left + wide / 2
        parts.append(
            f'<rect x="{left:.1f}" y="{y(bar.value):.1f}" width="{wide:.1f}" '
            f'height="{y(0) - y(bar.value):.1f}" fill="{COLOURS[0]}"/>'
        )
        peak = y(bar.value)
        if bar.interval:
            low, peak = y(bar.interval.low), y(bar.interval.high)
            parts.append(f'<path d="M{middle:.1f} {low:.1f}V{peak:.1f}" stroke="#111" stroke-width="1.5"/>')
        shown = f"{bar.value:.1%}" if percent else three_digits(bar.value)
        parts.append(_text(middle, peak - 5, shown, "middle"))
        parts.append(_text(middle, HEIGHT - BOTTOM + 18, _short(bar.name, int(room / 6)), "middle"))
    return _page(title, parts)


def reliability_curve(title: str, curves: Sequence[tuple[str, Sequence[Bin]]]) -> str:
    """Accuracy against confidence, each point with its number of answers, beside perfect calibration."""
    ideal = Series("perfect", ((0.0, 0.0), (1.0, 1.0)))
    found = [
        Series(
            name,
            tuple((each.confidence, each.accuracy) for each in table),
            tuple(str(each.count) for each in table),
        )
        for name, table in curves
    ]
    return lines(title, "confidence (beside each point: how many answers)", "share right", [ideal, *found])


def three_digits(value: float) -> str:
    """A number as precise as it was measured: 0.0636, 61.8, 1580."""
    return f"{float(f'{value:.3g}'):g}"


def _tallest(bar: Bar) -> float:
    return bar.interval.high if bar.interval else bar.value


def _axes(
    x: Scale | None, y: Scale, across: str, up: str, end: float = WIDTH - RIGHT, percent: bool = False
) -> str:
    floor = HEIGHT - BOTTOM
    parts = [f'<path d="M{LEFT} {TOP}V{floor}H{end:.0f}" fill="none" stroke="#333"/>']
    for step in range(6):
        value = y.low + (y.high - y.low) * step / 5
        shown = f"{value:.0%}" if percent else three_digits(value)
        parts.append(f'<path d="M{LEFT} {y(value):.1f}H{end:.0f}" stroke="#ddd"/>')
        parts.append(_text(LEFT - 6, y(value) + 4, shown, "end"))
        if x:
            mark = x.low + (x.high - x.low) * step / 5
            parts.append(_text(x(mark), floor + 18, three_digits(mark), "middle"))
    parts.append(_text((LEFT + end) / 2, HEIGHT - 14, across, "middle"))
    middle = (TOP + floor) / 2
    parts.append(
        f'<text transform="translate(16 {middle:.0f}) rotate(-90)" text-anchor="middle">{escape(up)}</text>'
    )
    return "".join(parts)


def _page(title: str, parts: Sequence[str]) -> str:
    style = 'font-family="sans-serif" font-size="12" fill="#222"'
    heading = f'<text x="{LEFT}" y="22" font-size="15" font-weight="bold">{escape(title)}</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" {style}>'
        f'<title>{escape(title)}</title><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f"{heading}{''.join(parts)}</svg>\n"
    )


def _text(x: float, y: float, text: str, anchor: str = "start", colour: str = "") -> str:
    fill = f' fill="{colour}"' if colour else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{fill}>{escape(text)}</text>'


def _short(text: str, most: int) -> str:
    return text if len(text) <= max(most, 4) else text[: max(most, 4) - 1] + "…"


def _nice(value: float) -> float:
    """The next round number, so that the axis has readable marks."""
    if value <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(value))
    return next(step * unit for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * unit >= value - 1e-12)
