"""How `prepaired pair` shows a plan: as tables for people, as the documented JSON for software."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pairing.plan import Plan
    from pairing.rounds import Round
    from pairing.why_not import Chosen

EXPLAINED = 600  # people: up to here every member's best alternative is worked out


def alternatives_told(chosen: "Chosen") -> dict[str, str]:
    """Member -> what the best alternative would have been; nothing for cohorts where that takes long."""
    from pairing.alternatives import alternatives
    from pairing.meetings import Meetings

    if len(chosen.people) > EXPLAINED:
        return {}
    found = alternatives(
        chosen.groups, chosen.people, chosen.policy, Meetings(chosen.history), chosen.requests
    )
    return {member: best.sentence() for member, best in found.items()}


def as_json(
    found: "Plan", seconds: float, told: "Mapping[str, str] | None", why: tuple[str, ...] | None
) -> dict[str, Any]:
    """The plan as the documented JSON answer. Whoever holds the rules file may read which were in the way."""
    answer: dict[str, Any] = {
        "rounds": [_round_json(each) for each in found.rounds],
        "repeat_free_rounds": found.repeat_free_rounds,
        "repeat_free_limit": found.repeat_free_limit,
        "unplaceable": [{"id": each.id, "why": each.in_full} for each in found.unplaceable],
        "seconds": seconds,
    }
    if told is not None:
        answer["alternatives"] = dict(told)
    if why is not None:
        answer["why_not"] = list(why)
    return answer


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


def show(
    found: "Plan", names: dict[str, str], told: "Mapping[str, str] | None", why: tuple[str, ...] | None
) -> None:
    """The plan as tables for people."""
    from rich.table import Table

    from scripts.terminal import console

    screen = console()
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
            sentences = [*each.reasons["|".join(group)]]
            if told and each is found.rounds[0]:
                sentences += [told[member] for member in group if member in told]
            table.add_row(who, "\n".join(sentences), end_section=True)
        screen.print(table)
    if len(found.rounds) > 1:
        screen.print(
            f"{found.repeat_free_rounds} rounds without a repeat; the limit is {found.repeat_free_limit}."
        )
    for person in found.unplaceable:
        screen.print(f"Not placed: {person.id}: {person.in_full}", style="bold", markup=False)
    for sentence in why or ():
        screen.print(sentence, markup=False, highlight=False)
