"""Progress and results as files: Markdown, CSV, and HTML with its charts drawn inside (SVG, no script)."""

import csv
import html
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from tutor_app.learning.progress import Progress, Tally, count, duration, share
from tutor_app.learning.records import PastAttempt, Standing
from tutor_app.questions.cells import guarded

RESULT_COLUMNS = (
    "profile", "time", "mode", "bank", "question", "text", "subject", "topic", "response", "key", "correct",
    "certainty", "points", "tries", "hints", "did_not_know", "seconds", "session", "attempt",
)  # fmt: skip


def results_csv(attempts: Iterable[PastAttempt]) -> Iterator[str]:
    """A header and one line per attempt, as spreadsheets read it (comma, CRLF)."""
    yield _csv_line(RESULT_COLUMNS)
    for past in attempts:
        values = [
            past.profile, moment(past.at), past.mode, past.bank, past.question, past.text, past.subject,
            past.topic, past.response, past.key, _truth(past.correct), past.certainty, past.points,
            past.tries, past.hints, _truth(past.did_not_know), past.seconds, past.session, past.uid,
        ]  # fmt: skip
        yield _csv_line(values)


def progress_csv(report: Progress) -> str:
    """Topics and days in one table."""
    header = ("kind", "name", "answers", "judged", "right", "accuracy", "how_sure", "points", "seconds")
    rows = [("all", "", report.total)]
    rows += [("topic", name, tally) for name, tally in report.topics]
    rows += [("day", name, tally) for name, tally in report.days]
    return _csv_line(header) + "".join(
        _csv_line((kind, name, *_figures(tally))) for kind, name, tally in rows
    )


def _figures(tally: Tally) -> tuple[object, ...]:
    accuracy, sure = (None if v is None else round(v, 4) for v in (tally.accuracy, tally.how_sure))
    return tally.answers, tally.judged, tally.right, accuracy, sure, tally.points, round(tally.seconds, 1)


def _csv_line(values: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([_cell(value) for value in values])
    return out.getvalue()


def _cell(value: object) -> object:
    return guarded(value) if isinstance(value, str) else "" if value is None else value


def _truth(value: bool | None) -> str:
    return "" if value is None else ("yes" if value else "no")


def moment(at: float) -> str:
    """Local time to the second, with its offset."""
    return datetime.fromtimestamp(at).astimezone().isoformat(timespec="seconds")


# Plain text


def progress_text(report: Progress) -> str:
    """The report for a terminal or a screen reader: every line reads alone."""
    lines = [f"Progress of {report.profile}, {report.today}", summary(report), "", "What to do next:"]
    lines += [f"  {suggestion.text}" for suggestion in report.suggestions]
    lines += _text_part("By topic", [(name, _text_tally(tally)) for name, tally in report.topics])
    levels = [
        (row[0], f"{count(int(row[1]), 'answer')}, {row[2]} right: {row[3]}") for row in _level_rows(report)
    ]
    lines += _text_part("How sure against how right", levels)
    lines += _text_part("Day by day", [(day, _text_tally(tally)) for day, tally in report.days])
    lines += _text_part("Questions to look at again", [(s.topic, s.text) for s in report.mistakes[:10]])
    lines += _text_part("Missed again and again", [(s.topic, s.text) for s in report.leeches])
    return "\n".join(lines) + "\n"


def _text_part(title: str, named: Sequence[tuple[str, str]]) -> list[str]:
    return ["", f"{title}:", *(f"  {name}: {said}" for name, said in named)] if named else []


def _text_tally(tally: Tally) -> str:
    said = f"{count(tally.answers, 'answer')}, {share(tally.accuracy)} right"
    sure = f", {share(tally.how_sure)} sure" if tally.how_sure is not None else ""
    return f"{said}{sure}, {duration(tally.seconds)}"


# Markdown


def progress_markdown(report: Progress) -> str:
    """The report as a page of Markdown."""
    lines = [f"# Progress of {_md(report.profile)}", "", f"{report.today}. {summary(report)}"]
    lines += ["", "## What to do next", *(f"- {_md(s.text)}" for s in report.suggestions)]
    lines += ["", "## By topic", *_md_table(("topic", *_COLUMNS), _tally_rows(report.topics))]
    lines += ["", "## How sure against how right", *_md_table(_LEVEL_COLUMNS, _level_rows(report))]
    lines += ["", "## Day by day", *_md_table(("day", *_COLUMNS), _tally_rows(report.days))]
    lines += ["", "## Questions to look at again", *_md_list(report.mistakes)]
    if report.leeches:
        lines += ["", "## Missed again and again", *_md_list(report.leeches)]
    return "\n".join(lines) + "\n"


def summary(report: Progress) -> str:
    """The whole in a few words, the same on every surface."""
    total = report.total
    parts = [
        f"{count(total.answers, 'answer')}, {share(total.accuracy)} right",
        *([f"{count(report.not_known, 'time')} 'I don't know'"] if report.not_known else []),
        f"{duration(total.seconds)} of learning",
        count(total.points, "point"),
        f"{report.due} due for review",
    ]
    if report.streak:
        parts.append(f"{count(report.streak, 'day')} in a row")
    return ", ".join(parts) + "."


_COLUMNS = ("answers", "right", "how sure", "time")
_LEVEL_COLUMNS = ("you said", "answers", "right", "judgement")


def _tally_rows(named: Sequence[tuple[str, Tally]]) -> list[tuple[str, ...]]:
    return [
        (name, str(t.answers), share(t.accuracy), share(t.how_sure), duration(t.seconds)) for name, t in named
    ]


def _level_rows(report: Progress) -> list[tuple[str, ...]]:
    return [(level.word, str(level.answers), share(level.accuracy), level.verdict) for level in report.levels]


def _md_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return ["Nothing yet."]
    lines = [header, ["---"] * len(header), *rows]
    return ["| " + " | ".join(cell if cell == "---" else _md(cell) for cell in line) + " |" for line in lines]


def _md_list(standings: Sequence[Standing]) -> list[str]:
    if not standings:
        return ["None."]
    return [f"- {_md(s.text)} ({_md(s.topic)}; right {s.right} of {s.attempts} times)" for s in standings]


def _md(text: str) -> str:
    """Text stays text: no character of it is read as Markdown or HTML."""
    return re.sub(r"([\\`*_{}\[\]<>#|~&])", r"\\\1", " ".join(text.split()))


# HTML


def progress_html(report: Progress) -> str:
    """One page that needs nothing else: no script, no link, charts as inline SVG."""
    title = html.escape(f"Progress of {report.profile}")
    levels = [(level.word, level.accuracy, f"{level.right} of {level.answers}") for level in report.levels]
    topics = [(name, t.accuracy, f"{t.right} of {t.judged}") for name, t in report.topics]
    parts = [
        f"<h1>{title}</h1><p>{html.escape(report.today)}. {html.escape(summary(report))}</p>",
        "<h2>What to do next</h2>" + _html_list([s.text for s in report.suggestions]),
        "<h2>By topic</h2>" + _bars("Right answers by topic", topics),
        "<h2>How sure against how right</h2>" + _bars("Right answers by how sure you were", levels),
        _html_table(_LEVEL_COLUMNS, _level_rows(report)),
        "<h2>Day by day</h2>" + _line("Right answers and how sure, day by day", report.days),
        _html_table(("day", *_COLUMNS), _tally_rows(report.days)),
        "<h2>Questions to look at again</h2>"
        + _html_list([f"{s.text} ({s.topic})" for s in report.mistakes]),
    ]
    if report.leeches:
        leeches = [f"{s.text} ({s.topic})" for s in report.leeches]
        parts.append("<h2>Missed again and again</h2>" + _html_list(leeches))
    head = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    return f"{head}<style>{_CSS}</style></head><body>{''.join(parts)}</body></html>\n"


_CSS = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;"
    "color:#1b1f24;background:#fff}table{border-collapse:collapse;margin:1rem 0}"
    "td,th{padding:.2rem .8rem;border-bottom:1px solid #bbb;text-align:left}svg{max-width:100%;height:auto}"
    "svg text{font:13px system-ui,sans-serif;fill:currentColor}"
    "@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#16191d}}"
)


def _html_list(texts: Sequence[str]) -> str:
    if not texts:
        return "<p>None.</p>"
    return "<ul>" + "".join(f"<li>{html.escape(text)}</li>" for text in texts) + "</ul>"


def _html_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return "<p>Nothing yet.</p>"
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _svg(title: str, width: int, height: int, inside: str) -> str:
    label = html.escape(title, quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{label}"><title>{label}</title>{inside}</svg>'
    )


def _bars(title: str, bars: Sequence[tuple[str, float | None, str]]) -> str:
    """A bar per name; the share stands beside it in words, so that the picture is never needed."""
    drawn = []
    for number, (name, value, counts) in enumerate(bars):
        y = 22 * number
        said = html.escape(f"{share(value)} ({counts})")
        drawn.append(
            f'<text x="215" y="{y + 15}" text-anchor="end">{html.escape(_cut(name, 32))}</text>'
            f'<rect x="225" y="{y + 4}" width="300" height="14" fill="#8884"/>'
            f'<rect x="225" y="{y + 4}" width="{300 * (value or 0):.1f}" height="14" fill="#2f81c7"/>'
            f'<text x="535" y="{y + 15}">{said}</text>'
        )
    return _svg(title, 680, 22 * len(bars) + 4, "".join(drawn)) if bars else "<p>Nothing yet.</p>"


def _line(title: str, days: Sequence[tuple[str, Tally]]) -> str:
    """How right (solid) and how sure (dashed) over the days that had answers."""
    if not any(tally.judged for _, tally in days):
        return "<p>Nothing yet.</p>"
    right = [(i, tally.accuracy) for i, (_, tally) in enumerate(days)]
    sure = [(i, tally.how_sure) for i, (_, tally) in enumerate(days)]
    grid = "".join(
        f'<line x1="50" x2="660" y1="{_y(v)}" y2="{_y(v)}" stroke="#8886"/>'
        f'<text x="42" y="{_y(v) + 4}" text-anchor="end">{v:.0%}</text>'
        for v in (0.0, 0.5, 1.0)
    )
    inside = grid + _path(right, len(days), "") + _path(sure, len(days), ' stroke-dasharray="5 4"')
    first, last = days[0][0], days[-1][0]
    inside += f'<text x="50" y="192">{first}</text><text x="660" y="192" text-anchor="end">{last}</text>'
    inside += '<text x="355" y="192" text-anchor="middle">solid: right; dashed: how sure</text>'
    return _svg(title, 680, 200, inside)


def _y(value: float) -> float:
    return round(170 - 150 * value, 1)


def _path(points: Sequence[tuple[int, float | None]], count: int, dash: str) -> str:
    step = 610 / max(count - 1, 1)
    known = [(50 + i * step, _y(value)) for i, value in points if value is not None]
    coordinates = " ".join(f"{x:.1f},{y}" for x, y in known)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y}" r="3" fill="#2f81c7"/>' for x, y in known)
    return f'<polyline points="{coordinates}" fill="none" stroke="#2f81c7" stroke-width="2"{dash}/>{dots}'


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
