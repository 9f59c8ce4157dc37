"""The stand-in providers' accounts: what they take, what they report, what people write back. Thread-safe.

Knows no HTTP; `sandbox.twilio_api`, `sandbox.sendgrid_api` and `sandbox.phones` put it on the wire.
"""

import random
from collections.abc import Callable, Sequence
from datetime import datetime

from sandbox.calls import Call
from sandbox.couriers import Couriers, Post
from sandbox.exchange import Exchange
from sandbox.faults import FaultKind, Faults
from sandbox.mail import Mail
from sandbox.mail_posts import MailPosts
from sandbox.memory import Contact, Memory
from sandbox.scheduled import Scheduled
from sandbox.sms import FAILS_LATER, Text, new_sid
from sandbox.sms_posts import SmsPosts, answers_in

ACCOUNT_SID = "AC" + "5a" * 16
AUTH_TOKEN = "sandbox-auth-token"  # noqa: S105 (opens nothing but the sandbox)
API_KEY = "SG.sandbox.key"
NUMBER = "+15005550006"  # Twilio's published test number that always works
_STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
_START = frozenset({"START", "UNSTOP", "YES"})


class SandboxState:
    """Stand-in accounts at Twilio and SendGrid, and the phones and mailboxes behind them."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        public_url: str = "http://127.0.0.1:8000",
        account_sid: str = ACCOUNT_SID,
        auth_token: str = AUTH_TOKEN,
        api_key: str = API_KEY,
        numbers: Sequence[str] = (NUMBER,),
        inbound_url: str | None = None,
        through: str | None = None,
        seed: int = 0,
        callback_delay: float = 0.05,
        late_by: float = 2.0,
        hang_for: float = 30.0,
        opt_outs: bool = False,
        most: int = 50_000,
    ) -> None:
        """`clock` is the providers' clock. Lengths in real seconds.

        `public_url` is what signatures are made over, `through` the loopback origin to connect to where
        that differs; `inbound_url` is where answered mail is posted, with `user:password@` and a secret
        path where the program wants them; `opt_outs` makes the stand-in refuse numbers that wrote STOP, as
        Twilio does by default; beyond `most` texts or mails the oldest are forgotten.
        """
        self.clock = clock
        self.public_url = public_url.rstrip("/")
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.api_key = api_key
        self.numbers = tuple(numbers)
        self.callback_delay = callback_delay
        self.late_by = late_by
        self.hang_for = hang_for
        self.faults = Faults(random.Random(seed))
        self.couriers = Couriers(through=through)
        self.sms_posts = SmsPosts(account_sid=account_sid, auth_token=auth_token)
        self.mail_posts = MailPosts()
        self._inbound_url = inbound_url
        self._honours_stop = opt_outs
        self.memory = Memory(most=most)
        self.exchange = Exchange(
            clock=lambda: self.clock(), memory=self.memory, couriers=self.couriers, posts=self.sms_posts
        )
        self._stopped: set[str] = set()
        self.scheduled = Scheduled()

    @property
    def event_public_key(self) -> str:
        """What goes into the program's setting for the webhook's public key: base64, without PEM lines."""
        return self.mail_posts.public_key

    def accept_text(
        self, *, to: str, body: str, from_: str | None, service: str | None, callback: str | None
    ) -> Text:
        """Take an outbound text; `report_text` or `report_text_later` tells of its delivery."""
        text = Text(
            sid=new_sid(),
            from_=from_ or self.numbers[0],
            to=to,
            body=body,
            direction="outbound-api",
            status="accepted" if service else "queued",
            at=self.clock(),
            callback=callback,
            service=service,
        )
        self.memory.keep(text)
        return text

    def introduce(
        self, name: str, *, phone: str | None = None, email: str | None = None, zone: str = "UTC"
    ) -> None:
        """Give a number and an address the name, and the clock, that the phones page shows."""
        self.memory.introduce(Contact(name=name, phone=phone, email=email, zone=zone))

    def is_stopped(self, phone: str) -> bool:
        """True when that number wrote STOP and this account honours it by itself."""
        return self._honours_stop and phone in self._stopped

    def write_text(self, phone: str, body: str, *, to: str | None = None) -> Text:
        """A phone writes to the program: kept in the list and posted to its webhook, once."""
        text = Text(
            sid=new_sid(),
            from_=phone,
            to=to or self._number_known_to(phone),
            body=body,
            direction="inbound",
            status="received",
            at=self.clock(),
        )
        self.memory.keep(text)
        word = body.strip().upper()
        if word in _STOP:
            self._stopped.add(phone)
        elif word in _START:
            self._stopped.discard(phone)
        self.couriers.send(
            self.sms_posts.inbound(text, f"{self.public_url}/webhooks/twilio/sms", self._answered(text))
        )
        return text

    def call_program(self, phone: str) -> Call:
        """A phone calls the program's number and hears what it says."""
        return self.exchange.dial(
            phone, self._number_known_to(phone), f"{self.public_url}/webhooks/twilio/voice"
        )

    def accept_mails(self, mails: Sequence[Mail]) -> None:
        """Take outbound mails and tell of their delivery by events."""
        for mail in mails:
            self.memory.keep(mail)
        if self.faults.hits(FaultKind.LOST_CALLBACK, "sendgrid"):
            return
        after = self.late_by if self.faults.hits(FaultKind.LATE_CALLBACK, "sendgrid") else self.callback_delay
        times = 2 if self.faults.hits(FaultKind.REPEATED_CALLBACK, "sendgrid") else 1
        url = f"{self.public_url}/webhooks/sendgrid/events"
        for step, post in enumerate(self.mail_posts.events(mails, url, self.clock)):
            for _ in range(times):
                self.couriers.send(post, after=after * (step + 1))

    def schedule_mails(
        self, mails: Sequence[Mail], *, send_at: datetime | None, batch_id: str | None
    ) -> None:
        """Take mails that go now, or later by this sandbox's clock: `release_scheduled` looks at it."""
        self.release_scheduled()
        if send_at is None:
            self.accept_mails(mails)
        else:
            self.scheduled.hold(mails, send_at, batch_id)

    def release_scheduled(self) -> None:
        """Let go what was held back until now and was not cancelled."""
        for mails in self.scheduled.released(self.clock()):
            self.accept_mails(mails)

    def write_mail(
        self,
        address: str,
        text: str,
        *,
        answering: Mail | None = None,
        raw: bool = False,
        to: str | None = None,
    ) -> Mail:
        """A mailbox writes to the program: an answer (quoting what it answers) or a mail of its own."""
        last = answering or self.memory.last_mail_to(address)
        recipient = to or (last.reply_to if last else "")
        if not recipient:
            raise ValueError("nothing to answer, and no recipient named")
        mail = self.mail_posts.reply(address, text, last, recipient, self.clock())
        self.memory.keep(mail)
        url = self._inbound_url or f"{self.public_url}/webhooks/sendgrid/inbound"
        self.couriers.send(self.mail_posts.inbound(mail, url, self.clock, raw=raw))
        return mail

    def settle(self, timeout: float = 10.0) -> bool:
        """Wait until all that was to be posted to the program has been; False where that took longer."""
        return self.couriers.settle(timeout)

    def close(self) -> None:
        """Stop posting."""
        self.couriers.close()

    def report_text(self, text: Text) -> None:
        """Post the text's callbacks now, and wait for the program's answers."""
        for post in self._reports(text):
            self.couriers.carry(post)

    def report_text_later(self, text: Text) -> None:
        """Queue the text's callbacks; a text without an address for them is simply delivered."""
        if text.history:  # told of already
            return
        reports = self._reports(text)
        if not reports or self.faults.hits(FaultKind.LOST_CALLBACK, "twilio"):
            text.status, text.code = _end_of(text)
            return
        delay = self.late_by if self.faults.hits(FaultKind.LATE_CALLBACK, "twilio") else self.callback_delay
        times = 2 if self.faults.hits(FaultKind.REPEATED_CALLBACK, "twilio") else 1
        for step, post in enumerate(reports):
            for _ in range(times):
                self.couriers.send(post, after=delay * (step + 1))

    def _reports(self, text: Text) -> list[Post]:
        if text.callback is None:
            return []
        end, code = _end_of(text)
        return [self.sms_posts.status(text, "sent", None), self.sms_posts.status(text, end, code)]

    def _answered(self, asked: Text) -> Callable[[int, bytes], None]:
        """Texts that the program's TwiML answers with are sent to the phone that wrote."""

        def take(status: int, content: bytes) -> None:
            if not 200 <= status < 300:
                return
            for body in answers_in(content):
                answer = Text(
                    sid=new_sid(),
                    from_=asked.to,
                    to=asked.from_ or "",
                    body=body,
                    direction="outbound-reply",
                    status="delivered",
                    at=self.clock(),
                )
                self.memory.keep(answer)

        return take

    def _number_known_to(self, phone: str) -> str:
        last = self.memory.last_text_to(phone)
        return last.from_ if last and last.from_ else self.numbers[0]


def _end_of(text: Text) -> tuple[str, int | None]:
    """How the delivery of a text to that number ends: status and error code."""
    code = FAILS_LATER.get(text.to)
    return ("undelivered" if code else "delivered", code)
