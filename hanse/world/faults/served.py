"""Served: a company of its own in a temporary home, served as operators serve it, with a proxy on every line.

    clients ──proxy── web ──proxy── PostgreSQL
                   worker ──proxy──┘      (stream too)

All that was started for it carries its home in the environment, and is ended with it.
"""

import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from urllib.parse import quote

import httpx
import psutil
import psycopg
from psycopg.conninfo import conninfo_to_dict

from hanse.edge import postgres
from hanse.edge.postgres_programs import living

from .proxy import Proxy, until

HANSE = [sys.executable, "-m", "hanse.edge"]
INSIDE = Path(__file__).parent / "inside"
PACKAGE = Path(__file__).resolve().parents[3]
FIRST_START = 600
"""Seconds that a first start may take, schema and all, on a busy machine."""
OURS = ("hanse web", "hanse stream", "hanse worker")
KINDS = ("web worker", "web master", "worker", "stream", "backend", "database")
"""What can be killed; `kill` says which processes that are."""


class Served:
    """A company under faults."""

    def __init__(self, home: Path, random: Random, bent: bool = True):
        self.home, self.random, self.bent = home, random, bent
        self.faults = home / "faults"
        self.faults.mkdir(parents=True, exist_ok=True)
        self.set_clock(0)
        self.said = (home / "served.log").open("ab")
        self.process: subprocess.Popen[bytes] | None = None
        self.web, self.stream = free_port(), free_port()
        self.database = Proxy(self.faults / ".s.PGSQL.5432", home / "socket", database=True, random=random)
        self.line = Proxy(free_port(), ("127.0.0.1", self.web), random=random)
        self.url = f"http://127.0.0.1:{self.line.here}"

    def start(self) -> None:
        """Start the database, the proxies, and serve."""
        server = postgres.start(self.home / "database")
        parts = conninfo_to_dict(server.app_url)
        self.database.there = Path(str(parts["host"])) / f".s.PGSQL.{parts['port']}"
        self.database.start(), self.line.start()
        self.owner_url, self.app_url, self.superuser_url = server.owner_url, server.app_url, server.superuser_url
        self.serve()

    def serve(self) -> None:
        """Serve, as an operator would with a database of one's own."""
        parts = conninfo_to_dict(self.app_url)
        proxied = f"postgresql://{parts['user']}:{quote(str(parts['password']), safe='')}@/{parts['dbname']}?host={quote(str(self.faults))}&port=5432"
        environment = self.environment() | {
            "DATABASE_URL": proxied, "DATABASE_OWNER_URL": self.owner_url, "HANSE_EMBEDDED": "1", "HANSE_WEBHOOKS_TO_LOOPBACK": "1",
        }
        if self.bent:
            environment |= {"HANSE_FAULTS": str(self.faults), "PYTHONPATH": os.pathsep.join([str(INSIDE), str(PACKAGE)])}
        doors = ["--port", str(self.web), "--stream-port", str(self.stream)]
        self.process = process = subprocess.Popen([*HANSE, "serve", *doors], env=environment, stdin=subprocess.DEVNULL, stdout=self.said, stderr=self.said)
        if not until(lambda: self.answers() or process.poll() is not None, FIRST_START) or process.poll() is not None:
            raise RuntimeError(f"the company is not served: see {self.home / 'served.log'}")

    def environment(self) -> dict[str, str]:
        """The environment of this company alone."""
        return {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE", "HANSE", "DJANGO"))} | {"HANSE_HOME": str(self.home)}

    def hanse(self, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        """Run the command beside the proxies, as an operator would."""
        return subprocess.run([*HANSE, *words], env=self.environment() | more, capture_output=True, text=True, check=False, timeout=600)

    def key(self, name: str, scope: str = "all") -> str:
        """A new key of the API."""
        made = self.hanse("key", "create", "--name", name, "--scope", scope, "--json")
        if made.returncode:
            raise RuntimeError(made.stderr)
        return str(json.loads(made.stdout)[0]["key"])

    def set_clock(self, seconds: float) -> None:
        """Let every process of the company go by a clock that is so much ahead."""
        file = self.faults / "clock"
        with file.open("r+b" if file.exists() else "wb") as clock:
            clock.write(struct.pack("d", seconds))

    def answers(self) -> bool:
        """Whether it is ready for work, asked beside the proxy."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.web}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    @contextmanager
    def looking(self, as_owner: bool = False) -> Iterator[psycopg.Connection]:
        """A look at the rows, beside the proxy."""
        server = postgres.start(self.home / "database")
        with psycopg.connect(server.owner_url if as_owner else server.app_url, autocommit=True) as connection:
            yield connection

    def use_up_wal(self) -> None:
        """Let the database begin another file of its log, which takes room; on a full disk it dies of that."""
        with suppress(psycopg.Error), psycopg.connect(self.superuser_url, autocommit=True, connect_timeout=2) as connection:
            connection.execute("SELECT pg_switch_wal(), pg_logical_emit_message(false, 'faults', 'written')")

    # -- who can be killed ------------------------------------------------------------------------------------------

    def victims(self, kind: str) -> list[int]:
        """The living processes of a kind: one of them for us, all for the whole database."""
        data = self.home / "database" / "data"
        if kind == "database":
            return sorted(living(data))
        if kind == "backend":
            return [p for p in living(data) if "hanse_app" in _words(p)]
        masters = [c for c in self.children() if _name(c.pid) == f"hanse {kind.partition(' ')[0]}"]
        return [c.pid for m in masters for c in m.children()] if kind == "web worker" else [m.pid for m in masters]

    def children(self) -> list[psutil.Process]:
        """The living children of the one that serves."""
        if self.process is None:
            return []
        with suppress(psutil.NoSuchProcess):
            return [c for c in psutil.Process(self.process.pid).children() if c.status() != psutil.STATUS_ZOMBIE]
        return []

    def is_ours(self, pid: int, kind: str = "") -> bool:
        """Whether a process is one of the company's (of a kind) that may be killed."""
        return _name(pid) in ([f"hanse {kind}"] if kind else OURS)

    def kill(self, kind: str) -> bool:
        """kill -9 one process of a kind, or all of the database's; whether there was any."""
        found: list[int] = []

        def there() -> bool:
            with suppress(psutil.NoSuchProcess, ValueError):
                found[:] = self.victims(kind)
            return bool(found)

        if not until(there, 60):
            return False
        for pid in found if kind == "database" else [self.random.choice(found)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return True

    # -- the end ------------------------------------------------------------------------------------------------------

    def stop(self) -> int | None:
        """Ask the company to end; its exit code, None if it would not."""
        if self.process is None:
            return None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(40)
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        """End whatever was started for this home."""
        if self.process is not None:
            for proxy in (self.database, self.line):
                proxy.stop()
        mine = [p for p in psutil.process_iter(["environ"]) if (p.info["environ"] or {}).get("HANSE_HOME") == str(self.home)]
        for process in mine:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(mine, 10)
        postgres.stop(self.home / "database")
        self.said.close()

    def logs(self) -> str:
        """All that its processes and its database said."""
        files = [*self.home.glob("log/*"), *self.home.glob("database/log/*"), self.home / "served.log"]
        return "\n".join(file.read_text(errors="replace") for file in files if file.is_file())


@contextmanager
def a_served_company(seed: int, bent: bool = True, on_disk: Path | None = None, like: Path | None = None) -> Iterator[Served]:
    """A company that is served until the end of the block, and gone without a trace after; its home a copy of another that is at rest, if given."""
    folder = Path(tempfile.mkdtemp(prefix="hanse-t-")) if on_disk is None else on_disk
    if like is not None:
        shutil.copytree(like, folder / "home", symlinks=True, dirs_exist_ok=True)
    served = Served(folder / "home", Random(f"{seed}/served"), bent)
    try:
        served.start()
        yield served
    finally:
        served.end()
        if on_disk is None:
            shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _name(pid: int) -> str:
    """The name that a process goes by."""
    try:
        return str(psutil.Process(pid).name())
    except psutil.Error:
        return ""


def _words(pid: int) -> str:
    try:
        return " ".join(psutil.Process(pid).cmdline())
    except psutil.Error:
        return ""
