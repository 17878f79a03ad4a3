"""Doctor: a sound installation has nothing bad, and each thing that would break a promise is seen with what to do."""

import json
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection

from hanse.edge import doctor, health
from hanse.edge.doctor import BAD, GOOD, WATCH
from hanse.kernel import clock


@pytest.fixture
def sound(lasting, monkeypatch, tmp_path):
    """An installation as it should be: a secret, a home, the present time, and the rights of a real server."""
    monkeypatch.setenv("HANSE_SECRET_KEY", "x" * 48)
    monkeypatch.setenv("HANSE_HOME", str(tmp_path))
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        [now] = cursor.fetchone()
    monkeypatch.setattr(clock, "now", lambda: now)
    monkeypatch.setattr(doctor, "WRITABLE", doctor.WRITABLE.replace("OR has_table_privilege(t.name, 'TRUNCATE')", ""))  # tests empty their tables
    return monkeypatch


def marks() -> dict[str, str]:
    return {line.name: line.mark for line in doctor.run()}


def test_a_sound_installation_has_nothing_bad(sound):
    assert {line.name: line.seen for line in doctor.run() if line.mark == BAD} == {}
    assert all(line.do for line in doctor.run() if line.mark != GOOD)


def test_settings_that_lose_what_was_acknowledged_are_bad(sound):
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET lock_timeout = 0")
        found = marks()
        cursor.execute("RESET synchronous_commit")
        cursor.execute("RESET lock_timeout")
    assert (found["synchronous_commit"], found["lock timeout"], found["fsync"]) == (BAD, BAD, GOOD)


def test_a_failing_archive_a_standby_and_a_database_that_was_not_recovered_are_seen(sound):
    at = datetime(2026, 11, 27, 2, tzinfo=UTC)
    seen = {}
    for row in [(False, None, "", False, "off"), (True, at, "ANY 1 (b, c)", False, "on"), (False, None, "", True, "on")]:
        sound.setattr(doctor, "_rows", lambda sql, given=(), row=row: [row])
        seen[row] = [(x.name, x.mark, x.seen) for x in doctor.standbys()]
    assert list(seen.values()) == [
        [],
        [("log archive fails", BAD, "since 2026-11-27 02:00"), ("synchronous standbys", GOOD, "ANY 1 (b, c)"), ("database", BAD, "closed for writes")],
        [("database", BAD, "a standby")],
    ]


def test_rights_to_change_what_only_grows_are_bad(sound, database_urls):
    with psycopg.connect(database_urls[0], autocommit=True) as owner:
        owner.execute("GRANT UPDATE ON journal_event TO hanse_app")
        try:
            [line] = [x for x in doctor.roles() if x.name == "append-only tables"]
        finally:
            owner.execute("REVOKE UPDATE ON journal_event FROM hanse_app")
    assert (line.mark, line.seen) == (BAD, "journal_event can be changed")


def test_a_role_that_owns_the_tables_is_bad(sound, database_urls):
    with psycopg.connect(database_urls[0]) as owner:
        sound.setattr(doctor, "_rows", lambda sql, given=(): owner.execute(sql, given or None).fetchall())
        found = {line.name: line.mark for line in doctor.roles()}
    assert (found["database role"], found["append-only tables"]) == (BAD, BAD)


def test_a_missing_secret_debug_and_open_hosts_are_bad(sound, settings):
    sound.delenv("HANSE_SECRET_KEY")
    settings.DEBUG, settings.ALLOWED_HOSTS = True, ["*"]
    found = marks()
    assert (found["secret key"], found["debug"], found["hosts"], found["https"]) == (BAD, BAD, BAD, WATCH)


def test_missing_migrations_a_clock_that_is_off_and_a_full_disk_are_seen(sound):
    sound.setattr(doctor, "behind", lambda: ["billing.0009"])
    sound.setattr(doctor, "LEAST_FREE", 2**60)
    now = clock.now()
    sound.setattr(clock, "now", lambda: now + timedelta(seconds=70))
    found = marks()
    assert (found["migrations"], found["clock"], found["disk"]) == (BAD, BAD, BAD)
    assert health.behind() == []


def test_a_restored_backup_is_noted_and_grows_old(sound, capsys):
    assert marks()["restored backup"] == WATCH
    assert doctor.main(["--restored", "--json"]) == 0
    lines = json.loads(capsys.readouterr().out)
    assert {x["name"]: x["mark"] for x in lines}["restored backup"] == GOOD
    now = clock.now()
    sound.setattr(clock, "now", lambda: now + timedelta(days=40))
    assert marks()["restored backup"] == WATCH
    assert doctor.main([]) == 1, "the clock is 40 days off"
    assert "chrony" in capsys.readouterr().out
    assert doctor.main(["--what"]) == 2


def test_a_follower_that_is_behind_is_seen(sound, lasting):
    from hanse.journal.models import Event, Follower

    Follower.objects.create(name="webhooks", xact=0, failures=3, trouble="broken")
    Event.objects.create(kind="X", subject="order/H-1", body={}, happened_at=clock.now(), recorded_at=clock.now() - timedelta(minutes=5), actor="ann", operation="x.y")
    assert marks()["follower webhooks"] == BAD
