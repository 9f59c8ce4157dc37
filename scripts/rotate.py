"""`prepaired rotate COHORT`: plan the next round, show who changes and why, ask, publish."""

import json
import secrets
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from engine.deployment import Deployment
    from engine.rotate import RoundPlan

_ACTOR = "command line"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wishes:
    """How the command was called."""

    yes: bool
    dry_run: bool
    draft: bool
    early: bool
    seed: int | None
    why: tuple[str, str] | None
    as_json: bool


def rotate(
    cohort: Annotated[str, typer.Argument(help="The cohort's name, as in `prepaired import --cohort`.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Publish without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan, store nothing.")] = False,
    draft: Annotated[
        bool, typer.Option("--draft", help="Store the plan for review, publish nothing.")
    ] = False,
    publish: Annotated[int | None, typer.Option(help="Publish this draft.", metavar="ROUND")] = None,
    undo: Annotated[int | None, typer.Option(help="Take this round back.", metavar="ROUND")] = None,
    early: Annotated[bool, typer.Option("--early", help="Even while a round runs its full time.")] = False,
    mend: Annotated[
        bool,
        typer.Option(
            "--mend", help="Seat who waits, part whom a rule keeps apart by now; no one else moves."
        ),
    ] = False,
    why: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="A B", help="Also say why these two are not together in the plan."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="The same members and seed give the same plan.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Plan a cohort's next round, show who changes and why, ask, and publish it.

    While a round runs its full time a rerun changes nothing. Whom the rules leave without a partner is named.

    Example: prepaired rotate spring --dry-run
    """
    planning = yes or draft or early or seed is not None or why is not None
    _check(publish, undo, planning or dry_run or mend, [yes, dry_run, draft])
    _check_mend(mend, planning)
    from engine.clock import SystemClock
    from scripts.wiring import deployed

    clock = SystemClock()
    with deployed(clock) as deployment:
        if publish is not None or undo is not None:
            answer = _settle(deployment, cohort, publish, undo, clock.now())
            typer.echo(json.dumps(answer) if as_json else answer["text"])
            return
        if mend:
            _mend(deployment, cohort, clock.now(), dry_run=dry_run, as_json=as_json)
            return
        wishes = _Wishes(
            yes=yes, dry_run=dry_run, draft=draft, early=early, seed=seed, why=why, as_json=as_json
        )
        _next_round(deployment, cohort, wishes, clock.now())


def _check(publish: int | None, undo: int | None, others: bool, exclusive: list[bool]) -> None:
    from scripts.errors import UsageFault

    if sum(exclusive) > 1:
        raise UsageFault("--yes, --dry-run and --draft exclude one another")
    if (publish is not None and undo is not None) or ((publish is not None or undo is not None) and others):
        raise UsageFault("--publish and --undo name a round that is there already; use either by itself")


def _check_mend(mend: bool, planning: bool) -> None:
    from scripts.errors import UsageFault

    if mend and planning:
        raise UsageFault(
            "--mend changes the round that runs and plans none; only --dry-run and --json go with it"
        )


def _mend(deployment: "Deployment", cohort: str, now: "datetime", *, dry_run: bool, as_json: bool) -> None:
    """Mends the running round and says what changed. Exit 1 where somebody still has no group."""
    from engine.mend_round import mend_round
    from engine.stored_rounds import NoSuchRound, RotationRefused
    from scripts.errors import Refused, UsageFault
    from scripts.rotate_view import mended_json, show_mended

    try:
        mended = mend_round(deployment, cohort, now=now, actor=_ACTOR, dry_run=dry_run)
    except NoSuchRound as unknown:
        raise UsageFault(str(unknown)) from unknown
    except RotationRefused as refused:
        raise Refused(str(refused)) from refused
    if as_json:
        typer.echo(json.dumps(mended_json(mended, dry_run=dry_run)))
    else:
        show_mended(deployment, mended, dry_run=dry_run)
    if mended.alone:
        raise typer.Exit(1)


def _settle(
    deployment: "Deployment", cohort: str, publish: int | None, undo: int | None, now: "datetime"
) -> dict[str, Any]:
    """Publishes a draft or takes a round back. Raises Refused where that cannot be, UsageFault for one unknown."""
    from engine.publish_round import publish_round, undo_round
    from engine.stored_rounds import NoSuchRound, RotationRefused
    from scripts.errors import Refused, UsageFault

    try:
        if publish is not None:
            stored = publish_round(deployment, cohort, publish, now=now, actor=_ACTOR)
            return {
                "cohort": cohort,
                "round": publish,
                "state": "published",
                "ends_on": str(stored.ends_on),
                "text": f"Round {publish} of {cohort} is published; it runs until {stored.ends_on}.",
            }
        number = undo or 0
        before = undo_round(deployment, cohort, number, now=now, actor=_ACTOR)
    except NoSuchRound as unknown:
        raise UsageFault(str(unknown)) from unknown
    except RotationRefused as refused:
        raise Refused(str(refused)) from refused
    runs = before.number if before else None
    goes_on = f"round {runs} runs on" if runs else "nobody is paired now"
    return {
        "cohort": cohort,
        "round": number,
        "state": "undone",
        "running": runs,
        "text": f"Round {number} of {cohort} is taken back; {goes_on}. Messages that went out stay sent.",
    }


def _next_round(deployment: "Deployment", cohort: str, wishes: _Wishes, now: "datetime") -> None:
    from engine.rotate import Running, plan_round
    from scripts.errors import Refused
    from scripts.rotate_view import plan_json, running_json, show_plan, show_running, silent_channels

    seed = secrets.randbelow(2**31) if wishes.seed is None else wishes.seed
    planned = plan_round(deployment, cohort, now=now, seed=seed, early=wishes.early)
    if isinstance(planned, Running):
        typer.echo(json.dumps(running_json(planned))) if wishes.as_json else show_running(planned)
        return
    told = _answered(wishes.why, planned)
    if not wishes.as_json:
        show_plan(deployment, planned, told)
    if warning := silent_channels(deployment):
        typer.echo(warning, err=True)
    state = "planned"
    if planned.groups and not wishes.dry_run:
        state = _store(deployment, planned, wishes, now)
    if wishes.as_json:
        typer.echo(json.dumps(plan_json(planned, state, told)))
    else:
        typer.echo(_told(planned, state))
    if not planned.groups:
        raise Refused(f"nobody of {cohort} can be paired now, so there is nothing to publish")
    if state == "declined":
        raise typer.Exit(1)


def _answered(why: tuple[str, str] | None, planned: "RoundPlan") -> tuple[str, ...] | None:
    """Why the two are not together, without a word of never-rules. Raises UsageFault for strangers."""
    from pairing.why_not import NotInRound, why_not
    from scripts.errors import UsageFault

    if why is None:
        return None
    try:
        return why_not(*why, planned.chosen)
    except NotInRound as fault:
        raise UsageFault(f"--why {' '.join(why)}: {fault}") from fault


def _store(deployment: "Deployment", planned: "RoundPlan", wishes: _Wishes, now: "datetime") -> str:
    """Publishes or stores the plan; "published", "draft" or "declined"."""
    from engine.rotate import store_round
    from engine.stored_rounds import RotationRefused
    from scripts.errors import Refused

    if not (wishes.yes or wishes.draft) and not _agreed(planned):
        return "declined"
    try:
        store_round(deployment, planned, now=now, publish=not wishes.draft, actor=_ACTOR)
    except RotationRefused as refused:
        raise Refused(str(refused)) from refused
    return "draft" if wishes.draft else "published"


def _agreed(planned: "RoundPlan") -> bool:
    from scripts.errors import UsageFault

    if not sys.stdin.isatty():
        raise UsageFault("there is no terminal to ask on: add --yes, --draft or --dry-run")
    return typer.confirm(f"Publish round {planned.number} of {planned.cohort}?", err=True)


def _told(planned: "RoundPlan", state: str) -> str:
    name = f"round {planned.number} of {planned.cohort}"
    return {
        "planned": f"This is what {name} would be. Nothing stored.",
        "declined": "Nothing was published.",
        "draft": f"Stored {name} as a draft: prepaired rotate {planned.cohort} --publish {planned.number}",
        "published": f"Published {name}. Its members hear of it from now on, in their own morning hours.",
    }[state]
