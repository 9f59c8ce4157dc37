"""Two who stay together and would both like a third get one, and nobody is left alone for it."""

from hypothesis import given
from hypothesis import strategies as st

from pairing.plan import plan
from pairing.policy import Person, Policy
from pairing.thirds import WELCOME, plan_with_thirds
from tests.pairing.cohorts import POLICY, cohorts, never, people, person

PAIR = ("p01", "p02")


def groups(count: int, policy: Policy | None = None, *pairs: tuple[str, str]) -> set[tuple[str, ...]]:
    wished = pairs or (PAIR,)
    found = plan_with_thirds(people(count), policy or Policy(), welcoming=wished, locks=wished)
    return set(found.plan.rounds[0].groups)


def test_two_who_would_like_a_third_get_one() -> None:
    for count in (3, 5, 6, 7, 12):
        found = groups(count)
        assert any(set(PAIR) < set(group) for group in found), count
        assert sum(map(len, found)) == count
        assert min(map(len, found)) > 1


def test_four_stay_two_and_two_rather_than_leave_one_alone() -> None:
    assert groups(4) == {PAIR, ("p03", "p04")}


def test_two_pairs_share_another_two() -> None:
    found = groups(6, None, PAIR, ("p03", "p04"))
    assert sorted(map(len, found)) == [3, 3]


def test_never_rules_hold_between_the_third_and_both() -> None:
    assert groups(5, never("p01 p03", "p02 p04")) >= {("p01", "p02", "p05")}


def test_the_third_is_somebody_whom_they_have_not_met() -> None:
    history = [(1, frozenset(pair)) for pair in (("p01", "p03"), ("p02", "p04"), ("p01", "p05"))]
    found = plan_with_thirds(people(8), Policy(), welcoming=[PAIR], locks=[PAIR], history=history)
    (group,) = found.thirds
    assert set(group) - set(PAIR) <= {"p06", "p07", "p08"}


def test_the_reason_speaks_of_the_third_and_names_nobody_who_asked() -> None:
    staff = [person(f"p{n:02}", specialty="surgery") for n in range(1, 6)]
    found = plan_with_thirds(staff, POLICY, welcoming=[PAIR], locks=[PAIR])
    (group,) = found.thirds
    told = found.plan.rounds[0].reasons["|".join(group)]
    assert told[0] == WELCOME
    assert len(told) == 3
    assert not any("left alone" in sentence or "agreed" in sentence for sentence in told)


@given(everybody=cohorts(), seed=st.integers(0, 3))
def test_a_third_leaves_nobody_alone_and_breaks_no_rule(everybody: list[Person], seed: int) -> None:
    plain = plan(everybody, POLICY, seed=seed).rounds[0]
    pairs = [group for group in plain.groups if len(group) == 2][:2]
    found = plan_with_thirds(everybody, POLICY, welcoming=pairs, locks=pairs, seed=seed).plan.rounds[0]
    before = plan(everybody, POLICY, locks=pairs, seed=seed).rounds[0]
    assert len(found.alone) <= len(before.alone)
    assert all(any(set(pair) <= set(group) for group in found.groups) for pair in pairs)
    by_id = {one.id: one for one in everybody}
    for group in found.groups:
        assert 2 <= len(group) <= 3
        assert all(POLICY.allows(by_id[a], by_id[b]) for a in group for b in group if a < b)
