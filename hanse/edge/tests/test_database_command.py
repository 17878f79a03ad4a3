"""`hanse db` is about the private database and leaves a server of one's own alone."""

import pytest
from click.testing import CliRunner
from django.db import connection

from hanse.edge import schema
from hanse.edge.cli import main


@pytest.mark.parametrize("words", [["start"], ["stop"], ["status"], ["backup", "copy"], ["restore", "."]])
def test_a_server_of_ones_own_is_not_copied_or_stopped_by_hanse(words, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://hanse_app@127.0.0.1:1/hanse")
    monkeypatch.setenv("HANSE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["db", *words])
    assert (done.exit_code, "by its own means" in done.output) == (3, True)
    assert list(tmp_path.iterdir()) == []


def test_a_migration_may_take_longer_than_a_request(db, monkeypatch):
    class Enough(Exception):
        pass

    def looked(*_, **__):
        with connection.cursor() as cursor:
            cursor.execute("SELECT setting::int FROM pg_settings WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout')")
            assert cursor.fetchall() == [(3_600_000,)] * 2
        raise Enough

    monkeypatch.setattr("django.core.management.call_command", looked)
    with pytest.raises(Enough):
        schema.migrate()
