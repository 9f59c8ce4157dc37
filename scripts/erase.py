"""`prepaired erase MEMBER`: forgets a member for good."""

import sys
from typing import Annotated

import typer


def erase(
    member: Annotated[str, typer.Argument(help="The member's id.", metavar="MEMBER")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget a member for good: what is left is a fingerprint on the STOP list, and counts.

    Their buddies join a group at once. The audit trail keeps an id that stands for nobody, and still verifies.

    Example: prepaired erase m017 --yes
    """
    from engine.clock import SystemClock
    from engine.erase_member import erase_member
    from scripts.errors import UsageFault
    from scripts.wiring import deployed
    from store.members import member_by_ref

    if not yes and not sys.stdin.isatty():
        raise UsageFault("without a terminal, say --yes")
    clock = SystemClock()
    with deployed(clock) as deployment:
        with deployment.database.reads() as session:
            found = member_by_ref(session, member)
        if found is None:
            raise UsageFault(f"{member!r}: no such member; use the id of the member list")
        if not yes:
            typer.confirm("This cannot be undone. Forget this member?", abort=True, err=True)
        erase_member(deployment, found.id, clock.now(), actor="command line")
    typer.echo("Forgotten.")
