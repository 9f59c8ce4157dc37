"""Drafts a migration from what the models say and the migrations do not yet: a tool for developers.

`python -m store.migrations.write "Members have pronouns"` drafts the next step; with `--first` instead of a
description it writes the first one anew, which is right only while nothing is released.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command

from store.database import open_database
from store.migrate import MIGRATIONS, alembic_config, newest

VERSIONS = MIGRATIONS / "versions"


JOB_QUEUE = """
    job_queue.create(op.get_bind())  # not from the models: its own package describes it
"""


def write(message: str, number: str, *, last: str = "") -> Path:
    """Writes versions/NUMBER_slug.py, from the newest migration to the models, and returns its path.

    `last` is what the step does at its end that no model describes.
    """
    with TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/draft.db")
        try:
            with database.engine.begin() as connection:
                config = alembic_config(connection)
                config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
                command.upgrade(config, "head")
                script = command.revision(config, message=message, autogenerate=True, rev_id=number)
        finally:
            database.close()
    if script is None or isinstance(script, list):
        raise RuntimeError("Alembic wrote no single script")
    path = Path(script.path)
    lines = path.read_text().splitlines(keepends=True)
    drafted = "".join(line for line in lines if not line.strip().startswith("# ###")).rstrip() + "\n"
    if last:
        drafted = drafted.replace(
            "from alembic import op\n", "from alembic import op\n\nfrom store import job_queue\n"
        )
    path.write_text(drafted + last)
    for step in ("format", "check --fix", "format"):  # imports that turn out unused go; lines are wrapped
        subprocess.run([sys.executable, "-m", "ruff", *step.split(), "--quiet", str(path)], check=True)  # noqa: S603
    return path


def main(arguments: list[str]) -> None:
    """Reads the command line; Alembic says what it writes."""
    parser = argparse.ArgumentParser(description="Drafts a migration from the models.")
    parser.add_argument("message", nargs="?", help="what changes, in a few words")
    parser.add_argument("--first", action="store_true", help="write the one unreleased migration anew")
    options = parser.parse_args(arguments)
    if options.first:
        for old in VERSIONS.glob("[0-9]*_*.py"):
            old.unlink()
        write("Everything the program keeps", "0001", last=JOB_QUEUE)
    elif options.message:
        write(options.message, f"{int(newest()) + 1:04}")
    else:
        parser.error("say what changes, or --first")


if __name__ == "__main__":
    main(sys.argv[1:])
