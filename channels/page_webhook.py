"""Pages to the hospital's own paging system: a signed POST of one JSON document, which carries nobody's name.

The signature is HMAC-SHA-256 over the timestamp, a dot and the body, so that a receiver can refuse forgeries and
old copies. The same `id` again is the same page: a receiver that got it before may ignore it.
"""

import hashlib
import hmac
import http.client
import json
import ssl
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from channels.channel import Copy, Outcome, OutcomeKind, Outgoing

TIMESTAMP_HEADER = "X-Prepaired-Timestamp"
SIGNATURE_HEADER = "X-Prepaired-Signature"


class PageWebhookChannel:
    """Implements `channels.channel.Channel` for a webhook. Thread-safe: a connection a page."""

    medium = "webhook"
    sender = "webhook:pages"
    per_second = 20.0
    batch_size = 1
    can_look_up = False

    def __init__(
        self,
        *,
        url: str,
        secret: str,
        clock: Callable[[], datetime],
        timeout: timedelta = timedelta(seconds=10),
    ) -> None:
        self._parts = urlsplit(url)
        self._secret = secret.encode()
        self._clock = clock
        self._timeout = timeout.total_seconds()

    def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        """Post each page; one outcome a page, in order."""
        return [self._post(message) for message in batch]

    def copies(self, to: str) -> Iterator[Copy]:
        """Nothing: there is no list to ask for."""
        return iter(())

    def _post(self, message: Outgoing) -> Outcome:
        document = {
            "id": message.message_id,
            "kind": message.kind,  # page, page_again, page_reminder, page_drill
            "responder": message.to,  # the staff id of the program file
            "text": message.body,
            "link": message.fields.get("link", ""),
        }
        body = json.dumps(document).encode()
        stamp = str(int(self._clock().timestamp()))
        headers = {
            "Content-Type": "application/json",
            TIMESTAMP_HEADER: stamp,
            SIGNATURE_HEADER: f"sha256={signature(self._secret, stamp, body)}",
        }
        try:
            return _outcome(self._exchange(body, headers))
        except ConnectionRefusedError:
            return Outcome(kind=OutcomeKind.NOT_PROCESSED, code="connect")
        except (OSError, http.client.HTTPException):
            return Outcome(kind=OutcomeKind.AMBIGUOUS, code="hang-up")

    def _exchange(self, body: bytes, headers: dict[str, str]) -> int:
        target = (self._parts.path or "/") + (f"?{self._parts.query}" if self._parts.query else "")
        if self._parts.scheme == "https":
            context = ssl.create_default_context()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                self._parts.netloc, timeout=self._timeout, context=context
            )
        else:
            connection = http.client.HTTPConnection(self._parts.netloc, timeout=self._timeout)
        try:
            connection.request("POST", target, body=body, headers=headers)
            return connection.getresponse().status
        finally:
            connection.close()


def signature(secret: bytes, stamp: str, body: bytes) -> str:
    """HMAC-SHA-256 over timestamp, dot and body, hex."""
    return hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _outcome(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome(kind=OutcomeKind.ACCEPTED)
    if status in (408, 429, 503):
        return Outcome(kind=OutcomeKind.NOT_PROCESSED, code=str(status))
    return Outcome(kind=OutcomeKind.AMBIGUOUS if status >= 500 else OutcomeKind.REFUSED, code=str(status))
