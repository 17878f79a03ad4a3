"""Branches: copies of a company's database, so that several futures may be lived beside each other."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from hanse.edge.postgres_programs import locate


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


@contextmanager
def copied(app: str, owner: str) -> Iterator[Branch]:
    """A copy of a database that others may go on working in; it is gone afterwards."""
    with _new(app, owner, None) as branch:
        dump = subprocess.Popen([str(locate() / "pg_dump"), "--format=custom", "--compress=0", "--dbname", owner], stdout=subprocess.PIPE)
        restored = subprocess.run([str(locate() / "pg_restore"), "--exit-on-error", "--dbname", branch.owner], stdin=dump.stdout, check=False, capture_output=True, text=True)
        if dump.wait() or restored.returncode:
            raise RuntimeError(f"The database could not be copied: {restored.stderr.strip()[-500:]}")
        with psycopg.connect(branch.owner, autocommit=True) as connection:
            connection.execute("ANALYZE")
        yield branch


@contextmanager
def twin(of: Branch) -> Iterator[Branch]:
    """A copy of a branch in which nobody works; it is gone afterwards."""
    with _new(of.app, of.owner, of.name) as branch:
        yield branch


@contextmanager
def _new(app: str, owner: str, template: str | None) -> Iterator[Branch]:
    name = f"hanse_branch_{uuid4().hex[:12]}"
    with psycopg.connect(_named(owner, "postgres"), autocommit=True) as connection:
        like = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        connection.execute(sql.SQL("CREATE DATABASE {}{}").format(sql.Identifier(name), like))
    try:
        yield Branch(_named(app, name), _named(owner, name))
    finally:
        with psycopg.connect(_named(owner, "postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
