"""kill -9 of the web worker, its master, the worker, a backend and the whole database while orders live their whole life.

A real `hanse serve` on a home of its own. When the killing is over: whatever was acknowledged is there once, nothing is
there twice, a key sent again gets the same answer, every follower has read on, and `hanse verify` finds nothing.
"""

import json
import os
import signal
import time
from collections import Counter
from pathlib import Path
from random import Random

import psutil
import psycopg
import pytest

from hanse.edge import postgres
from hanse.edge.postgres_programs import living
from hanse.edge.tests.test_serve import Serving, hanse, until
from hanse.world.faults.lives import Client, Company

SKUS = ["BRG-6204", "BRG-6205", "SEAL-30"]
CLIENTS = 6
BETWEEN = (5, 40)
"""So many more acknowledged writes, from to, before the next kill."""


@pytest.fixture
def served(tmp_path):
    """A company that is served, with its masters; all that was started for it is ended, whatever happens."""
    home = tmp_path / "home"
    try:
        made = hanse(home, "key", "create", "--name", "clients", "--scope", "all", "--json")
        assert made.returncode == 0, made.stderr
        serving = Serving(home, "serve")
        serving.home, serving.app_url = home, lambda: postgres.start(home / "database").app_url
        serving.company = Company(serving.url, json.loads(made.stdout)[0]["key"])
        serving.company.load(SKUS)
        yield serving
    finally:
        _end(home)


def _end(home: Path) -> None:
    """Kill whatever carries this home in its environment, then the database."""
    mine = [p for p in psutil.process_iter(["environ"]) if (p.info["environ"] or {}).get("HANSE_HOME") == str(home)]
    for process in mine:
        process.kill()
    psutil.wait_procs(mine)
    postgres.stop(home / "database")
    assert not living(home / "database" / "data")


def web_worker(serving: Serving) -> list[int]:
    """granian's worker, which answers requests."""
    return [c.pid for c in psutil.Process(serving.child("hanse web")).children()]


def web_master(serving: Serving) -> list[int]:
    return [serving.child("hanse web")]


def worker(serving: Serving) -> list[int]:
    return [serving.child("hanse worker")]


def backend(serving: Serving) -> list[int]:
    """The database's processes that serve us; the server ends them all when one of them dies."""
    return [p for p in living(serving.home / "database" / "data") if "hanse_app" in " ".join(psutil.Process(p).cmdline())]


def database(serving: Serving) -> list[int]:
    return sorted(living(serving.home / "database" / "data"))


KINDS = [web_worker, web_master, worker, backend, database]


def kill(serving: Serving, kind, random: Random) -> None:
    """kill -9 one process of a kind, or all of the database's."""
    found: list[int] = []

    def there() -> bool:
        try:
            found[:] = [pid for pid in kind(serving) if pid]
        except (psutil.NoSuchProcess, ValueError):
            return False
        return bool(found)

    assert until(there, 60), f"no {kind.__name__} to kill"
    for pid in found if kind is database else [random.choice(found)]:
        if psutil.pid_exists(pid):
            os.kill(pid, signal.SIGKILL)


def under_fire(serving: Serving, kills: int, seed: int) -> None:
    """Clients at work, and so many kills among them, each after so many more acknowledged writes."""
    random, company = Random(seed), serving.company
    kinds = [KINDS[n % len(KINDS)] for n in range(kills)]
    random.shuffle(kinds)
    threads = company.clients(CLIENTS, seed, SKUS)

    def more(wanted: int) -> None:
        enough = len(company.acts) + wanted
        assert until(lambda: len(company.acts) >= enough or company.ended.is_set(), 120), "nobody gets on"
        assert not company.ended.is_set(), company.odd

    try:
        for kind in kinds:
            more(random.randint(*BETWEEN))
            time.sleep(random.uniform(0, 0.1))
            kill(serving, kind, random)
        more(BETWEEN[1])
    finally:
        company.ended.set()
        for thread in threads:
            thread.join()


def what_is_there(serving: Serving) -> psycopg.Connection:
    return psycopg.connect(serving.app_url(), autocommit=True)


def nothing_lost_nothing_doubled(serving: Serving) -> None:
    """Each acknowledged write has its one fact in the journal and its one row, and there is nothing beside them."""
    company = serving.company
    with what_is_there(serving) as connection:
        facts = Counter(connection.execute("SELECT key, kind FROM journal_event WHERE actor = 'key:clients'").fetchall())
        acknowledged = {(a.key, a.told["told"]) for a in company.acts}
        assert {fact: facts[fact] for fact in acknowledged} == dict.fromkeys(acknowledged, 1)
        assert {key for key, _ in facts} == {a.key for a in company.acts}, "a write that nobody was told of"
        for kind, field, sql in [
            ("OrderPlaced", "ref", "SELECT ref FROM orders_order"),
            ("OrderPlaced", "order", "SELECT 'H-' || id FROM orders_order"),
            ("CartonPacked", "carton", "SELECT sscc FROM fulfilment_carton"),
            ("ParcelHandedOver", "parcel", "SELECT tracking FROM transport_parcel"),
            ("PaymentReceived", "payment", "SELECT ref FROM billing_payment"),
        ]:
            assert sorted(name for (name,) in connection.execute(sql)) == sorted(a.told[field] for a in company.acts if a.told["told"] == kind), kind
        numbers = [number for (number,) in connection.execute("SELECT number FROM billing_invoice ORDER BY number")]
        assert [int(number.rsplit("-", 1)[1]) for number in numbers] == list(range(1, len(numbers) + 1))
        assert {a.told["invoice"] for a in company.acts if a.told["told"] == "InvoiceIssued"} <= set(numbers), "the worker issues some"
        half_way = "SELECT count(*) FROM orders_order WHERE ordered <> cancelled AND NOT (ordered = shipped AND shipped = delivered AND shipped = invoiced)"
        assert connection.execute(half_way).fetchone() == (0,)
        assert connection.execute("SELECT coalesce(sum(reserved), 0)::bigint FROM inventory_stock").fetchone() == (0,)


def same_answers(serving: Serving, random: Random) -> None:
    """Keys sent again get what they got."""
    company = serving.company
    client = Client(company, random, "again")
    for act in random.sample(company.acts, min(200, len(company.acts))):
        answer = client.known(act.path, act.body, act.key)
        assert (answer.status_code, answer.content, answer.headers.get("idempotent-replayed")) == (200, act.answer, "true"), act


def drained(serving: Serving) -> bool:
    """Whether every follower has read the whole journal and nothing is parked."""
    with what_is_there(serving) as connection:
        behind = "SELECT 1 FROM journal_follower f WHERE EXISTS (SELECT 1 FROM journal_event e WHERE (e.xact, e.id) > (f.xact, f.event)) UNION ALL SELECT 1 FROM journal_parkedfact"
        return not connection.execute(behind).fetchall()


def proven(serving: Serving, kills: int) -> None:
    seed = int(os.environ.get("HANSE_SEED", time.time_ns() % 1_000_000))
    print(f"seed {seed} (HANSE_SEED)")  # noqa: T201 - shown when the test fails
    under_fire(serving, kills, seed)
    company = serving.company
    assert company.odd == []
    assert until(serving.answers, 60)
    assert until(lambda: drained(serving), 60)
    nothing_lost_nothing_doubled(serving)
    same_answers(serving, Random(seed))
    nothing_lost_nothing_doubled(serving)
    checked = hanse(serving.home, "verify", "--json")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    serving.process.send_signal(signal.SIGTERM)
    assert serving.process.wait(30) == 0
    assert not living(serving.home / "database" / "data")
    print(f"{kills} kills, {len(company.acts)} acknowledged writes, {company.tries} requests")  # noqa: T201


def test_five_kills_under_whole_lives_lose_nothing_and_double_nothing(served):
    proven(served, len(KINDS))


@pytest.mark.slow
def test_forty_kills_under_whole_lives_lose_nothing_and_double_nothing(served):
    proven(served, 8 * len(KINDS))
