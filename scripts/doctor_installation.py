"""`prepaired doctor` on one installation: settings, database, keys and engine, then program and providers."""

import os
from collections.abc import Generator, Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import make_url

from config.faults import unknown_variables
from config.settings import Settings, SettingsFault, load_settings
from engine.clock import SystemClock
from engine.settle_in import is_copy
from pairing.errors import PrepairedError
from scripts.doctor_pathway import pathway_findings
from scripts.doctor_program import program_findings, rule_findings
from scripts.doctor_providers import provider_findings
from scripts.errors import UsageFault
from scripts.findings import Finding, note, wrong
from scripts.pairing_rules import PairingRules
from scripts.wiring import explained_reach, quiet_logs, read_program, vault_of
from store import migrate, program_state
from store.database import Database, open_database
from store.models import ProgramState, Sender

_SILENT = timedelta(minutes=10)
_ACCOUNTS = ("PREPAIRED_TWILIO", "PREPAIRED_SENDGRID", "PREPAIRED_SMTP")


def installation_findings() -> Iterator[Finding]:
    """Everything that can be said; what cannot be checked because of another fault is left out."""
    quiet_logs()
    for line in unknown_variables(Settings, os.environ):
        yield note("settings", *_parted(line))
    faults = _settings_faults()
    for line in faults:
        yield wrong("settings", *_parted(line))
    try:
        settings = load_settings(require_secrets=False)
    except SettingsFault:
        return
    rules = yield from _program(settings)
    yield from _database(settings, rules)
    if not any(line.startswith(_ACCOUNTS) for line in faults):
        yield from provider_findings(settings)


def _settings_faults() -> list[str]:
    try:
        load_settings()
    except SettingsFault as fault:
        return fault.faults
    return []


def _parted(line: str) -> tuple[str, str]:
    """What, and the mend, of a line such as "NAME: is missing; set it"."""
    what, separator, mend = line.partition("; ")
    return what, mend if separator else "correct it"


def _program(settings: Settings) -> Generator[Finding, None, PairingRules | None]:
    try:
        program, rules = read_program(settings)
    except PrepairedError as fault:
        for line in str(fault).splitlines():
            yield wrong("program", line, "correct the program file")
        return None
    yield from program_findings(program, settings, SystemClock().now())
    return rules


def _database(settings: Settings, rules: PairingRules | None) -> Iterator[Finding]:
    url = make_url(settings.database_url.get_secret_value())
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():  # opening would make it
        yield wrong("database", "there is none yet", "prepaired init, or prepaired migrate")
        return
    database = open_database(settings.database_url.get_secret_value())
    try:
        with explained_reach():
            found = migrate.revision(database)
            if found is None or migrate.is_behind(database):
                at = f"its schema is at {found}, behind {migrate.newest()}" if found else "it is empty"
                yield wrong("database", at, "prepaired migrate")
                return
        yield from _state(database, settings, rules)
    except UsageFault as fault:
        yield wrong("database", str(fault), "see that it runs and that the URL is right")
    finally:
        database.close()


def _state(database: Database, settings: Settings, rules: PairingRules | None) -> Iterator[Finding]:
    with database.reads() as session:
        state = session.scalar(select(ProgramState))
        stopped = session.scalars(select(Sender).where(Sender.stopped_at.is_not(None))).all()
    if state is None:
        yield wrong("database", "no program has begun in it", "prepaired init, or prepaired import")
        return
    if is_copy(database):
        yield wrong(
            "database",
            "it was last used in another place, or in a later state: a restored copy, or moved",
            "see that the original is stopped, then prepaired resume",
        )
    if state.halted_at is not None:
        yield note(
            "engine",
            f"halted since {state.halted_at:%Y-%m-%d %H:%M} UTC: {state.halted_why}",
            "prepaired resume",
        )
    for sender in stopped:
        yield wrong(
            "engine",
            f"{sender.name.split(':')[0]} refused the account ({sender.stopped_code}), and nothing goes there",
            "mend the account, then prepaired tick",
        )
    if state.worked_at is None or SystemClock().wall() - state.worked_at > _SILENT:
        when = f"{state.worked_at:%Y-%m-%d %H:%M} UTC" if state.worked_at else "never"
        yield note("engine", f"went round last: {when}", "run prepaired serve, or prepaired tick from cron")
    if settings.encryption_keys is None or settings.secret_key is None:
        return
    vault = vault_of(settings)
    try:
        with database.reads() as session:
            program_state.check_keys(session, vault)
    except PrepairedError as fault:
        yield wrong("database", *_parted(str(fault).replace(": set", "; set")))
        return
    if rules is not None:
        yield from rule_findings(database, vault, rules)
        yield from pathway_findings(read_program(settings)[0], database, vault, SystemClock().now())
