"""The private PostgreSQL of one hanse: created, started, joined, stopped, backed up and restored.

A bare `hanse` needs no database installed. The server belongs to no process: it outlives the one
that started it, and the next one joins it. Any of them may be killed at any moment, the server too;
`start` puts it right, and what was committed is there. A server counts as running only once it
answers a query and says it serves this home: pid files and sockets may name the dead and strangers.
`postgres_home` describes the folder, `postgres_programs` who runs what, `postgres_settings` how it is set,
`postgres_backup` the copies, `postgres_archive` its log and the way back to any moment.
"""

import os
import re
import secrets
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from hanse.edge.postgres_archive import archive, backup_into_archive, restore
from hanse.edge.postgres_backup import backup
from hanse.edge.postgres_home import (
    ADMIN,
    APP,
    DATABASE,
    OWNER,
    PORT,
    RESTORED,
    Server,
    alone,
    empty,
    keep,
    place,
    plainly,
    private,
    secret,
    settle,
    socket_folder,
    url,
)
from hanse.edge.postgres_programs import PostgresError, Programs, living, locate, programs_for
from hanse.edge.postgres_settings import settings

__all__ = ["PostgresError", "Server", "archive", "backup", "backup_into_archive", "restore", "start", "status", "stop"]

T = TypeVar("T")
PATIENCE = 600  # seconds: recovery after a crash may take its time
RIGHTS = {
    OWNER: "LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS",
    APP: "LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS",
}
DOORS = "local all all scram-sha-256\nlocal replication all scram-sha-256\n"
LOCKED_OUT = re.compile(r"password authentication failed|no pg_hba\.conf entry")
FURNISHING = 0x68616E7365  # the key of an advisory lock: "hanse"
FURNISHED = """
SELECT (SELECT count(*) FROM pg_roles WHERE rolname = ANY(%s)) = 2 AND EXISTS (SELECT FROM pg_database WHERE datname = %s)
"""


def start(home: Path) -> Server:
    """Join the server of `home`; start it if it's down, and create it if it never was."""
    home = place(home)
    if server := answer(home):
        return server
    with alone(home):
        return answer(home) or wake(home)


def status(home: Path) -> Server | None:
    """The server of `home` if it runs and is complete. Changes nothing."""
    return answer(place(home))


def stop(home: Path) -> bool:
    """End the server of `home`, whoever started it; open transactions are undone. False if it was down."""
    home = place(home)
    if not (home / "data").exists():
        return False
    with alone(home):
        ran = leader(home / "data") is not None
        end(home)
        clear_away(home)
        return ran


def end(home: Path) -> None:
    """Ask the server to end. One that is still recovering, or isn't done in a minute, is cut off.

    Cutting off is as safe as a kill: the next start recovers. Asking a recovering PostgreSQL 18
    politely may leave it hanging for ever.
    """
    data = home / "data"
    ready = PGconn.ping(make_conninfo(host=str(socket_folder(home)), port=PORT).encode()) == Ping.OK
    for order in (signal.SIGINT, signal.SIGQUIT) if ready else (signal.SIGQUIT,):
        if pid := leader(data):
            os.kill(pid, order)
            until = time.monotonic() + 60
            while living(data) and time.monotonic() < until:
                time.sleep(0.02)


def answer(home: Path) -> Server | None:
    """Ask the server whether it's up and holds our roles and database. None: not, or not yet."""
    version = ask(home, furnished)
    if not version or not all(secret(home, role).exists() for role in RIGHTS):
        return None
    return Server(home, version, locate(), url(home, OWNER), url(home, APP), url(home, ADMIN))


def furnished(connection: psycopg.Connection) -> str | None:
    """The server's version, if both roles and the database are there."""
    [complete] = connection.execute(FURNISHED, [list(RIGHTS), DATABASE]).fetchone() or [False]
    return connection.info.parameter_status("server_version") if complete else None


def wake(home: Path) -> Server:
    """Bring the server up, see to its roles, and wait until it answers; we hold the lock."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if not leader(home / "data"):
            launch(home)
        elif not secret(home, ADMIN).exists():
            raise PostgresError(f"{home} runs, but its password file is lost: stop it and start it; a new one is made.")
        if server := answer(home):
            return server
        ask(home, partial(furnish, home))
        time.sleep(0.05)
    raise PostgresError(f"The server of {home} hasn't answered for {PATIENCE} seconds: see {home / 'log'}, stop it, start it.")


def ask(home: Path, question: Callable[[psycopg.Connection], T]) -> T | None:
    """Put a question, as superuser, to the server that serves this home. None: it doesn't answer now, it may later.

    A refusal that waiting can't heal is an error, and so is the server of another home.
    """
    file = secret(home, ADMIN)
    with plainly(home):
        way = url(home, ADMIN) if file.exists() else None
    if not way:
        return None
    try:
        with psycopg.connect(way, dbname=ADMIN, connect_timeout=10, autocommit=True) as connection:
            [data] = connection.execute("SELECT current_setting('data_directory')").fetchone() or [""]
            if Path(data).resolve() != (home / "data").resolve():
                raise PostgresError(f"The socket in {socket_folder(home)} is that of {data}, not of {home}: stop it.")
            return question(connection)
    except psycopg.OperationalError as error:
        if LOCKED_OUT.search(str(error)):
            raise PostgresError(
                f"{home} refuses the password in {file}: stop it, remove that file, start it; a new one is made."
            ) from error
        if error.sqlstate and not error.sqlstate.startswith("57P"):  # 57P: it's shutting down or was killed
            raise PostgresError(f"The server of {home} is in trouble: {error}. See {home / 'log'}.") from error
        return None


def launch(home: Path) -> None:
    """Start a server that is down: created if new, cleared of what a killed one left, with today's settings."""
    programs, data = programs_for(home), home / "data"
    clear_away(home)
    if not data.exists():
        create(home, programs)
    written, able = (data / "PG_VERSION").read_text().strip(), programs.major()
    if written != str(able):
        raise PostgresError(f"{data} needs PostgreSQL {written}, but {programs.bin} is {able}: install {written}.")
    (data / "postgresql.conf").write_text(settings(home))
    (data / "pg_hba.conf").write_text(DOORS)
    programs.give(data, private(home / "log", programs.uid), private(socket_folder(home), programs.uid))
    if not secret(home, ADMIN).exists():
        admit(home, programs)
    (said := home / "log" / "start.log").unlink(missing_ok=True)
    try:
        programs.serve("pg_ctl", "start", "-D", "data", "-t", str(PATIENCE), "-l", "log/start.log", home=home)
    except PostgresError as error:
        if not leader(data):  # else a starter killed before us had left its own pg_ctl at work, and that one won
            told = " ".join(said.read_text().splitlines()[-3:]) if said.exists() else ""
            raise PostgresError(f"{error} {told} See {home / 'log'}.") from error


def leader(data: Path) -> int | None:
    """The process named in the pid file, if it's alive and really the server of this folder."""
    try:
        first = (data / "postmaster.pid").read_text().partition("\n")[0].lstrip("-")
    except FileNotFoundError:
        return None
    return int(first) if first.isdigit() and int(first) in living(data) else None


def clear_away(home: Path) -> None:
    """Remove what a killed server left: backends still busy, its pid file and socket, which may name strangers."""
    data, until = home / "data", time.monotonic() + 10
    while orphans := living(data):
        if time.monotonic() > until:
            raise PostgresError(f"Processes {sorted(orphans)} hold {data} and can't be killed: end them, then start.")
        for pid in orphans:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)
    for left in (data / "postmaster.pid", *socket_folder(home).glob(".s.PGSQL.*")):
        left.unlink(missing_ok=True)


def create(home: Path, programs: Programs) -> None:
    """Make the database under another name first, so that a killed first start leaves nothing half made."""
    fresh = empty(home / "data.new")
    programs.give(fresh)
    words = ["-D", "data.new", "-U", ADMIN, "--encoding=UTF8", "--data-checksums", "--auth=reject", "--no-instructions"]
    if programs.major() >= 17:
        words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    try:
        programs.serve("initdb", *words, "--locale=C.UTF-8", home=home)
    except PostgresError as error:
        if "invalid locale name" not in str(error):
            raise
        programs.serve("initdb", *words, "--locale=C", home=home)
    if (home / "secrets").exists():
        shutil.rmtree(home / "secrets")
    fresh.rename(home / "data")
    settle(home)


def admit(home: Path, programs: Programs) -> None:
    """Give the superuser a new password while the server is down: when new, restored, or the file was lost."""
    password = secrets.token_urlsafe(32)
    command = f"ALTER ROLE {ADMIN} PASSWORD '{password}'\n"
    programs.serve("postgres", "--single", "-c", "exit_on_error=on", "-D", "data", ADMIN, home=home, feed=command)
    keep(secret(home, ADMIN), password)


def furnish(home: Path, connection: psycopg.Connection) -> None:
    """Make sure of both roles, their rights and passwords, and of the database they share.

    The server finishes what a killed starter had asked for; the lock is that starter's until then. A restored database
    is closed for writes before anybody has a password for it: `hanse recover` opens it.
    """
    connection.execute("SELECT pg_advisory_lock(%s)", [FURNISHING])
    if (home / RESTORED).exists():
        connection.execute(sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(sql.Identifier(DATABASE)))
    here = {name for [name] in connection.execute("SELECT rolname FROM pg_roles")}
    for role, rights in RIGHTS.items():
        file = secret(home, role)
        password = file.read_text() if file.exists() else secrets.token_urlsafe(32)
        hashed = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
        order = sql.SQL("ALTER ROLE {} {} PASSWORD {}" if role in here else "CREATE ROLE {} {} PASSWORD {}")
        connection.execute(order.format(sql.Identifier(role), sql.SQL(rights), sql.Literal(hashed)))
        keep(file, password)
    if connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
        create = sql.SQL("CREATE DATABASE {} OWNER {}")
        connection.execute(create.format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))
