"""What the stand-in Twilio posts to the program: signed callbacks and inbound texts."""

import re
from collections.abc import Callable, Mapping
from html import unescape
from urllib.parse import urlencode

from sandbox.calls import Call
from sandbox.couriers import Post
from sandbox.sms import Text, segments

_ANSWER = re.compile(r"<Message\b[^>]*>(.*?)</Message>", re.DOTALL)
_BODY = re.compile(r"<Body\b[^>]*>(.*?)</Body>", re.DOTALL)


class SmsPosts:
    """Forms as Twilio fills them, signed with the account's token by the official library."""

    def __init__(self, *, account_sid: str, auth_token: str) -> None:
        self._account_sid = account_sid
        self._auth_token = auth_token

    def status(self, text: Text, status: str, code: int | None) -> Post:
        """A status callback; the text takes the status when it leaves."""

        def make() -> tuple[bytes, Mapping[str, str]]:
            text.status, text.code = status, code
            text.history.append(status)
            form = {
                "SmsSid": text.sid,
                "SmsStatus": status,
                "MessageStatus": status,
                "To": text.to,
                "MessageSid": text.sid,
                "AccountSid": self._account_sid,
                "From": text.from_ or "",
                "ApiVersion": "2010-04-01",
            }
            if text.service:
                form["MessagingServiceSid"] = text.service
            if code is not None:
                form["ErrorCode"] = str(code)
            return self._signed(url, form)

        url = text.callback or ""
        return Post(url=url, make=make)

    def inbound(self, text: Text, url: str, answered: Callable[[int, bytes], None]) -> Post:
        """A text that a phone wrote, for the program's webhook."""
        form = {
            "ToCountry": "US",
            "ToState": "",
            "SmsMessageSid": text.sid,
            "NumMedia": "0",
            "ToCity": "",
            "FromZip": "",
            "SmsSid": text.sid,
            "FromState": "",
            "SmsStatus": "received",
            "FromCity": "",
            "Body": text.body,
            "FromCountry": "US",
            "To": text.to,
            "ToZip": "",
            "NumSegments": str(segments(text.body)),
            "MessageSid": text.sid,
            "AccountSid": self._account_sid,
            "From": text.from_ or "",
            "ApiVersion": "2010-04-01",
        }
        return Post(url=url, make=lambda: self._signed(url, form), answered=answered)

    def voice(self, call: Call, url: str, digit: str | None, answered: Callable[[int, bytes], None]) -> Post:
        """A question to the program's voice webhook: what to say, or what a pressed digit does."""
        form = {
            "CallSid": call.sid,
            "AccountSid": self._account_sid,
            "From": call.from_,
            "To": call.to,
            "Direction": call.direction,
            "CallStatus": "in-progress" if digit else "ringing",
            "ApiVersion": "2010-04-01",
        }
        if digit is not None:
            form |= {"Digits": digit, "msg": "Gather End"}
        return Post(url=url, make=lambda: self._signed(url, form), answered=answered)

    def _signed(self, url: str, form: Mapping[str, str]) -> tuple[bytes, Mapping[str, str]]:
        from twilio.request_validator import RequestValidator

        signature = RequestValidator(self._auth_token).compute_signature(url, dict(form))
        return urlencode(form).encode(), {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "X-Twilio-Signature": signature,
            "I-Twilio-Idempotency-Token": form.get("MessageSid") or form["CallSid"],
            "User-Agent": "TwilioProxy/1.1",
        }


def answers_in(twiml: bytes) -> list[str]:
    """The texts that a TwiML answer sends; none for an empty `<Response/>`."""
    found = _ANSWER.findall(twiml.decode("utf-8", "replace"))
    bodies = [_BODY.search(inner) for inner in found]
    texts = [body[1] if body else inner for body, inner in zip(bodies, found, strict=True)]
    return [unescape(text).strip() for text in texts if text.strip()]
