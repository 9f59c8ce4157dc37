"""Mail by SendGrid through its official client: up to a thousand people a request.

Does not pace, retry or decide; 202 means accepted, and what became of each mail arrives as an event.
"""

import http.client
import json
import re
import socket
import ssl
import urllib.error
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from channels.channel import Copy, Fence, LookupFailed, Outcome, OutcomeKind, Outgoing
from channels.client_logs import silence_client_logs
from channels.mail_headers import HeaderRefused, header_value, headers_of
from channels.sendgrid_request import Sender, request_body, shared

if TYPE_CHECKING:
    from python_http_client.exceptions import HTTPError

_BLAMED = re.compile(r"personalizations\.(\d+)(?:\.(to))?")
_ROUNDS = 25  # requests that one batch may take when the provider names bad addresses one by one


class SendGridChannel:
    """Implements `channels.channel.Channel` for mail. Thread-safe: the client keeps no state a call."""

    medium = "email"
    can_look_up = False
    cancel_before = timedelta(minutes=10)  # later than that the provider promises nothing

    def __init__(
        self,
        *,
        api_key: str,
        from_address: str,
        from_name: str = "",
        api_base: str = "https://api.sendgrid.com",
        per_second: float = 500.0,
        timeout: timedelta = timedelta(seconds=30),
        batch_size: int = 1_000,
        hold: timedelta = timedelta(),
    ) -> None:
        """`batch_size=1` writes every mail out in full, for accounts without substitutions. `hold`: how long the
        provider keeps back mails that may wait, so that they can be cancelled where it is in doubt whether they
        arrived; zero where the account does not do that.

        Raises HeaderRefused where the sender's name or address holds a line break.
        """
        from sendgrid import SendGridAPIClient

        silence_client_logs()
        self._from = Sender(address=header_value(from_address), name=header_value(from_name))
        self.sender = f"sendgrid:{from_address}"
        self.per_second = per_second
        self.batch_size = min(batch_size, 1_000)
        self._hold = hold
        self._client = SendGridAPIClient(api_key, host=api_base.rstrip("/"))
        self._client.client.timeout = timeout.total_seconds()

    def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        """Hand the batch over in as few requests as may be; one outcome a message, in order."""
        outcomes: dict[int, Outcome] = {}
        sendable = []
        for message in batch:
            try:
                headers_of(message)
                sendable.append(message)
            except HeaderRefused:
                outcomes[id(message)] = Outcome(kind=OutcomeKind.REFUSED, code="header")
        for group in shared(sendable, self.batch_size):
            outcomes.update(self._send_together(group))
        return [outcomes[id(message)] for message in batch]

    def copies(self, to: str) -> Iterator[Copy]:
        """Mail cannot be looked up here: always raises LookupFailed. Events settle it instead."""
        raise LookupFailed("sendgrid keeps no list that can be asked")

    def open_fence(self, wall: datetime) -> Fence | None:
        """A batch of the provider's making; None where mails are not held back. Raises LookupFailed."""
        if not self._hold:
            return None
        status, told = self._ask("POST", self._client.client.mail.batch)
        if status != 201 or not told.get("batch_id"):
            raise LookupFailed(str(status))
        return Fence(batch_id=str(told["batch_id"]), until=wall + self._hold)

    def cancel(self, batch_id: str) -> None:
        """Cancels the batch: nothing of it that is still held back goes out. Raises LookupFailed.

        An earlier try may have been carried out without our hearing of it, so the provider is asked when it
        refuses.
        """
        sends = self._client.client.user.scheduled_sends
        wanted = {"batch_id": batch_id, "status": "cancel"}
        status, _ = self._ask("POST", sends, wanted)
        if status == 201:
            return
        status, told = self._ask("GET", sends._(batch_id))
        if status == 200 and told.get("status") == "pause":
            status, _ = self._ask("PATCH", sends._(batch_id), {"status": "cancel"})
            if status == 204:
                return
        if status != 200 or told.get("status") != "cancel":
            raise LookupFailed(str(status))

    def erase(self, addresses: Sequence[str]) -> frozenset[str]:
        """Orders the erasure of all that the provider keeps of those addresses; those that it took the order for.

        Needs the scope recipients.erasejob.create. The provider carries it out later and reports nothing; what it
        says is no address, it keeps nothing of. Source: its description of Recipients' Data Erasure (202 with a
        job, 400 for the whole request where one address is none).
        """
        if not addresses:
            return frozenset()
        try:
            wanted = {"email_addresses": list(addresses)}
            status, _ = self._ask("POST", self._client.client.recipients.erasejob, wanted)
        except LookupFailed:
            return frozenset()
        if status == 400 and len(addresses) > 1:
            return frozenset().union(*(self.erase([one]) for one in addresses))
        return frozenset(addresses) if status in (202, 400) else frozenset()

    def _ask(self, method: str, at: Any, body: Mapping[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Status and answer of a request that sends no mail. Raises LookupFailed where there was no answer."""
        from python_http_client.exceptions import HTTPError

        try:
            answer = getattr(at, method.lower())(**({"request_body": dict(body)} if body else {}))
            found = json.loads(answer.body or "{}")
        except HTTPError as error:
            return int(error.status_code), {}
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise LookupFailed(_word(error)) from error
        return int(answer.status_code), _first(found)

    def _send_together(self, group: list[Outgoing]) -> Mapping[int, Outcome]:
        """A 400 accepts nobody; those it blames are taken out and the others sent again."""
        settled: dict[int, Outcome] = {}
        left = group
        for _ in range(_ROUNDS):
            outcome, blamed = self._request(left)
            if not blamed or len(blamed) == len(left):
                settled.update((id(message), outcome) for message in left)
                settled.update((id(left[place]), verdict) for place, verdict in blamed.items())
                return settled
            settled.update((id(left[place]), verdict) for place, verdict in blamed.items())
            left = [message for place, message in enumerate(left) if place not in blamed]
        settled.update((id(message), Outcome(kind=OutcomeKind.NOT_PROCESSED, code="400")) for message in left)
        return settled

    def _request(self, group: Sequence[Outgoing]) -> tuple[Outcome, dict[int, Outcome]]:
        """What the provider says of the request, and of the places in it that it blames by name."""
        from python_http_client.exceptions import HTTPError

        try:
            answer = self._client.send(request_body(group, self._from))
        except HTTPError as error:
            return _refusal(error), _blame(error, len(group))
        except urllib.error.URLError as error:
            return _unreached(error.reason), {}
        except (OSError, http.client.HTTPException) as error:
            return Outcome(kind=OutcomeKind.AMBIGUOUS, code=_word(error)), {}
        if answer.status_code != 202:  # a proxy's page, or a mode that sends nothing
            return Outcome(kind=OutcomeKind.AMBIGUOUS, code=str(answer.status_code)), {}
        return Outcome(kind=OutcomeKind.ACCEPTED, provider_id=answer.headers.get("X-Message-Id")), {}


def _first(found: Any) -> dict[str, Any]:
    """The one entry of an answer that may be a list of one."""
    entry = found[0] if isinstance(found, list) and found else found
    return entry if isinstance(entry, dict) else {}


def _refusal(error: "HTTPError") -> Outcome:
    status = int(error.status_code)
    if status == 429:
        return Outcome(kind=OutcomeKind.NOT_PROCESSED, code="429", retry_after=_wait(error.headers))
    if status in (401, 403, 404, 405):  # the key, its rights or the sender's identity; or a wrong address
        return Outcome(kind=OutcomeKind.ACCOUNT, code=str(status))
    if 400 <= status < 500:
        return Outcome(kind=OutcomeKind.REFUSED, code=str(status))
    return Outcome(kind=OutcomeKind.AMBIGUOUS, code=str(status))


def _blame(error: "HTTPError", size: int) -> dict[int, Outcome]:
    """Which places of the request a 400 names; a bad address is the contact point's fault."""
    if int(error.status_code) != 400:
        return {}
    try:
        told = json.loads(error.body)["errors"]
        fields = [str(entry.get("field")) for entry in told]
    except (ValueError, LookupError, TypeError, AttributeError):
        return {}
    blamed: dict[int, Outcome] = {}
    for name in fields:
        found = _BLAMED.match(name)
        if found and int(found[1]) < size:
            kind = OutcomeKind.UNUSABLE if found[2] else OutcomeKind.REFUSED
            blamed[int(found[1])] = Outcome(kind=kind, code="400")
    return blamed


def _unreached(reason: object) -> Outcome:
    """The client wraps what went wrong until the request was out; only some of it proves nothing was."""
    if isinstance(reason, ConnectionRefusedError | socket.gaierror | ssl.SSLCertVerificationError):
        return Outcome(kind=OutcomeKind.NOT_PROCESSED, code="connect")
    return Outcome(kind=OutcomeKind.AMBIGUOUS, code=_word(reason))


def _word(reason: object) -> str:
    return "timeout" if isinstance(reason, TimeoutError) else "hang-up"


def _wait(headers: Any) -> timedelta | None:
    """Retry-After, or the difference of X-RateLimit-Reset and the answer's own date; at most a day."""
    seconds = headers.get("Retry-After") or ""
    if seconds.isdigit():
        return timedelta(seconds=min(int(seconds), 86_400))
    reset, date = headers.get("X-RateLimit-Reset") or "", headers.get("Date")
    if not reset.isdigit() or not date:
        return None
    try:
        wait = int(reset) - int(parsedate_to_datetime(date).timestamp())
    except ValueError:
        return None
    return timedelta(seconds=min(max(wait, 1), 86_400))
