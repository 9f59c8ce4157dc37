"""A running round at hand is mended as `repair` would mend it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairing.plan import plan
from pairing.policy import Person, Policy
from pairing.repair import RepairFault, repair
from pairing.running_round import RunningRound
from tests.pairing.cohorts import POLICY, cohorts, people


@given(cohorts(), st.data())
def test_leavers_are_mended_as_one_by_one(everybody: list[Person], data: st.DataObject) -> None:
    groups = plan(everybody, POLICY).rounds[0].groups
    here = {member for group in groups for member in group}
    members = [person for person in everybody if person.id in here]
    pairs = [(one.id, other.id) for one in members for other in members if one.id < other.id]
    past = data.draw(st.lists(st.sampled_from(pairs), max_size=8)) if pairs else []
    history = [(number, frozenset(pair)) for number, pair in enumerate(past, 1)]
    running = RunningRound(groups, people=members, policy=POLICY, history=history)
    for _ in range(2):
        seated = [member for group in running.groups for member in group]
        if not seated:
            return
        leaver = data.draw(st.sampled_from(seated))
        expected = repair(running.groups, people=members, policy=POLICY, leaver=leaver, history=history)
        found = running.leave(leaver)
        members = [person for person in members if person.id != leaver]
        assert (running.groups, found.formed, found.ended) == (
            expected.groups, expected.formed, expected.ended,
        )  # fmt: skip
        assert found.alone == expected.alone


def test_one_leaver_changes_one_other_group() -> None:
    everybody = people(40)
    groups = plan(everybody, Policy()).rounds[0].groups
    found = RunningRound(groups, people=everybody, policy=Policy()).leave(groups[0][0])
    assert (len(found.ended), len(found.formed)) == (2, 1)


def test_a_stranger_cannot_leave() -> None:
    with pytest.raises(RepairFault, match="no group"):
        RunningRound([], people=[], policy=Policy()).leave("zoe")
