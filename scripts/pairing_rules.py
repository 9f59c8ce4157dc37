"""The `pairing` and `rotation` blocks of a program file: the rules that members are paired by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import ValidationError

from config.program import LoadedProgram, ProgramFault
from config.rules import Rules
from pairing.policy import Policy, PolicyFault, Request
from scripts.policy import never_pairs, policy_of, requests


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingRules:
    """How a program pairs and for how long."""

    policy: Policy
    requests: tuple[Request, ...]
    group_size: int
    round_length: timedelta
    round_lengths: Mapping[str, timedelta]  # of cohorts with rounds of their own
    most_change: int  # percent of the running groups
    look_ahead: int  # rounds
    attributes: frozenset[str]  # that the rules speak of


def pairing_rules(loaded: LoadedProgram) -> PairingRules:
    """What the file's blocks say; paths in them are relative to it. Raises ProgramFault, UsageFault."""
    try:
        rules = Rules.model_validate(dict(loaded.file.pairing))
    except ValidationError as fault:
        raise ProgramFault(_told(loaded, fault)) from None
    folder = loaded.folder if loaded.own else Path()
    try:
        policy = policy_of(rules, never_pairs(rules, folder))
    except PolicyFault as fault:
        raise ProgramFault([f"{loaded.where('pairing')}: pairing: {fault}"]) from None
    return PairingRules(
        policy=policy,
        requests=requests(rules, folder),
        group_size=loaded.file.rotation.size,
        round_length=timedelta(days=loaded.file.rotation.days),
        round_lengths={name: timedelta(days=days) for name, days in loaded.file.rotation.cohorts.items()},
        most_change=loaded.file.rotation.most_change,
        look_ahead=loaded.file.rotation.look_ahead,
        attributes=frozenset(
            entry.attribute for entry in (*rules.prefer, *rules.never) if hasattr(entry, "attribute")
        ),
    )


def _told(loaded: LoadedProgram, fault: ValidationError) -> Sequence[str]:
    found = []
    for error in fault.errors(include_url=False):
        place: list[str | int] = ["pairing", *error["loc"]]
        if place[1:2] == ["never"] and len(place) > 3:
            del place[3]  # the kind of the entry, which is no key of the file
        message = error["msg"].removeprefix("Value error, ")
        if error["type"] == "extra_forbidden":
            message = "there is no such key"
        value = error["input"]
        shown = f" {value!r}:" if isinstance(value, str | int | float) else ""
        key = ".".join(map(str, place))
        found.append(f"{loaded.where(*place)}: {key}:{shown} {message[:1].lower()}{message[1:]}")
    return found
