"""docs/pathway.md says what the code does: its picture, its tables and its worked examples."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from escalation.deadlines import DeadlinePolicy, deadlines
from escalation.diagram import event_table, state_diagram, state_table

DOCUMENT = Path(__file__).parent.parent / "docs" / "pathway.md"
ZONE = "America/New_York"
HOLIDAYS = frozenset({date(2026, 5, 25)})
POLICIES = {
    "elapsed": DeadlinePolicy(),
    "working": DeadlinePolicy(working_hours=True),
}


def generated() -> dict[str, str]:
    """What stands between the marks of the document, by name."""
    return {
        "diagram": f"```mermaid\n{state_diagram()}```\n",
        "states": state_table(),
        "events": event_table(),
    }


def with_generated_parts(text: str) -> str:
    """The document with its generated parts as the code has them now."""
    for name, part in generated().items():
        text = re.sub(
            rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)",
            lambda mark, part=part: f"{mark[1]}\n{part}\n{mark[2]}",  # type: ignore[misc]
            text,
            flags=re.DOTALL,
        )
    return text


def test_the_picture_and_the_tables_are_those_of_the_code() -> None:
    text = DOCUMENT.read_text()
    assert with_generated_parts(text) == text, "run: python -m tests.test_pathway_document"


def _at(words: str) -> datetime:
    found = re.search(r"(\w{3}) (\d{4}-\d\d-\d\d \d\d:\d\d)", words)
    assert found, words
    local = datetime.strptime(found[2], "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(ZONE))
    assert local.strftime("%a") == found[1], words
    return local.astimezone(UTC)


def _examples() -> list[list[str]]:
    rows = [line.strip("| ").split(" | ") for line in DOCUMENT.read_text().splitlines()]
    return [row for row in rows if len(row) == 4 and row[1] in POLICIES]


@pytest.mark.parametrize("row", _examples(), ids=lambda row: f"{row[0]} {row[1]}")
def test_the_worked_examples_are_right(row: list[str]) -> None:
    opened, policy, matched, contacted = row
    found = deadlines(_at(opened), POLICIES[policy], zone=ZONE, holidays=HOLIDAYS)
    assert (found.match_by, found.contact_by) == (_at(matched), _at(contacted))


def test_there_are_examples_of_a_friday_evening_and_a_holiday_monday() -> None:
    opened = [row[0] for row in _examples()]
    assert any("Fri" in words and "17:00" in words for words in opened)
    assert any("Mon" in words and "holiday" in words for words in opened)


def _by_walking(opened: datetime, hours: int, policy: DeadlinePolicy) -> datetime:
    """An independent check: the wall calendar, walked in quarters of an hour."""
    zone = ZoneInfo(ZONE)
    local = opened.astimezone(zone)
    if not policy.working_hours:
        off = local.isoweekday() > 5 or local.date() in HOLIDAYS
        return opened + timedelta(hours=hours + (policy.day_off_extra_hours if off else 0))
    at, left = opened, hours * 4
    while left:
        here = at.astimezone(zone)
        if here.isoweekday() <= 5 and here.date() not in HOLIDAYS and 8 <= here.hour < 17:
            left -= 1
        at += timedelta(minutes=15)
    return at


@pytest.mark.parametrize("name", POLICIES)
def test_a_calendar_walked_by_hand_agrees_all_year(name: str) -> None:
    policy, opened = POLICIES[name], datetime(2026, 1, 1, 5, tzinfo=UTC)
    while opened < datetime(2027, 1, 1, tzinfo=UTC):
        found = deadlines(opened, policy, zone=ZONE, holidays=HOLIDAYS)
        assert found.match_by == _by_walking(opened, policy.match_hours, policy), opened
        assert found.contact_by == _by_walking(opened, policy.contact_hours, policy), opened
        opened += timedelta(hours=25, minutes=15)


if __name__ == "__main__":
    DOCUMENT.write_text(with_generated_parts(DOCUMENT.read_text()))
