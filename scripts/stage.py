"""A whole program on one loopback address: the real one, pointed at the sandbox that is mounted beside it.

What `demo` opens to visitors and `simulate` runs through. Reads no settings, needs no secret.
"""

import csv
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from starlette.responses import RedirectResponse

from config.program import load_program_file
from engine.deployment import Deployment
from engine.program import Program
from engine.rotate import RoundPlan, plan_round, store_round
from sandbox.app import create_sandbox
from sandbox.state import ACCOUNT_SID, API_KEY, AUTH_TOKEN, NUMBER, SandboxState
from scripts.demo_clock import DemoClock
from scripts.main import version_of
from scripts.pairing_rules import pairing_rules
from scripts.program import load_program
from scripts.wiring import begin
from store.database import Database, open_database
from store.migrate import migrate
from store.sealing import Vault

if TYPE_CHECKING:
    from fastapi import FastAPI

    from channels.channel import Channel

SAMPLE = Path(__file__).parent / "sample"
MAIL_DOMAIN = "reply.lakeside.example.org"
_RATE = 2_000.0  # messages a second: what the sandbox is asked to take


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a demo or a simulation runs on."""

    url: str
    clock: DemoClock
    sandbox: SandboxState
    deployment: Deployment

    def app(self, deployment: Deployment) -> "FastAPI":
        """Console, member pages and webhooks of that deployment, with the sandbox mounted beside them."""
        from web.app import create_app
        from web.settings import WebSettings

        settings = WebSettings(
            secret_key=secrets.token_bytes(32),
            public_url=self.url,
            twilio_tokens=(AUTH_TOKEN,),
            sendgrid_public_key=self.sandbox.event_public_key,
            inbound_domain=MAIL_DOMAIN,
            demo=True,
            version=version_of(),
        )
        app = create_app(deployment, self.clock, web=settings)
        app.mount("/sandbox", create_sandbox(self.sandbox))
        if not any(getattr(route, "path", None) == "/" for route in app.routes):
            app.add_api_route("/", lambda: RedirectResponse("/console", 303), include_in_schema=False)
        return app

    def close(self) -> None:
        """Stops the sandbox's posts and gives the database back."""
        self.sandbox.close()
        self.deployment.database.close()


def sample_program(url: str) -> Program:
    """The sample program, its texts checked for links that begin with `url`."""
    return load_program(SAMPLE / "program.yaml", public_url=url)


def sample_people() -> tuple[Mapping[str, str], ...]:
    """The rows of the sample member list."""
    with (SAMPLE / "cohort.csv").open(encoding="utf-8", newline="") as source:
        return tuple(csv.DictReader(source))


def set_stage(
    url: str,
    folder: Path,
    *,
    starts_at: datetime,
    seed: int,
    size: int | None = None,
    most: int = 50_000,
    durable: bool = True,
) -> Stage:
    """A fresh program in that folder, begun at that instant; `most` texts or mails are remembered.

    `durable` false: no commit waits for the disk, for a run that nobody needs after a power cut.
    """
    database = open_database(f"sqlite:///{folder / 'demo.db'}")
    if not durable:
        _hurry(database)
    migrate(database)
    program = sample_program(url)
    rules = pairing_rules(load_program_file(SAMPLE / "program.yaml"))
    clock = DemoClock(starts_at)
    sandbox = SandboxState(
        clock=clock.now,
        public_url=url,
        inbound_url=f"{url}/webhooks/sendgrid/inbound",
        seed=seed,
        callback_delay=0.02,
        most=most,
    )
    deployment = Deployment(
        database=database,
        vault=Vault([secrets.token_bytes(32)], secrets.token_bytes(32)),
        program=program,
        policy=rules.policy,
        group_size=size or rules.group_size,
        round_length=rules.round_length,
        round_lengths=rules.round_lengths,
        most_change=rules.most_change,
        look_ahead=rules.look_ahead,
        channels=_channels(url, program.name),
        public_url=url,
        lookup_wait=timedelta(seconds=2),
        reply_domain=MAIL_DOMAIN,
    )
    begin(deployment, clock)
    _introduce_staff(sandbox, program)
    return Stage(url=url, clock=clock, sandbox=sandbox, deployment=deployment)


def _hurry(database: Database) -> None:
    for engine in (database.engine, database.reading_engine):

        @event.listens_for(engine, "connect")
        def _on_connect(connection: Any, _record: object) -> None:
            connection.execute("PRAGMA synchronous=OFF")


def introduce(sandbox: SandboxState, people: Sequence[Mapping[str, str]]) -> None:
    """Puts the names of members on the sandbox's phones."""
    for row in people:
        sandbox.introduce(row["name"], phone=row["phone"], email=row["email"], zone=row["timezone"])


def publish_next(stage: Stage, cohort: str, seed: int) -> RoundPlan | None:
    """Plans the cohort's next round and publishes it; None while one runs its full time."""
    now = stage.clock.now()
    planned = plan_round(stage.deployment, cohort, now=now, seed=seed)
    if not isinstance(planned, RoundPlan):
        return None
    store_round(stage.deployment, planned, now=now, publish=True, actor="staff:noor")
    return planned


def _introduce_staff(sandbox: SandboxState, program: Program) -> None:
    for person in program.staff:
        sandbox.introduce(person.name, phone=person.phone, email=person.email, zone=program.zone)


def _channels(url: str, name: str) -> "dict[str, Channel]":
    """The real channels; only their addresses are the sandbox's."""
    from channels.sendgrid import SendGridChannel
    from channels.twilio import TwilioChannel
    from channels.twilio_calls import TwilioCallChannel

    return {
        "call": TwilioCallChannel(
            account_sid=ACCOUNT_SID,
            auth_token=AUTH_TOKEN,
            from_number=NUMBER,
            public_url=url,
            api_base=f"{url}/sandbox/twilio",
        ),
        "sms": TwilioChannel(
            account_sid=ACCOUNT_SID,
            auth_token=AUTH_TOKEN,
            from_number=NUMBER,
            public_url=url,
            api_base=f"{url}/sandbox/twilio",
            per_second=_RATE,
        ),
        "email": SendGridChannel(
            api_key=API_KEY,
            from_address="buddies@lakeside.example.org",
            from_name=name,
            api_base=f"{url}/sandbox/sendgrid",
        ),
    }
