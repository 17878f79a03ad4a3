"""The proxy: it sees commits where PostgreSQL's clients make them, and does its harm exactly there."""

import socket
import threading
from contextlib import suppress
from random import Random

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from hanse.world.faults.plan import SHARES, faults
from hanse.world.faults.proxy import Proxy, commits
from hanse.world.faults.torture import Torture

BIND = b"B\x00\x00\x00\x0c\x00\x00\x00\x00\x00\x00\x00\x00"


@pytest.mark.parametrize("said, status, does", [
    (b"Q\x00\x00\x00\x0bCOMMIT\x00", b"T", True),
    (b"Q\x00\x00\x00\x1dINSERT INTO x; COMMIT\x00", b"T", True),
    (b"Q\x00\x00\x00\x0aBEGIN\x00", b"I", False),
    (b"Q\x00\x00\x00\x0dROLLBACK\x00", b"T", False),
    (b"Q\x00\x00\x00\x0dSELECT 1\x00", b"I", False),
    (b"Q\x00\x00\x00\x0dDELETE FROM x\x00", b"I", True),
    (b"Q\x00\x00\x00\x0dDELETE FROM x\x00", b"T", False),
    (BIND + b"E\x00\x00\x00\x09\x00\x00\x00\x00\x00S\x00\x00\x00\x04", b"I", True),
    (BIND + b"E\x00\x00\x00\x09\x00\x00\x00\x00\x00S\x00\x00\x00\x04", b"T", False),
    (b"P\x00\x00\x00\x0aE\x00E\x00\x00\x00S\x00\x00\x00\x04", b"I", False),
    (b"X\x00\x00\x00\x04", b"I", False),
    (b"Q\x00\x00\x00\x05\x00", b"I", False),
])  # fmt: skip
def test_what_commits(said, status, does):
    assert commits(said, status, set()) == does


def parsed(name: bytes, sql: bytes) -> bytes:
    body = name + b"\0" + sql + b"\0\0\0"
    return b"P" + (len(body) + 4).to_bytes(4, "big") + body


def test_what_merely_reads_outside_a_transaction_does_not_commit_whenever_it_was_prepared():
    """Else a sweep of all commits strikes the reads that each try of a request begins with, and no request ever gets through."""
    executed, reads = b"E\x00\x00\x00\x09\x00\x00\x00\x00\x00S\x00\x00\x00\x04", set()
    named = b"B\x00\x00\x00\x0d\x00r\x00\x00\x00\x00\x00\x00\x00"
    assert not commits(parsed(b"", b"SELECT EXISTS (SELECT FROM edge_apikey)") + BIND + executed, b"I", reads)
    assert commits(parsed(b"", b"UPDATE x SET y = 1") + BIND + executed, b"I", reads)
    assert not commits(parsed(b"r", b"\nSELECT 1") + b"S\x00\x00\x00\x04", b"I", reads) and not commits(named + executed, b"I", reads)
    assert commits(parsed(b"r", b"DELETE FROM x") + named + executed, b"I", reads)


@pytest.fixture
def line(database_urls, tmp_path_factory):
    """A proxy before the tests' database, and how to reach the database through it."""
    parts = conninfo_to_dict(database_urls[1])
    folder = tmp_path_factory.mktemp("p")
    from pathlib import Path

    proxy = Proxy(folder / ".s.PGSQL.5432", Path(str(parts["host"])) / f".s.PGSQL.{parts['port']}", database=True, random=Random(1)).start()
    yield proxy, psycopg.conninfo.make_conninfo(database_urls[1], host=str(folder), port=5432)
    proxy.stop()


@pytest.fixture
def marks(database_urls):
    """A table to write into, and how many rows it has."""
    with psycopg.connect(database_urls[0], autocommit=True) as owner:
        owner.execute("CREATE TABLE faults_mark (n int); GRANT ALL ON faults_mark TO hanse_app")
        yield lambda: owner.execute("SELECT count(*) FROM faults_mark").fetchone()[0]
        owner.execute("DROP TABLE faults_mark")


@pytest.mark.parametrize("moment, there", [("before", 0), ("after", 1)])
@pytest.mark.parametrize("autocommit", [False, True])
def test_a_line_is_cut_before_the_commit_or_after_it_and_before_its_answer(line, marks, moment, there, autocommit):
    proxy, url = line
    with psycopg.connect(url, autocommit=autocommit) as connection:
        connection.execute("SELECT 1")
        strike = proxy.strike(moment, lambda pid: pid > 0, lambda line: line.cut())
        with pytest.raises(psycopg.OperationalError):
            connection.execute("INSERT INTO faults_mark VALUES (1)", prepare=True)
            connection.commit()
    assert strike.hit.wait(5)
    assert marks() == there


def test_a_half_open_line_swallows_and_ends_when_it_is_over(line):
    proxy, url = line
    with psycopg.connect(url, autocommit=True) as connection:
        proxy.half_open(True)
        over = threading.Timer(0.3, proxy.half_open, [False])
        over.start()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with psycopg.connect(url) as again:
        assert again.execute("SELECT 1").fetchone() == (1,)


def test_whoever_comes_while_it_is_shut_is_turned_away(line):
    proxy, url = line
    proxy.shut(True)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    proxy.calm()
    psycopg.connect(url).close()


def test_a_reset_gives_no_farewell():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        proxy = Proxy(port, server.getsockname()).start()
        with socket.create_connection(("127.0.0.1", port)) as client:
            there, _ = server.accept()
            with there:
                client.sendall(b"hello")
                assert there.recv(5) == b"hello"
                proxy.cut(reset=True)
                with pytest.raises(ConnectionResetError):
                    client.recv(1)
        with suppress(RuntimeError):
            proxy.stop()


def test_a_plan_has_every_fault_once_first_and_is_the_same_for_a_seed():
    plan = faults(7)
    drawn = [next(plan) for _ in range(200)]
    assert sorted(drawn[: len(SHARES)]) == sorted(SHARES) and len(set(drawn)) == len(SHARES)
    again = faults(7)
    assert drawn == [next(again) for _ in range(200)]


def test_every_fault_of_the_plan_can_be_done():
    by_name = [n for n in SHARES if "commit" not in n and not n.startswith("kill ")]
    assert not [n for n in by_name if not hasattr(Torture, f"_{n.replace(' ', '_')}")]
