"""The tables: made as a whole, updated with what is in them, and left alone where they are of a newer version."""

import json

import pytest
from alembic import command, op
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from cnnplay.errors import StoreError
from cnnplay.runs import schema
from cnnplay.runs.database import HEAD_REVISION, Database
from cnnplay.runs.store import RunStore
from cnnplay.settings import PROJECT_DIR


def alembic_config(connection=None):
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(PROJECT_DIR / "cnnplay" / "runs" / "migrations"))
    return config


def test_the_tables_are_those_that_the_migrations_make(database):
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == HEAD_REVISION
    assert ScriptDirectory.from_config(alembic_config()).get_heads() == [HEAD_REVISION]


def test_a_migration_that_breaks_off_leaves_nothing_behind(url, monkeypatch):
    made = []
    create_table = op.create_table

    def break_off(name, *columns, **options):
        if name == "artefacts":
            raise KeyboardInterrupt
        made.append(name)
        return create_table(name, *columns, **options)

    monkeypatch.setattr(op, "create_table", break_off)
    database = Database(url)
    with pytest.raises(KeyboardInterrupt), database.read():
        pass
    assert made == ["runs", "jobs", "metrics"]
    monkeypatch.undo()
    with database.read() as connection:
        assert connection.dialect.has_table(connection, "artefacts")
    database.close()


def test_a_store_of_a_newer_version_is_left_alone(database):
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    newer = Database(database.url.render_as_string(hide_password=False))
    with pytest.raises(StoreError, match="was made by a newer cnnplay"), newer.read():
        pass
    newer.close()


def test_a_store_of_an_older_version_is_updated_with_all_that_is_in_it(url):
    database = Database(url)
    run = {
        "id": "a" * 36,
        "name": "Old",
        "state": "finished",
        "model": "fc2",
        "dataset": "mnist-5k",
        "recipe": "modern",
    }
    numbers = {"recipe": "modern", "created_at": 1.0, "step": 5, "epoch": 1.0, "epochs": 1.0, "accuracy": 0.9}
    values = {**run, **numbers, "config": json.dumps({"model": "fc2", "dataset": "mnist-5k", "seed": 3})}
    point = {"run_id": run["id"], "kind": "train", "step": 5, "epoch": 1.0, "elapsed_s": 2.0, "accuracy": 0.8}
    engine = create_engine(database.url)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0001")
        for table, row in (("runs", values), ("metrics", point)):
            names = ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({names})"), row)
    engine.dispose()
    store = RunStore(database)
    (old,) = store.list_runs()
    assert (old.name, old.accuracy, old.deleted_at, old.parent_id) == ("Old", 0.9, None, None)
    assert old.train_config.seed == 3
    (kept,) = store.metrics(run["id"])
    assert (kept.step, kept.accuracy, kept.grad_norms, kept.memory_bytes) == (5, 0.8, None, None)
    assert store.milestones(run["id"]) == ()
    store.close()
