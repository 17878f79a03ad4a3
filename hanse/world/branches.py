"""Branches: copies of a company's database, so that several futures may be lived beside each other.

All copies of a run carry its number in their names, and whoever began the run holds an advisory lock of that number for as
long as it lasts. So nothing is left behind: when a run ends, however it ends, it takes all of its copies with it, those too
whose worker was killed; and what a run left that was killed itself, the next one clears away, because nobody holds its lock.
"""

import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from hanse.edge.postgres_programs import locate

MARK = "hanse_branch_"
PATIENCE = 30.0
"""Seconds within which a copy must let go of its last sessions."""
END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user"
OURS = "SELECT datname FROM pg_database WHERE datname ^@ %s ORDER BY 1"


class NotCopied(Exception):
    """The database could not be copied; the text says why."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A database of its own: as whom to work in it, and as whom to end it."""

    app: str
    owner: str

    @property
    def name(self) -> str:
        return str(conninfo_to_dict(self.owner)["dbname"])


def _named(url: str, name: str) -> str:
    return make_conninfo(url, dbname=name)


def _beside(owner: str) -> "psycopg.Connection[tuple[str, ...]]":
    """A connection from which databases are made and ended; a lock of it is seen by everybody else who makes or ends some."""
    return psycopg.connect(_named(owner, "postgres"), autocommit=True, keepalives_idle=60)


@contextmanager
def copied(app: str, owner: str) -> Iterator[Branch]:
    """A copy of a database that others may go on working in. It is gone afterwards, and all that was copied from it."""
    with _beside(owner) as holder:
        sweep(app, holder)
        run = secrets.randbits(62)
        holder.execute("SELECT pg_advisory_lock(%s)", [run])
        name = f"{MARK}{run:016x}"
        try:
            _create(holder, name, None)
            branch = Branch(_named(app, name), _named(owner, name))
            _pour(owner, branch)
            yield branch
        finally:
            _drop_all(app, owner, name)


def _pour(owner: str, branch: Branch) -> None:
    dump = subprocess.Popen(
        [str(locate() / "pg_dump"), "--format=custom", "--compress=0", "--dbname", owner], stdout=subprocess.PIPE, start_new_session=True)
    restored = subprocess.run(
        [str(locate() / "pg_restore"), "--exit-on-error", "--dbname", branch.owner],
        stdin=dump.stdout, check=False, capture_output=True, text=True, start_new_session=True)
    if dump.wait() or restored.returncode:
        raise NotCopied(f"The database could not be copied: {restored.stderr.strip()[-500:]}")
    with psycopg.connect(branch.owner, autocommit=True) as connection:
        connection.execute("ANALYZE")


@contextmanager
def twin(of: Branch) -> Iterator[Branch]:
    """A copy of a branch in which nobody works; it is gone afterwards."""
    name = f"{of.name}_{secrets.token_hex(4)}"
    with _beside(of.owner) as connection:
        _create(connection, name, of.name)
    try:
        yield Branch(_named(of.app, name), _named(of.owner, name))
    finally:
        _drop_all(of.app, of.owner, name)


def _create(connection: "psycopg.Connection[tuple[str, ...]]", name: str, template: str | None) -> None:
    like = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
    try:
        connection.execute(sql.SQL("CREATE DATABASE {}{}").format(sql.Identifier(name), like))
    except psycopg.errors.InsufficientPrivilege as denied:
        raise NotCopied("The role of DATABASE_OWNER_URL may not make databases: ALTER ROLE … CREATEDB lets it.") from denied


def _drop_all(app: str, owner: str, begins: str) -> None:
    """End a branch and all that was copied from it, on a connection of its own: the one that made it may be broken."""
    with _beside(owner) as connection:
        while names := connection.execute(OURS, [begins]).fetchall():
            for (name,) in names:
                _drop(app, connection, name)


def _drop(app: str, connection: "psycopg.Connection[tuple[str, ...]]", name: str) -> None:
    """End a database. The owner may not end the sessions of the server's role: that role ends its own, those of killed processes."""
    until = time.monotonic() + PATIENCE
    while True:
        with psycopg.connect(_named(app, "postgres"), autocommit=True) as theirs:
            theirs.execute(END_SESSIONS, [name])
        try:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            return
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def sweep(app: str, connection: "psycopg.Connection[tuple[str, ...]]") -> list[str]:
    """End the branches of runs that were killed; gives back their names. A run whose lock is held goes on."""
    names = [name for (name,) in connection.execute(OURS, [MARK]).fetchall()]
    gone = []
    for run in sorted({name[len(MARK):].split("_")[0] for name in names}):
        [free] = connection.execute("SELECT pg_try_advisory_lock(%s)", [int(run, 16)]).fetchone() or (False,)
        if free:
            gone += [name for name in names if name.startswith(f"{MARK}{run}")]
            connection.execute("SELECT pg_advisory_unlock(%s)", [int(run, 16)])
    for name in gone:
        _drop(app, connection, name)
    return gone
