"""Scenario: a company inside this process lives some orders through its doors, with the worker's work done in between. What is wrong then is said.

It is short, seeded and the same each time: with no bug planted it is clean, with any of `planted.BUGS` it is not.
"""

import io
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, redirect_stderr
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx
import psycopg
from psycopg import sql

from hanse.edge import home
from hanse.kernel import clock

from . import checks
from .hostile import UNREADABLE
from .lives import Client, Company, Stuck
from .outside import Dice, Endpoints
from .planted import BUGS, Bug
from .proxy import until

SKUS = ["BRG-6204", "BRG-6205", "SEAL-30"]
LIVES = 6
MOST_TICKS, PATIENCE = 120, 20.0
BACK = timedelta(hours=1)
"""So far the clock is set back while one order lives."""
DUE = "SELECT count(*) FROM edge_delivery WHERE state = 'waiting' AND next_at <= now()"
EMPTY = "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1"


@dataclass(frozen=True, slots=True)
class Found:
    """Something that is wrong, and who said so."""

    by: str
    what: str


def play(seed: int = 1) -> list[Found]:
    """Live some orders in this process's own empty database, and say what is wrong."""
    from django.conf import settings

    from hanse.edge import keys
    from hanse.edge.wsgi import application

    settings.WEBHOOKS_TO_LOOPBACK = True
    endpoints, said = Endpoints(Random(seed), Dice()), io.StringIO()
    try:
        with redirect_stderr(said):
            company = Company("http://127.0.0.1", keys.make("clients", ["all"]), troubled=True, patience=PATIENCE, transport=httpx.WSGITransport(application))
            try:
                _live(company, endpoints, seed)
                _odd(company)
            except (Stuck, LookupError, ValueError, AttributeError) as trouble:
                company.odd.append(f"a life ended early: {trouble!r}")
            found = [Found("an answer", wrong) for wrong in company.odd]
            found += [Found("a check", wrong) for wrong in _checked(company, endpoints)]
            found += _verified()
        found += [Found("the logs", wrong) for wrong in checks.told_secrets(said.getvalue(), {"the key of the clients": company.token})]
    finally:
        endpoints.stop()
    return found


def _live(company: Company, endpoints: Endpoints, seed: int) -> None:
    company.load(SKUS)
    client = Client(company, Random(seed), "life")
    made = client.http.post("/webhooks", json={"url": endpoints.url("good")}, headers={"Idempotency-Key": f"{checks.OPENING}good"}).json()
    endpoints.secrets["good"] = client.http.get(f"/webhooks/{made['endpoint']}/secret").json()["secret"]
    _work()
    for n in range(LIVES):
        with clock.standing_at(clock.now() - BACK) if n == 3 else nullcontext():
            client.live(SKUS, billed=n != 1)
    parcel = _serials(client)
    _held(client)
    _credited_twice(client)
    _work(at_night=True)
    _told_late(client, parcel)
    _work()


def _serials(client: Client) -> str:
    """A unit with a serial goes out, and comes damaged; its parcel."""
    client.ask("/items/batch", {"sku": "PUMP", "name": "Pump", "price": "90.00", "weight_g": 900, "tracking": "serial"})
    client.ask("/stock/receipts/batch", {"site": "HAM", "sku": "PUMP", "quantity": 2, "bin": "A-01", "serials": ["S1", "S2"]})
    number = client.ask("/orders/batch", {"customer": "REUTER", "ref": "serials", "lines": [{"sku": "PUMP", "quantity": 1}]})["order"]
    [task] = client.ask("/releases/batch", {"order": number})["tasks"]
    client.ask("/picks/batch", {"task": task["task"], "taken": 1, "serials": ["S1"]})
    carton = client.ask("/packs/batch", {"order": number, "site": task["site"]})["carton"]
    parcel: str = client.ask("/handovers/batch", {"carton": carton, "carrier": "SPEEDY"})["parcel"]
    client.ask("/deliveries/batch", {"parcel": parcel, "receiver": "goods in", "condition": "carton crushed"})
    return parcel


def _told_late(client: Client, parcel: str) -> None:
    """The carrier tells of a delivered parcel's way when all who follow it are done, the later stop first."""
    for code, hour in (("OUT", 12), ("PIC", 9)):
        client.ask("/tracking-events/batch", {"carrier": "SPEEDY", "tracking": parcel, "code": code, "at": f"2026-01-28T{hour:02d}:00:00Z"})


def _held(client: Client) -> None:
    """More stock comes to where some lies; an order is held, let go, and cancelled."""
    client.ask("/stock/receipts/batch", {"site": "HAM", "sku": SKUS[0], "quantity": 10, "bin": "A-01"})
    number = client.ask("/orders/batch", {"customer": "REUTER", "ref": "held", "reserve": "at_once", "lines": [{"sku": SKUS[0], "quantity": 2}]})["order"]
    client.ask("/holds/batch", {"order": number, "type": "credit"})
    client.ask("/holds/releases/batch", {"order": number, "type": "credit"})
    client.ask("/cancellations/batch", {"order": number, "reason": "changed mind"})


def _credited_twice(client: Client) -> None:
    """An invoice is credited whole, and once more, which must not be."""
    bills = [a.told["invoice"] for a in client.company.acts if a.told["told"] == "InvoiceIssued"]
    client.ask("/credits/batch", {"invoice": bills[0], "reason": "a gesture"})
    again = client.known("/credits/batch", [{"invoice": bills[0], "reason": "once more"}], "credit again")
    if again.status_code != 200 or "refused" not in again.json()[0]:
        client.company.odd.append(f"an invoice was credited twice: {again.text[:200]}")


def _odd(company: Company) -> None:
    """What must be refused: without a grant, with a key taken back, too much at once, unreadable."""
    from hanse.edge import keys

    order = {"customer": "REUTER", "lines": [{"sku": SKUS[0], "quantity": 1}]}
    reader, gone = keys.make("reader", ["read"]), keys.make("gone", ["all"])
    keys.revoke("gone")
    for token, status in ((reader, 403), (gone, 401)):
        stranger = Client(Company(company.url, token, transport=company.transport), Random(0), "stranger")
        if (answer := stranger.known("/orders", order | {"ref": token[:9]}, f"{token[:9]}")).status_code != status:
            company.odd.append(f"expected {status}: {answer.status_code} {answer.text[:200]}")
    client = Client(company, Random(0), "odd")
    if (answer := client.known("/cancellations/batch", [{"order": "H-1", "reason": "x"}] * 5_001, "too long")).status_code != 413:
        company.odd.append(f"a batch of 5,001 was taken in: {answer.status_code} {answer.text[:100]}")
    for name in ("lists nested a little too deep", "lists nested", "NaN", "a key twice"):
        answer = client.http.post("/orders", content=UNREADABLE[name], headers={"content-type": "application/json", "Idempotency-Key": name})
        if answer.status_code != 400 or answer.json()["code"] != "unreadable":
            company.odd.append(f"{name}: {answer.status_code} {answer.text[:100]}")


def _work(at_night: bool = False) -> None:
    """What the worker does: followers read on, webhooks go out, what was shipped is billed."""
    from hanse.billing.jobs import invoice_what_is_due
    from hanse.edge.worker import Worker

    worker = Worker()
    _until_quiet(worker)
    if at_night:
        invoice_what_is_due(clock.now() + timedelta(hours=1))
        _until_quiet(worker)


def _until_quiet(worker: Any) -> None:
    """Let the worker do all there is to do, as far as it gets."""
    from django.db import connection

    from hanse.edge import webhooks

    for _ in range(MOST_TICKS):
        passed = worker.tick()
        until(lambda: not webhooks._busy, 20, 0.01)
        with connection.cursor() as cursor:
            cursor.execute(DUE)
            if cursor.fetchone() == (0,) and not passed:
                return


def _checked(company: Company, endpoints: Endpoints) -> list[str]:
    from django.db import connection

    with psycopg.connect(**_params(connection), autocommit=True) as looking:
        wrong = checks.once(company, looking, ["key:clients"]) + checks.whole(looking) + checks.stuck(looking) + checks.same_answers(company, Random(1))
        return wrong + checks.once(company, looking, ["key:clients"]) + checks.fed(company, looking) + checks.reached(looking, endpoints, "good") + endpoints.wrong


def _params(connection: Any) -> dict[str, Any]:
    given = connection.settings_dict
    return {"dbname": given["NAME"], "user": given["USER"], "password": given["PASSWORD"], "host": given["HOST"], "port": given["PORT"]}


def _verified() -> list[Found]:
    """What `hanse verify` says an hour later."""
    from hanse.edge import verify

    with clock.standing_at(clock.now() + timedelta(hours=1)):
        return [Found(r.name, f["breaks"]) for r in verify.run() for f in r.findings]


def caught(bug: Bug, seed: int = 1) -> list[Found]:
    """Play with a bug planted; who caught it, each once."""
    with ExitStack() as planted:
        bug.plant(planted)
        _forget_statements()
        found = play(seed)
    _forget_statements()
    return list({it.by: it for it in found}.values())


def _forget_statements() -> None:
    """Statements that were made once and kept are made anew."""
    from hanse.inventory import ledger
    from hanse.journal import operation
    from hanse.orders import counters

    for kept in (ledger._post_sql, counters._advance_sql, counters._advance_lines_sql, operation._claim):
        if hasattr(kept, "cache_clear"):
            kept.cache_clear()


@contextmanager
def emptied(owner_url: str) -> Iterator[None]:
    """An empty database within this block and after it: tables that were empty before are emptied, as their owner."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        names = [name for (name,) in owner.execute(EMPTY).fetchall()]
        empty = [n for n in names if not owner.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(n))).fetchone()[0]]  # type: ignore[index]
        try:
            yield
        finally:
            owner.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(sql.SQL(", ").join(map(sql.Identifier, empty))))


@dataclass(frozen=True, slots=True)
class Played:
    """A company that lived with a bug planted, or with none: who found what is wrong, and how long it took."""

    bug: Bug | None
    found: list[Found]
    seconds: float

    @property
    def as_it_should(self) -> bool:
        """Whether a bug was caught; without one, whether all was clean."""
        return bool(self.found) == (self.bug is not None)

    def row(self) -> dict[str, Any]:
        """Its row in the table."""
        bug, by = self.bug, ", ".join(dict.fromkeys(it.by for it in self.found))
        return {"invariant": bug.invariant if bug else "", "bug": bug.what if bug else "none", "caught": bool(self.found), "by": by, "seconds": round(self.seconds, 1)}


def chosen(only: Sequence[str]) -> list[Bug]:
    """The bugs whose invariant, or part of whose sentence, is named; all where nothing is."""
    words = [it.lower() for it in only]
    return [bug for bug in BUGS if not words or any(w == bug.invariant.lower() or (not w.startswith("inv-") and w in bug.what.lower()) for w in words)]


def table(owner_url: str, bugs: Sequence[Bug]) -> Iterator[Played]:
    """Play without a bug first, then with each."""
    for bug in (None, *bugs):
        began = time.monotonic()
        with emptied(owner_url):
            found = caught(bug) if bug else play()
        yield Played(bug, found, time.monotonic() - began)


def all_planted(say: Callable[[str], None], bugs: Sequence[Bug] = BUGS, like: Path | None = None) -> list[Played]:
    """Play with one bug after the other, in a company of this process's own that is gone afterwards; its home a copy of another at rest, if given."""
    folder = Path(tempfile.mkdtemp(prefix="hanse-p-"))
    if like is not None:
        shutil.copytree(like, folder / "home", symlinks=True)
    os.environ |= {"HANSE_HOME": str(folder / "home"), "HANSE_PROCESS": "web", "HANSE_POOL": "1"}
    try:
        with home.opened(to_serve=True) as urls:
            import django

            django.setup()
            from django.db import connections

            connection: Any = connections["default"]
            played = []
            for n, it in enumerate(table(urls.owner, bugs)):
                who = it.row()["by"]
                what = f"{it.bug.invariant} {it.bug.what} {who or 'NOT CAUGHT'}" if it.bug else f"no bug: {who or 'clean'}"
                say(f"{n:3}/{len(bugs)} {it.seconds:5.1f} s  {what}")
                if not it.as_it_should:
                    for wrong in it.found:
                        say(f"       {wrong.by}: {wrong.what[:500]}")
                played.append(it)
            connection.close_pool()
            return played
    finally:
        shutil.rmtree(folder, ignore_errors=True)
