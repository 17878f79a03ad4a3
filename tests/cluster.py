"""A cluster of three PostgreSQL servers on the loopback, from the wheel's programs: one takes writes, two follow, one of them synchronously.

What an operator or Patroni does in a failover is here, step by step: kill, promote, follow, rewind.
"""

import os
import secrets
import shutil
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from hanse.edge.postgres_programs import Programs, living, programs_for, run
from hanse.edge.tests.test_stream import free_port

NAMES = ("a", "b", "c")
ADMIN, REPLICATOR = "postgres", "replicator"
SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
max_connections = 100
shared_buffers = '64MB'
max_wal_size = '512MB'
wal_keep_size = '256MB'
wal_log_hints = on
hot_standby = on
max_slot_wal_keep_size = '1GB'
wal_sender_timeout = '5s'
wal_receiver_timeout = '5s'
wal_retrieve_retry_interval = '200ms'
synchronous_commit = on
synchronous_standby_names = '{synchronous}'
log_timezone = 'UTC'
"""
DOORS = "host all all 127.0.0.1/32 scram-sha-256\nhost replication replicator 127.0.0.1/32 scram-sha-256\n"


@dataclass
class Node:
    """One server of the cluster."""

    name: str
    home: Path
    port: int
    programs: Programs = field(init=False)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True)
        self.programs = programs_for(self.home)

    @property
    def data(self) -> Path:
        return self.home / "data"

    def configure(self, names: Iterable[str]) -> None:
        """Its settings and doors: whoever takes writes waits for one of the other two."""
        others = ", ".join(n for n in names if n != self.name)
        (self.data / "postgresql.conf").write_text(SETTINGS.format(port=self.port, synchronous=f"ANY 1 ({others})" if others else ""))
        (self.data / "pg_hba.conf").write_text(DOORS)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.programs.serve("pg_ctl", "start", "-D", "data", "-t", "60", "-l", "server.log", home=self.home)

    def kill(self) -> None:
        """kill -9 of the server and all its processes."""
        for pid in sorted(living(self.data)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while living(self.data):
            time.sleep(0.005)

    def pause(self, what: signal.Signals) -> None:
        """Let the whole server hang, or go on: SIGSTOP, SIGCONT."""
        for pid in living(self.data):
            os.kill(pid, what)


class Cluster:
    """The three servers. `primary` takes writes; the others follow it."""

    def __init__(self, folder: Path):
        self.password = secrets.token_urlsafe(16)
        self.nodes = {name: Node(name, folder / name, free_port()) for name in NAMES}
        self.primary = self.nodes["a"]

    # -- built

    def build(self) -> None:
        """Make the primary with its roles and slots, then two standbys from base backups."""
        first = self.primary
        (first.home / "password").write_text(self.password)
        first.programs.serve(
            "initdb", "-D", "data", "-U", ADMIN, "--encoding=UTF8", "--locale=C", "--data-checksums",
            "--auth=scram-sha-256", "--pwfile=password", "--no-instructions", "--no-sync", home=first.home)  # fmt: skip
        first.configure(())
        first.start()
        with self.ask(first) as admin:
            for role, rights in ((REPLICATOR, "REPLICATION"), ("hanse_owner", "CREATEDB"), ("hanse_app", "")):
                made = sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}")
                admin.execute(made.format(sql.Identifier(role), sql.SQL(rights), sql.Literal(self.password)))
            admin.execute("CREATE DATABASE hanse OWNER hanse_owner")
        for node in self.others():
            self.copied(node)
        first.configure(NAMES)
        with self.ask(first) as admin:
            admin.execute("SELECT pg_reload_conf()")
        self.until_followed()

    def copied(self, node: Node) -> None:
        """Make a standby anew: a base backup of the primary, with a slot of its own there."""
        shutil.rmtree(node.data, ignore_errors=True)
        self.slot(node)
        run(node.programs.bin / "pg_basebackup", "--pgdata", str(node.data), "--dbname", self.way(self.primary, REPLICATOR, "replication"),
            "--wal-method=stream", "--checkpoint=fast", "--no-sync", cwd=node.home)  # fmt: skip
        node.programs.give(node.data)
        self.led(node)
        node.start()

    def led(self, node: Node) -> None:
        """Have a stopped server follow the primary when it starts."""
        node.configure(NAMES)
        conninfo = self.way(self.primary, REPLICATOR, "replication", application_name=node.name).replace("'", "''")
        (node.data / "postgresql.auto.conf").write_text(f"primary_conninfo = '{conninfo}'\nprimary_slot_name = '{node.name}'\n")
        (node.data / "standby.signal").touch()

    def slot(self, node: Node) -> None:
        """Let the primary keep the log that a standby has not read yet."""
        with self.ask(self.primary) as admin:
            here = admin.execute("SELECT 1 FROM pg_replication_slots WHERE slot_name = %s", [node.name]).fetchone()
            if not here:
                admin.execute("SELECT pg_create_physical_replication_slot(%s, true)", [node.name])

    # -- asked

    def others(self) -> list[Node]:
        return [n for n in self.nodes.values() if n is not self.primary]

    def way(self, node: Node, role: str, dbname: str, **more: str) -> str:
        """The way to one server."""
        return psycopg.conninfo.make_conninfo(
            host="127.0.0.1", port=node.port, user=role, password=self.password, dbname=dbname, connect_timeout=5, **more)  # fmt: skip

    def url(self, role: str) -> str:
        """The address of all three, as DATABASE_URL has it."""
        hosts = ",".join(f"127.0.0.1:{n.port}" for n in self.nodes.values())
        return f"postgresql://{role}:{self.password}@{hosts}/hanse"

    def ask(self, node: Node, dbname: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.way(node, ADMIN, dbname), autocommit=True)

    def until_followed(self) -> None:
        """Wait until both standbys stream and have what the primary has."""
        streams = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND flush_lsn >= pg_current_wal_flush_lsn() AND sync_state = 'quorum'"
        with self.ask(self.primary) as admin:
            assert waited(lambda: admin.execute(streams).fetchone() == (2,), 30), admin.execute("SELECT * FROM pg_stat_replication").fetchall()

    # -- a failover

    def fail_over(self) -> Node:
        """The primary is dead: promote the standby that has most of its log, and have the other one follow it. The dead one."""
        dead = self.primary
        self.primary = max(self.others(), key=self.received)
        with self.ask(self.primary) as admin:
            admin.execute("SELECT pg_promote(true, 30)")
        for node in self.others():
            if node is not dead:
                self.slot(node)
                conninfo = self.way(self.primary, REPLICATOR, "replication", application_name=node.name)
                with self.ask(node) as admin:
                    admin.execute(sql.SQL("ALTER SYSTEM SET primary_conninfo = {}").format(sql.Literal(conninfo)))
                    admin.execute("SELECT pg_reload_conf()")
        return dead

    def received(self, node: Node) -> int:
        """How much of the log a standby has."""
        with self.ask(node) as admin:
            [lsn] = admin.execute("SELECT pg_wal_lsn_diff(greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), '0/0')::bigint").fetchone() or [0]
        return int(lsn)

    def rewound(self, node: Node) -> None:
        """Bring a dead primary back as a standby: what it alone had written is undone by pg_rewind."""
        self.slot(node)
        (node.data / "postmaster.pid").unlink(missing_ok=True)
        node.programs.serve("pg_rewind", "--target-pgdata", "data", "--source-server", self.way(self.primary, ADMIN, "postgres"), home=node.home)
        self.led(node)
        node.start()

    def end(self) -> None:
        for node in self.nodes.values():
            with suppress(ProcessLookupError):
                node.pause(signal.SIGCONT)
            node.kill()


def waited(holds: Callable[[], bool], seconds: float) -> bool:
    """Whether something came true in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.02)
    return False
