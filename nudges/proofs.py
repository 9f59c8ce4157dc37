"""Reads a program's wording before anybody else does: what must be in each text, and what may not.

Run when the program file is loaded, so that no name can make a message too long later.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nudges.cadence import DEFAULT_CADENCES
from nudges.kinds import KINDS, policy_of
from nudges.segments import too_long
from nudges.texts import FIELDS, LINK_ONLY, MARK, ROOM, Wording, mail_template, short, sms_template

# Texts of a special case; no cadence may take such a name.
VARIANTS = frozenset({"nudge", "reminder", LINK_ONLY})
# Cadences that the built-in program has texts for, whether or not a program keeps them.
_BUILT_IN = frozenset(cadence.kind for cadence in DEFAULT_CADENCES)

# A lock screen shows a mail's subject: none of these belongs there.
_DISTRESS = ("crisis", "suicid", "emergency", "distress", "support request", "self-harm", "danger", "help")
_TOKEN = 22  # characters of a link's token


@dataclass(frozen=True, slots=True, kw_only=True)
class WordingFault:
    """One thing wrong with a program's wording, in words that say what would be right."""

    medium: str  # sms, email
    kind: str
    why: str


def wording_faults(
    wording: Wording, known: Mapping[str, str], cadences: frozenset[str], *, public_url: str = "x" * 24
) -> list[WordingFault]:
    """Everything wrong with `wording`; empty when all is well.

    `known` holds the values that are the same for everybody (program, crisis, coordinator ...); the rest is
    taken to be as long as it can get. `public_url` is what links begin with.
    """
    values = {name: "n" * room for name, room in ROOM.items()} | dict(known)
    values["link"] = f"{public_url}/s/{'n' * _TOKEN}"
    staff_values = values | {"link": f"{public_url}/console/sign-in/{'n' * _TOKEN}"}
    found: list[WordingFault] = []
    for kind in wording.sms:
        whys = _sms(kind, wording, staff_values if policy_of(kind).to_staff else values, cadences)
        found += [WordingFault(medium="sms", kind=kind, why=why) for why in whys]
    for kind in wording.mail:
        whys = _mail(kind, wording, cadences)
        found += [WordingFault(medium="email", kind=kind, why=why) for why in whys]
    return found + [
        WordingFault(medium="sms", kind=kind, why="there is no text for it")
        for kind in sorted(KINDS | {"nudge"})
        if kind not in wording.sms
    ]


def _sms(kind: str, wording: Wording, values: Mapping[str, str], cadences: frozenset[str]) -> Iterator[str]:
    template = sms_template(kind, wording)
    yield from _names(kind, template, cadences, frozenset(ROOM))
    policy = policy_of(kind)
    if not policy.to_staff and not {"crisis", "crisis_how"} & set(MARK.findall(template)):
        yield "every SMS to a member carries the crisis line: it must contain {crisis} or {crisis_how}"
    if policy.nudge and "{link}" not in template:
        yield "every nudge carries the link to support: it must contain {link}"
    if kind == "help" and "STOP" not in template:
        yield "the answer to HELP says how to stop: it must contain STOP"
    for first in (False, True):
        longest = sms_template(kind, wording, first=first)
        text = MARK.sub(lambda mark: short(mark[1], values.get(mark[1], "")), longest)
        if why := too_long(text):
            yield f"too long{' as a first message' if first else ''}: {why}"
            return


def _mail(kind: str, wording: Wording, cadences: frozenset[str]) -> Iterator[str]:
    subject = wording.mail[kind].subject
    yield from _names(kind, mail_template(kind, wording), cadences, FIELDS)
    if set(MARK.findall(subject)) - {"program"}:
        yield "a subject is the same for everybody: only {program} may stand in it"
    if word := next((word for word in _DISTRESS if word in subject.lower()), None):
        yield f"a subject is seen on lock screens: {word!r} does not belong there"
    policy = policy_of(kind)
    template = mail_template(kind, wording)
    if not policy.to_staff and not {"crisis", "crisis_how"} & set(MARK.findall(template)):
        yield "every mail to a member carries the crisis line: it must contain {crisis} or {crisis_how}"
    if policy.needs_consent and "{unsubscribe}" not in template:
        yield "a mail that nobody asked for says how to stop: it must contain {unsubscribe}"


def _names(kind: str, template: str, cadences: frozenset[str], fields: frozenset[str]) -> Iterator[str]:
    if kind not in KINDS | VARIANTS | cadences | _BUILT_IN:
        yield f"{kind!r} is neither a kind of message nor a cadence of this program"
    for name in sorted(set(MARK.findall(template)) - fields):
        yield f"{{{name}}} is not a field; there are {', '.join(sorted(fields))}"
