"""Progress: how much is right, how sure against how right, by topic and over time, and what to do next."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any

from tutor_app.learning.history import History
from tutor_app.learning.marking import BEST_WHEN_RIGHT, CERTAINTY_WORDS
from tutor_app.learning.records import Profile, Standing, day_of

MEANS_SURE = {1: 0.5, 2: 0.75, 3: 0.9}  # what a level of certainty says about being right
ENOUGH = 5  # answers before a share says anything


@dataclass(frozen=True, slots=True)
class Tally:
    """Answers of one topic, one day, or all. `sure_*` count only answers given with a certainty."""

    answers: int = 0
    judged: int = 0
    right: int = 0
    points: int = 0
    seconds: float = 0.0
    sure_answers: int = 0
    sure_right: int = 0
    sure_sum: float = 0.0

    @property
    def accuracy(self) -> float | None:
        """The share of judged answers that were right."""
        return self.right / self.judged if self.judged else None

    @property
    def how_sure(self) -> float | None:
        """The mean certainty as a share."""
        return self.sure_sum / self.sure_answers if self.sure_answers else None

    @property
    def overconfidence(self) -> float | None:
        """How sure minus how right; above zero is too sure. None without certainties."""
        sure = self.how_sure
        return None if sure is None else sure - self.sure_right / self.sure_answers


_values = attrgetter(*Tally.__slots__)


def total(tallies: Iterable[Tally]) -> Tally:
    """All of them as one."""
    columns = zip(*map(_values, tallies), strict=True)
    return Tally(*map(sum, columns))


@dataclass(frozen=True, slots=True)
class Level:
    """One level of certainty: how often it was right, and what would suit it."""

    certainty: int
    word: str
    answers: int
    right: int
    verdict: str

    @property
    def accuracy(self) -> float | None:
        return self.right / self.answers if self.answers else None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to do next: a sentence, and where it leads (`mode` and its subject)."""

    text: str
    mode: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything the progress screen, `tutor progress` and the exports show."""

    profile: str
    today: str
    total: Tally
    topics: tuple[tuple[str, Tally], ...]
    days: tuple[tuple[str, Tally], ...]
    levels: tuple[Level, ...]
    streak: int | None
    due: int
    not_known: int = 0  # how many of the answers were 'I don't know'
    mistakes: tuple[Standing, ...] = ()
    leeches: tuple[Standing, ...] = ()
    suggestions: tuple[Suggestion, ...] = field(default_factory=tuple)


def progress(
    history: History, profile: Profile, now: float | None = None, *, days: int = 30, streak: bool = True
) -> Progress:
    """Read a profile's progress. `days` with nothing done are left out; the newest comes last."""
    now = datetime.now().timestamp() if now is None else now
    by_day, levels = _by_day(history, profile)
    topics = _by_topic(history, profile)
    due = history.due_count(profile, now)
    leeches = tuple(history.leeches(profile))
    since = day_of((datetime.fromtimestamp(now) - timedelta(days=days - 1)).timestamp())
    report = Progress(
        profile.name,
        day_of(now),
        total(by_day.values()),
        tuple(sorted(topics.items())),
        tuple((day, tally) for day, tally in sorted(by_day.items()) if day >= since),
        levels,
        days_in_a_row(by_day, day_of(now)) if streak else None,
        due,
        history.read(_NOT_KNOWN, (profile.id,))[0][0],
        tuple(history.mistakes(profile, 50)),
        leeches,
    )
    return _with_suggestions(report)


def by_week(days: Iterable[tuple[str, Tally]]) -> list[tuple[date, Tally]]:
    """Days put together into weeks, each named by its Monday."""
    weeks: dict[date, list[Tally]] = {}
    for name, tally in days:
        day = date.fromisoformat(name)
        weeks.setdefault(day - timedelta(days=day.weekday()), []).append(tally)
    return [(monday, total(tallies)) for monday, tallies in weeks.items()]


def days_in_a_row(days: Iterable[str], today: str) -> int:
    """Days of learning up to today; a day that is not over breaks nothing."""
    done = set(days)
    day = date.fromisoformat(today)
    if today not in done:
        day -= timedelta(days=1)
    count = 0
    while day.isoformat() in done:
        count += 1
        day -= timedelta(days=1)
    return count


def as_json(report: Progress) -> dict[str, Any]:
    """The report as plain values, shares included."""

    def tally(value: Tally) -> dict[str, Any]:
        shares = {"accuracy": value.accuracy, "how_sure": value.how_sure}
        return asdict(value) | shares | {"overconfidence": value.overconfidence}

    plain = asdict(report)
    plain["total"] = tally(report.total)
    plain["topics"] = [{"topic": name, **tally(value)} for name, value in report.topics]
    plain["days"] = [{"day": name, **tally(value)} for name, value in report.days]
    plain["levels"] = [asdict(level) | {"accuracy": level.accuracy} for level in report.levels]
    return plain


# Both queries read one covering index from end to end; the join comes after the grouping.
_DAYS = """SELECT day, certainty, count(*), count(correct), coalesce(sum(correct), 0), sum(points),
        sum(seconds)
    FROM attempts WHERE profile = ? GROUP BY day, certainty"""
_TOPICS = f"""WITH per AS (
        SELECT asked, count(*) AS n, count(correct) AS judged, coalesce(sum(correct), 0) AS right,
            sum(seconds) AS seconds, count(correct + certainty) AS sure_judged,
            coalesce(sum(correct) FILTER (WHERE certainty), 0) AS sure_right,
            coalesce(sum(CASE certainty {" ".join(f"WHEN {c} THEN {p}" for c, p in MEANS_SURE.items())} END)
                FILTER (WHERE correct IS NOT NULL), 0.0) AS sure_sum
        FROM attempts WHERE profile = ? GROUP BY asked)
    SELECT topic, sum(n), sum(judged), sum(right), 0, sum(seconds), sum(sure_judged), sum(sure_right),
        sum(sure_sum)
    FROM per JOIN asked ON asked.id = per.asked GROUP BY topic"""
# Who did not know was not asked how sure she was: the index passes over most rows. In a test nobody can say
# so, but earlier versions recorded what was left empty there as that.
_NOT_KNOWN = """SELECT count(*) FROM attempts
    WHERE profile = ? AND certainty IS NULL AND did_not_know AND mode != 'test'"""


def _tally(certainty: int | None, n: int, judged: int, right: int, points: int, seconds: float) -> Tally:
    if certainty is None:
        return Tally(n, judged, right, points, seconds)
    return Tally(n, judged, right, points, seconds, judged, right, judged * MEANS_SURE[certainty])


def _by_day(history: History, profile: Profile) -> tuple[dict[str, Tally], tuple[Level, ...]]:
    days: dict[str, list[Tally]] = {}
    levels: dict[int, list[Tally]] = {}
    for day, certainty, *values in history.read(_DAYS, (profile.id,)):
        tally = _tally(certainty, *values)
        days.setdefault(day, []).append(tally)
        if certainty is not None:
            levels.setdefault(certainty, []).append(tally)
    return (
        {day: total(tallies) for day, tallies in days.items()},
        tuple(_level(certainty, total(levels.get(certainty, ()))) for certainty in CERTAINTY_WORDS),
    )


def _by_topic(history: History, profile: Profile) -> dict[str, Tally]:
    return {topic: Tally(*values) for topic, *values in history.read(_TOPICS, (profile.id,))}


def _level(certainty: int, tally: Tally) -> Level:
    low, high = BEST_WHEN_RIGHT[certainty]
    if tally.sure_answers < ENOUGH:
        verdict = "too few answers to say"
    elif (share := tally.sure_right / tally.sure_answers) < low:
        verdict = "you were less often right than you thought"
    else:
        verdict = "you can trust yourself more" if share > high else "well judged"
    return Level(certainty, CERTAINTY_WORDS[certainty], tally.sure_answers, tally.sure_right, verdict)


def _with_suggestions(report: Progress) -> Progress:
    found = list(_suggest(report))
    if not found:
        found = [Suggestion("Learn something new, from any topic.", "learn")]
    return replace(report, suggestions=tuple(found))


def _suggest(report: Progress) -> Iterable[Suggestion]:
    if report.due:
        yield Suggestion(f"Review what is due: {count(report.due, 'question')}.", "review")
    if report.leeches:
        text = f"Learn anew what keeps slipping away: {count(len(report.leeches), 'question')}."
        yield Suggestion(text, "learn", report.leeches[0].topic)
    weakest = _weakest(report.topics)
    if weakest:
        name, share = weakest
        yield Suggestion(f"Practise {name}: {share:.0%} right so far.", "practise", name)
    if report.levels[-1].verdict.startswith("you were less"):
        yield Suggestion("Say 'certain' only when you would bet on it; 'fairly sure' costs less.", "practise")


def _weakest(topics: Sequence[tuple[str, Tally]]) -> tuple[str, float] | None:
    shares = {name: tally.right / tally.judged for name, tally in topics if tally.judged >= ENOUGH}
    weak = min(shares, key=lambda name: shares[name], default=None)
    return (weak, shares[weak]) if weak is not None and shares[weak] < 0.8 else None


def count(number: int, noun: str) -> str:
    """`1 question`, `2 questions`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def next_review(moment: float | None, now: float) -> str:
    """When the next review comes, to be put after another sentence; empty when none is planned."""
    if moment is None or moment <= now:
        return ""
    days = (date.fromtimestamp(moment) - date.fromtimestamp(now)).days
    when = ("later today", "tomorrow")[days] if days < 2 else f"in {days} days"
    return f" The next review comes {when}."


def duration(seconds: float) -> str:
    """`2 h 05 min`, `7 min`, `40 s`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


def share(value: float | None) -> str:
    """A share in per cent, or a dash."""
    return "–" if value is None else f"{value:.0%}"
