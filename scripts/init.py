"""`prepaired init`: a few questions, then settings, keys, a program file, a database and the first sign-in."""

import sys
from typing import Annotated

import typer

from scripts.errors import UsageFault

DONE = """
Written: {files}.
Keep .env to yourself, and a copy of it in a safe place: without its keys the database cannot be read.

Sign in as {name} (the link works once, within a day, while `prepaired serve` runs):
  {link}

Next: prepaired import members.csv --cohort NAME, then prepaired rotate NAME. Run prepaired doctor before going live.
"""


def init(
    organisation: Annotated[str | None, typer.Option(help="Your organization's name.")] = None,
    program: Annotated[
        str | None, typer.Option(help="What members call the program; at most 24 characters.")
    ] = None,
    zone: Annotated[str | None, typer.Option(help="The program's IANA time zone.")] = None,
    name: Annotated[str | None, typer.Option(help="The coordinator's name.")] = None,
    email: Annotated[str | None, typer.Option(help="The coordinator's mail address.")] = None,
    phone: Annotated[str | None, typer.Option(help="The coordinator's phone number.")] = None,
    public_url: Annotated[str | None, typer.Option(help="Where members will reach the pages.")] = None,
    database_url: Annotated[str | None, typer.Option(help="Where to keep everything; SQLite here.")] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing; take what is left as it is.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Write the files anew; keys that are there are kept.")
    ] = False,
) -> None:
    """Ask a few questions, write prepaired.toml, .env and program.yaml, create the database.

    Prints the coordinator's first sign-in link. Writes over nothing without --force.

    Example: prepaired init --yes --organisation "Lakeside" --name "Ana Silva" --email ana@example.org
    """
    from scripts.init_files import Answers, check_free, write_files

    check_free(force)
    given = {
        "organisation": organisation,
        "program": program,
        "zone": zone,
        "name": name,
        "email": email,
        "phone": phone,
        "public_url": public_url,
        "database_url": database_url,
    }
    answers = Answers.checked(_asked(given) if _may_ask(yes) else given)
    files = write_files(answers, force=force)
    link = _begin()
    typer.echo(DONE.format(files=", ".join(files), name=answers.name, link=link).strip())


def _may_ask(yes: bool) -> bool:
    return not yes and sys.stdin.isatty()


def _asked(given: dict[str, str | None]) -> dict[str, str | None]:
    """The answers, asked for where an option did not give them."""
    from scripts.init_files import QUESTIONS

    found = dict(given)
    for key, (question, default) in QUESTIONS.items():
        while found[key] is None:
            try:
                found[key] = typer.prompt(question, default=default, err=True).strip()
                _check_one(key, found[key] or "")
            except UsageFault as fault:
                typer.echo(str(fault), err=True)
                found[key] = None
    return found


def _check_one(key: str, value: str) -> None:
    from scripts.init_files import check

    check(key, value)


def _begin() -> str:
    """Creates and begins the database; the coordinator's first sign-in link."""
    from engine.clock import SystemClock
    from engine.sign_in import sign_in_link
    from scripts.init_files import COORDINATOR
    from scripts.wiring import deployment_from, migrated_database, read_settings

    clock = SystemClock()
    settings = read_settings()
    with migrated_database(settings) as database:
        deployment = deployment_from(settings, database, clock=clock)
        return sign_in_link(deployment, COORDINATOR, clock.now())
