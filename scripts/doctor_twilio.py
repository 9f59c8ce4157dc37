"""`prepaired doctor` at Twilio: the account, the number's webhook and fallback, redaction. Sends nothing."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from channels.twilio_calls import VOICE_PATH
from config.settings import Settings
from scripts.doctor_clock import clock_findings
from scripts.findings import Finding, note, wrong

_PATIENCE = timedelta(seconds=10)
_SMS_PATH = "/webhooks/twilio/sms"


def twilio_findings(settings: Settings) -> Iterator[Finding]:
    """What is wrong at Twilio, through the official client."""
    from twilio.base.exceptions import TwilioException
    from twilio.rest import Client

    from channels.client_logs import silence_client_logs
    from channels.twilio_transport import Interrupted, KeepAliveTransport, NotSent

    account = settings.twilio
    token = account.auth_token.get_secret_value() if account.auth_token else ""
    yield from clock_findings("Twilio", account.api_base)
    silence_client_logs()
    transport = KeepAliveTransport(timeout=_PATIENCE)
    client = Client(account.account_sid, token, http_client=transport, environment={"PREPAIRED": "1"})
    client.api.base_url = account.api_base
    try:
        yield from _twilio_account(client, settings)
    except (NotSent, Interrupted) as fault:
        yield wrong(
            "sms", f"{account.api_base} cannot be reached ({fault})", "check name, proxy and firewall"
        )
    except TwilioException as fault:
        status = getattr(fault, "status", None)
        code = getattr(fault, "code", None)
        if status in (401, 403, 404):
            mend = "check PREPAIRED_TWILIO__ACCOUNT_SID and __AUTH_TOKEN"
            yield wrong("sms", f"Twilio refuses the account ({code or status})", mend)
        else:
            yield wrong(
                "sms", f"Twilio answers {status or 'nonsense'}", "look at status.twilio.com, try again"
            )


def _twilio_account(client: Any, settings: Settings) -> Iterator[Finding]:
    account = client.api.v2010.accounts(settings.twilio.account_sid).fetch()
    if str(account.status) != "active":
        yield wrong("sms", f"the Twilio account is {account.status}", "settle that in Twilio's console")
    if settings.twilio.from_number:
        yield from _number(client, settings)
    else:
        yield note(
            "sms",
            "a messaging service's own settings are not read here",
            f"see that it posts to {settings.public_url}{_SMS_PATH} and has a fallback that names the crisis line",
        )
    sent = [text for text in client.messages.list(limit=20) if text.direction != "inbound"]
    if sent and all(not text.body or text.body.strip("*#x[]").lower() in ("", "redacted") for text in sent):
        yield wrong(
            "sms",
            "Twilio redacts message bodies, so that a send in doubt cannot be settled by comparing them",
            "switch message redaction off, or expect such messages to be given up",
        )


def _number(client: Any, settings: Settings) -> Iterator[Finding]:
    number = str(settings.twilio.from_number)
    found = _found(client, number)
    if found is None:
        yield wrong("sms", f"{number} is none of this account's numbers", "set PREPAIRED_TWILIO__FROM_NUMBER")
        return
    yield from _addresses(settings, number, found)
    if not found.sms_fallback_url:
        yield wrong(
            "sms",
            f"{number} has no fallback: while we are down, a text for help gets no answer",
            "at Twilio, set a fallback that answers: our system is down; call or text 988; emergencies 911",
        )
    caller = settings.paging.call_from
    if caller and caller != number:
        yield from _caller(client, settings, caller)


def _found(client: Any, number: str) -> Any:
    return next(iter(client.incoming_phone_numbers.list(phone_number=number, limit=1)), None)


def _addresses(settings: Settings, number: str, found: Any) -> Iterator[Finding]:
    """Where texts to the number, and calls to it if it takes any, are posted: to us, or the sender is left alone."""
    ours = {"texts": (found.sms_url, found.sms_method, f"{settings.public_url}{_SMS_PATH}")}
    if (found.capabilities or {}).get("voice", True):
        ours["calls"] = (found.voice_url, found.voice_method, f"{settings.public_url}{VOICE_PATH}")
    astray = {
        what: right
        for what, (url, method, right) in ours.items()
        if url != right or (method or "POST") != "POST"
    }
    if astray:
        mend = " and ".join(f"that for {what} to POST {right}" for what, right in astray.items())
        yield wrong(
            "sms",
            f"{' and '.join(astray)} to {number} are not posted to us",
            f"at Twilio, set its webhook, {mend}",
        )


def _caller(client: Any, settings: Settings, number: str) -> Iterator[Finding]:
    """The number that pages call from: who calls it back hears where to turn, if the call comes to us."""
    found = _found(client, number)
    if found is None:
        mend = "set PREPAIRED_PAGING__CALL_FROM to a number of this account, or leave it out"
        yield wrong("paging", f"{number} is none of this account's numbers, so that no page can call", mend)
    elif found.voice_url != f"{settings.public_url}{VOICE_PATH}":
        mend = f"at Twilio, set its webhook for calls to POST {settings.public_url}{VOICE_PATH}"
        yield wrong("paging", f"calls to {number}, which pages come from, are not posted to us", mend)
