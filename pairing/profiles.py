"""What rules say of a large cohort, as columns: a table of pair weights an attribute, and the pairs that stand apart.

People who hold the same values are alike to the rules, so that weights come from small tables and n by n numbers
are never held. Agrees with `pairing.policy` pair by pair; chooses nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pairing.compatibility import FORBIDDEN, Compatibility
from pairing.policy import Person, Policy, Preference, Prohibition, Rule, comparable

Ints = NDArray[np.int64]
Small = NDArray[np.int32]

BAN = -(2**40)  # what a forbidden value adds to a weight: no sum of rules makes up for it
WIDEST = 700  # different values of an attribute up to which a table of them is kept
SHARING, DIFFERING, OVERLAPPING, NEVER_SHARING, NEVER_DIFFERING = range(5)

_KINDS = {Rule.SAME: SHARING, Rule.DIFFERENT: DIFFERING, Rule.OVERLAP: OVERLAPPING}
_BANS = {Rule.SAME: NEVER_SHARING, Rule.DIFFERENT: NEVER_DIFFERING}


class Columns(NamedTuple):
    """A cohort as kernels read it. A level is an attribute with few values; wide rules look at values themselves."""

    codes: Small  # person by level: which value is held
    table: Ints  # the levels' tables one after the other: what two values add to a weight
    at: Ints  # level: where its table begins
    width: Ints  # level: how many values it has
    best: Ints  # the most that each value can add, levels one after the other
    best_at: Ints  # level: where its values begin in `best`
    wide_kind: Ints  # wide rule: SHARING ... NEVER_DIFFERING
    wide_weight: Ints  # wide rule: what it adds
    wide_most: Ints  # one number: what wide rules add at most
    held: Small  # numbers of the values held, in order
    held_at: Ints  # wide rule * people + person: where their values begin
    apart: Small  # partners out of the question, in order
    apart_at: Ints  # person: where they begin
    asked: Small  # partners with an extra weight, in order
    asked_at: Ints
    asked_weight: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One attribute with few different values."""

    codes: Small  # by person
    table: Ints  # value by value


@dataclass(frozen=True, slots=True, kw_only=True)
class Wide:
    """One rule over an attribute of many different values."""

    kind: int
    weight: int
    held: Sequence[Sequence[int]]  # by person


Links = Mapping[tuple[int, int], int]  # two positions, the lower first -> extra weight


def columns(
    people: Sequence[Person], policy: Policy, *, apart: Iterable[tuple[int, int]], asked: Links
) -> tuple[Columns, Ints]:
    """The columns, and the order in which they hold the people: alike ones stand beside each other.

    `apart` and `asked` speak of positions in `people`; references to people are added to `apart`.
    """
    levels, wide = _rules(people, policy)
    codes = (
        np.stack([level.codes for level in levels], axis=1)
        if levels
        else np.zeros((len(people), 0), np.int32)
    )
    order = np.lexsort(codes.T[::-1]) if levels else np.arange(len(people))
    place = np.empty(len(people), dtype=np.int64)
    place[order] = np.arange(len(people))
    never = {*apart, *_references(people, policy)}
    apart_at, apart_to, _ = _links(dict.fromkeys(never, 0), place)
    asked_at, asked_to, asked_weight = _links(asked, place)
    held_at, held = _held(wide, order)
    offsets = np.cumsum([0, *(level.table.size for level in levels)])
    widths = np.array([len(level.table) for level in levels], dtype=np.int64)
    return Columns(
        codes=np.ascontiguousarray(codes[order], dtype=np.int32),
        table=_joined([level.table.ravel() for level in levels]),
        at=offsets[:-1].astype(np.int64),
        width=widths,
        best=_joined([level.table.max(axis=1) for level in levels]),
        best_at=np.cumsum([0, *widths])[:-1].astype(np.int64),
        wide_kind=np.array([rule.kind for rule in wide], dtype=np.int64),
        wide_weight=np.array([rule.weight for rule in wide], dtype=np.int64),
        wide_most=np.array([sum(rule.weight for rule in wide)], dtype=np.int64),
        held=held,
        held_at=held_at,
        apart=apart_to,
        apart_at=apart_at,
        asked=asked_to,
        asked_at=asked_at,
        asked_weight=asked_weight,
    ), order


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.concatenate([np.empty(0, dtype=np.int64), *parts]).astype(np.int64)


def _rules(people: Sequence[Person], policy: Policy) -> tuple[list[Level], list[Wide]]:
    """Levels, the most telling one first, and wide rules."""
    levels: list[Level] = []
    wide: list[Wide] = []
    bans = [rule for rule in policy.prohibitions if rule.rule is not Rule.REFERS_TO]
    named = [*(rule.attribute for rule in policy.preferences), *(rule.attribute for rule in bans)]
    for attribute in dict.fromkeys(named):
        likes = [rule for rule in policy.preferences if rule.attribute == attribute]
        never = [rule for rule in bans if rule.attribute == attribute]
        codes, values = _values(people, attribute)
        if len(values) <= WIDEST:
            levels.append(_level(codes, values, attribute, likes, never))
            continue
        levels += [_steps(people, rule) for rule in likes if rule.rule is Rule.NEAR]
        held = _numbered(codes, values)
        wide += [
            Wide(kind=_KINDS[rule.rule], weight=rule.weight, held=held)
            for rule in likes
            if rule.rule in _KINDS
        ]
        wide += [Wide(kind=_BANS[rule.rule], weight=0, held=held) for rule in never]
    most = sum(int(level.table.max(initial=0)) for level in levels) + 1
    return sorted(levels, key=lambda level: -_told(level, most)), wide


def _values(people: Sequence[Person], attribute: str) -> tuple[Small, list[frozenset[str]]]:
    """Which set of values each person holds, and the sets in comparable form."""
    raw: dict[frozenset[str], int] = {}
    numbers: dict[frozenset[str], int] = {}
    codes = np.empty(len(people), dtype=np.int32)
    for row, person in enumerate(people):
        written = person.attributes.get(attribute, frozenset())
        code = raw.get(written)
        if code is None:
            values = person.values(attribute)
            code = raw[written] = numbers.setdefault(values, len(numbers))
        codes[row] = code
    return codes, list(numbers)


def _level(
    codes: Small,
    values: Sequence[frozenset[str]],
    attribute: str,
    likes: Sequence[Preference],
    never: Sequence[Prohibition],
) -> Level:
    """The table of an attribute, from two made-up people for each set of values."""
    twins = [
        Person(id=f"{twin} {number}", attributes={attribute: held})
        for twin in range(2)
        for number, held in enumerate(values)
    ]
    rules = Policy(preferences=tuple(likes), prohibitions=tuple(never))
    count = len(values)
    table = Compatibility(twins, rules).block(slice(0, count), slice(count, 2 * count))
    return Level(codes=codes, table=np.where(table == FORBIDDEN, BAN, table))


def _steps(people: Sequence[Person], rule: Preference) -> Level:
    """A level whose values are the steps of a scale, the last one unknown."""
    steps = [frozenset({step}) for step in rule.scale] + [frozenset[str]()]
    found = (rule.position(person) for person in people)
    codes = np.array([len(rule.scale) if step is None else step for step in found], dtype=np.int32)
    return _level(codes, steps, rule.attribute, [rule], [])


def _numbered(codes: Small, values: Sequence[frozenset[str]]) -> list[list[int]]:
    names = {value: number for number, value in enumerate(sorted(frozenset().union(*values)))}
    sets = [sorted(names[value] for value in held) for held in values]
    return [sets[code] for code in codes.tolist()]


def _told(level: Level, most: int) -> float:
    """How much two people taken by lot miss of the best for them: what a search can rule out early."""
    share = np.bincount(level.codes, minlength=len(level.table)) / max(1, len(level.codes))
    missed = level.table.max(axis=1, keepdims=True).clip(min=0) - np.where(
        level.table < 0, -most, level.table
    )
    return float(share @ missed @ share)


def _references(people: Sequence[Person], policy: Policy) -> list[tuple[int, int]]:
    named = [rule.attribute for rule in policy.prohibitions if rule.rule is Rule.REFERS_TO]
    if not named:
        return []
    place: dict[str, list[int]] = {}
    for row, person in enumerate(people):
        place.setdefault(comparable(person.id), []).append(row)
    return [
        (min(row, other), max(row, other))
        for row, person in enumerate(people)
        for attribute in named
        for value in person.values(attribute)
        for other in place.get(value, ())
        if other != row
    ]


def _links(pairs: Links, place: Ints) -> tuple[Ints, Small, Ints]:
    """Pairs in both directions, by person in the new order."""
    n = len(place)
    ends = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
    extra = np.array(list(pairs.values()), dtype=np.int64)
    one, other = place[ends[:, 0]], place[ends[:, 1]]
    rows, to = np.concatenate([one, other]), np.concatenate([other, one])
    order = np.lexsort((to, rows))
    at = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=n), out=at[1:])
    return at, to[order].astype(np.int32), np.concatenate([extra, extra])[order]


def _held(wide: Sequence[Wide], order: Ints) -> tuple[Ints, Small]:
    sets = [rule.held[person] for rule in wide for person in order.tolist()]
    at = np.zeros(len(sets) + 1, dtype=np.int64)
    np.cumsum([len(held) for held in sets], out=at[1:])
    return at, np.array([value for held in sets for value in held], dtype=np.int32)
