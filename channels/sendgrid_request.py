"""Composes mail/send requests: which messages may share one, and what it says. Pure, sends nothing.

One personalization a person, so that nobody sees anybody else. What differs between people travels as
substitutions, which the published description applies to subject, reply-to and content; personalization
headers may not hold Reply-To, so that is how each person gets a reply address of their own.
"""

import hashlib
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from channels.channel import MARK, Outgoing
from channels.mail_headers import headers_of
from channels.mail_html import dress, inline

LARGEST_SUBSTITUTIONS: Final = 9_500  # bytes a person; the description allows 10,000
_OFF: Final = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": {"enable": False},
    "subscription_tracking": {"enable": False},
    "ganalytics": {"enable": False},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who the mail comes from."""

    address: str
    name: str = ""


def shared(messages: Sequence[Outgoing], most: int) -> list[list[Outgoing]]:
    """The messages parted into requests, at most `most` a request, order kept within each.

    Together go those of one kind, subject and template; never two to one address, which the provider
    refuses, and never one whose substitutions are too large (it goes alone, written out).
    """
    filling: dict[tuple[object, ...], dict[str, Outgoing]] = {}
    ready: list[list[Outgoing]] = []
    for message in messages:
        if _size(message) > LARGEST_SUBSTITUTIONS:
            ready.append([message])
            continue
        likeness = _likeness(message)
        group = filling.get(likeness, {})
        if len(group) == most or message.to.lower() in group:
            ready.append(list(group.values()))
            group = {}
        group[message.to.lower()] = message
        filling[likeness] = group
    return ready + [list(group.values()) for group in filling.values()]


def request_body(group: Sequence[Outgoing], sender: Sender) -> dict[str, Any]:
    """The JSON of one request for messages that `shared` put together. Raises HeaderRefused."""
    first = group[0]
    fills: list[dict[str, str]] = [{}]
    if len(group) == 1:
        text, page, reply_to = first.body, dress(first.body, subject=first.subject), first.reply_to
    else:
        text, page, reply_to, fills = _with_substitutions(group)
    body: dict[str, Any] = {
        "from": {"email": sender.address, **({"name": sender.name} if sender.name else {})},
        "subject": first.subject,
        "content": [{"type": "text/plain", "value": text}, {"type": "text/html", "value": page}],
        "personalizations": [
            _personalization(message, fill) for message, fill in zip(group, fills, strict=True)
        ],
        "tracking_settings": _OFF,
    }
    if reply_to:
        body["reply_to"] = {"email": reply_to}
    if first.fence is not None:
        body["batch_id"], body["send_at"] = first.fence.batch_id, ceil(first.fence.until.timestamp())
    return body


def _personalization(message: Outgoing, fill: Mapping[str, str]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "to": [{"email": message.to}],
        "custom_args": {"m": message.message_id},
        "headers": headers_of(message),
    }
    if fill:
        entry["substitutions"] = dict(fill)
    return entry


def _with_substitutions(
    group: Sequence[Outgoing],
) -> tuple[str, str, str | None, list[dict[str, str]]]:
    """Text, HTML and reply address with tags in them, and each person's values for the tags."""
    first = group[0]
    stem = _unused_stem(group)
    names = sorted({mark for mark in MARK.findall(first.template) if mark in first.fields})
    text_tags = {name: f"{stem}{number}t-" for number, name in enumerate(names)}
    page_tags = {name: f"{stem}{number}h-" for number, name in enumerate(names)}
    href_tags = {name: f"{stem}{number}u-" for number, name in enumerate(names)}
    reply_tag = f"{stem}r-"
    text = MARK.sub(lambda mark: text_tags.get(mark[1], mark[0]), first.template)
    links = {text_tags[name]: href_tags[name] for name in names if _is_link(first.fields[name])}
    page = dress(text, subject=first.subject, addresses=links)
    for name in names:
        page = _swap(page, text_tags[name], page_tags[name], href_tags[name])
    fills = []
    for message in group:
        fill = {text_tags[name]: message.fields[name] for name in names}
        fill |= {page_tags[name]: inline(message.fields[name]) for name in names if page_tags[name] in page}
        fill |= {
            href_tags[name]: html.escape(message.fields[name]) for name in names if href_tags[name] in page
        }
        if message.reply_to:
            fill[reply_tag] = message.reply_to.rpartition("@")[0]
        fills.append(fill)
    reply_to = f"{reply_tag}@{first.reply_to.rpartition('@')[2]}" if first.reply_to else None
    return text, page, reply_to, fills


def _swap(page: str, text_tag: str, page_tag: str, href_tag: str) -> str:
    """A tag inside an address (`https://host/s/{token}`) takes the bare value, elsewhere the dressed one."""
    pieces = page.split("<a ")
    swapped = [pieces[0].replace(text_tag, page_tag)]
    for piece in pieces[1:]:
        link, closing, rest = piece.partition("</a>")
        swapped.append(link.replace(text_tag, href_tag) + closing + rest.replace(text_tag, page_tag))
    return "<a ".join(swapped)


def _unused_stem(group: Sequence[Outgoing]) -> str:
    """The start of this request's tags: found in no text or value of it, and fit for a mail address."""
    everything = "\n".join(
        part
        for message in group
        for part in (message.template, *message.fields.values(), message.reply_to or "")
    )
    digest = hashlib.sha256(everything.encode()).hexdigest()
    stem = f"-{digest[:10]}-"
    while stem in everything:
        digest = hashlib.sha256(digest.encode()).hexdigest()
        stem = f"-{digest[:10]}-"
    return stem


def _likeness(message: Outgoing) -> tuple[object, ...]:
    links = tuple(sorted((name, _is_link(value)) for name, value in message.fields.items()))
    reply_domain = message.reply_to.rpartition("@")[2].lower() if message.reply_to else None
    return (message.kind, message.subject, message.template, links, reply_domain, message.fence)


def _is_link(value: str) -> bool:
    return value.startswith(("http://", "https://")) and not any(map(str.isspace, value))


def _size(message: Outgoing) -> int:
    """Bytes of the substitutions at most: each value as text and dressed, tags and reply address beside."""
    return sum(
        len(value.encode()) + 2 * len(inline(value).encode()) + 60 for value in message.fields.values()
    ) + len(message.reply_to or "")
