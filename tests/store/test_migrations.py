"""Migrations make what the models describe, once, forward only, on both databases."""

import multiprocessing
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from store import job_queue, migrate
from store.database import Database, open_database
from store.errors import SchemaBehind
from store.models import Record


def _described(engine: Engine) -> dict[str, Any]:
    """Everything that a catalogue says about every table, indexes' conditions included."""
    catalogue = inspect(engine)
    return {
        table: {
            "columns": {
                column["name"]: (repr(column["type"]), column["nullable"], column["default"])
                for column in catalogue.get_columns(table)
            },
            "primary key": catalogue.get_pk_constraint(table),
            "foreign keys": sorted(map(repr, catalogue.get_foreign_keys(table))),
            "unique": sorted(map(repr, catalogue.get_unique_constraints(table))),
            "indexes": sorted(map(_index, catalogue.get_indexes(table))),
        }
        for table in catalogue.get_table_names()
        if table != "alembic_version" and not table.startswith(job_queue.PREFIX)
    }


def _index(index: Any) -> str:
    # Conditions come as text objects, which have no telling repr.
    options = {name: str(value) for name, value in sorted(index.get("dialect_options", {}).items())}
    return repr((index["name"], index["column_names"], index["unique"], options))


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or not (name or "").startswith(job_queue.PREFIX)


def test_alembic_finds_no_difference_between_models_and_migrations(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": _is_ours}
        )
        assert compare_metadata(context, Record.metadata) == []


def test_a_migrated_schema_is_the_one_that_the_models_describe(empty_database: Database) -> None:
    Record.metadata.create_all(empty_database.engine)
    from_models = _described(empty_database.engine)
    Record.metadata.drop_all(empty_database.engine)
    migrate.migrate(empty_database)
    assert _described(empty_database.engine) == from_models
    assert set(from_models) == set(Record.metadata.tables)


def test_a_server_holds_the_job_queue_that_the_installed_package_describes(database: Database) -> None:
    with database.engine.connect() as connection:
        if database.is_sqlite:
            tables = inspect(connection).get_table_names()
            assert not [table for table in tables if table.startswith(job_queue.PREFIX)]
        else:
            assert job_queue.installed(connection) == job_queue.shipped()


def test_partial_indexes_are_seen_by_the_comparison(database: Database) -> None:
    conditions = {
        name
        for table in _described(database.engine).values()
        for name in table["indexes"]
        if "_where" in name and "None" not in name
    }
    assert len(conditions) >= 3


def test_the_newest_file_is_the_head_of_one_straight_line(empty_database: Database) -> None:
    with empty_database.engine.connect() as connection:
        scripts = ScriptDirectory.from_config(migrate.alembic_config(connection))
    assert scripts.get_heads() == [migrate.newest()]
    assert [step.revision for step in scripts.walk_revisions()] == sorted(
        (step.revision for step in scripts.walk_revisions()), reverse=True
    )


def test_an_empty_database_is_behind_until_it_is_migrated(empty_database: Database) -> None:
    assert migrate.revision(empty_database) is None
    assert migrate.is_behind(empty_database)
    assert migrate.migrate(empty_database) == migrate.newest()
    assert migrate.revision(empty_database) == migrate.newest()
    assert not migrate.is_behind(empty_database)


def test_a_second_migration_changes_nothing(database: Database) -> None:
    before = _described(database.engine)
    assert migrate.migrate(database) == migrate.newest()
    assert _described(database.engine) == before


def test_a_newer_schema_is_not_behind_and_is_left_alone(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    assert not migrate.is_behind(database)
    assert migrate.migrate(database) == "9999"


def test_a_migration_that_fails_leaves_nothing_behind(empty_database: Database) -> None:
    with empty_database.engine.begin() as connection:
        connection.execute(text("create table suppression (note text)"))  # in the way of the first migration
    with pytest.raises(Exception, match="suppression"):
        migrate.migrate(empty_database)
    assert inspect(empty_database.engine).get_table_names() == ["suppression"]


def test_prepare_creates_an_embedded_database_and_refuses_a_server_that_is_behind(
    empty_database: Database,
) -> None:
    if empty_database.is_sqlite:
        migrate.prepare(empty_database)
        assert not migrate.is_behind(empty_database)
    else:
        with pytest.raises(SchemaBehind, match="prepaired migrate"):
            migrate.prepare(empty_database)
        assert migrate.is_behind(empty_database)


def test_prepare_accepts_a_database_that_is_up_to_date(database: Database) -> None:
    migrate.prepare(database)
    assert migrate.revision(database) == migrate.newest()


def _migrate_together(url: str, start: Any, answers: Any) -> None:
    start.wait()
    try:
        database = open_database(url)
        answers.put(migrate.migrate(database))
        database.close()
    except Exception as fault:  # noqa: BLE001 - the parent shows what went wrong here
        answers.put(repr(fault))


def test_processes_that_start_at_once_prepare_one_database(empty_database_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    start, answers = context.Barrier(4), context.Queue()
    processes = [
        context.Process(target=_migrate_together, args=(empty_database_url, start, answers)) for _ in range(4)
    ]
    for process in processes:
        process.start()
    assert [answers.get(timeout=60) for _ in processes] == [migrate.newest()] * 4
    for process in processes:
        process.join()
