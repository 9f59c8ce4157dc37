"""The command line as a whole: its help, how it fails, how light it is."""

import subprocess
import sys

import pytest

from scripts.main import COMMANDS
from tests.scripts.installation import ROOT, Installation

HEAVY = ("sqlalchemy", "fastapi", "twilio", "sendgrid", "apscheduler", "uvicorn", "pydantic_settings")


def test_the_overview_names_every_command(bare: Installation) -> None:
    shown = bare.done("--help")
    assert [name for name in COMMANDS if f" {name} " not in shown] == []


@pytest.mark.parametrize("name", sorted(set(COMMANDS)))
def test_a_command_explains_itself_with_an_example(bare: Installation, name: str) -> None:
    shown = bare.done(name, "--help")
    example = shown.partition("Example")[2]
    assert f"prepaired {name}" in example
    assert "Usage: prepaired" in shown


def test_without_a_command_the_overview_is_shown(bare: Installation) -> None:
    ended = bare.run()
    assert ended.code == 2
    assert "init" in ended.out + ended.err


def test_a_misspelt_command_is_bad_usage_and_the_right_one_is_named(bare: Installation) -> None:
    assert "rotate" in bare.refused("rotat")


def test_the_version_is_told(bare: Installation) -> None:
    assert bare.done("--version").startswith("prepaired ")


@pytest.mark.parametrize("arguments", [["--help"], ["pair", "people.csv", "--json"], ["pair", "--help"]])
def test_what_needs_no_database_imports_none(bare: Installation, arguments: list[str]) -> None:
    bare.write("people.csv", "id\na\nb\n")
    program = (
        "import sys; from scripts.main import end_of\n"
        f"code = end_of({arguments!r})\n"
        f"print('heavy:', sorted(set({HEAVY!r}) & set(sys.modules)), code, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=bare.folder, env=bare.environment(),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stderr.splitlines()[-1] == "heavy: [] 0"


def test_a_fault_shows_where_only_when_asked(bare: Installation) -> None:
    assert "Traceback" not in bare.refused("pair", "nowhere.csv")
    assert "Traceback" in bare.run("pair", "nowhere.csv", "--debug").err
    assert "Traceback" in bare.run("--debug", "pair", "nowhere.csv").err


def test_what_nobody_foresaw_ends_in_one_honest_line(sqlite_installation: Installation) -> None:
    from sqlalchemy import text

    from store.database import open_database

    database = open_database(sqlite_installation.variables["PREPAIRED_DATABASE_URL"])
    with database.writes.begin() as session:
        session.execute(text("drop table provider_event"))
        session.execute(text("drop table link"))
        session.execute(text("drop table message"))
    database.close()
    said = sqlite_installation.refused("messages", code=70)
    assert "--debug" in said
    assert "message" in said
    assert "no such table" not in said


def test_settings_that_are_wrong_are_told_a_line_each(bare: Installation) -> None:
    bare.write("prepaired.toml", 'public_url = "nowhere"\nnonsense = 1\n')
    said = bare.refused("tick")
    assert "PREPAIRED_PUBLIC_URL" in said
    assert "PREPAIRED_NONSENSE" in said
    assert len(said.splitlines()) == 2


def test_a_database_that_cannot_be_reached_is_told_without_its_password(bare: Installation) -> None:
    url = "postgresql+psycopg://buddy:geheim@127.0.0.1:9/none"
    unreached = Installation(folder=bare.folder, variables={"PREPAIRED_DATABASE_URL": url})
    said = unreached.refused("messages")
    assert "PREPAIRED_DATABASE_URL" in said
    assert "geheim" not in said


def test_a_file_that_is_no_database_is_told(bare: Installation) -> None:
    bare.write("prepaired.db", "id,name\n" * 200)
    assert "PREPAIRED_DATABASE_URL" in bare.refused("messages")


def test_the_module_is_the_entry_point_that_the_package_names() -> None:
    assert 'prepaired = "scripts.main:run"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
