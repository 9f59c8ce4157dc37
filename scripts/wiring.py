"""The one composition root: settings, database, keys, program and channels put together for a command."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
import typer
from sqlalchemy.exc import DBAPIError, IntegrityError

from config.program import LoadedProgram, ProgramFault, load_program_file
from config.settings import Settings, SettingsFault, load_settings
from engine.clock import Clock, SystemClock
from engine.deployment import Deployment
from engine.settle_in import settle_in
from engine.staff import sync_staff
from scripts.carriers import channels_of, event_door_of, mailbox_of, reply_place
from scripts.errors import UsageFault
from scripts.pairing_rules import PairingRules, pairing_rules
from scripts.program import load_program
from store import program_state
from store.database import Database, open_database
from store.migrate import migrate, prepare
from store.sealing import Vault

COPY = (
    "This database was last used in another place, or in a later state: it is a restored copy, or was moved. "
    "Nudges are halted; crisis answers and paging go on. See that the original is stopped, then: prepaired resume"
)

if TYPE_CHECKING:
    from pydantic import SecretStr

    from channels.channel import Channel
    from engine.program import Program


def read_settings(*, require_secrets: bool = True) -> Settings:
    """The settings of this folder and environment. Raises UsageFault, a line for each fault."""
    quiet_logs()
    try:
        return load_settings(require_secrets=require_secrets)
    except SettingsFault as fault:
        raise UsageFault(str(fault)) from fault


def read_program(settings: Settings) -> "tuple[Program, PairingRules]":
    """The program that the settings name, and its pairing rules. Raises UsageFault."""
    try:
        loaded: LoadedProgram = load_program_file(settings.program)
        program, rules = load_program(settings.program, public_url=settings.public_url), pairing_rules(loaded)
    except ProgramFault as fault:
        raise UsageFault(str(fault)) from fault
    if rules.requests:
        # A program keeps its members' wishes sealed, in its database; a plain file beside it would not be.
        where = loaded.where("pairing", "requests")
        raise UsageFault(
            f"{where}: pairing.requests: a program knows wishes from the column buddy of `prepaired import` "
            "and from `prepaired buddy`; enter them there"
        )
    return program, rules


@contextmanager
def prepared_database(settings: Settings) -> Iterator[Database]:
    """The database, reachable and of this version: an embedded one is made if need be.

    Raises UsageFault where it cannot be reached, SchemaBehind for a PostgreSQL that must be migrated first.
    """
    database = open_database(settings.database_url.get_secret_value())
    try:
        with explained_reach():
            prepare(database)
        yield database
    finally:
        database.close()


@contextmanager
def migrated_database(settings: Settings) -> Iterator[Database]:
    """The database brought to this version, whichever it is: what `init` and `demo` begin with."""
    database = open_database(settings.database_url.get_secret_value())
    try:
        with explained_reach():
            migrate(database)
        yield database
    finally:
        database.close()


@contextmanager
def explained_reach() -> Iterator[None]:
    """Turns a database that cannot be reached, or is none, into a UsageFault without its URL."""
    try:
        yield
    except DBAPIError as fault:
        why = (str(fault.orig).strip().splitlines() or ["no answer"])[0]
        raise UsageFault(f"PREPAIRED_DATABASE_URL: the database cannot be used: {why}") from fault


def vault_of(settings: Settings) -> Vault:
    """The keys. Raises UsageFault where there are none."""
    try:
        return Vault(settings.encryption_key_bytes, settings.index_key_bytes)
    except SettingsFault as fault:
        raise UsageFault(str(fault)) from fault


def deployment_from(
    settings: Settings,
    database: Database,
    *,
    clock: Clock,
    channels: "Mapping[str, Channel] | None" = None,
) -> Deployment:
    """The running program on that database, its keys checked and its staff brought up to date.

    `channels` stands in for those that the settings name. Raises UsageFault; WrongKey for foreign keys.
    """
    program, rules = read_program(settings)
    prefix, domain = reply_place(settings)
    deployment = Deployment(
        database=database,
        vault=vault_of(settings),
        program=program,
        policy=rules.policy,
        group_size=rules.group_size,
        round_length=rules.round_length,
        round_lengths=rules.round_lengths,
        most_change=rules.most_change,
        look_ahead=rules.look_ahead,
        channels=channels_of(settings, program, clock) if channels is None else channels,
        public_url=settings.public_url,
        lookup_wait=timedelta(seconds=settings.engine.lookup_wait),
        late_after=timedelta(seconds=settings.engine.late_after),
        heartbeat_url=_secret(settings.engine.heartbeat_url),
        reply_prefix=prefix,
        reply_domain=domain,
        own_addresses=tuple(filter(None, (settings.mail_from, settings.mailbox_address))),
        event_door=event_door_of(settings),
        mailbox=mailbox_of(settings),
    )
    begin(deployment, clock)
    return deployment


def _secret(value: "SecretStr | None") -> str | None:
    return None if value is None else value.get_secret_value()


def begin(deployment: Deployment, clock: Clock) -> None:
    """Begins the program in its database, or checks that these are its keys; brings the staff up to date."""
    with deployment.database.writes.begin() as session:
        program_state.begin(session, deployment.vault, clock.now())
    try:
        sync_staff(deployment, clock.now())
    except IntegrityError:  # another process brought the same people in at the same moment
        sync_staff(deployment, clock.now())


def settled(deployment: Deployment, clock: Clock) -> None:
    """Before anything is sent: says so on standard error where the database is a copy; then nudges are halted."""
    if settle_in(deployment.database, clock.wall()):
        typer.echo(COPY, err=True)


@contextmanager
def deployed(clock: Clock | None = None) -> Iterator[Deployment]:
    """The program of this folder and environment, closed at the end. Raises like `deployment_from`."""
    settings = read_settings()
    with prepared_database(settings) as database:
        yield deployment_from(settings, database, clock=clock or SystemClock())


def quiet_logs() -> None:
    """Logs go to standard error, warnings and worse: standard output belongs to the answer."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(30),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
