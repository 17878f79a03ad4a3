"""The home folder: what one hanse keeps on disk, and how its database is found or started.

    .hanse/
      database/   the private PostgreSQL, unless DATABASE_URL names a server of one's own
      secret_key  what sessions are signed with; made on the first start, readable by its owner alone
      log/        what each process says
      serve.lock  held while `hanse serve` runs here

Everything that differs between installations comes from here or from the environment; nothing has a default secret.
"""

import fcntl
import hashlib
import os
import re
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import distributions
from pathlib import Path

import psycopg

from . import postgres
from .servers import to_the_primary

PACKAGE = Path(__file__).resolve().parent.parent
STAYS = "stays"
"""A file in the database's home: somebody said `db start`, so nobody else stops it."""


class HomeError(Exception):
    """The home or its database cannot be used; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Urls:
    """How the server's role and the schema's owner reach the database. They carry passwords, so they are never shown."""

    app: str = field(repr=False)
    owner: str = field(repr=False)
    embedded: bool = True


def folder() -> Path:
    """The home: HANSE_HOME, else `.hanse` where we are."""
    return Path(os.environ.get("HANSE_HOME", ".hanse")).expanduser().resolve()


def database() -> Path:
    """Where the private database lies."""
    return folder() / "database"


def made() -> Path:
    """The home, made if it was not there, closed to others."""
    home = folder()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    (home / "log").mkdir(mode=0o700, exist_ok=True)
    return home


def secret_key() -> str:
    """The key that signs sessions: from HANSE_SECRET_KEY, else the home's own, made once."""
    if given := os.environ.get("HANSE_SECRET_KEY"):
        return given
    file = made() / "secret_key"
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    with os.fdopen(handle, "w") as opened:
        opened.write(secrets.token_urlsafe(48))
    return file.read_text().strip()


def urls() -> Urls:
    """The database to work with: DATABASE_URL's, else the private one, started if it is down."""
    if given := os.environ.get("DATABASE_URL"):
        return Urls(to_the_primary(given), to_the_primary(os.environ.get("DATABASE_OWNER_URL", given)), embedded=bool(os.environ.get("HANSE_EMBEDDED")))
    made()
    server = postgres.start(database())
    return Urls(server.app_url, server.owner_url)


@contextmanager
def opened(to_serve: bool = False) -> Iterator[Urls]:
    """Within this block the environment names a database that answers and has today's schema.

    A private server is stopped afterwards by whoever served from it, else by whoever started it, unless somebody
    serves from it meanwhile or said `db start`.
    """
    if to_serve:  # also while we still load: what was started is stopped again
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    ours = "DATABASE_URL" not in os.environ
    started = ours and postgres.status(database()) is None
    found = urls()
    before = dict(os.environ)
    os.environ |= {"DATABASE_URL": found.app, "DATABASE_OWNER_URL": found.owner, "HANSE_SECRET_KEY": secret_key()}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hanse.edge.settings")
    os.environ["HANSE_EMBEDDED"] = "1" if found.embedded else ""
    try:
        migrated(found)
        yield found
    finally:
        os.environ.clear()
        os.environ.update(before)
        stops = ours if to_serve else started and not served()
        if stops and not (database() / STAYS).exists():
            postgres.stop(database())


def migrated(found: Urls) -> bool:
    """Bring the schema up to date if it is not, as its owner. True if something was done."""
    wanted = fingerprint()
    with psycopg.connect(found.owner, autocommit=True) as connection:
        [has] = connection.execute("SELECT obj_description(to_regclass('django_migrations'), 'pg_class')").fetchone() or [None]
        if has == wanted:
            return False
    done = subprocess.run(
        [sys.executable, "-m", "hanse.edge.schema"], env=os.environ | {"DATABASE_OWNER_URL": found.owner}, capture_output=True, text=True, check=False
    )  # fmt: skip
    if done.returncode:
        raised = re.findall(r"^[\w.]+: .+", done.stderr, re.M)
        said = (raised or done.stderr.strip().splitlines() or ["no reason given"])[-1].rstrip(".")
        raise HomeError(f"The schema could not be brought up to date: {said}. Its owner's address goes into DATABASE_OWNER_URL.")
    with psycopg.connect(found.owner, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(f"COMMENT ON TABLE django_migrations IS '{wanted}'")
    return True


def fingerprint() -> str:
    """What the schema depends on: our migrations and grants, and the versions of everything installed beside us."""
    digest = hashlib.sha256()
    for file in sorted([*PACKAGE.glob("*/migrations/*.py"), PACKAGE / "edge" / "schema.py"]):
        digest.update(file.read_bytes())
    for found in sorted(f"{d.metadata['Name']} {d.version}" for d in distributions()):
        digest.update(found.encode())
    return f"hanse {digest.hexdigest()[:32]}"


@contextmanager
def serving() -> Iterator[None]:
    """Be the one that serves from this home."""
    with (made() / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HomeError(f"Somebody serves from {folder()} already. Stop that one, or name another folder in HANSE_HOME.") from error
        os.register_at_fork(after_in_child=lock.close)  # who is forked from us holds nothing once we are gone
        yield


def served() -> bool:
    """Whether somebody serves from this home now."""
    try:
        with serving():
            return False
    except HomeError:
        return True
