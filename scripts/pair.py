"""`prepaired pair FILE`: plan groups for the people of a CSV file. Reads no settings and no database."""

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pairing.plan import Plan
    from pairing.rounds import Round

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
    json_: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Pair the people of a CSV file.

    Nobody is left out: an odd person joins a triad. Exit code 1 when rules leave somebody alone.

    Example: prepaired pair people.csv --rules rules.yaml --rounds 4 --json
    """
    started = perf_counter()
    names, found = _plan(file, rules, history, size=size, rounds=rounds, seed=seed, time_limit=time_limit)
    if edges is not None:
        from scripts.people_file import write_edges

        write_edges(edges, found.pair_weights)
    seconds = round(perf_counter() - started, 3)
    if json_:
        import json

        typer.echo(json.dumps(as_json(found, seconds), ensure_ascii=False))
    else:
        _show(found, names)
    if found.unplaceable:
        raise typer.Exit(1)


def _plan(
    file: Path,
    rules_file: Path | None,
    history_file: Path | None,
    *,
    size: int,
    rounds: int,
    seed: int,
    time_limit: float | None,
) -> "tuple[dict[str, str], Plan]":
    """Read what the files say and plan. Raises UsageFault for what they say wrong."""
    from config.rules import Rules, RulesFault, read_rules
    from pairing.compiled import AVAILABLE, MISSING
    from pairing.plan import plan
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
    for id_ in sorted({id_ for both in never for id_ in both} - set(names)):
        typer.echo(f"warning: a never pair names {id_!r}, who is not in {file}", err=True)
    if len(people) > SLOW and not AVAILABLE:
        typer.echo(f"note: {MISSING}", err=True)
    past = read_history(history_file) if history_file else []
    return names, plan(
        people,
        policy_of(read, never),
        size=size,
        rounds=rounds,
        history=past,
        requests=asked,
        seed=seed,
        time_limit=time_limit,
        first_round=1 + max((number for number, _ in past), default=0),
    )


def as_json(found: "Plan", seconds: float) -> dict[str, Any]:
    """The plan as the documented JSON answer. Whoever holds the rules file may read which were in the way."""
    return {
        "rounds": [_round_json(each) for each in found.rounds],
        "repeat_free_rounds": found.repeat_free_rounds,
        "repeat_free_limit": found.repeat_free_limit,
        "unplaceable": [
            {"id": each.id, "why": "; ".join([each.why.split("; ")[0], *each.rules])}
            for each in found.unplaceable
        ],
        "seconds": seconds,
    }


def _round_json(each: "Round") -> dict[str, Any]:
    return {
        "round": each.number,
        "groups": [list(group) for group in each.groups],
        "weight": each.weight,
        "bound": each.bound,
        "optimal": each.optimal,
        "repeats": each.repeats,
        "reasons": {key: list(sentences) for key, sentences in each.reasons.items()},
    }


def _show(found: "Plan", names: dict[str, str]) -> None:
    """The plan as tables for people."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    for each in found.rounds:
        proof = "the best there is" if each.optimal else f"at most {each.bound} is possible"
        repeated = f", {each.repeats} repeated" if each.repeats else ""
        table = Table(
            title=f"Round {each.number}: {len(each.groups)} groups, weight {each.weight} ({proof}){repeated}"
        )
        table.add_column("group", no_wrap=True)
        table.add_column("why")
        for group in each.groups:
            who = "\n".join(f"{id_}  {names[id_]}".rstrip() for id_ in group)
            table.add_row(who, "\n".join(each.reasons["|".join(group)]), end_section=True)
        console.print(table)
    if len(found.rounds) > 1:
        console.print(
            f"{found.repeat_free_rounds} rounds without a repeat; the limit is {found.repeat_free_limit}."
        )
    for person in found.unplaceable:
        told = "; ".join([person.why.split("; ")[0], *person.rules])
        console.print(f"Not placed: {person.id}: {told}", style="bold", markup=False)
