"""Doctor: look at the installation and say of each thing whether it is good, to be watched or bad, and what to do.

`hanse doctor [--json]`: exit 1 when something is bad. `hanse doctor --restored` notes that a backup was restored
and looked at today: only a backup that was restored is one.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from hanse.kernel import clock

from . import home
from .health import LEAST_FREE, behind
from .schema import APPEND_ONLY

GOOD, WATCH, BAD = "good", "watch", "bad"
RESTORED = "restored_at"
"""A file in the home folder: when a backup was last restored and looked at."""
RESTORE_EVERY = timedelta(days=31)
LATE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at: its mark, what was seen, and what to do about it."""

    name: str
    mark: str
    seen: str
    do: str = ""


SETTINGS = """
SELECT name, setting FROM pg_settings
 WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums', 'archive_mode', 'server_version', 'TimeZone',
                'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout')
"""
ARCHIVED = """
SELECT coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false), last_failed_time, current_setting('synchronous_standby_names'),
       pg_is_in_recovery(), current_setting('transaction_read_only') FROM pg_stat_archiver
"""
ROLE = """
SELECT current_user, r.rolsuper, r.rolbypassrls, r.rolcreaterole OR r.rolcreatedb,
       (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() AND pg_has_role(c.relowner, 'MEMBER')),
       has_schema_privilege(current_schema(), 'CREATE')
  FROM pg_roles r WHERE r.rolname = current_user
"""
WRITABLE = """
SELECT t.name FROM unnest(%s::text[]) AS t(name)
 WHERE to_regclass(t.name) IS NULL OR has_table_privilege(t.name, 'UPDATE') OR has_table_privilege(t.name, 'DELETE') OR has_table_privilege(t.name, 'TRUNCATE')
"""
UNREAD = """
SELECT f.name, min(e.recorded_at), f.failures, f.trouble FROM journal_follower f JOIN journal_event e ON (e.xact, e.id) > (f.xact, f.event)
 GROUP BY f.name, f.failures, f.trouble ORDER BY f.name
"""
PARKED = """
SELECT (SELECT count(*) FROM journal_parkedfact WHERE resolved_at IS NULL), (SELECT count(*) FROM edge_delivery WHERE state = 'parked'),
       (SELECT count(*) FROM edge_endpoint WHERE paused_at IS NOT NULL AND removed_at IS NULL), (SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed')
"""


def _rows(sql: str, given: Sequence[Any] = ()) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given or None)
        return cursor.fetchall()


def durability() -> Iterator[Line]:
    """Whether the database keeps what it acknowledges."""
    found = dict(_rows(SETTINGS))
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        safe = found[name] == "on" or (name == "synchronous_commit" and found[name] in ("remote_apply", "remote_write"))
        yield Line(name, GOOD if safe else BAD, found[name], "" if safe else f"ALTER SYSTEM SET {name} = on; then reload: now a crash loses what was acknowledged.")
    checked = found["data_checksums"] == "on"
    yield Line("data checksums", GOOD if checked else WATCH, found["data_checksums"], "" if checked else "Stop the server and run pg_checksums --enable, so that broken disks are noticed.")
    kept = found["archive_mode"] != "off"
    yield Line("log archive", GOOD if kept else WATCH, found["archive_mode"], "" if kept else "Only whole copies can be restored: make them often (`hanse db backup`), or archive the log.")
    for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        bound = int(found[name]) > 0
        yield Line(name.replace("_", " "), GOOD if bound else BAD, f"{found[name]} ms", "" if bound else "Let hanse set it: remove `options` from DATABASE_URL.")


def standbys() -> Iterator[Line]:
    """Whether the log is kept as it is written, a standby has what is acknowledged, and writes are taken."""
    [(failed, since, waits, follows, closed)] = _rows(ARCHIVED)
    if failed:
        yield Line("log archive fails", BAD, f"since {since:%Y-%m-%d %H:%M}", "The log piles up on this disk: see the server's log, mend the archive's folder.")
    if waits:
        yield Line("synchronous standbys", GOOD, waits)
    if closed == "on":
        what, do = ("a standby", "Name all servers in DATABASE_URL.") if follows else ("closed for writes", "It was restored: run `hanse recover`.")
        yield Line("database", BAD, what, do)


def roles() -> Iterator[Line]:
    """Whether the server runs as a role that cannot break the rules the database keeps."""
    [(name, mighty, skips, makes, owned, creates)] = _rows(ROLE)
    wrong = [word for word, so in [("is a superuser", mighty), ("skips row security", skips), ("owns tables", owned), ("may create tables", creates)] if so]
    do = "Serve as hanse_app in DATABASE_URL and put the owner into DATABASE_OWNER_URL."
    yield Line("database role", BAD if wrong else GOOD, f"{name} {' and '.join(wrong) or 'owns nothing'}", do if wrong else "")
    if makes and not mighty:
        yield Line("role rights", WATCH, f"{name} may make databases or roles", f"ALTER ROLE {name} NOCREATEDB NOCREATEROLE.")
    open_ = [table for (table,) in _rows(WRITABLE, [APPEND_ONLY])]
    seen = f"{', '.join(open_)} can be changed" if open_ else f"{len(APPEND_ONLY)} tables only grow"
    yield Line("append-only tables", BAD if open_ else GOOD, seen, "Run `hanse db migrate`: it takes the rights away." if open_ else "")


def secrets_and_doors() -> Iterator[Line]:
    """Whether sessions are signed with a secret of ours, and nothing is open that should not be."""
    secret = os.environ.get("HANSE_SECRET_KEY", "")
    yield Line("secret key", GOOD if len(secret) >= 32 else BAD, f"{len(secret)} characters" if secret else "none: made anew by each process",
               "" if len(secret) >= 32 else "Set HANSE_SECRET_KEY to 48 random characters, the same for every process.")
    yield Line("debug", BAD if settings.DEBUG else GOOD, "on" if settings.DEBUG else "off", "Turn it off: it shows settings and stacks to strangers." if settings.DEBUG else "")
    hosts = set(settings.ALLOWED_HOSTS)
    yield Line("hosts", BAD if "*" in hosts else GOOD, ", ".join(sorted(hosts)), "Name the hosts in HANSE_HOSTS." if "*" in hosts else "")
    outside = hosts - {"127.0.0.1", "localhost", "[::1]"}
    if outside and not settings.HTTPS:
        yield Line("https", WATCH, "off", "Serve behind https and set HANSE_HTTPS=1, so that sessions are not sent in the open.")


def schema() -> Iterator[Line]:
    """Whether the database has today's tables."""
    lacks = behind()
    yield Line("migrations", BAD if lacks else GOOD, f"{len(lacks)} missing, first {lacks[0]}" if lacks else "all applied", "Run `hanse db migrate`." if lacks else "")


def machine() -> Iterator[Line]:
    """Clock and disk."""
    [(there,)] = _rows("SELECT clock_timestamp()")
    off = abs((clock.now() - there).total_seconds())
    mark = GOOD if off < 2 else WATCH if off < 60 else BAD
    yield Line("clock", mark, f"{off:.1f} s from the database's", "" if mark == GOOD else "Let both machines take their time from the same servers (chrony).")
    for place in dict.fromkeys([home.folder() if home.folder().exists() else Path(settings.BASE), Path(settings.BASE)]):
        disk = shutil.disk_usage(place)
        mark = BAD if disk.free < LEAST_FREE else WATCH if disk.free < disk.total / 10 else GOOD
        yield Line("disk", mark, f"{disk.free / 2**30:.1f} GB of {disk.total / 2**30:.1f} free at {place}", "" if mark == GOOD else "Make room before writes are refused.")


def backups() -> Iterator[Line]:
    """When a backup was last restored and looked at."""
    file = home.folder() / RESTORED
    if not file.exists():
        yield Line("restored backup", WATCH, "none is known", "Restore a backup into a new home, run `hanse verify` there, then `hanse doctor --restored` here.")
        return
    age = clock.now() - datetime.fromisoformat(file.read_text().strip())
    late = age > RESTORE_EVERY
    yield Line("restored backup", WATCH if late else GOOD, f"{age.days} days ago", "Restore the latest one again and look at it." if late else "")


def followers() -> Iterator[Line]:
    """Whether what follows from facts happens, and what was given up."""
    for name, since, failures, trouble in _rows(UNREAD):
        late = clock.now() - since
        if late > LATE:
            yield Line(f"follower {name}", BAD if failures else WATCH, f"behind by {late.total_seconds():.0f} s" + (f", {failures} failures: {trouble}" if failures else ""),
                       "Mend what it complains of; it goes on by itself." if failures else "Start a worker: `hanse worker`.")
    [(facts, deliveries, paused, failed)] = _rows(PARKED)
    for name, count, do in [("parked facts", facts, "Look at them in the admin, mend the cause, resolve them."),
                            ("parked webhooks", deliveries, "Mend the endpoint and send them again."), ("paused endpoints", paused, "Mend and resume them."),
                            ("failed jobs", failed, "The worker's log says why. Mend the cause; what is due comes again by itself.")]:
        yield Line(name, WATCH if count else GOOD, str(count), do if count else "")


LOOKS: list[Callable[[], Iterator[Line]]] = [durability, standbys, roles, secrets_and_doors, schema, machine, backups, followers]


def run() -> list[Line]:
    """Everything that is looked at."""
    return [line for look in LOOKS for line in look()]


def main(arguments: Sequence[str]) -> int:
    """`hanse doctor [--json] [--restored]`: 0 when nothing is bad, 1 otherwise, 2 on wrong use."""
    if {"-h", "--help"} & set(arguments):
        sys.stdout.write("hanse doctor [--json] [--restored]: check durability, roles, secrets, clock, disk, backups, followers.\n")
        return 0
    if unknown := [a for a in arguments if a not in ("--json", "--restored")]:
        sys.stderr.write(f"There is no {', '.join(unknown)}: take --json or --restored.\n")
        return 2
    if "--restored" in arguments:
        (home.made() / RESTORED).write_text(clock.now().astimezone(UTC).isoformat())
    lines = run()
    if "--json" in arguments:
        sys.stdout.write(json.dumps([asdict(line) for line in lines], indent=1) + "\n")
    else:
        show(lines)
    return 1 if any(line.mark == BAD for line in lines) else 0


def show(lines: Sequence[Line]) -> None:
    """The lines for people, what to do under each that is not good."""
    from rich.console import Console

    out = Console(highlight=False)
    colours = {GOOD: "green", WATCH: "yellow", BAD: "red"}
    for line in lines:
        out.print(f"[{colours[line.mark]}]{line.mark:5}[/] {line.name}: [dim]{line.seen}[/dim]", soft_wrap=True)
        if line.do:
            out.print(f"      {line.do}", soft_wrap=True)
