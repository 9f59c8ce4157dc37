"""A rules file turned into the policy that pairing works with, with the files it names."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from config.rules import NeverPairs, Prefer, Rules
from pairing.policy import Policy, Preference, Prohibition, Request, Rule
from scripts.errors import UsageFault
from scripts.people_file import Table, read_table


def policy_of(rules: Rules, never: Iterable[frozenset[str]] = ()) -> Policy:
    """The policy that rules describe, with confidential never-pairs from elsewhere."""
    return Policy(
        preferences=tuple(_preference(entry) for entry in rules.prefer),
        prohibitions=tuple(
            Prohibition(attribute=entry.attribute, rule=Rule(entry.rule))
            for entry in rules.never
            if not isinstance(entry, NeverPairs)
        ),
        never=frozenset(never),
        min_rounds_between_repeats=rules.min_rounds_between_repeats,
    )


def _preference(entry: Prefer) -> Preference:
    return Preference(
        attribute=entry.attribute,
        rule=Rule(entry.rule),
        weight=entry.weight,
        scale=tuple(str(step) for step in entry.scale),
    )


def never_pairs(rules: Rules, folder: Path) -> frozenset[frozenset[str]]:
    """The pairs of every file that the rules name, relative to their folder. Raises UsageFault."""
    found = set()
    for entry in rules.never:
        if isinstance(entry, NeverPairs):
            table = read_table(folder / entry.pairs, header=("a", "b"))
            found |= {frozenset(pair) for pair in table.parsed(partial(_two, table))}
    return frozenset(found)


def requests(rules: Rules, folder: Path) -> tuple[Request, ...]:
    """Who asked for whom, from the file that the rules name. Raises UsageFault."""
    if rules.requests is None:
        return ()
    table = read_table(folder / rules.requests, header=("a", "b", "weight"))

    def request(line: int, cells: list[str]) -> Request:
        asker, asked = _two(table, line, cells)
        weight = cells[2] if len(cells) > 2 else ""
        if weight and not (weight.isascii() and weight.isdigit() and int(weight) <= 1_000_000):
            raise table.fault(line, "weight", weight, "a whole number from 0 to 1000000")
        return Request(asker=asker, asked=asked, weight=int(weight) if weight else None)

    return tuple(table.parsed(request))


def _two(table: Table, line: int, cells: list[str]) -> tuple[str, str]:
    if len(cells) < 2 or not cells[0] or not cells[1]:
        column = "a" if not (cells and cells[0]) else "b"
        raise table.fault(line, column, "", "the id of a person")
    if cells[0] == cells[1]:
        raise table.fault(line, "b", cells[1], "another person than in column a")
    return cells[0], cells[1]


def check_columns(rules: Rules, columns: Iterable[str], rules_path: Path, people_path: Path) -> list[str]:
    """Warnings about preferences whose column is missing; such a never-rule would not hold: UsageFault."""
    known = set(columns)
    missing = [
        f"{rules_path}: never.{at}.attribute {entry.attribute!r}: {people_path} has no such column; "
        f"its columns are {', '.join(sorted(known)) or 'none but id'}"
        for at, entry in enumerate(rules.never)
        if not isinstance(entry, NeverPairs) and entry.attribute not in known
    ]
    if missing:
        raise UsageFault("\n".join(missing))
    return [
        f"{rules_path}: prefer {entry.attribute}: {people_path} has no such column, so the rule has no effect"
        for entry in rules.prefer
        if entry.attribute not in known
    ]
