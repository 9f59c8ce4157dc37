"""What is shipped: our packages under names of our own, every file they need, and documents for all of it."""

import importlib
import json
import os
import pkgutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

import pytest
import typer
from pydantic import BaseModel
from pydantic_settings import BaseSettings
from typer.core import TyperGroup

import config
from scripts.main import application

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES: list[str] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this tree."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return next(folder.glob("*.whl"))


def _files(packages: list[str]) -> Iterator[str]:
    for package in packages:
        for path in (ROOT / package).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(ROOT).as_posix()


def test_nobody_else_owns_the_name_of_one_of_our_packages() -> None:
    owners = metadata.packages_distributions()
    assert {name: owners[name] for name in PACKAGES if set(owners.get(name, [])) - {"prepaired"}} == {}


def test_the_wheel_holds_every_file_of_our_packages_and_nothing_else(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert packed == set(_files(PACKAGES))


def test_the_wheel_holds_more_than_python(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        packed = archive.namelist()
    for beginning, end in [
        ("config/", ".yaml"),
        ("store/migrations/", ".mako"),
        ("store/migrations/versions/0001_", ".py"),
        ("web/", ".html"),
        ("web/", ".css"),
        ("web/", ".js"),
    ]:
        assert any(name.startswith(beginning) and name.endswith(end) for name in packed), (beginning, end)
    assert any(name.endswith("licenses/LICENSE") for name in packed)


@pytest.fixture
def unpacked(wheel: Path, tmp_path: Path) -> dict[str, str]:
    """An environment in which the wheel's content is imported, from wherever, and not this tree's."""
    with ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "unpacked")
    return os.environ | {"PYTHONPATH": str(tmp_path / "unpacked")}


def test_the_wheel_migrates_a_database_by_itself(unpacked: dict[str, str], tmp_path: Path) -> None:
    program = (
        "from store.database import open_database\n"
        "from store.migrate import migrate\n"
        "import store\n"
        "print(store.__file__, migrate(open_database('sqlite:///fresh.db')))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=unpacked,
        capture_output=True,
        text=True,
        check=True,
    )
    where, revision = ran.stdout.split()
    assert Path(where).is_relative_to(tmp_path)
    assert revision.isdecimal()


def test_the_wheel_understands_a_reply_by_itself(unpacked: dict[str, str], tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", "from scripts.main import run; run()", "replies"],
        input='{"text": "I want to die"}\n',
        cwd=tmp_path,
        env=unpacked,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(ran.stdout)["intent"] == "crisis"


def test_the_command_is_the_one_that_the_project_names() -> None:
    module, _, function = PROJECT["project"]["scripts"]["prepaired"].partition(":")
    assert callable(getattr(importlib.import_module(module), function))


def _documents() -> str:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return "\n".join(page.read_text() for page in pages)


def _commands() -> list[str]:
    group = typer.main.get_command(application(""))
    assert isinstance(group, TyperGroup)
    return list(group.list_commands(typer.Context(group)))


def _variables(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, setting in model.model_fields.items():
        variable = f"{prefix}{name}".upper()
        if isinstance(setting.annotation, type) and issubclass(setting.annotation, BaseModel):
            yield from _variables(setting.annotation, f"{variable}__")
        else:
            yield variable


def _settings() -> list[str]:
    modules = [
        importlib.import_module(f"config.{found.name}") for found in pkgutil.iter_modules(config.__path__)
    ]
    found = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, BaseSettings) and value is not BaseSettings
    }
    return sorted(
        variable for model in found for variable in _variables(model, model.model_config["env_prefix"])
    )


def test_every_command_is_in_the_documents() -> None:
    commands, documents = _commands(), _documents()
    assert len(commands) >= 15
    assert [command for command in commands if f"prepaired {command}" not in documents] == []


def test_every_setting_is_in_the_documents() -> None:
    settings, documents = _settings(), _documents()
    assert "PREPAIRED_DATABASE_URL" in settings
    assert [setting for setting in settings if f"`{setting}`" not in documents] == []


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-build.txt", "requirements-test.txt", "requirements-large.txt"]
)
def test_requirements_are_pinned_with_hashes_and_name_no_host(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    pinned = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert pinned
    for line in pinned:
        assert "==" in line
        assert line.endswith("\\"), f"{line}: no hash follows"
