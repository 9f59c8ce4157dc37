"""How `prepaired rotate` shows a plan: as a table for a coordinator, as JSON for software."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from store.members import name_of
from store.models import Member

if TYPE_CHECKING:
    from engine.deployment import Deployment
    from engine.mend_round import Mended
    from engine.rotate import RoundPlan, Running


def running_json(running: "Running") -> dict[str, Any]:
    """What there is to say while a round runs its full time."""
    return {
        "cohort": running.cohort,
        "round": running.number,
        "state": "running",
        "ends_on": running.ends_on,
        "groups_running": running.groups,
    }


def plan_json(planned: "RoundPlan", state: str, told: tuple[str, ...] | None = None) -> dict[str, Any]:
    """The plan; members by their refs. Which rules are in the way of whom is for those who may edit them."""
    answer: dict[str, Any] = {
        "cohort": planned.cohort,
        "round": planned.number,
        "state": state,
        "seed": planned.seed,
        "size": planned.size,
        "groups": [list(group) for group in planned.groups],
        "weight": planned.weight,
        "bound": planned.bound,
        "optimal": planned.optimal,
        "repeats": planned.repeats,
        "changed": list(planned.changed),
        "kept": [list(group) for group in planned.kept],
        "unplaceable": [{"id": each.id, "why": each.why} for each in planned.unplaceable],
        "left_out": dict(planned.left_out),
        "reasons": {key: list(sentences) for key, sentences in planned.reasons.items()},
    }
    return answer if told is None else {**answer, "why_not": list(told)}


def mended_json(mended: "Mended", *, dry_run: bool) -> dict[str, Any]:
    """What a mending changed, or would; members by their refs."""
    return {
        "cohort": mended.cohort,
        "round": mended.number,
        "state": "planned" if dry_run else "mended",
        "formed": [list(group) for group in mended.formed],
        "ended": [list(group) for group in mended.ended],
        "alone": [{"id": id_, "why": why} for id_, why in mended.alone],
    }


def show_mended(deployment: "Deployment", mended: "Mended", *, dry_run: bool) -> None:
    """The same for people."""
    names = _names(deployment)
    if not mended.formed and not mended.ended:
        print(f"Round {mended.number} of {mended.cohort} needs no mending. Nothing changed.")
    for group in mended.formed:
        who = ", ".join(f"{ref} {names.get(ref, '')}".rstrip() for ref in group)
        print(f"{'Would form' if dry_run else 'New group'}: {who}")
    for id_, why in mended.alone:
        print(f"Not placed: {id_} {names.get(id_, '')}: {why}")


def show_running(running: "Running") -> None:
    """Says that there is nothing to do yet."""
    print(
        f"Round {running.number} of {running.cohort} runs its full time, until {running.ends_on}; "
        f"{running.groups} groups. Nothing changed. Use --early to plan the next one now."
    )


def show_plan(deployment: "Deployment", planned: "RoundPlan", told: tuple[str, ...] | None = None) -> None:
    """Who would be together and why, who changes, and what it costs."""
    from rich.markup import escape
    from rich.table import Table

    from scripts.terminal import console

    names = _names(deployment)
    screen = console()
    if planned.groups:
        table = Table(title=f"Round {planned.number} of {planned.cohort}", title_justify="left")
        for heading in ("members", "why", "change"):
            table.add_column(heading)
        kept = set(planned.kept)
        for group in planned.groups:
            who = "\n".join(f"{ref}  {names.get(ref, '')}".rstrip() for ref in group)
            why = "\n".join(planned.reasons.get("|".join(group), ()))
            change = "stays" if group in kept else "new"
            table.add_row(escape(who), escape(why), change, end_section=True)
        screen.print(table)
    for line in _sums(planned):
        screen.print(line, markup=False, highlight=False)
    for person in planned.unplaceable:
        screen.print(f"Not placed: {person.id} {names.get(person.id, '')}: {person.why}", markup=False)
    for sentence in told or ():
        screen.print(sentence, markup=False, highlight=False)


def _sums(planned: "RoundPlan") -> list[str]:
    lines = [
        f"{len(planned.groups)} groups: {len(planned.changed)} members change, {len(planned.kept)} groups stay."
    ]
    proof = "the best there is" if planned.optimal else f"at most {planned.bound} is possible"
    lines.append(f"Compatibility {planned.weight} ({proof}), {planned.repeats} repeated pairs.")
    if planned.fresh_for:
        lines.append(f"Fresh partners for {planned.fresh_for} rounds at most, this one included.")
    if planned.left_out:
        why = ", ".join(f"{count} {reason}" for reason, count in sorted(planned.left_out.items()))
        lines.append(f"Not taking part: {why}.")
    return lines


def silent_channels(deployment: "Deployment") -> str | None:
    """A warning where publishing would tell nobody, since neither SMS nor mail is set up."""
    if deployment.channels:
        return None
    return "warning: SMS and e-mail are both off, so that nobody would be told of the new groups"


def _names(deployment: "Deployment") -> Mapping[str, str]:
    with deployment.database.reads() as session:
        members = session.scalars(select(Member).where(Member.name_sealed.is_not(None)))
        return {member.ref: name_of(deployment.vault, member) for member in members}
