"""The texts that the stand-in Twilio holds, and how its API tells of them. No HTTP here."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENDED = frozenset("^{}\\[~]|€\f")

# Twilio's published test numbers, with the error that each always gets: code, HTTP status, words.
MAGIC = {
    "+15005550001": (21211, "The 'To' number is not a valid phone number."),
    "+15005550002": (21612, "The message cannot be routed to this 'To' number."),
    "+15005550003": (21408, "Sending to this region has not been switched on."),
    "+15005550004": (21610, "The recipient has opted out."),
    "+15005550009": (21614, "The 'To' number cannot receive SMS."),
}
# Ours: accepted first, then reported as undelivered with that code.
FAILS_LATER = {
    "+15005550030": 30003,
    "+15005550050": 30005,
    "+15005550060": 30006,
    "+15005550070": 30007,
    "+15005550080": 30008,
}


@dataclass(slots=True)
class Text:
    """One SMS, outbound or inbound, as the provider keeps it."""

    sid: str
    from_: str | None
    to: str
    body: str
    direction: str  # "outbound-api", "outbound-reply" or "inbound"
    status: str
    at: datetime
    callback: str | None = None
    service: str | None = None
    code: int | None = None
    history: list[str] = field(default_factory=list)

    @property
    def is_inbound(self) -> bool:
        return self.direction == "inbound"


def new_sid(prefix: str = "SM") -> str:
    """A provider's name for something: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


def as_json(text: Text, account_sid: str) -> dict[str, Any]:
    """The Message resource of the published description."""
    date = format_datetime(text.at.astimezone(UTC))
    uri = f"/2010-04-01/Accounts/{account_sid}/Messages/{text.sid}"
    return {
        "account_sid": account_sid,
        "api_version": "2010-04-01",
        "body": text.body,
        "date_created": date,
        "date_sent": date,
        "date_updated": date,
        "direction": text.direction,
        "error_code": text.code,
        "error_message": None,
        "from": text.from_,
        "messaging_service_sid": text.service,
        "num_media": "0",
        "num_segments": str(segments(text.body)),
        "price": None,
        "price_unit": "USD",
        "sid": text.sid,
        "status": text.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": text.to,
        "uri": f"{uri}.json",
    }


def segments(body: str) -> int:
    """How many SMS the text takes: 160 or 153 GSM-7 septets, else 70 or 67 UTF-16 units, a segment."""
    if all(character in _GSM or character in _GSM_EXTENDED for character in body):
        length = len(body) + sum(character in _GSM_EXTENDED for character in body)
        return 1 if length <= 160 else -(-length // 153)
    length = len(body.encode("utf-16-le")) // 2
    return 1 if length <= 70 else -(-length // 67)
