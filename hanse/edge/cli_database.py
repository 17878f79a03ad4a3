"""`hanse db`: the private database, started, stopped, copied and restored by hand."""

import os
from pathlib import Path
from typing import Any

import click

from . import home, postgres
from .cli import json_option, main, out, told


def private() -> None:
    """Refuse where DATABASE_URL names a server of one's own: what is meant is its database, not an empty private one."""
    if os.environ.get("DATABASE_URL"):
        raise home.HomeError("DATABASE_URL names a server of your own: start, copy and restore it by its own means (pg_basebackup, not pg_dump).")


@main.group()
def db() -> None:
    """The database: start, stop, status, backup, restore, migrate."""


@db.command()
def start() -> None:
    """Start the private database and let it run until `hanse db stop`."""
    private()
    home.made()
    server = postgres.start(home.database())
    (home.database() / home.STAYS).touch()
    out.print(f"PostgreSQL {server.version} runs in {server.home}.")


@db.command()
def stop() -> None:
    """Stop the private database, whoever started it."""
    private()
    (home.database() / home.STAYS).unlink(missing_ok=True)
    ran = postgres.stop(home.database())
    out.print("Stopped." if ran else "It was not running.")


@db.command()
@json_option
def status(as_json: bool) -> None:
    """Whether the private database runs. Changes nothing; exit 1 if it does not."""
    private()
    server = postgres.status(home.database())
    row: dict[str, Any] = {"running": bool(server), "home": str(home.database()), "version": server.version if server else None}
    told([row], as_json, "database")
    if server is None:
        raise SystemExit(1)


@db.command()
@click.argument("folder", type=click.Path(path_type=Path))
def backup(folder: Path) -> None:
    """Copy the running private database into a new FOLDER, and check the copy."""
    private()
    with home.opened():
        server = postgres.start(home.database())
        out.print(f"Copied and checked: {postgres.backup(server, folder)}")


@db.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def restore(folder: Path) -> None:
    """Fill a new home from the backup in FOLDER. A home that has a database is refused."""
    private()
    home.made()
    postgres.restore(home.database(), folder)
    out.print(f"Restored into {home.database()}. `hanse serve` starts it.")


@db.command()
def migrate() -> None:
    """Bring the schema up to date, as its owner (DATABASE_OWNER_URL on a server of one's own)."""
    with home.opened():
        out.print("The schema is up to date.")


