"""What Twilio posts to us: its signature, its form, and the two kinds of news it brings.

Stores nothing and answers nothing; the caller builds the URL from the public address, raw path and raw
query, never from Host.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
LARGEST_BODY = 1_000_000  # bytes
MOST_PARAMETERS = 1_000

Pairs = Sequence[tuple[str, str]]


class TooLarge(ValueError):
    """The body is over a megabyte."""


class TooMany(ValueError):
    """The form has over a thousand parameters."""


class Malformed(ValueError):
    """The form lacks what every message of this kind carries; says which name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundSms:
    """A text that one of our numbers received."""

    provider_id: str
    from_: str
    to: str
    body: str  # as it came: nothing trimmed
    media: int  # pictures and the like, not fetched
    opt_out: str | None  # STOP, START or HELP where Twilio itself took it for one


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusUpdate:
    """What became of one of our messages, as far as the provider knows by now."""

    provider_id: str
    message_id: str | None  # our opaque id from the callback address
    status: str
    code: str | None


class _Form(dict[str, list[str]]):
    """The form as the official validator wants it: every value of a repeated name counts."""

    def __init__(self, pairs: Pairs) -> None:
        super().__init__()
        for name, value in pairs:
            self.setdefault(name, []).append(value)

    def getall(self, name: str) -> list[str]:
        return self[name]


def parse_form(raw_body: bytes) -> list[tuple[str, str]]:
    """The form's pairs in order, blank values kept, nothing trimmed. Raises TooLarge or TooMany.

    The limits hold before any signature is computed, so that a large body costs nothing.
    """
    if len(raw_body) > LARGEST_BODY:
        raise TooLarge(f"{len(raw_body)} bytes")
    if raw_body.count(b"&") >= MOST_PARAMETERS:
        raise TooMany(f"over {MOST_PARAMETERS} parameters")
    return parse_qsl(raw_body.decode("utf-8", "replace"), keep_blank_values=True)


def verify(*, url: str, params: Pairs, signature: str | None, tokens: Sequence[str]) -> bool:
    """True when one of the tokens (today's, then yesterday's while rotating) signed this request.

    The official validator raises on a missing or odd signature; that too is a no.
    """
    from twilio.request_validator import RequestValidator

    if not signature:
        return False
    form = _Form(params)
    for token in tokens:
        try:
            if token and RequestValidator(token).validate(url, form, signature):
                return True
        except (TypeError, ValueError, AttributeError, LookupError):
            return False
    return False


def inbound_sms(params: Pairs) -> InboundSms:
    """The text that a signed form carries. Raises Malformed."""
    form = dict(params)
    media = form.get("NumMedia", "0")
    return InboundSms(
        provider_id=_needed(form, "MessageSid", "SmsSid"),
        from_=_needed(form, "From"),
        to=form.get("To", ""),
        body=form.get("Body", ""),
        media=int(media) if media.isdecimal() else 0,
        opt_out=form.get("OptOutType") or None,
    )


def status_update(params: Pairs, query: Pairs = ()) -> StatusUpdate:
    """The news that a signed form carries; `query` is that of the callback's address. Raises Malformed."""
    form = dict(params)
    return StatusUpdate(
        provider_id=_needed(form, "MessageSid", "SmsSid"),
        message_id=dict(query).get("m") or None,
        status=_needed(form, "MessageStatus", "SmsStatus").lower(),
        code=form.get("ErrorCode") or None,
    )


def _needed(form: dict[str, str], *names: str) -> str:
    for name in names:
        if form.get(name):
            return form[name]
    raise Malformed(names[0])
