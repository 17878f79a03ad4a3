"""The primary dies under whole lives: a standby is promoted, hanse finds it, and nothing that was acknowledged is lost.

Three real servers (`cluster`) and a real `hanse serve` whose DATABASE_URL names all three. Afterwards the dead one comes back by
pg_rewind and follows, so that the next failover finds two standbys again.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from random import Random

import psutil
import psycopg
import pytest
from django.db import connections, transaction

from hanse.edge.settings import database
from hanse.edge.tests.test_serve import HANSE, Serving, until
from hanse.world.faults.lives import Company
from tests import test_kills_whole_life as kills
from tests.cluster import Cluster

pytestmark = pytest.mark.slow
SKUS = kills.SKUS
CLIENTS = 4


@pytest.fixture
def cluster(tmp_path):
    made = Cluster(tmp_path / "cluster")
    try:
        made.build()
        yield made
    finally:
        made.end()


def environment(cluster: Cluster, home: Path) -> dict[str, str]:
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE", "HANSE", "DJANGO"))}
    return plain | {"HANSE_HOME": str(home), "DATABASE_URL": cluster.url("hanse_app"), "DATABASE_OWNER_URL": cluster.url("hanse_owner")}


def hanse(cluster: Cluster, home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*HANSE, *words], env=environment(cluster, home), capture_output=True, text=True, check=False)


@pytest.fixture
def served(cluster, tmp_path, monkeypatch):
    """A company that is served from the cluster, with its masters."""
    home = tmp_path / "home"
    made = hanse(cluster, home, "key", "create", "--name", "clients", "--scope", "all", "--json")
    assert made.returncode == 0, made.stderr
    monkeypatch.setattr("hanse.edge.tests.test_serve.environment", lambda home: environment(cluster, home))
    serving = Serving(home, "serve")
    serving.home, serving.app_url = home, lambda: cluster.way(cluster.primary, "hanse_app", "hanse")
    serving.company = Company(serving.url, json.loads(made.stdout)[0]["key"])
    try:
        serving.company.load(SKUS)
        yield serving
    finally:
        mine = [p for p in psutil.process_iter(["environ"]) if (p.info["environ"] or {}).get("HANSE_HOME") == str(home)]
        for process in mine:
            process.kill()
        psutil.wait_procs(mine)


def failed_over(serving, cluster: Cluster, times: int, seed: int) -> list[float]:
    """So many failovers under load; of each the seconds from the kill to the next acknowledged write."""
    company, took = serving.company, []
    threads = company.clients(CLIENTS, seed, SKUS)
    try:
        for _ in range(times):
            enough = len(company.acts) + 60
            assert until(lambda: len(company.acts) >= enough or company.ended.is_set(), 120), "nobody gets on"  # noqa: B023
            assert not company.ended.is_set(), company.odd
            killed = time.monotonic()
            cluster.primary.kill()
            before = len(company.acts)
            dead = cluster.fail_over()
            assert until(lambda: len(company.acts) > before + CLIENTS or company.ended.is_set(), 60), "nobody gets on after the failover"  # noqa: B023
            took.append(time.monotonic() - killed)
            cluster.rewound(dead)
            cluster.until_followed()
    finally:
        company.ended.set()
        for thread in threads:
            thread.join()
    return took


def proven(serving, cluster: Cluster, times: int) -> None:
    seed = int(os.environ.get("HANSE_SEED", time.time_ns() % 1_000_000))
    print(f"seed {seed} (HANSE_SEED)")  # noqa: T201 - shown when the test fails
    took = failed_over(serving, cluster, times, seed)
    company = serving.company
    assert company.odd == []
    assert until(serving.answers, 60)
    assert until(lambda: kills.drained(serving), 60)
    kills.nothing_lost_nothing_doubled(serving)
    kills.same_answers(serving, Random(seed))
    checked = hanse(cluster, serving.home, "verify", "--json")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    shown = ", ".join(f"{s:.1f}" for s in took)
    sys.stderr.write(f"{times} failovers, {len(company.acts)} acknowledged writes; to the next one {shown} s, median {statistics.median(took):.1f} s\n")


def test_five_failovers_under_whole_lives_lose_nothing_that_was_acknowledged(served, cluster):
    proven(served, cluster, 5)


def test_a_commit_is_acknowledged_only_when_a_standby_has_it(cluster, monkeypatch, django_db_blocker):
    """While both standbys hang nothing is acknowledged, whatever the timeouts: a failover would lose it."""
    with psycopg.connect(cluster.way(cluster.primary, "hanse_owner", "hanse"), autocommit=True) as owner:
        owner.execute("CREATE TABLE note (number int)")
        owner.execute("GRANT INSERT ON note TO hanse_app")
    known = connections.settings["default"] | database(cluster.url("hanse_app"))
    known["OPTIONS"] |= {"pool": None, "options": known["OPTIONS"]["options"] + " -c statement_timeout=300"}
    monkeypatch.setitem(connections.settings, "standby", known)
    done = threading.Event()

    def write() -> None:
        with django_db_blocker.unblock():
            with transaction.atomic(using="standby"), connections["standby"].cursor() as cursor:
                cursor.execute("INSERT INTO note VALUES (1)")
            done.set()
            connections["standby"].close()

    for node in cluster.others():
        node.pause(signal.SIGSTOP)
    writer = threading.Thread(target=write)
    writer.start()
    assert not done.wait(1.5)
    cluster.others()[0].pause(signal.SIGCONT)
    assert done.wait(20)
    writer.join()
