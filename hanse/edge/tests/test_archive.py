"""The archive of the private PostgreSQL: any moment can be restored, exactly, and what is too old is dropped."""

import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import psycopg
import pytest

from hanse.edge import postgres_archive
from hanse.edge.postgres import PostgresError, archive, backup_into_archive, restore, start, stop
from hanse.edge.postgres_archive import STAMP, copies, drop
from hanse.edge.tests.test_postgres import ask, end

TWO_WEEKS = timedelta(days=14)
NOTES = "SELECT string_agg(number::text, ' ' ORDER BY number) FROM note"


@pytest.fixture
def homes(tmp_path):
    made = {name: tmp_path / name for name in ("home", "then", "now", "apart")}
    yield made
    for home in made.values():
        end(home)


def note(server, number):
    """Commit a note; the moment after it was acknowledged."""
    with psycopg.connect(server.owner_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (number int)")
        connection.execute("INSERT INTO note VALUES (%s)", [number])
    time.sleep(0.01)
    return datetime.now(UTC)


def archived(home, folder):
    """A server whose log is kept, and a first copy."""
    start(home)
    stop(home)
    archive(home, folder)
    server = start(home)
    backup_into_archive(server, TWO_WEEKS)
    time.sleep(1.1)  # a copy is named by the second after it was done
    return server


@pytest.mark.slow
def test_any_moment_is_restored_exactly_and_is_closed_until_it_is_recovered(homes, tmp_path):
    kept = tmp_path / "it's 100 % kept"
    server = archived(homes["home"], kept)
    note(server, 1)
    moment = note(server, 2)
    note(server, 3)
    with pytest.raises(PostgresError, match=r"ends before .*name an earlier moment"):
        restore(homes["then"], kept, datetime.now(UTC) + timedelta(hours=1))
    stop(homes["home"])
    restore(homes["then"], kept, moment)
    then = start(homes["then"])
    assert ask(then.owner_url, NOTES) == "1 2"
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        ask(then.owner_url, "INSERT INTO note VALUES (4) RETURNING number")
    stop(homes["then"])
    restore(homes["now"], kept, to_look_at=True)
    now = start(homes["now"])
    assert (ask(now.owner_url, NOTES), ask(now.owner_url, "INSERT INTO note VALUES (4) RETURNING number")) == ("1 2 3", 4)


def test_what_cannot_be_restored_is_said_with_the_way_out(homes, tmp_path):
    with pytest.raises(PostgresError, match="has no archive: name a folder"):
        backup_into_archive(SimpleNamespace(home=homes["home"]), TWO_WEEKS)
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "backup_manifest").touch()
    with pytest.raises(PostgresError, match="is a copy of one moment"):
        restore(homes["then"], copy, datetime.now(UTC))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").touch()
    with pytest.raises(PostgresError, match="an archive has a folder of its own"):
        archive(homes["home"], tmp_path / "other")
    (tmp_path / "empty" / "copies").mkdir(parents=True)
    with pytest.raises(PostgresError, match="has no copy yet"):
        restore(homes["then"], tmp_path / "empty")
    with pytest.raises(PostgresError, match="is no backup"):
        restore(homes["then"], tmp_path / "other")


def test_copies_and_log_are_dropped_when_no_moment_that_is_kept_needs_them(tmp_path):
    today = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
    (tmp_path / "log").mkdir()
    for days in (30, 20, 10, 0):
        made = tmp_path / "copies" / (today - timedelta(days=days)).strftime(STAMP)
        made.mkdir(parents=True)
        (made / "backup_label").write_text(f"START WAL LOCATION: 0/28 (file 0000000100000000000000{30 - days:02X})\nCHECKPOINT LOCATION: 0/60\n")
    for piece in range(32):
        (tmp_path / "log" / f"0000000100000000000000{piece:02X}.gz").touch()
    (tmp_path / "log" / "00000002.history.gz").touch()
    drop(tmp_path, today - TWO_WEEKS)
    assert [(today - done).days for done, _ in copies(tmp_path)] == [20, 10, 0]
    assert sorted(p.name for p in (tmp_path / "log").iterdir())[:2] == ["00000001000000000000000A.gz", "00000001000000000000000B.gz"]
    assert (tmp_path / "log" / "00000002.history.gz").exists()
    assert postgres_archive.chosen(tmp_path, today - timedelta(days=1))[0].name.startswith("2026-11-17")
    with pytest.raises(PostgresError, match="its oldest copy is of 2026-11-07"):
        postgres_archive.chosen(tmp_path, today - timedelta(days=25))
