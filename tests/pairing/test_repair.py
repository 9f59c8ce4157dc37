"""A change in mid-round: the smallest one that leaves nobody alone."""

from dataclasses import replace
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairing.plan import plan
from pairing.policy import Person, Policy, Preference, Rule
from pairing.repair import RepairFault, mend, repair
from pairing.standing import StandingGroups
from tests.pairing.cohorts import POLICY, cohorts, never, never_pairs, people, person

DYADS = (("p01", "p02"), ("p03", "p04"), ("p05", "p06"))


def test_the_buddy_left_behind_joins_a_group_and_nobody_else_moves() -> None:
    mended = repair(DYADS, leaver="p01", people=people(6)[1:], policy=Policy())
    assert mended.ended[0] == ("p01", "p02")
    assert len(mended.ended) == 2
    assert [group for group in mended.formed if "p02" in group and len(group) == 3] == list(mended.formed)


def test_the_buddy_left_behind_joins_those_who_suit_best() -> None:
    everybody = [
        person(each.id, specialty="surgery" if each.id in ("p02", "p05", "p06") else "") for each in people(6)
    ]
    policy = Policy(preferences=(Preference(attribute="specialty", rule=Rule.SAME, weight=5),))
    mended = repair(DYADS, leaver="p01", people=everybody, policy=policy)
    assert mended.formed == (("p02", "p05", "p06"),)


def test_a_former_partner_is_the_last_choice() -> None:
    history = [(1, frozenset(("p02", "p05"))), (2, frozenset(("p02", "p03")))]
    mended = repair(DYADS, leaver="p01", people=people(6), policy=Policy(), history=history)
    assert mended.formed == (("p02", "p05", "p06"),)


def test_a_triad_goes_on_as_a_dyad() -> None:
    mended = repair([("p01", "p02", "p03")], leaver="p02", people=people(3), policy=Policy())
    assert mended.groups == (("p01", "p03"),)


def test_when_no_dyad_may_take_them_a_third_member_is_freed() -> None:
    groups = [("p01", "p02"), ("p03", "p04", "p05")]
    mended = repair(groups, leaver="p01", people=people(5), policy=never("p02 p03", "p02 p04"))
    assert mended.groups == (("p02", "p05"), ("p03", "p04"))


def test_nobody_is_placed_against_a_rule() -> None:
    policy = never("p02 p03", "p02 p05")
    mended = repair(DYADS, leaver="p01", people=people(6), policy=policy)
    assert mended.groups == (("p03", "p04"), ("p05", "p06"))
    assert [each.id for each in mended.alone] == ["p02"]
    assert "never" not in mended.alone[0].why


def test_a_late_joiner_is_paired_with_somebody_who_waits() -> None:
    mended = repair(DYADS, joiner="p08", people=people(8), policy=Policy())
    assert mended.formed == (("p07", "p08"),)
    assert mended.ended == ()


def test_a_late_joiner_makes_a_triad() -> None:
    mended = repair(DYADS, joiner="p07", people=people(7), policy=Policy())
    assert [len(group) for group in mended.formed] == [3]
    assert len(mended.groups) == 3


def test_a_late_joiner_turns_a_triad_into_two_dyads() -> None:
    mended = repair([("p01", "p02", "p03")], joiner="p04", people=people(4), policy=Policy())
    assert sorted(map(len, mended.groups)) == [2, 2]


def test_two_who_must_part_find_other_groups() -> None:
    mended = repair(DYADS, apart=("p01", "p02"), people=people(6), policy=Policy())
    assert not any({"p01", "p02"} <= set(group) for group in mended.groups)
    assert mended.alone == ()


def test_of_a_triad_that_must_part_one_stays_with_the_third() -> None:
    groups = [("p01", "p02", "p03"), ("p04", "p05")]
    mended = repair(groups, apart=("p01", "p02"), people=people(5), policy=Policy())
    assert not any({"p01", "p02"} <= set(group) for group in mended.groups)
    assert any("p03" in group and len(group) == 2 for group in mended.groups)


def test_changes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(RepairFault, match="one change"):
        repair(DYADS, people=people(6), policy=Policy())
    with pytest.raises(RepairFault, match="no group"):
        repair(DYADS, leaver="p09", people=people(6), policy=Policy())
    with pytest.raises(RepairFault, match="already"):
        repair(DYADS, joiner="p01", people=people(6), policy=Policy())
    with pytest.raises(RepairFault, match="take part"):
        repair(DYADS, joiner="p09", people=people(6), policy=Policy())
    with pytest.raises(RepairFault, match="not in one group"):
        repair(DYADS, apart=("p01", "p03"), people=people(6), policy=Policy())


@given(cohorts(), st.data())
def test_a_leaver_costs_nobody_their_place(everybody: list[Person], data: st.DataObject) -> None:
    groups = plan(everybody, POLICY).rounds[0].groups
    members = [id_ for group in groups for id_ in group]
    if not members:
        return
    leaver = data.draw(st.sampled_from(members))
    known = {each.id: each for each in everybody}
    mended = repair(groups, leaver=leaver, people=everybody, policy=POLICY)
    after = [id_ for group in mended.groups for id_ in group]
    assert sorted([*after, *(each.id for each in mended.alone if each.id in members)]) == sorted(
        set(members + after) - {leaver}
    )
    for group in mended.groups:
        assert all(POLICY.allows(known[one], known[other]) for one, other in combinations(group, 2))
    untouched = [group for group in groups if leaver not in group and group not in mended.groups]
    assert len(untouched) <= 1


@given(st.data())
def test_groups_kept_at_hand_are_mended_in_the_same_way(data: st.DataObject) -> None:
    everybody = data.draw(cohorts().filter(lambda drawn: len(drawn) > 1))
    ids = [each.id for each in everybody]
    pairs = list(combinations(ids, 2))
    history = [(number, frozenset(data.draw(st.sampled_from(pairs)))) for number in range(4)]
    policy = replace(POLICY, never=data.draw(never_pairs(ids)))
    groups = plan(everybody, policy, history=history).rounds[0].groups
    if not groups:
        return
    leaver = data.draw(st.sampled_from([member for group in groups for member in group]))
    standing = StandingGroups(groups, people=everybody, policy=policy, history=history)
    change = standing.leave(leaver)
    mended = repair(groups, people=everybody, policy=policy, leaver=leaver, history=history)
    assert (change.ended, change.formed) == (mended.ended, mended.formed)
    assert list(change.alone) == [each.id for each in mended.alone]
    back = repair(mended.groups, people=everybody, policy=policy, joiner=leaver, history=history)
    again = standing.join(leaver)
    assert (again.ended, again.formed) == (back.ended, back.formed)


def test_groups_kept_at_hand_refuse_a_change_that_does_not_fit() -> None:
    standing = StandingGroups(DYADS, people=people(7), policy=Policy())
    with pytest.raises(RepairFault, match="p07 is in no group"):
        standing.leave("p07")
    with pytest.raises(RepairFault, match="p01 is in a group already"):
        standing.join("p01")
    with pytest.raises(RepairFault, match="p99 is not among"):
        standing.join("p99")


def test_who_declines_a_buddy_gets_another_at_once_and_others_stay() -> None:
    groups = [("a", "b"), ("c", "d"), ("e", "f"), ("g", "h", "i")]
    people = [Person(id=id_) for id_ in "abcdefghi"]
    found = mend(groups, people=people, policy=Policy(), unsettled=["a", "d"])
    assert found.ended == (("a", "b"), ("c", "d"))
    assert sorted(len(group) for group in found.formed) == [2, 2]
    assert not {("a", "b"), ("c", "d")} & set(found.formed)
    alone = mend(groups, people=people, policy=Policy(), unsettled=["g"])
    assert alone.ended
    assert ("h", "i") in alone.formed
    assert not alone.alone


def test_a_change_that_would_leave_somebody_alone_waits() -> None:
    never = Policy(never=frozenset(frozenset(("b", other)) for other in "cd"))
    people = [Person(id=id_) for id_ in "abcd"]
    found = mend([("a", "b"), ("c", "d")], people=people, policy=never, unsettled=["a"])
    assert (found.ended, found.formed, found.alone) == ((), (), ())


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 14), st.integers(0, 2**32))
def test_changes_break_no_rule_and_leave_nobody_alone(count: int, seed: int) -> None:
    random = Random(seed)
    people = [Person(id=f"p{at:02}") for at in range(count)]
    ids = [person.id for person in people]
    groups = [ids[at : at + 2] for at in range(0, count - count % 2, 2)]
    if count % 2:
        groups[-1].append(ids[-1])
    seated = {frozenset(pair) for group in groups for pair in combinations(group, 2)}
    never = frozenset(
        frozenset(pair)
        for pair in combinations(ids, 2)
        if random.random() < 0.3 and frozenset(pair) not in seated
    )
    asked = random.sample(ids, min(count, 3))
    found = mend(groups, people=people, policy=Policy(never=never), unsettled=asked)
    placed = [member for group in found.groups for member in group]
    assert sorted(placed) == ids
    assert all(frozenset(pair) not in never for group in found.groups for pair in combinations(group, 2))
