"""`hanse db`: the private database, started, stopped, copied and restored by hand."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from . import home, postgres
from .cli import json_option, main, out, told

KEEP = timedelta(days=14)
"""So long any moment can be restored, unless somebody says otherwise."""


def private() -> None:
    """Refuse where DATABASE_URL names a server of one's own: what is meant is its database, not an empty private one."""
    if os.environ.get("DATABASE_URL"):
        raise home.HomeError("DATABASE_URL names a server of your own: start, copy and restore it by its own means (pg_basebackup, not pg_dump).")


@main.group()
def db() -> None:
    """The database: start, stop, status, archive, backup, restore, migrate."""


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
def archive(folder: Path) -> None:
    """Keep the private database's log in FOLDER from now on, and begin with a first copy: then any moment can be restored."""
    private()
    home.made()
    postgres.archive(home.database(), folder)
    postgres.stop(home.database())
    with home.opened():
        made = postgres.backup_into_archive(postgres.start(home.database()), KEEP)
        out.print(f"The log is kept in {folder}. Copied and checked: {made}")


@db.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--keep", type=click.IntRange(1, 3650), default=KEEP.days, show_default=True, help="Days of which any moment can be restored from the archive.")
def backup(folder: Path | None, keep: int) -> None:
    """Copy the running private database into a new FOLDER, else into its archive, and check the copy."""
    private()
    with home.opened():
        server = postgres.start(home.database())
        made = postgres.backup(server, folder) if folder else postgres.backup_into_archive(server, timedelta(days=keep))
        out.print(f"Copied and checked: {made}")


@db.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--to", "moment", help="The moment to restore from an archive, as 2026-11-27T14:05:00+01:00; else all it has.")
@click.option("--to-look-at", is_flag=True, help="A copy that nobody goes on with: open at once, without `hanse recover`.")
def restore(folder: Path, moment: str | None, to_look_at: bool) -> None:
    """Fill a new home from the backup or archive in FOLDER. A home that has a database is refused."""
    private()
    home.made()
    postgres.restore(home.database(), folder, instant(moment) if moment else None, to_look_at)
    then = "`hanse serve --no-worker` shows it." if to_look_at else "It is closed for writes until `hanse recover`."
    out.print(f"Restored into {home.database()}. {then}")


def instant(text: str) -> datetime:
    """A moment that says its zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text} is no moment: write 2026-11-27T14:05:00+01:00.") from error
    if found.tzinfo is None:
        raise click.BadParameter(f"{text} has no zone: write 2026-11-27T14:05:00+01:00.")
    return found


@db.command()
def migrate() -> None:
    """Bring the schema up to date, as its owner (DATABASE_OWNER_URL on a server of one's own)."""
    with home.opened():
        out.print("The schema is up to date.")


