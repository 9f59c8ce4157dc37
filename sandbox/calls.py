"""Calls of the stand-in Twilio: placed by the program or by a phone, told what to say by the program's TwiML.

No HTTP here. A call is answered when its phone presses a key, or at once where keys were laid ready.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from html import unescape
from typing import Any

_SAY = re.compile(r"<Say\b[^>]*>(.*?)</Say>", re.DOTALL)
_GATHER = re.compile(r"<Gather\b([^>]*)>", re.DOTALL)
_ACTION = re.compile(r'action="([^"]*)"')


@dataclass(slots=True)
class Call:
    """One call, outbound (to a phone) or inbound (from one)."""

    sid: str
    from_: str
    to: str
    direction: str  # "outbound-api" or "inbound"
    status: str  # queued, in-progress, completed, no-answer
    at: datetime
    url: str
    heard: list[str] = field(default_factory=list)  # what was said, once a time
    pressed: list[str] = field(default_factory=list)
    action: str | None = None  # where the next digit goes

    @property
    def is_inbound(self) -> bool:
        return self.direction == "inbound"

    @property
    def body(self) -> str:
        """The call in a line: what was said last."""
        return f"Call: {self.heard[-1]}" if self.heard else "Call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instructions:
    """What a TwiML answer has the voice do."""

    says: list[str]
    action: str | None


def instructions(twiml: bytes) -> Instructions:
    """The words, each once however often they are repeated, and where a pressed digit is posted."""
    text = twiml.decode("utf-8", "replace")
    says = dict.fromkeys(unescape(words).strip() for words in _SAY.findall(text))
    gather = _GATHER.search(text)
    action = _ACTION.search(gather[1]) if gather else None
    return Instructions(says=list(says), action=unescape(action[1]) if action else None)


def call_json(call: Call, account_sid: str) -> dict[str, Any]:
    """The Call resource of the published description."""
    date = format_datetime(call.at.astimezone(UTC))
    return {
        "account_sid": account_sid,
        "api_version": "2010-04-01",
        "answered_by": None,
        "caller_name": None,
        "date_created": date,
        "date_updated": date,
        "direction": call.direction,
        "duration": None,
        "end_time": None,
        "from": call.from_,
        "from_formatted": call.from_,
        "parent_call_sid": None,
        "phone_number_sid": None,
        "price": None,
        "price_unit": "USD",
        "sid": call.sid,
        "start_time": None,
        "status": call.status,
        "subresource_uris": {},
        "to": call.to,
        "to_formatted": call.to,
        "uri": f"/2010-04-01/Accounts/{account_sid}/Calls/{call.sid}.json",
    }
