"""What the stand-in SendGrid posts to the program: signed events, and mail that people answered."""

import base64
import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit, urlunsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sandbox.couriers import Post
from sandbox.mail import Mail

# What a mailbox of that name does with a mail; every other one delivers it.
_LOCAL_PARTS: Mapping[str, tuple[str, ...]] = {
    "bounce": ("processed", "bounce"),
    "dropped": ("dropped",),
    "deferred": ("processed", "deferred"),
    "spam": ("processed", "delivered", "spamreport"),
    "unsubscribe": ("processed", "delivered", "unsubscribe"),
}
_USUAL = ("processed", "delivered")


class MailPosts:
    """Holds the key pair of this sandbox; the program is given `public_key`."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        der = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.public_key = base64.b64encode(der).decode()

    def events(self, mails: Sequence[Mail], url: str, clock: Callable[[], datetime]) -> Iterable[Post]:
        """A post for each step of the mails' delivery, each an array as SendGrid batches them."""
        by_step: dict[int, list[tuple[Mail, str]]] = {}
        for mail in mails:
            local_part = mail.to.partition("@")[0].partition("+")[0].lower()
            for step, event in enumerate(_LOCAL_PARTS.get(local_part, _USUAL)):
                by_step.setdefault(step, []).append((mail, event))
        for step in sorted(by_step):
            array = [_event(mail, event, clock()) for mail, event in by_step[step]]
            body = (json.dumps(array, separators=(",", ":")) + "\r\n").encode()
            yield Post(url=url, make=_maker(self, body, {"Content-Type": "application/json"}, clock))

    def inbound(self, mail: Mail, url: str, clock: Callable[[], datetime], *, raw: bool) -> Post:
        """A mail for the program's inbound route: parsed fields, or raw MIME."""
        fields = _raw_fields(mail) if raw else _parsed_fields(mail)
        content_type, body = _multipart(fields)
        headers = {"Content-Type": content_type, "User-Agent": "Sendlib/1.0 server.sendgrid.net"}
        parts = urlsplit(url)
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
            url = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        return Post(url=url, make=_maker(self, body, headers, clock))

    def reply(self, address: str, text: str, answered: Mail | None, to: str, at: datetime) -> Mail:
        """The mail that a person writes; what it answers is quoted below, as mail programs do."""
        quoted = ""
        subject = "Hello"
        headers = {"Message-ID": f"<{secrets.token_hex(12)}@{address.rpartition('@')[2]}>"}
        if answered is not None:
            lines = "\n".join(f"> {line}".rstrip() for line in answered.text.splitlines())
            who = answered.from_name or answered.from_
            when = answered.at.strftime("%a, %d %b %Y at %H:%M")
            quoted = f"\n\nOn {when}, {who} <{answered.from_}> wrote:\n\n{lines}\n"
            subject = f"Re: {answered.subject}"
            headers["In-Reply-To"] = f"<{answered.id}@sandbox.invalid>"
        return Mail(
            id=secrets.token_hex(12),
            from_=address,
            from_name="",
            to=to,
            reply_to=address,
            subject=subject,
            text=text + quoted,
            html="",
            at=at,
            headers=headers,
            is_inbound=True,
        )

    def sign(self, stamp: str, body: bytes) -> str:
        """Base64 of the ECDSA signature over stamp and body, as the event webhook carries it."""
        signature = self._key.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        return base64.b64encode(signature).decode()


def _maker(
    posts: MailPosts, body: bytes, headers: Mapping[str, str], clock: Callable[[], datetime]
) -> Callable[[], tuple[bytes, Mapping[str, str]]]:
    """The post's body with a stamp and signature of the moment it leaves."""

    def make() -> tuple[bytes, Mapping[str, str]]:
        stamp = str(int(clock().timestamp()))
        return body, {
            **headers,
            "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
            "X-Twilio-Email-Event-Webhook-Signature": posts.sign(stamp, body),
        }

    return make


def _event(mail: Mail, event: str, at: datetime) -> dict[str, object]:
    entry: dict[str, object] = {
        **mail.custom_args,
        "email": mail.to,
        "timestamp": int(at.timestamp()),
        "event": event,
        "smtp-id": f"<{mail.id}@sandbox.invalid>",
        "sg_event_id": secrets.token_urlsafe(16),
        "sg_message_id": f"{mail.id}.recvd-sandbox-1",
    }
    if event == "bounce":
        entry |= {"status": "5.1.1", "type": "bounce", "reason": "550 5.1.1 no such mailbox"}
    if event == "dropped":
        entry |= {"reason": "Bounced Address"}
    return entry


def _message(mail: Mail) -> EmailMessage:
    message = EmailMessage()
    message["From"] = Address(addr_spec=mail.from_)
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.at)
    for name, value in mail.headers.items():
        message[name] = value
    message.set_content(mail.text)
    return message


def _parsed_fields(mail: Mail) -> dict[str, str]:
    message = _message(mail)
    headers = "".join(f"{name}: {value}\n" for name, value in message.items())
    return {
        "headers": headers,
        "dkim": f"{{@{mail.from_.rpartition('@')[2]} : pass}}",
        "to": mail.to,
        "from": mail.from_,
        "sender_ip": "127.0.0.1",
        "subject": mail.subject,
        "text": mail.text,
        "envelope": json.dumps({"to": [mail.to], "from": mail.from_}),
        "attachments": "0",
        "charsets": json.dumps(dict.fromkeys(("to", "from", "subject", "text"), "UTF-8")),
        "SPF": "pass",
    }


def _raw_fields(mail: Mail) -> dict[str, str]:
    return {
        "email": _message(mail).as_bytes().decode("utf-8", "surrogateescape"),
        "to": mail.to,
        "from": mail.from_,
        "subject": mail.subject,
        "envelope": json.dumps({"to": [mail.to], "from": mail.from_}),
        "charsets": json.dumps(dict.fromkeys(("to", "from", "subject"), "UTF-8")),
    }


def _multipart(fields: Mapping[str, str]) -> tuple[str, bytes]:
    """The content type and body of a form with these fields."""
    boundary = f"xYzZY{secrets.token_hex(8)}"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    body = "".join(parts) + f"--{boundary}--\r\n"
    return f"multipart/form-data; boundary={boundary}", body.encode("utf-8", "surrogateescape")
