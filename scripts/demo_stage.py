"""Puts the demo together: the real program, pointed at the sandbox that is mounted beside it."""

import csv
import random
import secrets
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

from config.program import load_program_file
from engine.clock import SystemClock
from engine.deployment import Deployment
from engine.import_members import import_members
from engine.rotate import RoundPlan, plan_round, store_round
from engine.scheduler import Scheduler
from sandbox.app import create_sandbox
from sandbox.state import ACCOUNT_SID, API_KEY, AUTH_TOKEN, NUMBER, SandboxState
from scripts.demo_cast import Cast, introduced
from scripts.demo_clock import DemoClock
from scripts.demo_past import begins_at, live_through
from scripts.main import version_of
from scripts.pairing_rules import pairing_rules
from scripts.program import load_program
from scripts.serving import Ending, Served
from scripts.wiring import begin, quiet_logs
from store.database import Database, open_database
from store.migrate import migrate
from store.sealing import Vault

if TYPE_CHECKING:
    import socket

    from fastapi import FastAPI

    from channels.channel import Channel

SAMPLE = Path(__file__).parent / "sample"
COHORT = "Lakeside, first year"
MAIL_DOMAIN = "reply.lakeside.example.org"
_SEED = 7
_RATE = 2_000.0  # messages a second: what the sandbox is asked to take


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """What the demo runs on."""

    database: Database
    clock: DemoClock
    sandbox: SandboxState
    deployment: Deployment
    people: tuple[Mapping[str, str], ...]


def run_demo(
    bound: "socket.socket",
    url: str,
    *,
    folder: Path,
    speed: float,
    ending: Ending,
    announce: Callable[[], None],
    ready: Callable[[], None],
) -> None:
    """Prepares, announces, lives through some weeks, then runs until it is asked to end."""
    quiet_logs()
    with ExitStack() as stack:
        stage = _set_stage(url, folder)
        stack.callback(stage.database.close)
        stack.callback(stage.sandbox.close)
        scheduler = Scheduler(stage.deployment, stage.clock, plan_every=_plan_every(speed))
        stack.enter_context(Served(_app(stage, scheduler.deployment, url), bound))
        announce()
        cast = Cast(
            people={row["id"]: row for row in stage.people},
            until=SystemClock().now(),
            rng=random.Random(_SEED),
        )
        live_through(stage.deployment, stage.clock, stage.sandbox, cast, lambda: not ending.asked)
        stage.clock.run(speed)
        stack.callback(scheduler.stop)
        if not ending.asked:
            scheduler.start()
            ready()
            ending.wait()


def _plan_every(speed: float) -> float:
    """Seconds between two looks: half an hour of the demo's time, between a quarter of a second and five."""
    return min(5.0, max(0.25, 1800 / speed))


def _set_stage(url: str, folder: Path) -> _Stage:
    database = open_database(f"sqlite:///{folder / 'demo.db'}")
    migrate(database)
    loaded = load_program_file(SAMPLE / "program.yaml")
    program, rules = load_program(SAMPLE / "program.yaml", public_url=url), pairing_rules(loaded)
    clock = DemoClock(begins_at(SystemClock().now(), program))
    sandbox = SandboxState(
        clock=clock.now,
        public_url=url,
        inbound_url=f"{url}/webhooks/sendgrid/inbound",
        seed=_SEED,
        callback_delay=0.02,
    )
    deployment = Deployment(
        database=database,
        vault=Vault([secrets.token_bytes(32)], secrets.token_bytes(32)),
        program=program,
        policy=rules.policy,
        group_size=rules.group_size,
        round_length=rules.round_length,
        channels=_channels(url, program.name),
        public_url=url,
        lookup_wait=timedelta(seconds=2),
        reply_domain=MAIL_DOMAIN,
    )
    begin(deployment, clock)
    people = _enrol(deployment, clock)
    introduced(sandbox, people)
    staff = [
        {"name": one.name, "phone": one.phone or "", "email": one.email or "", "timezone": program.zone}
        for one in program.staff
    ]
    introduced(sandbox, staff)
    return _Stage(database=database, clock=clock, sandbox=sandbox, deployment=deployment, people=people)


def _channels(url: str, name: str) -> "dict[str, Channel]":
    """The real channels; only their addresses are the sandbox's."""
    from channels.sendgrid import SendGridChannel
    from channels.twilio import TwilioChannel

    return {
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


def _enrol(deployment: Deployment, clock: DemoClock) -> tuple[Mapping[str, str], ...]:
    """Imports the sample list and publishes its first round."""
    with (SAMPLE / "cohort.csv").open(encoding="utf-8", newline="") as source:
        people = tuple(csv.DictReader(source))
    import_members(deployment, enumerate(people, start=2), now=clock.now(), cohort=COHORT)
    planned = plan_round(deployment, COHORT, now=clock.now(), seed=_SEED)
    if isinstance(planned, RoundPlan):
        store_round(deployment, planned, now=clock.now(), publish=True, actor="staff:noor")
    return people


def _app(stage: _Stage, deployment: Deployment, url: str) -> "FastAPI":
    from web.app import create_app
    from web.settings import WebSettings

    app = create_app(
        deployment,
        stage.clock,
        web=WebSettings(
            secret_key=secrets.token_bytes(32),
            public_url=url,
            twilio_tokens=(AUTH_TOKEN,),
            sendgrid_public_key=stage.sandbox.event_public_key,
            inbound_domain=MAIL_DOMAIN,
            demo=True,
            version=version_of(),
        ),
    )
    app.mount("/sandbox", create_sandbox(stage.sandbox))
    if not any(getattr(route, "path", None) == "/" for route in app.routes):
        app.add_api_route("/", lambda: RedirectResponse("/console", 303), include_in_schema=False)
    return app
