"""`prepaired doctor` on the channels that are on: our own address, and each provider in turn."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from config.settings import Settings
from scripts.doctor_mail import imap_findings, sendgrid_findings, smtp_findings
from scripts.doctor_twilio import twilio_findings
from scripts.findings import Finding, note, wrong


def provider_findings(settings: Settings) -> Iterator[Finding]:
    """Everything about the channels that are on. Sends nothing."""
    providers = (settings.sms.provider, settings.email.provider)
    if providers == ("off", "off"):
        yield wrong(
            "settings",
            "SMS and e-mail are both off, so that nothing can be sent",
            "set PREPAIRED_SMS__PROVIDER or PREPAIRED_EMAIL__PROVIDER",
        )
        return
    yield from _address_findings(settings)
    for variable, provider in (("SMS", providers[0]), ("EMAIL", providers[1])):
        if provider == "sandbox":
            yield wrong(
                "settings",
                f"PREPAIRED_{variable}__PROVIDER is the sandbox",
                "`serve` refuses it; name a real one",
            )
    if settings.sms.provider == "twilio":
        yield from twilio_findings(settings)
    if settings.email.provider == "sendgrid":
        yield from sendgrid_findings(settings)
    if settings.email.provider == "smtp" and settings.smtp.url is not None:
        yield from smtp_findings(settings.smtp.url.get_secret_value())
        if settings.imap.url is None:
            yield note(
                "email", "members cannot answer by mail", "set PREPAIRED_IMAP__URL to a mailbox for answers"
            )
    if settings.imap.url is not None:
        yield from imap_findings(settings)


def _address_findings(settings: Settings) -> Iterator[Finding]:
    parts = urlsplit(settings.public_url)
    if parts.hostname in ("127.0.0.1", "localhost", "::1"):
        yield wrong(
            "settings",
            f"PREPAIRED_PUBLIC_URL is {settings.public_url}, which only this machine can reach",
            "set it to the address that members and providers use",
        )
    elif parts.scheme != "https":
        yield wrong("settings", "PREPAIRED_PUBLIC_URL is not https", "put a proxy with TLS in front")
