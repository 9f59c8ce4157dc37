"""`prepaired calendar`: when nudges fall, and why they moved."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from scripts.calendar import calendar
from scripts.errors import UsageFault


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder: neither secrets nor a database."""
    for name in list(os.environ):
        if name.upper().startswith("PREPAIRED_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _run(*options: str) -> str:
    app = typer.Typer()
    app.command()(calendar)
    result = CliRunner().invoke(app, options, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def _rows(*options: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(_run("--json", *options))
    return rows


def test_the_local_time_stays_when_the_clock_changes(place: Path) -> None:
    rows = _rows("--zone", "America/New_York", "--from", "2027-03-01", "--to", "2027-03-21")
    assert rows == [
        {"kind": "weekly", "slot": 0, "utc": "2027-03-01T13:00:00+00:00", "local": "2027-03-01T08:00:00-05:00",
         "zone": "America/New_York", "reason": None},
        {"kind": "weekly", "slot": 1, "utc": "2027-03-08T13:00:00+00:00", "local": "2027-03-08T08:00:00-05:00",
         "zone": "America/New_York", "reason": None},
        {"kind": "weekly", "slot": 2, "utc": "2027-03-15T12:00:00+00:00", "local": "2027-03-15T08:00:00-04:00",
         "zone": "America/New_York", "reason": None},
    ]  # fmt: skip
    assert list(place.iterdir()) == []


def test_one_kind_alone_from_an_anchor_at_the_end_of_a_month() -> None:
    rows = _rows("--anchor", "2026-03-31", "--from", "2026-04-01", "--to", "2026-09-30", "--kind", "monthly")
    days = [str(row["local"])[:10] for row in rows]
    assert days == ["2026-04-30", "2026-06-01", "2026-07-31", "2026-08-31"]
    assert [row["slot"] for row in rows] == [
        1,
        2,
        4,
        5,
    ]  # in its week the third gave way to the quarterly one
    assert str(rows[1]["reason"]).startswith("moved from 2026-05-31: not a working day")


def test_without_options_it_shows_the_next_ninety_days_of_the_program() -> None:
    rows = _rows()
    today = datetime.now(UTC)
    shown = [datetime.fromisoformat(str(row["utc"])) for row in rows]
    assert shown == sorted(shown)
    assert timedelta(days=-1) < shown[0] - today < timedelta(days=7)
    assert timedelta(days=70) < shown[-1] - today < timedelta(days=92)
    assert {row["zone"] for row in rows} == {"America/New_York"}


def test_people_get_a_table_with_the_reasons() -> None:
    shown = _run("--from", "2026-12-28", "--to", "2027-02-20")
    assert "Mon 2026-12-28" in shown
    assert "monthly" in shown
    assert "08:00 -0500" in shown


def test_the_programs_own_file_counts(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "program.yaml").write_text("zone: Europe/London\nholidays: [2026-11-30]\ncadence:\n"
                                        "  - {kind: fortnightly, rrule: FREQ=WEEKLY;INTERVAL=2}\n")  # fmt: skip
    monkeypatch.setenv("PREPAIRED_PROGRAM", "program.yaml")
    monkeypatch.setenv("PREPAIRED_SMS__PROVIDER", "twilio")  # whose account is not needed here
    rows = _rows("--from", "2026-11-30", "--to", "2026-12-31")
    assert [(row["kind"], str(row["local"])[:10]) for row in rows] == [
        ("fortnightly", "2026-12-01"), ("fortnightly", "2026-12-15"), ("fortnightly", "2026-12-29")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (["--zone", "Mars/Olympus"], "--zone: 'Mars/Olympus' is not an IANA time zone"),
        (["--from", "tomorrow"], "--from: 'tomorrow' is not a date such as 2026-11-24"),
        (["--to", "2026-02-30"], "--to: '2026-02-30' is not a date"),
        (["--anchor", "x"], "--anchor: 'x' is not a date"),
        (["--from", "2026-12-02", "--to", "2026-12-01"], "--to: 2026-12-01 is before --from, 2026-12-02"),
        (["--kind", "hourly"], "--kind: 'hourly' is none of weekly, monthly, quarterly"),
    ],
)
def test_bad_usage_says_what_would_be_right(options: list[str], fault: str) -> None:
    with pytest.raises(UsageFault, match=fault):
        _run(*options)


def test_a_broken_program_file_stops_it_with_the_line(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "program.yaml").write_text("name: X\nzone: Nowhere\n")
    monkeypatch.setenv("PREPAIRED_PROGRAM", "program.yaml")
    with pytest.raises(UsageFault, match=r"program\.yaml:2: zone: 'Nowhere'"):
        _run()


def test_a_public_holiday_is_named_and_leave_is_told(place: Path) -> None:
    rows = _rows("--from", "2026-11-19", "--to", "2026-12-17", "--away", "2026-12-07..2026-12-11")
    reasons = {str(row["local"])[:10]: row["reason"] for row in rows}
    assert reasons["2026-11-27"] == "moved from 2026-11-26: holiday (Thanksgiving Day)"
    assert reasons["2026-12-10"] == "not sent: leave until 2026-12-11"
    assert reasons["2026-12-03"] is None


def test_a_site_has_holidays_of_its_own_and_a_shift_its_window(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "program.yaml").write_text('shifts: {windows: {Night: {starts: "18:00", ends: "20:00"}}}\n')
    monkeypatch.setenv("PREPAIRED_PROGRAM", "program.yaml")
    rows = _rows("--from", "2027-04-12", "--to", "2027-04-20", "--region", "US-MA", "--shift", "night")
    assert [(str(row["local"])[:16], row["reason"]) for row in rows] == [
        ("2027-04-12T18:00", "night shift"),
        ("2027-04-20T18:00", "night shift; moved from 2027-04-19: holiday (Patriots' Day)"),
    ]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--region", "US-ZZ"),
        ("--shift", "night"),
        ("--work-days", "someday"),
        ("--away", "2027-05-02..2027-05-01"),
    ],
)
def test_what_a_member_cannot_be_is_refused(option: str, value: str) -> None:
    with pytest.raises(UsageFault, match=option):
        _run(option, value)
