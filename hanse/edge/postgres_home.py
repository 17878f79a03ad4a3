"""The one folder a private PostgreSQL lives in, and the small acts on it.

    data/      the database, open to nobody else        log/   what the server says, one file a weekday
    secrets/   generated passwords, one file a role     run/   the socket; there is no network port
    lock       held by whoever starts, stops, restores    archive  where its log is kept, if it is: a link
    restored   was restored, and `hanse recover` is still to come: closed for writes

Only this folder is touched: those above it keep their modes, and nothing is written elsewhere, except
that a home too deep for a socket's path (or oddly named) has its `run` in /tmp, closed to others.
"""

import fcntl
import hashlib
import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from hanse.edge.postgres_programs import PostgresError

PORT = 5432  # names the socket, opens nothing
LONGEST_SOCKET = 103  # bytes a socket's path may have; Linux allows four more
PLAIN_PATH = re.compile(r"[A-Za-z0-9_/.+-]+")
ARCHIVE, LOG, COPIES, RESTORED = "archive", "log", "copies", "restored"
DATABASE, ADMIN, OWNER, APP = "hanse", "postgres", "hanse_owner", "hanse_app"


@dataclass(frozen=True, slots=True)
class Server:
    """A running private server. The URLs carry passwords, so they are never shown."""

    home: Path
    version: str
    bin: Path
    owner_url: str = field(repr=False)
    app_url: str = field(repr=False)
    superuser_url: str = field(repr=False)


def place(home: Path) -> Path:
    """The home's one true path, so that every process means the same folder by it."""
    return Path(home).expanduser().resolve()


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Let one process at a time start, stop or restore.

    However the holder dies, the lock ends with it and the programs it left writing in the data folder.
    """
    with plainly(home):
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (home / "lock").open("w") as lock:
            os.set_inheritable(lock.fileno(), True)
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(lock, fcntl.LOCK_UN)


@contextmanager
def plainly(home: Path) -> Iterator[None]:
    """Say what the operating system refuses (a closed folder, a full disk) with the place and the way out."""
    try:
        yield
    except OSError as error:
        raise PostgresError(f"{home} can't be used: {error}. Give it room and access, or choose another.") from error


def secret(home: Path, role: str) -> Path:
    """The file with a role's password."""
    return home / "secrets" / role


def keep(file: Path, password: str) -> None:
    """Write a password for our eyes only, whole or not at all."""
    file.parent.mkdir(mode=0o700, exist_ok=True)
    fresh = file.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(password)
        opened.flush()
        os.fsync(opened.fileno())
    fresh.replace(file)
    settle(file.parent)


def url(home: Path, role: str) -> str:
    """The way in for a role, password included. The port is named so that PGPORT can't change it."""
    password = quote(secret(home, role).read_text(), safe="")
    return f"postgresql://{role}:{password}@/{DATABASE}?host={quote(str(socket_folder(home)))}&port={PORT}"


def socket_folder(home: Path) -> Path:
    """Where the socket lies: in the home, or in a short folder of /tmp if the path is too long or odd for it."""
    run = home / "run"
    if PLAIN_PATH.fullmatch(str(run)) and len(f"{run}/.s.PGSQL.{PORT}") <= LONGEST_SOCKET:
        return run
    return Path(f"/tmp/hanse-{os.geteuid()}-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}")


def private(folder: Path, uid: int | None) -> Path:
    """Make a folder that only we, or the user who serves, can enter; one that others opened is refused."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), uid) or found.st_mode & 0o077:
        raise PostgresError(f"{folder} belongs to or is open to other users: remove it, then start again.")
    return folder


def empty(folder: Path) -> Path:
    """A closed, empty folder in place of what an interrupted attempt left."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700)
    return folder


def settle(folder: Path) -> None:
    """Wait until the names in a folder are on disk, so that a rename outlives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
