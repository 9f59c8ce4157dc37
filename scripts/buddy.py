"""`prepaired buddy A B [C]`: a buddy group that its members agreed on."""

from typing import Annotated

import typer


def buddy(
    a: Annotated[str, typer.Argument(help="A member's id.", metavar="A")],
    b: Annotated[str, typer.Argument(help="Another's.", metavar="B")],
    c: Annotated[str | None, typer.Argument(help="A third one's.", metavar="C")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Forget it again.")] = False,
) -> None:
    """Note an agreed buddy group: the next rounds keep them together, unless a rule forbids it.

    Moves nobody today. Forgetting it takes nobody apart.

    Example: prepaired buddy m017 m203
    """
    from scripts.together import NOTHING_CHANGED, agree

    refs = [ref for ref in (a, b, c) if ref is not None]
    who = " and ".join(refs)
    changed, grouped = agree(refs, "buddy", remove=remove)
    if remove:
        typer.echo(f"Forgot that {who} agreed." if changed else f"{NOTHING_CHANGED}no such group was noted.")
    elif not changed:
        typer.echo(f"{NOTHING_CHANGED}{who} are noted already.")
    else:
        now = "they are together now" if grouped else "from the next round on"
        typer.echo(f"Noted: {who} are buddies; {now}. Rules that forbid a group go before an agreement.")
