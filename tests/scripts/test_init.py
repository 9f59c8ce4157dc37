"""`prepaired init`: files, keys, a database and a way in, without a terminal."""

import os
import pty
import stat
from pathlib import Path

import pytest

from tests.scripts.installation import ROOT, Installation

ANSWERS = ("--organisation", 'Lake: "side" #1', "--name", "Ana Silva", "--email", "ana@example.org")


def test_a_fresh_folder_becomes_an_installation(bare: Installation) -> None:
    said = bare.done("init", "--yes", *ANSWERS, "--phone", "(202) 555-0140", "--zone", "America/Chicago")
    assert "http://127.0.0.1:8000/console/sign-in/" in said
    assert sorted(path.name for path in bare.folder.iterdir()) == [
        ".env", "prepaired.db", "prepaired.toml", "program.yaml",
    ]  # fmt: skip
    assert stat.S_IMODE((bare.folder / ".env").stat().st_mode) == 0o600
    program = (bare.folder / "program.yaml").read_text(encoding="utf-8")
    assert "+12025550140" in program
    bare.write("members.csv", "id,email,email_consent\na,a@example.org,yes\nb,b@example.org,yes\n")
    assert "Added 2" in bare.done("import", "members.csv")
    assert "0 nudges made" in bare.done("tick")


def test_the_keys_of_two_installations_differ(tmp_path: Path) -> None:
    written = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        Installation(folder=tmp_path / name).done("init", "--yes", *ANSWERS)
        lines = (tmp_path / name / ".env").read_text(encoding="utf-8").splitlines()
        written.append({line for line in lines if "KEY" in line and not line.startswith("#")})
    assert len(written[0]) == 3
    assert written[0].isdisjoint(written[1])


def test_nothing_is_written_over_and_force_keeps_the_keys(bare: Installation) -> None:
    bare.done("init", "--yes", *ANSWERS)
    kept = (bare.folder / ".env").read_text(encoding="utf-8")
    assert "there already" in bare.refused("init", "--yes", *ANSWERS)
    bare.done("init", "--yes", *ANSWERS, "--force", "--program", "Lake Buddies")
    assert (bare.folder / ".env").read_text(encoding="utf-8") == kept
    assert "Lake Buddies" in (bare.folder / "program.yaml").read_text(encoding="utf-8")


def test_what_is_missing_or_wrong_is_named_and_nothing_written(bare: Installation) -> None:
    said = bare.refused(
        "init", "--yes", "--email", "nobody", "--phone", "911", "--zone", "Mars/Base", "--public-url", "x"
    )
    for option in ("--organisation", "--name", "--email", "--phone", "--zone", "--public-url"):
        assert option in said
    assert list(bare.folder.iterdir()) == []


def test_the_database_may_be_another(bare: Installation, empty_database_url: str) -> None:
    bare.done("init", "--yes", *ANSWERS, "--database-url", empty_database_url)
    assert "already" in bare.done("migrate")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a terminal of its own")
def test_on_a_terminal_it_asks_again_until_the_answer_is_one(bare: Installation) -> None:
    import subprocess
    import sys

    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "scripts.main", "init"], cwd=bare.folder, stdin=terminal,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=bare.environment() | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    os.write(controller, b"Lakeside\n\n\nAna Silva\nnobody\nana@example.org\n\n\n\n")
    shown, _ = process.communicate(timeout=60)
    os.close(controller)
    os.close(terminal)
    assert process.returncode == 0, shown
    assert "no mail address" in shown
    assert "/console/sign-in/" in shown
