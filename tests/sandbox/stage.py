"""The sandbox on a free loopback port, and a stand-in program that keeps what it is sent."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from channels.channel import Outgoing
from channels.sendgrid import SendGridChannel
from channels.twilio import TwilioChannel
from sandbox.server import SandboxServer
from sandbox.state import ACCOUNT_SID, API_KEY, AUTH_TOKEN, NUMBER, SandboxState
from tests.sandbox.recorder import Recorder, recording

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Sandbox, program, and the two channels between them."""

    state: SandboxState
    server: SandboxServer
    program: Recorder
    sms: TwilioChannel
    mail: SendGridChannel

    def fresh(self) -> "Stage":
        """The same stage with nothing on it."""
        self.state.settle()
        self.state.memory.forget()
        self.state.faults.clear()
        self.state.couriers.log.clear()
        self.program.asked.clear()
        self.program.answer(204)
        return self


@contextmanager
def staged(clock: Callable[[], datetime] = lambda: AT) -> Iterator[Stage]:
    """Everything up, with short waits; hangs last half a second."""
    with recording() as program:
        state = SandboxState(
            clock=clock, public_url=program.url, callback_delay=0.0, late_by=0.2, hang_for=5.0
        )
        with SandboxServer(state) as server:
            yield Stage(
                state=state,
                server=server,
                program=program,
                sms=sms_channel(server.twilio_base, program.url),
                mail=SendGridChannel(
                    api_key=API_KEY,
                    from_address="buddies@example.org",
                    from_name="Mercy Buddies",
                    api_base=server.sendgrid_base,
                    timeout=timedelta(seconds=0.5),
                ),
            )


def sms_channel(api_base: str, public_url: str, **more: object) -> TwilioChannel:
    """A channel with the sandbox's account, half a second of patience, and whatever is named besides."""
    settings: dict[str, object] = {
        "account_sid": ACCOUNT_SID,
        "auth_token": AUTH_TOKEN,
        "from_number": NUMBER,
        "timeout": timedelta(seconds=0.5),
        **more,
    }
    return TwilioChannel(api_base=api_base, public_url=public_url, **settings)  # type: ignore[arg-type]


def text(to: str = "+15551230001", body: str = "Hello", message_id: str = "m-1") -> Outgoing:
    """A text to send."""
    return Outgoing(message_id=message_id, to=to, template=body)
