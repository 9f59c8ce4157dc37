"""Renders the messages of a batch, each for its reader, with fresh links. The tokens are in plain nowhere else."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy.orm import Session

from channels.channel import Outgoing
from engine.buddies import Buddies, first_name
from engine.deployment import Deployment
from engine.links import LinkDesk, Purpose
from engine.outbox import Entry
from engine.recipients import Recipient
from engine.shared_prompts import Prompts
from nudges.kinds import Lane, policy_of
from nudges.languages import SOURCE, translator
from nudges.spoken import fields_in, is_translated, wording_in
from nudges.texts import LINK_ONLY, UNREAD, render

# Mails that tell nobody anything, or that a link does not replace.
_WHOLE = frozenset(
    {"stopped", "stopped_doors", "started", "help", "wrong_person", "join_code", "join_link", "invitation"}
)
_LESS_SAID = dict.fromkeys(
    ("stopped_offer", "stopped_asked"), "stopped_doors"
)  # that says it is over, and no more
_WORDED_AS = {
    "call": "sms",
    "webhook": "sms",
    "relay": "email",
}  # other media of pages borrow the words of these
# Where the link of a member's message leads, where that is not the support page.
_DOORS = {
    "introduction": ("m", Purpose.MEMBER),
    "invitation": ("i", Purpose.INVITATION),
    "keep_question": ("m", Purpose.MEMBER),
    "cover": ("m", Purpose.MEMBER),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a batch is written with: values that are the same for all, names, and links to hand out."""

    fields: Mapping[str, str]
    buddies: Buddies
    prompts: Prompts
    links: LinkDesk

    @classmethod
    def laid(
        cls, session: Session, deployment: Deployment, messages: Sequence[Entry], now: datetime
    ) -> "Desk":
        """A desk for these messages."""
        return cls(
            fields=deployment.program.fields(),
            buddies=Buddies(session, deployment, messages),
            prompts=Prompts(session, deployment.program, messages),
            links=LinkDesk(now),
        )


def compose(desk: Desk, deployment: Deployment, message: Entry, reader: Recipient, now: datetime) -> Outgoing:
    """The message as it leaves. The reader has an address; the caller has checked that it may go."""
    if reader.address is None:
        raise LookupError(f"message {message.id} has no reader")
    fields = dict(desk.fields) | desk.buddies.fields(message, reader)
    fields |= _details(deployment, message)
    fields["name"] = first_name(reader.name)
    fields["link"] = _link(desk, deployment, message, fields.get("path", ""))
    fields["unsubscribe"] = _unsubscribe_url(desk, deployment, message) or fields["link"]
    if policy_of(message.kind).nudge:
        fields["prompt"] = desk.prompts.of(message)
    kind = _variant(message, reader, deployment.program.link_only_domains)
    answerable = message.member_id is None or deployment.reply_domain is not None
    medium, wording = _WORDED_AS.get(message.medium, message.medium), deployment.program.wording
    language = _language(deployment, reader, fields)
    unread = UNREAD
    fields["listen"] = f"{deployment.public_url}/listen?lang={language}"
    if is_translated(wording, kind, medium, language):
        wording, fields = wording_in(wording, language), fields_in(fields, language)
        unread = translator(language)(UNREAD)
    text = render(
        kind,
        medium,
        wording,
        fields,
        first=reader.is_first,
        answerable=answerable,
        unread=unread,
    )
    return Outgoing(
        message_id=message.id.hex,
        to=reader.address,
        template=text.template,
        fields=text.fields,
        subject=text.subject,
        kind=message.kind,
        reply_to=_reply_address(desk, deployment, message),
        unsubscribe_url=fields["unsubscribe"] if message.medium == "email" and message.member_id else None,
        validity=message.send_before - now,
    )


def _language(deployment: Deployment, reader: Recipient, fields: Mapping[str, str]) -> str:
    """What the reader reads: the member's choice, that of the page a code was asked for on, or the program's."""
    if reader.staff is not None:
        return SOURCE
    chosen = reader.member.language if reader.member else fields.get("language", "")
    return chosen or deployment.program.language


def _variant(message: Entry, reader: Recipient, link_only: Set[str]) -> str:
    """The text that fits this reader: one who is only reminded is not asked, a number that has never answered is
    not told a colleague's name, and a mail to a work address says only where to read it."""
    if reader.member is not None and message.medium == "email" and message.kind not in _WHOLE:
        domain = (reader.address or "").rpartition("@")[2].lower()
        if domain in link_only and policy_of(message.kind).lane is not Lane.CRISIS:
            return _LESS_SAID.get(message.kind, LINK_ONLY)
    if policy_of(message.kind).nudge and reader.member is not None and reader.member.mode == "remind":
        return "reminder"
    if message.kind == "introduction" and message.medium == "sms" and not reader.has_answered:
        return "introduction_neutral"
    return message.kind


def _details(deployment: Deployment, message: Entry) -> dict[str, str]:
    if message.details_sealed is None:
        return {}
    opened = deployment.vault.open_json(message.details_sealed, "message", "details", message.id)
    return cast("dict[str, str]", opened)


def _link(desk: Desk, deployment: Deployment, message: Entry, path: str) -> str:
    """The one link of a message: the support page for a member, a one-time door for staff."""
    base = deployment.public_url
    if message.member_id is not None:
        letter, purpose = _DOORS.get(message.kind, ("s", Purpose.SUPPORT))
        token = desk.links.issue(purpose, member_id=message.member_id, message_id=message.id)
        return f"{base}/{letter}/{token}"
    if message.staff_id is not None:
        pages = policy_of(message.kind).pages
        if message.medium in ("call", "webhook"):  # others may read or hear it: no token
            return f"{base}/console/incidents"
        if not pages and message.kind != "sign_in":
            return f"{base}/console{path}"
        token = desk.links.issue(
            Purpose.PAGE if pages else Purpose.SIGN_IN,
            staff_id=message.staff_id,
            message_id=message.id,
            incident_id=message.incident_id,
        )
        return f"{base}/console/sign-in/{token}"
    return f"{base}{path or '/s/help'}"


def _reply_address(desk: Desk, deployment: Deployment, message: Entry) -> str | None:
    if message.medium != "email" or message.member_id is None or deployment.reply_domain is None:
        return None
    token = desk.links.issue(Purpose.REPLY, member_id=message.member_id, message_id=message.id)
    return f"{deployment.reply_prefix}{token}@{deployment.reply_domain}"


def _unsubscribe_url(desk: Desk, deployment: Deployment, message: Entry) -> str | None:
    if message.medium != "email" or message.member_id is None:
        return None
    token = desk.links.issue(Purpose.UNSUBSCRIBE, member_id=message.member_id, message_id=message.id)
    return f"{deployment.public_url}/unsubscribe/{token}"
