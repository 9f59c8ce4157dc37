"""`prepaired revoke`: every link, session and open page is worthless from now on. Needs no key."""

import sys
from typing import Annotated

import typer


def revoke(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """End every link, staff session and open member page now, on every node.

    For a theft, or a mail that went astray. Staff sign in anew; members get a fresh link with their next message.
    One-click unsubscribing goes on working. Nothing is sent.

    Example: prepaired revoke --yes
    """
    from engine.clock import SystemClock
    from engine.revoke import revoke_everything
    from scripts.errors import UsageFault
    from scripts.wiring import prepared_database, read_settings

    if not yes:
        if not sys.stdin.isatty():
            raise UsageFault("without a terminal, say --yes")
        typer.confirm("End every link and session now?", abort=True, err=True)
    clock = SystemClock()
    with prepared_database(read_settings(require_secrets=False)) as database:
        ended = revoke_everything(database, actor="command line", now=clock.now(), wall=clock.wall())
    typer.echo("Ended: " + ", ".join(f"{count} {name}" for name, count in ended.items()) + ".")
