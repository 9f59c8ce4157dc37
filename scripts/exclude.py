"""`prepaired exclude A B`: two members who are never brought together, in confidence."""

from typing import Annotated

import typer


def exclude(
    a: Annotated[str, typer.Argument(help="A member's id.", metavar="A")],
    b: Annotated[str, typer.Argument(help="The other's.", metavar="B")],
    remove: Annotated[bool, typer.Option("--remove", help="Lift it again.")] = False,
) -> None:
    """Never bring these two together. It is kept sealed, and no explanation of a pairing reveals it.

    It holds from the next pairing on and before every other wish; a group they are in today is not taken apart.

    Example: prepaired exclude m017 m203
    """
    from scripts.together import NOTHING_CHANGED, named_members

    with named_members([a, b]) as named:
        change = named.keeper.allow if remove else named.keeper.exclude
        changed = change(named.session, *named.ids)
        grouped = named.are_grouped
        if changed:
            named.record("exclusion_removed" if remove else "exclusion_noted")
    if remove:
        typer.echo("Lifted." if changed else f"{NOTHING_CHANGED}there was no such exclusion.")
        return
    typer.echo("Noted, in confidence." if changed else f"{NOTHING_CHANGED}it was noted already.")
    if grouped:
        typer.echo(
            "They are in one group now, which goes on until the next round: "
            "prepaired rotate COHORT --mend parts them today.",
            err=True,
        )
