"""`prepaired halt` and `prepaired resume`: stop all nudges, let them go on. Needs no key."""

from typing import Annotated

import typer

_LONGEST_REASON = 64
_ACTOR = "command line"


def halt(
    why: Annotated[str, typer.Option(help="A word or two for the record; no names.")] = "by hand",
) -> None:
    """Stop all nudges and introductions now, on every node. Crisis answers and paging stay.

    Example: prepaired halt --why "wrong list imported"
    """
    from scripts.errors import UsageFault
    from scripts.wiring import prepared_database, read_settings

    if not why.strip() or len(why) > _LONGEST_REASON or not why.isprintable():
        raise UsageFault(f"--why: {why!r} must be 1 to {_LONGEST_REASON} characters on one line")
    from engine.clock import SystemClock
    from engine.halt_nudges import NothingToHalt, halt_nudges

    with prepared_database(read_settings(require_secrets=False)) as database:
        try:
            halted = halt_nudges(database, actor=_ACTOR, why=why.strip(), now=SystemClock().now())
        except NothingToHalt as fault:
            raise UsageFault(str(fault)) from None
    if halted:
        typer.echo("Halted: no nudge goes out until `prepaired resume`. Crisis answers and paging go on.")
    else:
        typer.echo("Nothing changed: it is halted already.")


def resume() -> None:
    """Let nudges go on. What is stale by now is dropped, the rest goes at the sender's pace.

    Example: prepaired resume
    """
    from engine.clock import SystemClock
    from engine.halt_nudges import resume_nudges
    from scripts.wiring import prepared_database, read_settings

    with prepared_database(read_settings(require_secrets=False)) as database:
        waiting = resume_nudges(database, actor=_ACTOR, now=SystemClock().now())
    if waiting is None:
        typer.echo("Nothing changed: it is not halted.")
    else:
        typer.echo(f"Nudges go on. {waiting} messages wait for the next tick or the running server.")
