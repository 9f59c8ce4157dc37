"""A program in small: real use cases and official clients against the sandbox, on a clock that tests move."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import func, select

from channels.sendgrid import SendGridChannel
from channels.twilio import TwilioChannel
from engine.deployment import Deployment
from engine.import_members import ImportReport, import_members
from engine.program import Program, StaffEntry
from engine.rotate import RoundPlan, plan_round, store_round
from engine.staff import sync_staff
from engine.tick import TickReport, tick
from escalation.roster import Responder, Roster, Shift
from nudges.public_holidays import Holidays
from pairing.policy import Policy
from sandbox.server import SandboxServer
from sandbox.sms import Text
from sandbox.state import ACCOUNT_SID, API_KEY, AUTH_TOKEN, NUMBER, SandboxState
from scripts.program import load_program
from store.database import Database
from store.models import Aftercare, CheckIn, Incident, Message, Rhythm, Staff, SupportRequest
from store.sealing import Vault

RowT = TypeVar("RowT")
ALL_WEEK = frozenset(range(7))
MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC).time()
RESPONDER_PHONE = "+12025550190"
SUPPORTER_MAIL = "supporter@example.org"
COORDINATOR_MAIL = "coordinator@example.org"


class WorldClock:
    """A clock that stands still until it is moved; waiting moves it."""

    def __init__(self, start: datetime) -> None:
        self.at = start

    def now(self) -> datetime:
        return self.at

    def wall(self) -> datetime:
        return self.at

    def sleep(self, length: timedelta) -> None:
        self.at += max(length, timedelta())


def story_program(*, attended: bool = True) -> Program:
    """The built-in program with a coordinator, a director and, if attended, somebody always on call."""
    built_in = load_program()
    staff = (
        StaffEntry(
            id="cora", name="Cora Ordin", email=COORDINATOR_MAIL, phone=None, unit=None,
            roles=frozenset({"coordinator"}),
        ),
        StaffEntry(
            id="dira", name="Dira Ector", email="director@example.org", phone=None, unit=None,
            roles=frozenset({"director"}),
        ),
        StaffEntry(
            id="sofi", name="Sofi Upport", email=SUPPORTER_MAIL, phone="+12025550191", unit="Pharmacy",
            roles=frozenset({"supporter"}), attributes={"languages": ("English",)},
        ),
        StaffEntry(
            id="sven", name="Sven Upport", email="sven@example.org", phone=None, unit="Radiology",
            roles=frozenset({"supporter"}),
        ),
        StaffEntry(
            id="rene", name="Rene Sponder", email=None, phone=RESPONDER_PHONE, unit="Emergency",
            roles=frozenset({"responder"}),
        ),
    )  # fmt: skip
    roster = Roster(
        zone=built_in.zone,
        responders=(Responder(id="rene", name="Rene Sponder", role="clinician", media=("sms",)),),
        shifts=(Shift(days=ALL_WEEK, starts=MIDNIGHT, ends=MIDNIGHT, chain=("rene",)),) if attended else (),
    )
    # Stories count days; holidays have a story of their own.
    return replace(built_in, staff=staff, roster=roster, holidays=Holidays())


@dataclass
class World:
    """Everything a story needs."""

    deployment: Deployment
    clock: WorldClock
    sandbox: SandboxState

    def enrol(self, *rows: dict[str, str], cohort: str = "spring") -> ImportReport:
        """Imports members; `id`, a phone and consent are filled in where a row leaves them out."""
        filled = []
        for number, row in enumerate(rows, start=1):
            base = {
                "id": f"m{number}",
                "name": f"Member{number} Test",
                "phone": f"+1202555{100 + number:04}",
                "timezone": "America/New_York",
                "sms_consent": "yes",
            }
            filled.append((number + 1, base | row))
        return import_members(self.deployment, filled, now=self.clock.now(), cohort=cohort)

    def publish(self, cohort: str = "spring", *, early: bool = False) -> RoundPlan:
        """Plans and publishes the next round."""
        planned = plan_round(self.deployment, cohort, now=self.clock.now(), early=early)
        assert isinstance(planned, RoundPlan)
        store_round(self.deployment, planned, now=self.clock.now(), publish=True, actor="system")
        return planned

    def tick(self) -> TickReport:
        """Once round, now."""
        return tick(self.deployment, self.clock)

    def advance(self, **length: float) -> None:
        """Lets time pass, going round at every instant at which something is due."""
        until = self.clock.now() + timedelta(**length)
        while (upcoming := self._next_instant()) is not None and upcoming < until:
            self.clock.at = upcoming
            self.tick()
        self.clock.at = max(self.clock.at, until)
        self.tick()

    def _next_instant(self) -> datetime | None:
        """The earliest instant after now that a row waits for."""
        columns = (
            Rhythm.next_due_at,
            Rhythm.silence_look_at,
            Incident.next_page_at,
            Incident.report_by,
            Aftercare.due_at,
            SupportRequest.next_at,
        )
        now = self.clock.now()
        with self.deployment.database.reads() as session:
            waiting = select(func.min(Message.not_before)).where(
                Message.state == "due", Message.not_before > now
            )
            found = [session.scalar(waiting)]
            found += [session.scalar(select(func.min(column)).where(column > now)) for column in columns]
        return min((instant for instant in found if instant is not None), default=None)

    def text(self, phone: str, body: str) -> None:
        """Somebody types on a phone; our engine goes round a moment later."""
        self.sandbox.write_text(phone, body)
        self.clock.at += timedelta(seconds=5)
        self.tick()

    def phone(self, phone: str) -> list[str]:
        """What that phone received, oldest first."""
        return [one.body for one in self.texts(phone)]

    def texts(self, phone: str) -> Sequence[Text]:
        """The messages that phone received, oldest first."""
        newest_first = self.sandbox.memory.texts(to=phone)
        return sorted((one for one in reversed(newest_first) if not one.is_inbound), key=lambda t: t.at)

    def mailbox(self, address: str) -> list[str]:
        """The subjects of the mails that address received, oldest first."""
        return [one.subject for one in self.sandbox.memory.mails() if one.to == address]

    def staff(self, ref: str) -> Staff:
        """Somebody of the staff."""
        (one,) = self._rows(Staff, ref=ref)
        return one

    def messages(self, **equals: object) -> list[Message]:
        """Rows of the outbox."""
        return self._rows(Message, **equals)

    def check_ins(self) -> list[CheckIn]:
        """What was logged."""
        return self._rows(CheckIn)

    def requests(self) -> list[SupportRequest]:
        """Support requests, whatever their state."""
        return self._rows(SupportRequest)

    def incidents(self) -> list[Incident]:
        """Crisis incidents, whatever their state."""
        return self._rows(Incident)

    def _rows(self, model: type[RowT], **equals: object) -> list[RowT]:
        with self.deployment.database.reads() as session:
            return list(session.scalars(select(model).filter_by(**equals)))


def build_world(
    database: Database, vault: Vault, server: SandboxServer, start: datetime, *, attended: bool = True,
    policy: Policy | None = None,
) -> World:  # fmt: skip
    """A world on that database whose providers are the sandbox behind `server`."""
    clock = WorldClock(start)
    server.state.clock = clock.now
    deployment = Deployment(
        database=database,
        vault=vault,
        program=story_program(attended=attended),
        policy=policy or Policy(),
        channels={
            "sms": TwilioChannel(
                account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, from_number=NUMBER,
                public_url="http://127.0.0.1:9", api_base=server.twilio_base, per_second=1000,
                timeout=timedelta(seconds=2),
            ),
            "email": SendGridChannel(
                api_key=API_KEY, from_address="buddy@example.org", api_base=server.sendgrid_base
            ),
        },
        public_url="http://127.0.0.1:9",
        lookup_wait=timedelta(seconds=60),
    )  # fmt: skip
    sync_staff(deployment, start)
    return World(deployment=deployment, clock=clock, sandbox=server.state)
