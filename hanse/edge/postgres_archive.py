"""The archive of the private PostgreSQL: whole copies and all of its log between them, so that any moment can be restored.

    copies/2026-11-27T02-00-00Z   a backup, named by when it was done      log/   what was written since, piece by piece

The server itself keeps its log there, a piece at least each minute while there is work. A restore takes the last copy before the
moment, and has a server read the log up to it. Copies and log older than is to be kept are dropped together.
"""

import os
import re
import shutil
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hanse.edge.postgres_backup import backup, verify
from hanse.edge.postgres_home import ARCHIVE, COPIES, LOG, RESTORED, Server, alone, empty, place, plainly, private, settle, socket_folder
from hanse.edge.postgres_programs import PostgresError, Programs, living, programs_for
from hanse.edge.postgres_settings import FETCH, settings, shell

STAMP = "%Y-%m-%dT%H-%M-%SZ"
NOT_REACHED = "before configured recovery target was reached"
FIRST_PIECE = re.compile(r"^START WAL LOCATION: .* \(file ([0-9A-F]{24})\)", re.M)
PIECE = re.compile(r"[0-9A-F]{8}([0-9A-F]{16})(\.[0-9A-F]{8}\.backup)?\.gz")
HALF_MADE = {"lock", "data.new", "log", "run", RESTORED}
"""What an interrupted restore leaves: the next one makes it anew."""


def archive(home: Path, to: Path) -> Path:
    """Have the server of `home` keep its log in the folder `to` from its next start on."""
    home, to = place(home), place(to)
    with plainly(to):
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
        if others := sorted({p.name for p in to.iterdir()} - {LOG, COPIES}):
            raise PostgresError(f"{to} holds {', '.join(others[:3])}: an archive has a folder of its own.")
        (to / COPIES).mkdir(mode=0o700, exist_ok=True)
        (to / LOG).mkdir(mode=0o700, exist_ok=True)
    programs = programs_for(home)
    programs.give(to / LOG)
    if programs.uid is not None:
        to.chmod(0o711)  # whoever serves passes through it to the log
    with alone(home):
        fresh = home / f"{ARCHIVE}.new"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(to)
        fresh.replace(home / ARCHIVE)
        settle(home)
    return to


def backup_into_archive(server: Server, keep: timedelta) -> Path:
    """Copy the running server into its archive, then drop what is not needed to restore any moment of the time to `keep`."""
    link = server.home / ARCHIVE
    if not link.is_symlink():
        raise PostgresError(f"{server.home} has no archive: name a folder for the copy, or begin one with `hanse db archive FOLDER`.")
    folder = link.readlink()
    making = folder / COPIES / "making"
    shutil.rmtree(making, ignore_errors=True)
    backup(server, making)
    done = datetime.now(UTC)
    made = making.rename(folder / COPIES / (done + timedelta(seconds=1)).strftime(STAMP))
    settle(folder / COPIES)
    drop(folder, done - keep)
    return made


def copies(folder: Path) -> list[tuple[datetime, Path]]:
    """The copies of an archive by when they were done, oldest first."""
    found = [(datetime.strptime(p.name, STAMP).replace(tzinfo=UTC), p) for p in (folder / COPIES).glob("*Z")]
    return sorted(found)


def drop(folder: Path, before: datetime) -> None:
    """Drop the copies that no moment from `before` on needs, and the log before the first that is left."""
    here = copies(folder)
    while len(here) > 1 and here[1][0] <= before:
        shutil.rmtree(here.pop(0)[1])
    first = FIRST_PIECE.search((here[0][1] / "backup_label").read_text())
    needed = first[1][8:] if first else ""
    for piece in (folder / LOG).iterdir():
        if (it := PIECE.fullmatch(piece.name)) and it[1] < needed:
            piece.unlink()


def restore(home: Path, from_: Path, to: datetime | None = None, to_look_at: bool = False) -> None:
    """Fill a new or empty `home` from a backup, or from an archive as it was at the moment `to`, else at its end.

    `start` then brings it up, closed for writes until it is recovered, unless it is only to be looked at. A home with anything in it is refused.
    """
    home, from_ = place(home), place(from_)
    copy, log = chosen(from_, to)
    refuse_taken(home)
    with alone(home):
        refuse_taken(home)
        for pid in living(home / "data.new"):  # an interrupted restore left its server at work
            os.kill(pid, signal.SIGKILL)
        fresh = empty(home / "data.new")
        shutil.copytree(copy, fresh, symlinks=True, dirs_exist_ok=True)
        verify(fresh)
        programs = programs_for(home)
        programs.give(fresh)
        if log:
            replay(home, fresh, programs, from_, to)
        programs.serve("initdb", "--sync-only", "-D", "data.new", home=home)
        if not to_look_at:
            (home / RESTORED).touch()
        fresh.rename(home / "data")
        settle(home)


def chosen(from_: Path, to: datetime | None) -> tuple[Path, bool]:
    """The copy to begin with, and whether there is a log to read on in."""
    if (from_ / "backup_manifest").is_file():
        if to:
            raise PostgresError(f"{from_} is a copy of one moment: for another name the archive that it lies in.")
        return from_, False
    if not (from_ / COPIES).is_dir():
        raise PostgresError(f"{from_} is no backup: name a folder that `backup` or `archive` made.")
    here = copies(from_)
    early = [copy for done, copy in here if to is None or done <= to]
    if not early:
        oldest = f"its oldest copy is of {here[0][0].isoformat()}" if here else "it has no copy yet"
        raise PostgresError(f"{from_} does not reach back to {to.isoformat() if to else 'anything'}: {oldest}.")
    return early[-1], True


def replay(home: Path, data: Path, programs: Programs, from_: Path, to: datetime | None) -> None:
    """Have a server that lets nobody in read the log, up to the moment or to its end, and end."""
    until = {"recovery_target_time": to.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00")} if to else {}
    (data / "postgresql.conf").write_text(settings(
        home, archive_mode="off", hot_standby="off", logging_collector="off", restore_command=shell(FETCH, from_),
        recovery_target_action="promote", **until))  # fmt: skip
    (data / "pg_hba.conf").write_text("local all all reject\n")
    (data / "recovery.signal").touch()
    programs.give(data, private(home / "log", programs.uid), private(socket_folder(home), programs.uid))
    (said := home / "log" / "restore.log").unlink(missing_ok=True)
    programs.serve("pg_ctl", "start", "--no-wait", "-D", "data.new", "-l", "log/restore.log", home=home)
    while (data / "recovery.signal").exists() or "in production" not in programs.serve("pg_controldata", "-D", "data.new", home=home):
        time.sleep(0.2)
        if not living(data):
            told = said.read_text() if said.exists() else ""
            if to and NOT_REACHED in told:
                raise PostgresError(f"The log in {from_} ends before {to.isoformat()}: name an earlier moment, or none for its end.")
            raise PostgresError(f"The log in {from_} could not be read: {' '.join(told.splitlines()[-3:])} See {said}.")
    programs.serve("pg_ctl", "stop", "-D", "data.new", "-t", "600", home=home)


def refuse_taken(home: Path) -> None:
    """A home may hold the lock and what an interrupted restore left, and nothing else."""
    found = {path.name for path in home.iterdir()} if home.exists() else set()
    if others := sorted(found - HALF_MADE):
        raise PostgresError(f"{home} isn't empty, it holds {', '.join(others[:3])}: restore into a new folder.")
