"""An adverse event by mail: who may send one to which address, and what its lines say. Keeps nothing, tells nobody.

The safety-reporting system writes plain lines; every line that is not one of ours is passed over:

    Kind: death
    Sentence: Was on the unit when a patient died.
    Id: m001
    Person: Jo Ng; phone +1 202 555 0123; unit ICU 3; how evenings
    Unit: ICU 3
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from escalation.ways_in import LONGEST_NAME, BadSentence, Kind, Sentence, kind_of, sentence
from pairing.errors import PrepairedError

MOST_INVOLVED = 50
LONGEST_LINE = 400
_LINE = re.compile(r"\s*(kind|sentence|id|person|unit)\s*:\s*(.*)", re.IGNORECASE)
_DETAIL = re.compile(r"(phone|email|unit|how)\b\s*:?\s*(.+)", re.IGNORECASE)
_COMMENT = re.compile(r"\([^()]*\)")
_VERDICT = re.compile(r"(dmarc|dkim)\s*=\s*(\w+)(.*)", re.IGNORECASE | re.DOTALL)
_DOMAIN = re.compile(r"header\.(from|d|i)\s*=\s*\"?@?([\w.-]+)", re.IGNORECASE)


class BadEventMail(PrepairedError):
    """A mail that reports nothing that can be used. Its text says what is missing, and quotes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDoor:
    """The address for reports, and who may write to it. The address holds a secret: From alone proves nothing."""

    address: str = field(repr=False)  # such as buddies+events.SECRET@hospital.example.org
    senders: tuple[str, ...]  # addresses, or @domains
    verified_by: str | None = None  # the mail server whose Authentication-Results must vouch for the sender

    def is_addressed(self, recipients: Sequence[str]) -> bool:
        """Whether a mail was sent to the address, letter case aside."""
        wanted = self.address.casefold().encode()
        return any(hmac.compare_digest(one.casefold().encode(), wanted) for one in recipients)

    def admits(self, sender: str, headers: Mapping[str, str]) -> bool:
        """Whether `sender` is on the list and, where a server must vouch for it, that server did."""
        written = sender.casefold()
        _, at, domain = written.rpartition("@")
        listed = {one.casefold() for one in self.senders}
        if not at or not ({written, f"@{domain}"} & listed):
            return False
        return self.verified_by is None or _vouches(
            headers.get("authentication-results", ""), self.verified_by, domain
        )


def _vouches(results: str, server: str, domain: str) -> bool:
    """Whether that header, written by that server, says that the sender's domain stands behind the mail.

    Source: RFC 8601. DMARC passed for the domain, or a DKIM signature of it or of a domain above it did.
    """
    name, *verdicts = _COMMENT.sub(" ", results).split(";")
    if name.split()[:1] != [server]:
        return False
    for verdict in verdicts:
        found = _VERDICT.match(verdict.strip())
        if found is None or found[2].lower() != "pass":
            continue
        signed = {part[1].lower() for part in _DOMAIN.findall(found[3])}
        if found[1].lower() == "dmarc" and (not signed or domain in signed):
            return True
        if found[1].lower() == "dkim" and any(domain == one or domain.endswith(f".{one}") for one in signed):
            return True
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonNamed:
    """Somebody who was there, as the mail names them; with `is_group` everybody on a unit."""

    member: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    unit: str = ""
    how: str = ""
    is_group: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMail:
    """What a mail reports."""

    kind: Kind
    said: Sentence
    people: tuple[PersonNamed, ...]


def read_event_mail(text: str) -> EventMail:
    """What the lines say. Raises BadEventMail where kind or people are missing, or the sentence must not be kept."""
    found = [match for line in text.splitlines() if (match := _LINE.fullmatch(line[:LONGEST_LINE]))]
    values = [(match[1].lower(), match[2].strip()) for match in found if match[2].strip()]
    people = tuple(_person(key, value) for key, value in values if key in ("id", "person", "unit"))
    kinds = [value for key, value in values if key == "kind"]
    sentences = [value for key, value in values if key == "sentence"]
    if len(kinds) != 1:
        raise BadEventMail("it needs one line that begins with Kind:")
    if not people:
        raise BadEventMail("it names nobody: a line each that begins with Id:, Person: or Unit:")
    if len(people) > MOST_INVOLVED:
        raise BadEventMail(f"it names more than {MOST_INVOLVED} people")
    if len(sentences) > 1:
        raise BadEventMail("it has more than one sentence")
    try:
        kind = kind_of(kinds[0])
    except BadSentence:
        raise BadEventMail(f"its kind is none of {', '.join(Kind)}") from None
    try:
        said = sentence(sentences[0] if sentences else "")
    except BadSentence:
        raise BadEventMail("its sentence is too long, or holds a number") from None
    return EventMail(kind=kind, said=said, people=people)


def _person(key: str, value: str) -> PersonNamed:
    if key == "id":
        return PersonNamed(member=value[:LONGEST_NAME])
    if key == "unit":
        return PersonNamed(unit=value[:LONGEST_NAME], is_group=True)
    name, *rest = (part.strip() for part in value.split(";"))
    details = {match[1].lower(): match[2].strip() for part in rest if (match := _DETAIL.fullmatch(part))}
    return PersonNamed(
        name=name[:LONGEST_NAME],
        phone=details.get("phone", "")[:LONGEST_NAME],
        email=details.get("email", "")[:254],
        unit=details.get("unit", "")[:LONGEST_NAME],
        how=details.get("how", "")[:200],
    )
