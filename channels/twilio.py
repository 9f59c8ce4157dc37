"""SMS by Twilio through its official client: hand over, look up, and list what our numbers received.

Does not pace, retry or decide; it tells what each answer means (see `channels.channel`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from channels.channel import Copy, LookupFailed, Outcome, OutcomeKind, Outgoing
from channels.client_logs import silence_client_logs
from channels.delivery import kind_of_code

if TYPE_CHECKING:
    from twilio.base.exceptions import TwilioException
    from twilio.rest import Client
    from twilio.rest.api.v2010.account.message import MessageInstance

    from channels.twilio_transport import KeepAliveTransport

STATUS_PATH = "/webhooks/twilio/status"
_LONGEST_VALIDITY = 36_000  # seconds; what ValidityPeriod takes, per the Messages description
_ORDER_SLACK = timedelta(minutes=10)  # lists are newest first by a time that is not the time received
_NO_OVERRIDES = {
    "PREPAIRED": "1"
}  # an empty mapping would make the client read TWILIO_EDGE from our environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One message that one of our numbers received, as the provider keeps it."""

    provider_id: str
    from_: str
    to: str
    body: str
    at: datetime  # the provider's clock, UTC


class TwilioChannel:
    """Implements `channels.channel.Channel` for SMS. Thread-safe: a connection a thread."""

    medium = "sms"
    batch_size = 1
    can_look_up = True

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        public_url: str,
        from_number: str | None = None,
        messaging_service_sid: str | None = None,
        api_base: str = "https://api.twilio.com",
        per_second: float = 1.0,
        timeout: timedelta = timedelta(seconds=10),
    ) -> None:
        """One of `from_number` and `messaging_service_sid` is needed; ValueError where both lack.

        The Twilio library is imported here and not with this module: that takes half a second.
        """
        sending_as = messaging_service_sid or from_number
        if not sending_as:
            raise ValueError("a Twilio channel needs a sending number or a messaging service")
        self.sender = f"twilio:{sending_as}"
        self.per_second = per_second
        self._from_number = from_number
        self._messaging_service_sid = messaging_service_sid
        self._public_url = public_url.rstrip("/")
        silence_client_logs()
        self._client, self._transport = connected_client(account_sid, auth_token, api_base, timeout)

    def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        """Hand each message over; one outcome a message, in order."""
        return [self._send_one(message) for message in batch]

    def copies(self, to: str) -> Iterator[Copy]:
        """What Twilio holds for that number, newest first, page by page. Raises LookupFailed."""
        for held in self._listed(to=to):
            if held.direction != "inbound":
                code = None if held.error_code is None else str(held.error_code)
                yield Copy(
                    provider_id=held.sid or "", body=held.body or "", status=str(held.status or ""), code=code
                )

    def erase(self, provider_id: str) -> bool:
        """Deletes Twilio's copy of a message; True when it is gone, also where it was gone before."""
        from twilio.base.exceptions import TwilioException

        from channels.twilio_transport import Interrupted, NotSent

        try:
            return bool(self._client.messages(provider_id).delete())
        except (NotSent, Interrupted):
            return False
        except TwilioException as error:
            return getattr(error, "status", 0) == 404

    def received(self, since: datetime) -> Iterator[Received]:
        """Messages our number received at or after `since` (the provider's clock), newest first.

        `DateSent` has day grain, so the day is asked for and the rest told apart here; the caller
        deduplicates by `provider_id`. Without a number of our own (a messaging service) the whole
        account's list is read. Raises LookupFailed.
        """
        filters: dict[str, Any] = {"date_sent_after": since.astimezone(UTC).date().isoformat()}
        if self._from_number:
            filters["to"] = self._from_number
        for held in self._listed(**filters):
            at = held.date_sent or held.date_created
            if at is None or held.direction != "inbound":
                continue
            if at < since - _ORDER_SLACK:
                return
            if at >= since.replace(microsecond=0):
                yield Received(
                    provider_id=held.sid or "",
                    from_=held.from_ or "",
                    to=held.to or "",
                    body=held.body or "",
                    at=at.astimezone(UTC),
                )

    def _listed(self, **filters: Any) -> Iterator["MessageInstance"]:
        from twilio.base.exceptions import TwilioException

        from channels.twilio_transport import Interrupted, NotSent

        try:
            yield from self._client.messages.stream(page_size=50, **filters)
        except (NotSent, Interrupted) as error:
            raise LookupFailed(error.code) from error
        except (TwilioException, ValueError, LookupError, TypeError, AttributeError) as error:
            # Not 200, not JSON, or JSON of another shape, which the client meets unprepared.
            raise LookupFailed("answer") from error

    def _send_one(self, message: Outgoing) -> Outcome:
        from twilio.base.exceptions import TwilioException

        from channels.twilio_transport import Interrupted, NotSent

        try:
            created = self._client.messages.create(**self._form(message))
        except NotSent as error:
            return Outcome(kind=OutcomeKind.NOT_PROCESSED, code=error.code)
        except Interrupted as error:
            return Outcome(kind=OutcomeKind.AMBIGUOUS, code=error.code)
        except TwilioException as error:
            return outcome_of_error(error, self._transport.retry_after)
        except (
            ValueError,
            LookupError,
            TypeError,
            AttributeError,
        ):  # a 2xx that holds no message: it may still have gone
            return Outcome(kind=OutcomeKind.AMBIGUOUS, code="answer")
        return _outcome_of(created)

    def _form(self, message: Outgoing) -> dict[str, Any]:
        form: dict[str, Any] = {
            "to": message.to,
            "body": message.body,
            "status_callback": f"{self._public_url}{STATUS_PATH}?m={quote(message.message_id, safe='')}",
        }
        if self._messaging_service_sid:
            form["messaging_service_sid"] = self._messaging_service_sid
        else:
            form["from_"] = self._from_number
        if message.validity is not None:
            seconds = int(message.validity.total_seconds())
            form["validity_period"] = min(max(seconds, 1), _LONGEST_VALIDITY)
        return form


def connected_client(
    account_sid: str, auth_token: str, api_base: str, timeout: timedelta
) -> "tuple[Client, KeepAliveTransport]":
    """The official client over our own transport, pointed at `api_base`."""
    from twilio.rest import Client

    from channels import twilio_transport

    transport = twilio_transport.KeepAliveTransport(timeout=timeout)
    client = Client(account_sid, auth_token, http_client=transport, environment=_NO_OVERRIDES)
    client.api.base_url = api_base.rstrip("/")
    return client, transport


def _outcome_of(created: "MessageInstance") -> Outcome:
    """A create answer may already tell of a failure; an answer without a name proves nothing."""
    if not created.sid:
        return Outcome(kind=OutcomeKind.AMBIGUOUS, code="answer")
    if str(created.status) in ("failed", "undelivered", "canceled"):
        code = None if created.error_code is None else str(created.error_code)
        return Outcome(kind=kind_of_code(code), provider_id=created.sid, code=code)
    return Outcome(kind=OutcomeKind.ACCEPTED, provider_id=created.sid)


def outcome_of_error(error: "TwilioException", retry_after: timedelta | None) -> Outcome:
    """What an answer that is no success means for the one message or call that was asked for."""
    status = int(getattr(error, "status", 0) or 0)
    code = str(getattr(error, "code", None) or status)
    if status == 429 or code == "20429":
        return Outcome(kind=OutcomeKind.NOT_PROCESSED, code=code, retry_after=retry_after)
    if status >= 500 or status == 0:
        return Outcome(kind=OutcomeKind.AMBIGUOUS, code=code, retry_after=retry_after)
    # The path holds nothing but our own account: not found or moved means that no message can pass.
    if status in (401, 404, 405) or 300 <= status < 400:
        return Outcome(kind=OutcomeKind.ACCOUNT, code=code)
    return Outcome(kind=kind_of_code(code), code=code)
