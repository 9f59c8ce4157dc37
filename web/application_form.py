"""Reads the form of somebody who joins, and says which questions it asks: only what the pairing rules use."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import available_timezones

from engine.change_settings import Settings, settles
from engine.deployment import Deployment
from engine.join_program import Application
from nudges.languages import LANGUAGES
from pairing.policy import Preference, Rule

LONGEST = 80
WHY = {
    "prefer_same": "Buddies who share it are brought together where that is possible.",
    "prefer_different": "Buddies who differ in it are brought together where that is possible.",
    "prefer_near": "Buddies who are close in it are brought together where that is possible.",
    "prefer_overlap": "The more buddies have in common, the better.",
    "never_same": "People who share it are never paired.",
    "never_different": "Only people who share it are paired.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One attribute that matters for pairing, and why it is asked."""

    name: str
    label: str
    why: str
    choices: tuple[str, ...]  # empty: in one's own words


def questions(deployment: Deployment) -> tuple[Question, ...]:
    """What the pairing rules look at, each once; who one's manager is, is not asked here."""
    found: dict[str, Question] = {}
    for verb, rules in (("never", deployment.policy.prohibitions), ("prefer", deployment.policy.preferences)):
        for rule in rules:
            if rule.rule is Rule.REFERS_TO or rule.attribute in found:
                continue
            found[rule.attribute] = Question(
                name=rule.attribute,
                label=rule.attribute.replace("_", " ").capitalize(),
                why=WHY[f"{verb}_{rule.rule}"],
                choices=rule.scale if isinstance(rule, Preference) else (),
            )
    return tuple(found.values())


def application(
    deployment: Deployment, form: Mapping[str, str], medium: str, language: str, *, is_outside: bool = False
) -> Application:
    """What the form says, cut to length; unknown choices fall back to the defaults."""
    zone = form.get("timezone", "")
    spoken = form.get("language", language)
    attributes = {one.name: _values(form.get(f"about_{one.name}", "")) for one in questions(deployment)}
    when = Settings(cadence=form.get("cadence", ""), hour=form.get("hour", ""))
    return Application(
        name=" ".join(form.get("name", "").split())[:LONGEST],
        timezone=zone if zone in available_timezones() else deployment.program.zone,
        agreed=deployment.program.agreement.agreed(medium, language),
        agrees=form.get("limits") == "yes" and form.get("consent") == "yes",
        attributes={} if is_outside else {name: held for name, held in attributes.items() if held},
        mode="remind" if form.get("mode") == "remind" else "ask",
        keeps_colours=form.get("colours") == "yes",
        shares_contact=form.get("shares") == "yes",
        language=spoken if spoken in LANGUAGES else "",
        emergency=_emergency(form),
        cadence=when.cadence or "" if settles(deployment, when) else "",
        hour=when.hour or "" if settles(deployment, when) else "",
        is_outside=is_outside,
    )


def settings_in(form: Mapping[str, str]) -> Settings:
    """What the form of the member's own page says; a field that is not there stays as it is."""
    if "name" in form:
        return Settings(
            name=" ".join(form["name"].split())[:LONGEST],
            timezone=form.get("timezone"),
            language=form.get("language"),
            shares_contact=form.get("shares") == "yes",
            emergency=_emergency(form),
        )
    days = "".join(sorted(day for day in "0123456" if form.get(f"day_{day}") == "yes"))
    return Settings(
        cadence=form.get("cadence", ""),
        hour=form.get("hour", ""),
        work_days="" if days in ("", form.get("usual", "")) else days,
        tells_coordinator=form.get("tells") == "yes",
    )


def _emergency(form: Mapping[str, str]) -> tuple[str, str]:
    return form.get("emergency_name", "").strip()[:LONGEST], form.get("emergency_phone", "").strip()[:LONGEST]


def _values(text: str) -> tuple[str, ...]:
    return tuple(part.strip()[:LONGEST] for part in text.split(",")[:5] if part.strip())
