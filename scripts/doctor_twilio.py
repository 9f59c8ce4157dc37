"""`prepaired doctor` at Twilio: the account, the number's webhook and fallback, redaction. Sends nothing."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

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
    number = settings.twilio.from_number
    found = client.incoming_phone_numbers.list(phone_number=number, limit=1)
    if not found:
        yield wrong("sms", f"{number} is none of this account's numbers", "set PREPAIRED_TWILIO__FROM_NUMBER")
        return
    ours = f"{settings.public_url}{_SMS_PATH}"
    if found[0].sms_url != ours:
        yield wrong("sms", f"texts to {number} are not posted to us", f"at Twilio, set its webhook to {ours}")
    if not found[0].sms_fallback_url:
        yield wrong(
            "sms",
            f"{number} has no fallback: while we are down, a text for help gets no answer",
            "at Twilio, set a fallback that answers: our system is down; call or text 988; emergencies 911",
        )
