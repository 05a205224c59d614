"""Progress: how much is right, how sure against how right, and what to do next; and its files."""

import csv
import io
import re
import xml.etree.ElementTree as ET
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.learning.helpers import DAY, NOON, attempt
from tutor_app.learning.export import (
    progress_csv,
    progress_html,
    progress_markdown,
    progress_text,
    results_csv,
)
from tutor_app.learning.history import History
from tutor_app.learning.progress import (
    Progress,
    as_json,
    by_week,
    days_in_a_row,
    duration,
    next_review,
    progress,
)
from tutor_app.learning.records import Mode, Profile
from tutor_app.questions.cells import guarded

NASTY = "<script>alert(1)</script> | [red]x[/red] & =1+1"


def filled(history: History, ann: Profile) -> Progress:
    """Six days: forces go badly and surely, cells well."""
    for day in range(6):
        at = NOON + day * DAY
        history.record(ann, attempt(1, False, at=at, certainty=3, topic="forces", points=-6))
        history.record(ann, attempt(2, True, at=at + 60, certainty=2, topic="cells", points=2))
    history.record(ann, attempt(3, None, at=NOON, topic="cells"))
    return progress(history, ann, NOON + 5 * DAY + 3600)


def test_shares_points_and_time_by_topic_and_in_all(history: History, ann: Profile) -> None:
    report = filled(history, ann)
    topics = dict(report.topics)
    assert (report.total.answers, report.total.judged, report.total.right) == (13, 12, 6)
    assert (topics["forces"].accuracy, topics["cells"].accuracy) == (0.0, 1.0)
    assert report.total.points == -24
    assert report.total.seconds == pytest.approx(130)
    assert topics["cells"].answers == 7


def test_how_sure_is_set_against_how_right(history: History, ann: Profile) -> None:
    report = filled(history, ann)
    assert dict(report.topics)["forces"].overconfidence == pytest.approx(0.9)
    assert dict(report.topics)["cells"].overconfidence == pytest.approx(-0.25)
    guessing, fairly, certain = report.levels
    assert (certain.answers, certain.right) == (6, 0)
    assert "less often right" in certain.verdict
    assert "trust yourself" in fairly.verdict
    assert "too few" in guessing.verdict


def test_days_come_in_order_and_old_ones_are_left_to_the_totals(history: History, ann: Profile) -> None:
    filled(history, ann)
    report = progress(history, ann, NOON + 5 * DAY, days=3)
    assert len(report.days) == 3
    assert list(report.days) == sorted(report.days)
    assert report.total.answers == 13


def test_days_are_put_together_into_weeks_that_begin_on_monday(history: History, ann: Profile) -> None:
    report = filled(history, ann)
    weeks = by_week(report.days)
    assert [monday.weekday() for monday, _ in weeks] == [0] * len(weeks)
    assert sum(tally.answers for _, tally in weeks) == sum(tally.answers for _, tally in report.days)
    first = [tally for day, tally in report.days if date.fromisoformat(day) < weeks[0][0] + timedelta(days=7)]
    assert (weeks[0][1].judged, weeks[0][1].right) == (
        sum(t.judged for t in first),
        sum(t.right for t in first),
    )


def test_what_to_do_next_follows_from_what_was_done(history: History, ann: Profile) -> None:
    filled(history, ann)
    suggestions = {(s.mode, s.target) for s in progress(history, ann, NOON + 7 * DAY).suggestions}
    assert ("practise", "forces") in suggestions
    assert ("learn", "forces") in suggestions  # missed again and again
    assert any(mode == "review" for mode, _ in suggestions)


def test_an_empty_history_suggests_a_beginning(history: History, ann: Profile) -> None:
    report = progress(history, ann, NOON)
    assert report.total.accuracy is None
    assert [s.mode for s in report.suggestions] == ["learn"]
    for text in (progress_text(report), progress_markdown(report), progress_html(report)):
        assert "0 answers" in text


def test_a_streak_is_counted_and_can_be_off(history: History, ann: Profile) -> None:
    assert filled(history, ann).streak == 6
    assert progress(history, ann, NOON + 6 * DAY).streak == 6  # today is not over
    assert progress(history, ann, NOON + 7 * DAY).streak == 0
    assert progress(history, ann, NOON, streak=False).streak is None


@pytest.mark.parametrize(
    ("days", "count"),
    [
        ([], 0), (["2026-03-02"], 1), (["2026-03-01"], 1), (["2026-02-28"], 0),
        (["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"], 4), (["2026-03-02", "2026-02-28"], 1),
    ],
)  # fmt: skip
def test_days_in_a_row(days: list[str], count: int) -> None:
    assert days_in_a_row(days, "2026-03-02") == count


def test_what_earlier_versions_left_empty_in_a_test_is_no_i_dont_know(history: History, ann: Profile) -> None:
    history.record(ann, attempt(1, False, did_not_know=True))
    history.record(ann, attempt(2, False, did_not_know=True, mode=Mode.TEST))
    assert progress(history, ann, NOON).not_known == 1


def test_profiles_do_not_mix(history: History, ann: Profile) -> None:
    filled(history, ann)
    assert progress(history, history.profile("Bob"), NOON).total.answers == 0


def test_the_page_is_well_formed_and_text_stays_text(history: History, ann: Profile) -> None:
    history.record(ann, attempt(1, False, topic=NASTY, certainty=3))
    report = progress(history, history.rename_profile(ann, NASTY[:30]), NOON)
    page = progress_html(report)
    assert "<script" not in page
    body = page.removeprefix("<!doctype html>").replace('<meta charset="utf-8">', "")
    root = ET.fromstring(body)
    assert len(list(root.iter("{http://www.w3.org/2000/svg}svg"))) == 3
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"(?<!\\)<", progress_markdown(report))


def test_the_page_has_a_bar_for_each_topic(history: History, ann: Profile) -> None:
    page = progress_html(filled(history, ann))
    assert "100% (6 of 6)" in page
    assert "0% (0 of 6)" in page


def test_the_table_of_progress(history: History, ann: Profile) -> None:
    rows = list(csv.DictReader(io.StringIO(progress_csv(filled(history, ann)))))
    assert rows[0]["answers"] == "13"
    assert {row["name"] for row in rows if row["kind"] == "topic"} == {"cells", "forces"}
    assert len([row for row in rows if row["kind"] == "day"]) == 6


def test_progress_as_json_has_the_shares(history: History, ann: Profile) -> None:
    plain = as_json(filled(history, ann))
    assert plain["total"]["accuracy"] == 0.5
    assert plain["topics"][1]["topic"] == "forces"
    assert len(plain["levels"]) == 3


@given(st.text())
def test_any_answer_survives_the_teachers_table(text: str) -> None:
    from dataclasses import replace

    from tutor_app.learning.records import PastAttempt

    past = PastAttempt(
        "u", "Ann", NOON, "", "test", "b", "q", "t", "", "", "k", text, True, None, 1, 1, 0, False, 1.0, "s"
    )
    lines = list(results_csv([past, replace(past, response="")]))
    row = next(csv.DictReader(io.StringIO("".join(lines), newline="")))
    assert row["response"] in (text, f"'{text}")
    assert not row["response"].startswith(("=", "@"))


@pytest.mark.parametrize(
    ("answer", "cell"),
    [
        ("-5", "-5"), ("+3.5", "+3.5"), ("H₂O", "H₂O"), ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("=1+1", "'=1+1"), ("-5 °C", "'-5 °C"), ("@x", "'@x"), ("'=1", "''=1"),
    ],
)  # fmt: skip
def test_what_a_spreadsheet_would_run_is_guarded_and_numbers_stay(answer: str, cell: str) -> None:
    assert guarded(answer) == cell


@pytest.mark.parametrize(
    ("moment", "when"),
    [("05-01 22:00", "later today"), ("05-02 06:00", "tomorrow"), ("05-03 06:00", "in 2 days")],
)
def test_when_the_next_review_comes_is_told_by_the_calendar(moment: str, when: str) -> None:
    now = datetime.fromisoformat("2026-05-01 21:00").timestamp()
    due = datetime.fromisoformat(f"2026-{moment}").timestamp()
    assert next_review(due, now) == f" The next review comes {when}."


def test_times_in_words() -> None:
    assert [duration(s) for s in (0, 59.4, 60, 3599, 7500)] == [
        "0 s",
        "59 s",
        "1 min",
        "59 min",
        "2 h 05 min",
    ]
