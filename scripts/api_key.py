"""`prepaired api-key NAME`: a key with which other software reports adverse events."""

from typing import Annotated

import typer


def api_key(
    name: Annotated[str, typer.Argument(help="What the key is for; the audit trail names it so.")],
    revoke: Annotated[bool, typer.Option("--revoke", help="End that key.")] = False,
) -> None:
    """Make a key for POST /api/v1/events, and print it once. It opens nothing else.

    Example: prepaired api-key safety-reports
    """
    from engine.api_keys import make_key, revoke_key
    from engine.clock import SystemClock
    from scripts.errors import UsageFault
    from scripts.wiring import deployed

    if not 0 < len(name.strip()) <= 60:
        raise UsageFault(f"{name!r} is no name for a key; use up to 60 characters")
    clock = SystemClock()
    with deployed(clock) as deployment:
        if revoke:
            ended = revoke_key(deployment, name.strip(), clock.now())
            typer.echo("Revoked." if ended else "Nothing changed: there is no such key.")
            return
        typer.echo(make_key(deployment, name.strip(), clock.now()))
    typer.echo("Shown this once. Send it as: Authorization: Bearer KEY", err=True)
