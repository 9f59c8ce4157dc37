"""What `prepaired init` asks, checks and writes: prepaired.toml, .env, program.yaml."""

import json
import os
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from scripts.errors import UsageFault
from store.addresses import BadAddress, normal_email, normal_phone

COORDINATOR = "coordinator"  # the id of the first staff entry
TOML, ENV, PROGRAM = Path("prepaired.toml"), Path(".env"), Path("program.yaml")
DATABASE = "sqlite:///prepaired.db"

QUESTIONS = {
    "organisation": ("Your organization's name", None),
    "program": ("What members call the program", "Prepaired"),
    "zone": ("The program's time zone", "America/New_York"),
    "name": ("The coordinator's name", None),
    "email": ("The coordinator's mail address", None),
    "phone": ("The coordinator's phone number (may stay empty)", ""),
    "public_url": ("The address that members will reach the pages at", "http://127.0.0.1:8000"),
    "database_url": ("The database", DATABASE),
}
_TOML_TEXT = """\
# Settings of this installation; secrets are in .env. Variables of the environment come before both.
# The full list: docs/settings.md
public_url = {public_url}
program = {program}

# Who carries messages. Accounts and tokens belong in .env, such as PREPAIRED_TWILIO__AUTH_TOKEN=...
[sms]
provider = "off"      # twilio

[email]
provider = "off"      # sendgrid or smtp
"""
_ENV_TEXT = """\
# Secrets of this installation. Keep a copy in a safe place: without the keys the database cannot be read.
PREPAIRED_DATABASE_URL={database_url}
PREPAIRED_SECRET_KEY={secret_key}
PREPAIRED_ENCRYPTION_KEYS={encryption_keys}
PREPAIRED_INDEX_KEY={index_key}
"""
_PROGRAM_TEXT = """\
# What is particular about this program; everything else is as built in.
name: {program}
organisation: {organisation}
zone: {zone}

staff:
  - id: {id}
    name: {name}
    email: {email}
{phone}    roles: [coordinator]

# Before going live: who is on call (without hours nobody is, and crisis answers say so), who stands in for the
# coordinator, and the rules by which members are paired.
# on_call:
#   hours:
#     - {{days: [mon, tue, wed, thu, fri, sat, sun], starts: "00:00", ends: "00:00", chain: [{id}]}}
# pathway:
#   deputy: {id}
# pairing:
#   prefer:
#     - {{attribute: specialty, rule: same, weight: 30}}
#   never:
#     - {{attribute: unit, rule: same}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was answered, checked."""

    organisation: str
    program: str
    zone: str
    name: str
    email: str
    phone: str
    public_url: str
    database_url: str

    @classmethod
    def checked(cls, given: Mapping[str, str | None]) -> "Answers":
        """The answers with defaults where one was left out. Raises UsageFault naming all that is wrong."""
        found: dict[str, str] = {}
        faults: list[str] = []
        for key, (_, default) in QUESTIONS.items():
            value = given.get(key)
            if value is None and default is None:
                faults.append(f"--{key.replace('_', '-')}: is needed")
                continue
            try:
                found[key] = check(key, (value if value is not None else default) or "")
            except UsageFault as fault:
                faults.append(str(fault))
        if faults:
            raise UsageFault("\n".join(faults))
        return cls(**found)


def check(key: str, value: str) -> str:
    """The answer in its one spelling. Raises UsageFault."""
    try:
        return _CHECKS[key](value.strip())
    except (ValueError, BadAddress, LookupError, OSError) as fault:
        raise UsageFault(f"--{key.replace('_', '-')}: {fault}") from fault


def _words(longest: int) -> Callable[[str], str]:
    def checked(value: str) -> str:
        if not value or len(value) > longest or not value.isprintable():
            raise ValueError(f"{value!r} must be 1 to {longest} characters on one line")
        return value

    return checked


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (LookupError, ValueError, OSError):
        raise ValueError(f"{value!r} is no IANA time zone such as America/Chicago") from None
    return value


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"{value!r} is no address such as https://buddies.example.org")
    return value.rstrip("/")


def _database(value: str) -> str:
    # The value goes into .env between quotation marks, and may hold a password: it is not repeated.
    if not re.fullmatch(r"(sqlite:///|postgresql\+psycopg://)[^\s'\"\\]+", value):
        raise ValueError(
            "must begin with sqlite:/// or postgresql+psycopg:// and hold no blank or quotation mark"
        )
    return value


_CHECKS: dict[str, Callable[[str], str]] = {
    "organisation": _words(80),
    "program": _words(24),
    "zone": _zone,
    "name": _words(80),
    "email": normal_email,
    "phone": lambda value: normal_phone(value) if value else "",
    "public_url": _url,
    "database_url": _database,
}


def check_free(force: bool) -> None:
    """Raises UsageFault when a file is there already that would be written over."""
    there = [str(path) for path in (TOML, ENV, PROGRAM) if path.exists()]
    if there and not force:
        raise UsageFault(
            f"{', '.join(there)}: there already; use another folder, or --force to write the files anew "
            "(keys that are in .env are kept)"
        )


def write_files(answers: Answers, *, force: bool) -> list[str]:
    """Writes the three files, .env readable by its owner only; their names."""
    phone = f"    phone: {json.dumps(answers.phone)}\n" if answers.phone else ""
    quoted = {
        key: json.dumps(value, ensure_ascii=False)
        for key, value in (
            ("program", answers.program),
            ("organisation", answers.organisation),
            ("name", answers.name),
            ("email", answers.email),
        )
    }
    _write(
        PROGRAM, _PROGRAM_TEXT.format(**quoted, zone=answers.zone, phone=phone, id=COORDINATOR), 0o644, force
    )
    settings = {"public_url": answers.public_url, "program": str(PROGRAM)}
    _write(
        TOML, _TOML_TEXT.format(**{key: json.dumps(value) for key, value in settings.items()}), 0o644, force
    )
    kept = _kept_keys()
    fresh = {"secret_key": _key(), "encryption_keys": _key(), "index_key": _key()}
    _write(ENV, _ENV_TEXT.format(database_url=f"'{answers.database_url}'", **{**fresh, **kept}), 0o600, force)
    return [str(TOML), str(ENV), str(PROGRAM)]


def _key() -> str:
    return urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _kept_keys() -> dict[str, str]:
    """Keys of an earlier `init`: what was sealed with them must stay readable."""
    if not ENV.exists():
        return {}
    names = ("secret_key", "encryption_keys", "index_key")
    lines = dict(line.split("=", 1) for line in ENV.read_text(encoding="utf-8").splitlines() if "=" in line)
    found = {name: lines.get(f"PREPAIRED_{name.upper()}", "").strip().strip("'\"") for name in names}
    return {name: value for name, value in found.items() if value}


def _write(path: Path, text: str, mode: int, force: bool) -> None:
    """Never over a file that appeared meanwhile, and never readable by others for a moment."""
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if force else os.O_EXCL)
    try:
        descriptor = os.open(path, flags, mode)
    except OSError as fault:
        raise UsageFault(f"{path}: cannot be written: {fault.strerror}") from fault
    with os.fdopen(descriptor, "w", encoding="utf-8") as target:
        os.fchmod(target.fileno(), mode)
        target.write(text)
