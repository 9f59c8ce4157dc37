"""Designs: everybody in each round once, nobody meets anybody twice, as many rounds as can be."""

import pytest

from pairing.fields import field
from pairing.kirkman import is_resolved, kirkman
from pairing.starters import STARTERS


@pytest.mark.parametrize("people", range(3, 130, 6))
def test_a_kirkman_system_lets_everybody_meet_everybody(people: int) -> None:
    rounds = kirkman(people)
    assert rounds is not None
    assert len(rounds) == (people - 1) // 2
    assert is_resolved(rounds, people)


@pytest.mark.parametrize("people", sorted(STARTERS))
def test_a_nearly_kirkman_system_leaves_each_person_one_stranger(people: int) -> None:
    rounds = kirkman(people)
    assert rounds is not None
    assert len(rounds) == people // 2 - 1
    assert is_resolved(rounds, people)


@pytest.mark.parametrize("people", [6, 7, 8, 12, 102])
def test_sizes_without_a_construction_are_said_to_have_none(people: int) -> None:
    assert kirkman(people) is None


def test_a_repeated_pair_or_a_missing_person_is_noticed() -> None:
    assert is_resolved([[(0, 1, 2)]], 3)
    assert not is_resolved([[(0, 1, 2)], [(0, 1, 2)]], 3)
    assert not is_resolved([[(0, 1, 2)]], 4)


@pytest.mark.parametrize("order", [2, 3, 4, 5, 7, 9, 13, 25, 49])
def test_a_field_has_a_primitive_element_and_sums(order: int) -> None:
    space = field(order)
    assert space is not None
    assert sorted(space.powers) == list(range(1, order))
    assert all(sorted(row) == list(range(order)) for row in space.plus)
    assert space.power(order - 1) == 1


@pytest.mark.parametrize("order", [1, 6, 8, 12])
def test_other_orders_have_no_field_here(order: int) -> None:
    assert field(order) is None
