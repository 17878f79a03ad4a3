"""Kills: web, worker and database die under load, again and again. Nothing acknowledged is lost, nothing is doubled.

Clients do what clients should: an answer that did not come is asked for again with the same key until it comes.
"""

import itertools
import json
import os
import random
import signal
import threading
import time
from pathlib import Path

import httpx
import psutil
import pytest

from hanse.edge.tests.test_serve import Serving, company, fresh, hanse, token, until  # noqa: F401

CLIENTS = 4
PAUSE = 0.4
"""Seconds of load between two kills."""


class Client(threading.Thread):
    """Places orders of one unit until told to stop; keeps what was acknowledged under each reference."""

    def __init__(self, serving: Serving, bearer: str, number: int, stopping: threading.Event):
        super().__init__(daemon=True)
        self.serving, self.number, self.stopping = serving, number, stopping
        self.headers = {"authorization": f"Bearer {bearer}"}
        self.acknowledged: dict[str, str] = {}
        self.wrong: list[str] = []

    def run(self) -> None:
        with httpx.Client(timeout=10, headers=self.headers) as http:
            for count in itertools.count():
                ref = f"{self.number}-{count}"
                answer = self.until_answered(http, ref)
                if answer.status_code != 201:
                    self.wrong.append(answer.text)
                else:
                    self.acknowledged[ref] = answer.json()["order"]
                if self.stopping.is_set():
                    return

    def until_answered(self, http: httpx.Client, ref: str) -> httpx.Response:
        """Ask with one key until there is an answer that is no 'ask again'."""
        order = {"customer": "REUTER", "ref": ref, "lines": [{"sku": f"SKU-{hash(ref) % 20}", "quantity": 1}]}
        while True:
            try:
                answer = http.post(f"{self.serving.url}/api/v1/orders", json=order, headers={"idempotency-key": ref})
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            if answer.status_code == 503 or (answer.status_code == 409 and answer.json()["code"] == "key-in-progress"):
                time.sleep(0.05)
                continue
            return answer


def victim(serving: Serving, home: Path, dice: random.Random) -> tuple[str, list[int]]:
    """Who dies next, by name and number."""
    lead = home / "database" / "data" / "postmaster.pid"
    kinds = {
        "web": lambda: [serving.child("hanse web")],
        "web's own worker": lambda: [child.pid for child in psutil.Process(serving.child("hanse web")).children()],
        "worker": lambda: [serving.child("hanse worker")],
        "database": lambda: [int(lead.read_text().split()[0])],
        "a backend": lambda: backends(lead),
    }  # fmt: skip
    name = dice.choice(list(kinds))
    try:
        return name, [pid for pid in kinds[name]() if pid]
    except (OSError, psutil.Error, ValueError, IndexError):
        return name, []


def backends(lead: Path) -> list[int]:
    """One process of the database that serves somebody."""
    found = [p.pid for p in psutil.Process(int(lead.read_text().split()[0])).children() if "hanse_app" in " ".join(p.cmdline())]
    return found[:1]


def prepare(serving: Serving, bearer: str) -> None:
    """A customer, a site and twenty items with stock, through the API."""
    with httpx.Client(base_url=f"{serving.url}/api/v1", headers={"authorization": f"Bearer {bearer}"}, timeout=30) as http:
        def told(path: str, body: list) -> None:
            answer = http.post(path, json=body, headers={"idempotency-key": path})
            assert answer.status_code == 200 and not [it for it in answer.json() if "refused" in it], answer.text

        address = {"code": "main", "street": "Kabutzenhof 21", "postcode": "18057", "city": "Rostock", "country": "DE"}
        told("/parties/batch", [{"code": "REUTER", "name": "Reuter", "roles": ["customer"], "addresses": [address]}])
        told("/items/batch", [{"sku": f"SKU-{n}", "name": f"Item {n}", "price": "9.90"} for n in range(20)])
        told("/sites/batch", [{
            "code": "HAM", "name": "Hamburg", "country": "DE", "zone": "Europe/Berlin", "bins": [{"code": "A-01"}],
            "lanes": [{"country": "DE", "days": 1, "cost": "5"}],
        }])  # fmt: skip
        told("/stock/receipts/batch", [{"site": "HAM", "sku": f"SKU-{n}", "bin": "A-01", "quantity": 100_000} for n in range(20)])


def all_orders(serving: Serving, bearer: str) -> dict[str, list[str]]:
    """Every order there is: numbers by reference."""
    found: dict[str, list[str]] = {}
    cursor = ""
    while cursor is not None:
        page = httpx.get(
            f"{serving.url}/api/v1/orders", params={"cursor": cursor, "limit": 500}, headers={"authorization": f"Bearer {bearer}"}, timeout=30
        ).json()
        for row in page["items"]:
            found.setdefault(row["ref"], []).append(row["number"])
        cursor = page["next"]
    return found


def story(home: Path, bearer: str, kills: int, seed: int) -> None:
    dice, stopping = random.Random(seed), threading.Event()
    serving = Serving(home, "serve")
    prepare(serving, bearer)
    clients = [Client(serving, bearer, number, stopping) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    died: list[str] = []
    while len(died) < kills:
        time.sleep(PAUSE)
        name, pids = victim(serving, home, dice)
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
                died.append(name)
            except ProcessLookupError:
                continue
        assert until(serving.answers, 60), f"seed {seed}: nobody answers after the death of {name}"
    stopping.set()
    for client in clients:
        client.join(60)
        assert not client.is_alive(), f"seed {seed}: a client never got its answer"
    acknowledged = {ref: number for client in clients for ref, number in client.acknowledged.items()}
    assert not [wrong for client in clients for wrong in client.wrong], f"seed {seed}: {[c.wrong for c in clients]}"
    found = all_orders(serving, bearer)
    assert {ref: [number] for ref, number in acknowledged.items()} == found, f"seed {seed}: lost or doubled"
    assert len(acknowledged) >= CLIENTS
    assert until(lambda: drained(home), 60), f"seed {seed}: followers never caught up"
    assert verified(home), f"seed {seed}: verify has findings"
    serving.process.send_signal(signal.SIGTERM)
    assert serving.process.wait(20) == 0


def drained(home: Path) -> bool:
    """Whether every follower has heard all there is."""
    import psycopg

    from hanse.edge import postgres

    server = postgres.status(home / "database")
    if server is None:
        return False
    with psycopg.connect(server.app_url) as connection:
        late = connection.execute("SELECT count(*) FROM journal_follower f WHERE EXISTS (SELECT 1 FROM journal_event e WHERE e.xact >= f.xact)")
        return late.fetchone() == (0,)


def verified(home: Path) -> bool:
    done = hanse(home, "verify", "--json")
    return done.returncode == 0 and all(it["wrong"] == 0 for it in json.loads(done.stdout))


def test_five_kills_lose_nothing_and_double_nothing(company, token):  # noqa: F811
    story(company, token, kills=5, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 5))
def test_many_kills_lose_nothing_and_double_nothing(company, token, seed):  # noqa: F811
    story(company, token, kills=12, seed=seed)
