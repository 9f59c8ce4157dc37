"""What every mail of ours says in its headers, whichever way it leaves."""

from channels.channel import Outgoing


class HeaderRefused(ValueError):
    """A header value holds a line break or a control character: somebody tries to add headers."""


def header_value(value: str) -> str:
    """The value, fit for a header. Raises HeaderRefused."""
    if any(character in "\r\n\0\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029" for character in value):
        raise HeaderRefused("line break in a header value")
    return value


def headers_of(message: Outgoing) -> dict[str, str]:
    """Auto-Submitted (RFC 3834), and List-Unsubscribe with its one-click twin (RFC 8058).

    Raises HeaderRefused; it also looks at the address, subject and reply address, which become headers.
    """
    for value in (message.to, message.subject, message.reply_to or "", message.message_id):
        header_value(value)
    headers = {"Auto-Submitted": "auto-generated"}
    if message.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{header_value(message.unsubscribe_url)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers
