"""`prepaired events` and `prepaired api-key` as an operator runs them."""

from pathlib import Path

import pytest

from scripts.errors import UsageFault
from scripts.events import _report, events
from tests.scripts.installation import Installation

LINES = (
    "id,kind,sentence,name,phone,unit,group\n"
    ",death,Was there.,Nadia Nonmember,+12025550177,,\n"
    ",death,,,,ICU 3,yes\n"
)  # fmt: skip


def test_a_file_of_events_opens_a_case_a_line_or_says_what_is_wrong(
    installation: Installation, tmp_path: Path
) -> None:
    path = tmp_path / "events.csv"
    path.write_text(LINES)
    assert installation.run("events", path, "--dry-run", "--json").json["accepted"] == 2
    ended = installation.run("events", path)
    assert (ended.code, ended.out) == (0, "2 to be offered outreach.\n")
    path.write_text(LINES.replace("death,Was there.", "burnout,Was there."))
    ended = installation.run("events", path)
    assert ended.code == 2
    assert "line 2, column kind: 'burnout' is no kind of event; use one of error, death" in ended.err
    key = installation.run("api-key", "safety")
    assert key.out.startswith("ppk_")
    assert "Shown this once" in key.err
    assert installation.run("api-key", "safety").code == 2
    assert installation.run("api-key", "safety", "--revoke").out == "Revoked.\n"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"kind": "death"}, ["column name: '': give an id or a name"]),
        ({"kind": "death", "group": "yes"}, ["column unit: '': a group needs its unit"]),
        ({"kind": "death", "name": "N", "sentence": "see 2026-110042"}, ["column sentence: no number"]),
        ({"kind": "fire", "sentence": "see 2026-110042"}, ["column kind", "column sentence", "column name"]),
    ],
)
def test_a_line_that_cannot_be_used_says_everything_that_is_wrong(
    row: dict[str, str], said: list[str]
) -> None:
    report, wrong = _report(row)
    assert report is None
    assert [why[: len(words)] for why, words in zip(wrong, said, strict=True)] == said


def test_a_column_for_the_number_of_an_event_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("id,kind,event_number\nm1,death,42\n")
    with pytest.raises(UsageFault, match="'event_number' is no column here"):
        events(path)
