"""`prepaired lock A B`: members who stay together whatever the next rounds bring."""

from typing import Annotated

import typer


def lock(
    a: Annotated[str, typer.Argument(help="A member's id.", metavar="A")],
    b: Annotated[str, typer.Argument(help="Another's.", metavar="B")],
    c: Annotated[str | None, typer.Argument(help="A third one's.", metavar="C")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Let them rotate again.")] = False,
) -> None:
    """Keep two or three members together in the next rounds, unless a rule forbids it.

    Moves nobody today. Removing a lock takes nobody apart before the next round.

    Example: prepaired lock m017 m203
    """
    from scripts.together import NOTHING_CHANGED, agree

    refs = [ref for ref in (a, b, c) if ref is not None]
    who = " and ".join(refs)
    changed, grouped = agree(refs, "lock", remove=remove)
    if remove:
        typer.echo(f"{who} may rotate again." if changed else f"{NOTHING_CHANGED}there was no such lock.")
    elif not changed:
        typer.echo(f"{NOTHING_CHANGED}{who} are locked already.")
    else:
        now = "they are together now" if grouped else "they come together with the next round"
        typer.echo(f"Locked: {who}; {now}. Rules that forbid a group go before a lock.")
