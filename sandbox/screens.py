"""What the phones page shows, as plain values: people by their latest news, and one person's screen."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from markupsafe import Markup, escape

from channels.mail_html import REPLY_MARKER, inline, paragraphs
from sandbox.calls import Call
from sandbox.mail import Mail
from sandbox.memory import Contact, Entry
from sandbox.sms import Text
from sandbox.state import SandboxState

_DRESS = re.compile(r' (?:style|bgcolor)="[^"]*"')  # what people wrote is escaped and holds no such mark

_MOST_PEOPLE = 80
_MOST_ENTRIES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One row of the list."""

    contact: Contact
    key: str  # what the page's address names the person by
    latest: Entry | None

    @classmethod
    def of(cls, state: SandboxState, contact: Contact) -> "Person":
        entries = [thread[-1] for address in contact.addresses if (thread := state.memory.thread(address))]
        latest = max(entries, key=lambda entry: entry.at, default=None)
        return cls(contact=contact, key=contact.addresses[0], latest=latest)

    @property
    def initials(self) -> str:
        words = [word for word in self.contact.name.split() if word[0].isalpha()]
        return "".join(word[0] for word in (*words[:1], *words[1:][-1:])).upper() or "#"

    @property
    def snippet(self) -> str:
        if self.latest is None:
            return "Nothing yet"
        words = self.latest.subject if isinstance(self.latest, Mail) else self.latest.body
        return ("You: " if self.latest.is_inbound else "") + " ".join(words.split())[:90]

    @property
    def time(self) -> str:
        return _local(self.latest.at, self.contact).strftime("%a %H:%M") if self.latest else ""

    @property
    def is_mail(self) -> bool:
        return isinstance(self.latest, Mail)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleList:
    """The list as searched: newest first, then those without news by name."""

    shown: list[Person]
    more: int  # how many are left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One text or mail on the screen."""

    is_own: bool  # written by the person
    day: str  # said once above the first of a day
    time: str
    html: Markup
    subject: str = ""
    status: str = ""
    call: str = ""  # the call's name while it waits for a key


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One person's phone, opened at the texts or at the mails."""

    by: str  # "sms" or "mail"
    has_texts: bool
    has_mails: bool
    bubbles: list[Bubble]
    can_answer: bool


def people(state: SandboxState, q: str) -> PeopleList:
    """Everybody whose name, number or address holds the words searched for."""
    wanted = q.casefold().split()
    found = [
        Person.of(state, contact)
        for contact in state.memory.contacts()
        if contact.addresses and all(word in _searched(contact) for word in wanted)
    ]
    found.sort(key=lambda person: person.contact.name.casefold())
    found.sort(
        key=lambda person: person.latest.at if person.latest else datetime.min.replace(tzinfo=UTC),
        reverse=True,
    )
    return PeopleList(shown=found[:_MOST_PEOPLE], more=max(len(found) - _MOST_PEOPLE, 0))


def screen(state: SandboxState, person: Person, by: str) -> Screen:
    """The person's texts or mails; where `by` names neither, whichever had the latest news."""
    contact = person.contact
    if by not in ("sms", "mail"):
        by = "mail" if person.is_mail or not contact.phone else "sms"
    if (by == "sms" and not contact.phone) or (by == "mail" and not contact.email):
        by = "sms" if contact.phone else "mail"
    address = contact.phone if by == "sms" else contact.email
    bubbles: list[Bubble] = []
    day = ""
    for entry in state.memory.thread(address or "")[-_MOST_ENTRIES:]:
        at = _local(entry.at, contact)
        this_day = f"{at:%A}, {at.day} {at:%B}"
        bubbles.append(_bubble(entry, "" if this_day == day else this_day, f"{at:%H:%M}"))
        day = this_day
    return Screen(
        by=by,
        has_texts=contact.phone is not None,
        has_mails=contact.email is not None,
        bubbles=bubbles,
        can_answer=by == "sms" or any(not bubble.is_own for bubble in bubbles),
    )


def _bubble(entry: Entry, day: str, time: str) -> Bubble:
    """Texts from elsewhere are escaped by the functions that dress our mails, so Markup is safe here."""
    if isinstance(entry, Text):
        status = "" if entry.is_inbound or entry.status in ("delivered", "queued", "sent") else entry.status
        html = Markup(_outward(inline(entry.body)))  # noqa: S704
        return Bubble(is_own=entry.is_inbound, day=day, time=time, html=html, status=status)
    if isinstance(entry, Call):
        said = [*(f"<p>{escape(words)}</p>" for words in entry.heard)]
        said += [f"<p>pressed {escape(', '.join(entry.pressed))}</p>"] if entry.pressed else []
        html = Markup("<p><b>{}</b></p>{}").format(  # both parts are escaped
            "You called" if entry.is_inbound else "Call",
            Markup("".join(said)),  # noqa: S704
        )
        waits = entry.sid if entry.action else ""
        return Bubble(is_own=entry.is_inbound, day=day, time=time, html=html, status=entry.status, call=waits)
    words = entry.text.removeprefix(REPLY_MARKER)
    if entry.is_inbound:
        words = words.partition("\n\nOn ")[0]
    html = Markup(_outward(paragraphs(words, {})))  # noqa: S704
    return Bubble(is_own=entry.is_inbound, day=day, time=time, html=html, subject=entry.subject)


def _outward(html: str) -> str:
    """Links open beside the phones, not in their place; the dress of a mail stays off, since this page has its own."""
    return _DRESS.sub("", html).replace("<a ", '<a target="_blank" rel="noopener" ')


def _local(at: datetime, contact: Contact) -> datetime:
    try:
        return at.astimezone(ZoneInfo(contact.zone))
    except (ZoneInfoNotFoundError, ValueError):
        return at.astimezone(UTC)


def _searched(contact: Contact) -> str:
    return " ".join((contact.name, *contact.addresses)).casefold()
