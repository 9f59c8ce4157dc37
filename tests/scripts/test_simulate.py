"""`prepaired simulate`: a small program through a month, and what must be true of any."""

from tests.scripts.installation import Installation


def test_a_month_passes_and_everybody_is_written_to_once_by_day(bare: Installation) -> None:
    ended = bare.run("simulate", "--members", 7, "--months", 2, "--churn", "0.3", "--seed", 5, "--json")
    assert ended.code == 0, ended.err
    counts = ended.json
    assert (counts["twice"], counts["lost"], counts["at_night"]) == (0, 0, 0)
    assert counts["left"] == 2
    assert counts["members_at_end"] == 7
    assert counts["in_a_group_at_end"] + counts["waiting_for_a_round"] == 7
    assert counts["nudges"] == counts["nudges_sent"] + sum(counts["nudges_not_sent"].values())
    assert counts["nudges_sent"] >= 5 * 4
    assert counts["rounds"] == 1
    assert list(bare.folder.iterdir()) == []


def test_members_that_make_no_sense_are_refused(bare: Installation) -> None:
    assert "--members" in bare.refused("simulate", "--members", 1)
