"""TwiML, as Twilio's voice reads it: something said, and perhaps a digit waited for."""

from xml.sax.saxutils import escape, quoteattr

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_PATIENCE = 8  # seconds for a digit


def said(words: str, *, times: int = 1) -> str:
    """The words, so many times, then the end of the call."""
    one = f'<Say>{escape(words)}</Say><Pause length="1"/>'
    return f"{_HEAD}<Response>{one * times}<Hangup/></Response>"


def asked(words: str, action: str, *, times: int = 2) -> str:
    """The words with time to press one digit, which is posted to `action`; said so many times until one is pressed."""
    gather = (
        f'<Gather numDigits="1" timeout="{_PATIENCE}" method="POST" action={quoteattr(action)}>'
        f"<Say>{escape(words)}</Say></Gather>"
    )
    return f"{_HEAD}<Response>{gather * times}<Hangup/></Response>"
