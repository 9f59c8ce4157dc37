"""`prepaired simulate`: a small program through a month, and what must be true of any."""

from pathlib import Path

import structlog

from scripts.simulation import run_through
from tests.scripts.installation import Installation

INVARIANTS = (
    "twice", "lost", "needless_repeats", "at_night", "after_stop", "without_consent", "in_two_groups",
    "without_a_reason", "never_made",
)  # fmt: skip


def test_two_months_with_churn_break_no_invariant(bare: Installation) -> None:
    ended = bare.run("simulate", "--members", 7, "--months", 2, "--churn", "0.3", "--seed", 5, "--json")
    assert ended.code == 0, ended.err
    counts = ended.json
    assert {name: counts[name] for name in (*INVARIANTS, "broken")} == dict.fromkeys(
        (*INVARIANTS, "broken"), 0
    )
    assert counts["nudges_sent"] >= 5 * 4
    assert list(bare.folder.iterdir()) == []


def test_a_year_with_churn_breaks_no_invariant(tmp_path: Path) -> None:
    """The soak test in small, since it goes through every day; `python -m benchmarks.simulate` has 200 and 2,000."""
    try:
        counts = run_through(tmp_path, members=8, months=12, churn=0.15, size=2, seed=5)
    finally:
        structlog.reset_defaults()
    assert {name: counts[name] for name in (*INVARIANTS, "broken")} == dict.fromkeys(
        (*INVARIANTS, "broken"), 0
    )
    assert counts["left"] == 11
    assert counts["members_at_end"] == counts["joined"] - counts["left"] == 8
    assert counts["in_a_group_at_end"] + counts["waiting_for_a_round"] == 8
    assert counts["nudges"] == (
        counts["nudges_sent"] + sum(counts["nudges_not_sent"].values()) + counts["nudges_waiting"]
    )
    assert counts["nudges_sent"] > 150
    assert counts["nudges_moved"] > 10
    assert counts["most_nudges_to_one_on_a_day"] == 1
    assert counts["rounds"] == 4


def test_members_that_make_no_sense_are_refused(bare: Installation) -> None:
    assert "--members" in bare.refused("simulate", "--members", 1)
