"""Pages by call: has Twilio ring somebody and ask our webhook what to say. What is said is decided there."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from channels.channel import Copy, Outcome, OutcomeKind, Outgoing
from channels.client_logs import silence_client_logs
from channels.twilio import connected_client, outcome_of_error

VOICE_PATH = "/webhooks/twilio/voice"
RINGS_FOR = 40  # seconds; then it is no answer, and the next page follows in its time


class TwilioCallChannel:
    """Implements `channels.channel.Channel` for calls. Thread-safe: a connection a thread.

    The list of calls holds no body to compare, so a call in doubt is not looked up: a page goes at least once.
    """

    medium = "call"
    batch_size = 1
    can_look_up = False

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        from_number: str,
        public_url: str,
        api_base: str = "https://api.twilio.com",
        timeout: timedelta = timedelta(seconds=10),
    ) -> None:
        self.sender = f"twilio-calls:{from_number}"
        self.per_second = 1.0
        self._from_number = from_number
        self._public_url = public_url.rstrip("/")
        silence_client_logs()
        self._client, self._transport = connected_client(account_sid, auth_token, api_base, timeout)

    def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        """Has each number called; one outcome a call, in order. Accepted means that it will ring."""
        return [self._call(message) for message in batch]

    def copies(self, to: str) -> Iterator[Copy]:
        """Nothing: calls hold no text to compare."""
        return iter(())

    def _call(self, message: Outgoing) -> Outcome:
        from twilio.base.exceptions import TwilioException

        from channels.twilio_transport import Interrupted, NotSent

        try:
            created: Any = self._client.calls.create(
                to=message.to,
                from_=self._from_number,
                url=f"{self._public_url}{VOICE_PATH}?p={quote(message.message_id, safe='')}",
                method="POST",
                timeout=RINGS_FOR,
            )
        except NotSent as error:
            return Outcome(kind=OutcomeKind.NOT_PROCESSED, code=error.code)
        except Interrupted as error:
            return Outcome(kind=OutcomeKind.AMBIGUOUS, code=error.code)
        except TwilioException as error:
            return outcome_of_error(error, self._transport.retry_after)
        except (ValueError, LookupError, TypeError, AttributeError):  # a 2xx that holds no call
            return Outcome(kind=OutcomeKind.AMBIGUOUS, code="answer")
        if not created.sid:
            return Outcome(kind=OutcomeKind.AMBIGUOUS, code="answer")
        return Outcome(kind=OutcomeKind.ACCEPTED, provider_id=created.sid)
