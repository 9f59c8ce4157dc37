"""`prepaired pair FILE`: plan groups for the people of a CSV file. Reads no settings and no database."""

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pairing.meetings import Past
    from pairing.plan import Plan
    from pairing.policy import Person, Policy, Request
    from pairing.why_not import Chosen

WRITING = 1.3  # times what reading took
LEAST = 0.4  # of a time limit is for planning
SLOW = 1000  # people: beyond, a round takes more than a few seconds without compiled code


def pair(
    file: Annotated[Path, typer.Argument(help="CSV with a column id; every further column is an attribute.")],
    size: Annotated[int, typer.Option(min=2, max=3, help="Groups of two or of three.")] = 2,
    rounds: Annotated[
        int, typer.Option(min=1, help="Plan this many rounds without repeats while possible.")
    ] = 1,
    rules: Annotated[Path | None, typer.Option(help="YAML: what to prefer and what to forbid.")] = None,
    history: Annotated[
        Path | None, typer.Option(help="CSV round,member,member[,member] of past groups.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same input and seed give the same answer.")] = 0,
    edges: Annotated[Path | None, typer.Option(help="Also write CSV a,b,weight of round 1 here.")] = None,
    time_limit: Annotated[
        float | None, typer.Option(min=0, help="Stop improving after this many seconds.")
    ] = None,
    why: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="A B", help="Also say why these two are not together in round 1."),
    ] = None,
    alternatives: Annotated[
        bool, typer.Option("--alternatives", help="Also say what each member's next best buddy would cost.")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Pair the people of a CSV file.

    Nobody is left out: an odd person joins a triad. Exit code 1 when rules leave somebody alone.

    Example: prepaired pair people.csv --rules rules.yaml --rounds 4 --json
    """
    started = perf_counter()
    asked = _read(file, rules, history)
    left = None if time_limit is None else _left(time_limit, perf_counter() - started, len(asked.people))
    found = _planned(asked, size=size, rounds=rounds, seed=seed, time_limit=left)
    chosen = _chosen(asked, found, size, seed)
    answer = None if why is None else _answered(why, chosen)
    if edges is not None:
        from scripts.people_file import write_edges

        write_edges(edges, found.pair_weights)
    from scripts.pair_view import alternatives_told, as_json, show

    told = alternatives_told(chosen) if alternatives else None
    if json_:
        import json

        seconds = round(perf_counter() - started, 3)
        typer.echo(json.dumps(as_json(found, seconds, told, answer), ensure_ascii=False))
    else:
        show(found, asked.names, told, answer)
    if found.unplaceable:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the files say."""

    people: "list[Person]"
    names: dict[str, str]
    policy: "Policy"
    requests: "tuple[Request, ...]"
    past: "list[Past]"

    @property
    def first_round(self) -> int:
        """The number after the latest in the history."""
        return 1 + max((number for number, _ in self.past), default=0)


def _left(limit: float, reading: float, people: int) -> float:
    """The seconds for planning: a long list takes somewhat longer to write than it took to read."""
    writing = WRITING * reading if people > SLOW else 0.0
    return max(LEAST * limit, limit - reading - writing)


def _read(file: Path, rules_file: Path | None, history_file: Path | None) -> _Asked:
    """Read what the files say. Raises UsageFault for what they say wrong."""
    from config.rules import Rules, RulesFault, read_rules
    from pairing.compiled import AVAILABLE, MISSING
    from scripts.errors import UsageFault
    from scripts.people_file import read_history, read_people
    from scripts.policy import check_columns, never_pairs, policy_of, requests

    people, names, columns = read_people(file)
    try:
        read = read_rules(rules_file) if rules_file else Rules()
    except RulesFault as fault:
        raise UsageFault(str(fault)) from fault
    folder = (rules_file or file).parent
    never, asked = never_pairs(read, folder), requests(read, folder)
    for warning in check_columns(read, columns, rules_file or file, file) if rules_file else ():
        typer.echo(f"warning: {warning}", err=True)
    _warn_of_strangers(names, file, "a never pair", (id_ for both in never for id_ in both))
    _warn_of_strangers(names, file, "a request", (id_ for each in asked for id_ in (each.asker, each.asked)))
    if len(people) > SLOW and not AVAILABLE:
        typer.echo(f"note: {MISSING}", err=True)
    past = read_history(history_file) if history_file else []
    return _Asked(people=people, names=names, policy=policy_of(read, never), requests=asked, past=past)


def _warn_of_strangers(names: dict[str, str], file: Path, what: str, ids: "Iterable[str]") -> None:
    for id_ in sorted(set(ids) - set(names)):
        typer.echo(f"warning: {what} names {id_!r}, who is not in {file}", err=True)


def _planned(asked: _Asked, *, size: int, rounds: int, seed: int, time_limit: float | None) -> "Plan":
    from pairing.plan import MOST, plan
    from scripts.terminal import progress

    with progress(len(asked.people) > MOST) as told:
        return plan(
            asked.people,
            asked.policy,
            size=size,
            rounds=rounds,
            history=asked.past,
            requests=asked.requests,
            seed=seed,
            time_limit=time_limit,
            first_round=asked.first_round,
            progress=told,
        )


def _chosen(asked: _Asked, found: "Plan", size: int, seed: int) -> "Chosen":
    """The first round with what it was planned from."""
    from pairing.why_not import Chosen

    return Chosen(
        groups=found.rounds[0].groups,
        people={person.id: person for person in asked.people},
        policy=asked.policy,
        size=size,
        number=asked.first_round,
        history=tuple(asked.past),
        requests=asked.requests,
        seed=seed,
    )


def _answered(why: tuple[str, str], chosen: "Chosen") -> tuple[str, ...]:
    """Whoever holds the rules file may read what it says of two people. Raises UsageFault for strangers."""
    from pairing.plan import MOST
    from pairing.why_not import NotInRound, why_not
    from scripts.errors import UsageFault

    if len(chosen.people) > MOST:
        raise UsageFault(
            f"--why: {len(chosen.people)} people are too many to plan the round again; {MOST} at most"
        )
    try:
        return why_not(*why, chosen, confidential=True)
    except NotInRound as fault:
        raise UsageFault(f"--why {' '.join(why)}: {fault}") from fault
