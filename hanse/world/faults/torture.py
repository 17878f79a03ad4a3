"""Torture: a served company at whole lives, and faults among them, one after the other by a seeded plan.

When they are over it has a minute to drain, with partners that answer again; then everything is checked. The seed and the
minutes name the run: the same seed draws the same faults in the same order, whatever the machine makes of them.
"""

import os
import signal
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx

from . import checks
from .disk import SmallDisk, may_mount
from .hostile import BOMB, HOSTILE_STOCK, HUGE, MAPS, MESSAGES, QUANTITIES, STOCK, TEXTS, UNREADABLE, WRONG_FILES
from .lives import Act, Client, Company
from .outside import HEAR_ALL, MOODS, Carriers, Dice, Endpoints
from .plan import faults
from .proxy import Proxy, until
from .served import Served, a_served_company

SKUS = ["BRG-6204", "BRG-6205", "SEAL-30"]
CLIENTS = 6
BETWEEN = (0.3, 2.0)
"""Seconds of work between two faults, from, to."""
DRAINED = 60
"""Seconds in which all must be drained once the faults are over."""
DAYS, DAY = 40, 8
"""So many days pass at most until partners have heard all, and so many seconds a day in which nothing moves takes."""
DISK, LOG_DISK = 1_500, 64
"""Megabytes of the small disks for the home and for its logs."""
EQUAL = 50
"""So many send the same request at one instant."""
WANTED = ("orders_order", "inventory_stock", "inventory_balance", "journal_request")
"""Tables that every writer wants."""
STEPS = (-86_400, -3_600, -61, -2, 2, 61, 3_600, 86_400)
"""Seconds by which the clock steps, there and back."""
POISON = """
INSERT INTO journal_event (kind, subject, body, happened_at, recorded_at, zone, actor, operation, key)
SELECT kind, 'order/H-0', '{}', clock_timestamp(), clock_timestamp(), 'UTC', 'faults', 'faults.poison', %s
  FROM unnest(ARRAY['ParcelHandedOver', 'TrackingRecorded', 'CartonPacked']) AS k(kind) ORDER BY random() LIMIT 1
"""
POISON_JOB = "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('default', %s, %s)"


@dataclass(slots=True)
class Report:
    """What a run did and what it found."""

    seed: int
    minutes: float
    orders: int = 0
    acts: int = 0
    requests: int = 0
    kills: int = 0
    line_faults: int = 0
    clock_steps: int = 0
    poison_items: int = 0
    hostile_inputs: int = 0
    partner_faults: int = 0
    full_disks: int = 0
    locks_held: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    recoveries: list[float] = field(default_factory=list)
    drained_after: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def rows(self) -> list[dict[str, Any]]:
        """The figures, for a table."""
        median, most = (statistics.median(self.recoveries), max(self.recoveries)) if self.recoveries else (0.0, 0.0)
        told = {
            "seed": self.seed, "minutes": self.minutes, "orders lived": self.orders, "acknowledged acts": self.acts, "requests": self.requests,
            "kills": self.kills, "faults of lines": self.line_faults, "steps of the clock": self.clock_steps, "poison items": self.poison_items,
            "hostile inputs": self.hostile_inputs, "faults of partners": self.partner_faults, "full disks": self.full_disks, "locks held": self.locks_held,
            "recovery, median": f"{median:.1f} s", "recovery, longest": f"{most:.1f} s", "drained after": f"{self.drained_after:.1f} s", "findings": len(self.wrong),
        }  # fmt: skip
        return [{"what": what, "count": count} for what, count in told.items()]


class Torture:
    """One run."""

    def __init__(self, served: Served, seed: int, minutes: float, say: Callable[[str], None], disks: dict[str, SmallDisk] | None = None):
        self.served, self.say, self.disks = served, say, disks or {}
        self.random, self.report, self.dice = Random(f"{seed}/faults"), Report(seed, minutes), Dice()
        self.carriers = Carriers(served.faults / "carriers", Random(f"{seed}/carriers"), self.dice)
        self.endpoints = Endpoints(Random(f"{seed}/endpoints"), self.dice)
        self.secrets: dict[str, str] = {}
        self.company = Company(served.url, served.key("clients"), troubled=True, labelled=True)
        self.last_act = 0

    # -- the run ------------------------------------------------------------------------------------------------------

    def run(self, most: int | None = None) -> Report:
        """Open, let live and torture, drain, check."""
        self.open()
        threads = self.company.clients(CLIENTS, self.report.seed, SKUS)
        try:
            end = time.monotonic() + self.report.minutes * 60
            for name in faults(self.report.seed):
                if time.monotonic() > end or self.company.ended.is_set() or (most is not None and sum(self.report.faults.values()) >= most):
                    break
                time.sleep(self.random.uniform(*BETWEEN))
                self.fault(name)
        finally:
            self.calm()
            self.company.ended.set()
            for thread in threads:
                thread.join()
        self.drain()
        self.check()
        return self.report

    def open(self) -> None:
        """Masters, stock, and an endpoint of each mood."""
        self.company.load(SKUS)
        with httpx.Client(base_url=f"{self.served.url}/api/v1", headers={"Authorization": f"Bearer {self.company.token}"}, timeout=30) as http:
            for mood in MOODS:
                made = http.post("/webhooks", json={"url": self.endpoints.url(mood), "kinds": [] if mood in HEAR_ALL else ["OrderPlaced"]}, headers={"Idempotency-Key": f"{checks.OPENING}{mood}"})
                made.raise_for_status()
                number = made.json()["endpoint"]
                self.endpoints.secrets[mood] = self.secrets[f"the secret of the {mood} endpoint"] = http.get(f"/webhooks/{number}/secret").json()["secret"]

    def fault(self, name: str) -> None:
        """Do one fault, and measure how long nobody got an answer."""
        before = len(self.company.acts)
        act = getattr(self, f"_{name.replace(' ', '_')}", None)
        if act is None:
            act = self._at_commit(*name.split(" ")) if "commit" in name else lambda: self._killed(name.removeprefix("kill "))
        done = act()
        if done is False:
            return
        self.report.faults[name] += 1
        start, had = time.monotonic(), len(self.company.acts)
        alive = until(lambda: len(self.company.acts) > had or self.company.ended.is_set(), 60, 0.02)
        took = time.monotonic() - start
        self.report.recoveries.append(took)
        if not alive:
            self.report.wrong.append(f"nobody got an answer for a minute after {name}")
        self.say(f"{sum(self.report.faults.values()):4} {name}: {len(self.company.acts) - before} acts meanwhile, on after {took:.1f} s")

    def calm(self) -> None:
        """The faults are over: lines whole, partners well, room on the disks, the right time."""
        self.dice.loses = self.dice.kills = 0
        for proxy in (self.served.database, self.served.line):
            proxy.calm()
        for disk in self.disks.values():
            disk.give_room()
        self.served.set_clock(0)
        self.endpoints.healed.set()

    def drain(self) -> None:
        """Within a minute every follower has read on; what waits for its next try waits visibly, and succeeds when its time comes."""
        start = time.monotonic()
        found: list[str] = []

        def drained() -> bool:
            with self.served.looking() as connection:
                found[:] = checks.stuck(connection)
            return not found

        if not (until(self.served.answers, DRAINED) and until(drained, DRAINED, 0.5)):
            self.report.wrong += found or ["nobody answers"]
        self.report.drained_after = time.monotonic() - start
        self._let_time_pass()

    def _let_time_pass(self) -> None:
        """Let days pass on the company's clock until partners have been asked again for all that they did not answer; a day lasts as long as anything moves."""
        with self.served.looking() as connection:
            for days in range(1, DAYS):
                self.served.set_clock(days * 90_000)
                left = checks.left_outside(connection)
                while left and until(lambda: checks.left_outside(connection) < left, DAY, 0.5):  # noqa: B023
                    left = checks.left_outside(connection)
                if not left:
                    break
            else:
                self.report.wrong += checks.outside_waits(connection)
        self.served.set_clock(0)

    def check(self) -> None:
        """Everything that must hold."""
        company, wrong = self.company, self.report.wrong
        self.report.orders, self.report.acts, self.report.requests = company.lived, len(company.acts), company.tries
        self.report.partner_faults = self.carriers.told["lost"] + self.carriers.told["killed"] + self.endpoints.calls.total() - self.endpoints.calls["good"]
        self.report.kills += self.carriers.told["killed"] + self.endpoints.calls["killed"]
        wrong += company.odd
        with self.served.looking() as connection:
            wrong += checks.once(company, connection, ["key:clients"]) + checks.whole(connection)
            wrong += checks.same_answers(company, Random(f"{self.report.seed}/again"))
            wrong += checks.once(company, connection, ["key:clients"])
            wrong += checks.fed(company, connection) + checks.sold_once(connection, self.carriers.sold())
            for mood in HEAR_ALL:
                wrong += checks.reached(connection, self.endpoints, mood)
        wrong += self.endpoints.wrong
        if stolen := self.endpoints.calls["stolen"]:
            wrong.append(f"{stolen} messages followed a redirect")
        done = self.served.hanse("verify", "--json")
        wrong += checks.verified(done.stdout, done.returncode)
        if self.served.stop() != 0:
            wrong.append("the company would not end when asked to")
        wrong += checks.told_secrets(self.served.logs(), self.secrets | self._secrets())
        wrong += checks.faults_in(self.served.logs())
        self.carriers.stop()
        self.endpoints.stop()

    def _secrets(self) -> dict[str, str]:
        passwords = {f"the password of {file.name}": file.read_text() for file in (self.served.home / "database" / "secrets").iterdir()}
        return passwords | {
            "the key of the clients": self.company.token, "a customer's street": "Kabutzenhof", "the secret key": (self.served.home / "secret_key").read_text().strip(),
        }  # fmt: skip

    # -- kills --------------------------------------------------------------------------------------------------------

    def _killed(self, kind: str) -> bool:
        killed = self.served.kill(kind)
        self.report.kills += killed
        return killed

    def _at_commit(self, harm: str, whom: str, moment: Any, _: str) -> Callable[[], bool]:
        """Kill or cut off the web's worker, or the worker, when it commits."""

        def act() -> bool:
            def done(line: Any) -> None:
                if harm == "kill":
                    with suppress(ProcessLookupError):
                        os.kill(line.pid, signal.SIGKILL)
                line.cut()

            strike = self.served.database.strike(moment, lambda pid: self.served.is_ours(pid, whom), done, self.random.randint(0, 12))
            if not strike.hit.wait(20):
                self.served.database.spare(strike)
                return False
            self.report.kills += harm == "kill"
            self.report.line_faults += harm != "kill"
            return True

        return act

    # -- lines --------------------------------------------------------------------------------------------------------

    def _for_a_while(self, begin: Callable[[], object], end: Callable[[], object], seconds: tuple[float, float] = (1, 4)) -> None:
        begin()
        time.sleep(self.random.uniform(*seconds))
        end()
        self.report.line_faults += 1

    def _slow(self, proxy: Proxy) -> None:
        self._for_a_while(lambda: proxy.slow(self.random.uniform(0.02, 0.15)), lambda: proxy.slow(0))

    def _throttled(self, proxy: Proxy) -> None:
        self._for_a_while(lambda: proxy.throttle(self.random.choice([20_000, 60_000])), lambda: proxy.throttle(0))

    def _half_open(self, proxy: Proxy) -> None:
        self._for_a_while(lambda: proxy.half_open(True), lambda: proxy.half_open(False), (2, 6))

    def _shut(self, proxy: Proxy) -> None:
        self._for_a_while(lambda: proxy.shut(True), lambda: proxy.shut(False))

    def _database_slow(self) -> None:
        self._slow(self.served.database)

    def _clients_slow(self) -> None:
        self._slow(self.served.line)

    def _database_throttled(self) -> None:
        self._throttled(self.served.database)

    def _clients_throttled(self) -> None:
        self._throttled(self.served.line)

    def _database_half_open(self) -> None:
        self._half_open(self.served.database)

    def _clients_half_open(self) -> None:
        self._half_open(self.served.line)

    def _database_shut(self) -> None:
        self._shut(self.served.database)

    def _clients_shut(self) -> None:
        self._shut(self.served.line)

    def _database_lines_cut(self) -> None:
        self.report.line_faults += self.served.database.cut(self.random.choice([0.2, 0.5, 1.0]))

    def _clients_cut(self) -> None:
        self.report.line_faults += self.served.line.cut(self.random.choice([0.2, 0.5, 1.0]))

    def _clients_reset(self) -> None:
        self.report.line_faults += self.served.line.cut(self.random.choice([0.2, 0.5, 1.0]), reset=True)

    # -- time, partners, load, poison ---------------------------------------------------------------------------------

    def _clock_steps(self) -> None:
        self._for_a_while(lambda: self.served.set_clock(self.random.choice(STEPS)), lambda: self.served.set_clock(0), (1, 3))
        self.report.line_faults -= 1
        self.report.clock_steps += 2

    def _partners_fail(self) -> None:
        self.dice.loses, self.dice.kills = self.random.randint(10, 60), self.random.randint(0, 20)
        time.sleep(self.random.uniform(3, 8))
        self.dice.loses = self.dice.kills = 0

    def _ten_times_the_load(self) -> None:
        burst = Company(self.served.url, self.company.token, self.company.acts, self.company.odd, troubled=True)
        threads = burst.clients(10 * CLIENTS, self.random.randint(1, 10**9), SKUS, briefly=True)
        time.sleep(5)
        burst.ended.set()
        for thread in threads:
            thread.join()
        self.company.tries += burst.tries
        self.company.lived += burst.lived

    def _poison(self) -> None:
        """A fact that no follower can take in, a job that nobody knows and one that fails."""
        number = self.random.randint(1, 10**9)
        with self.served.looking(as_owner=True) as connection:
            connection.execute(POISON, [f"poison {number}"])
            connection.execute(POISON_JOB, ["hanse.nobody.knows", "{}"])
            connection.execute(POISON_JOB, ["hanse.transport.jobs.call_carriers_soon", '{"poison": 1}'])
        self.report.poison_items += 3

    def _hostile_bodies(self) -> None:
        """What no client should send; every answer is a clear no, or that nothing is known."""
        good = {"customer": "REUTER", "ref": "hostile", "lines": [{"sku": SKUS[0], "quantity": 1}]}
        small: list[Any] = [v for v in TEXTS if not (isinstance(v, str) and len(v) > 10_000)]
        quantities: list[Any] = [it for it in QUANTITIES if it != 1]
        freights: list[Any] = ["NaN", "1e999999999", -HUGE, [], True]
        bodies: list[bytes] = [*UNREADABLE.values()]
        bodies += [_json(good | {"lines": [{"sku": SKUS[0], "quantity": it}]}) for it in quantities]
        bodies += [_json(good | {"customer": it}) for it in small] + [_json(good | {"freight": it}) for it in freights]
        with httpx.Client(base_url=f"{self.served.url}/api/v1", headers={"Authorization": f"Bearer {self.company.token}"}, timeout=30) as http:
            for n, body in enumerate(self.random.sample(bodies, 25)):
                path = self.random.choice(["/orders", "/payments/batch", "/picks/batch"])
                with suppress(httpx.TransportError):
                    answer = http.post(path, content=body, headers={"content-type": "application/json", "Idempotency-Key": f"hostile {n} {self.random.random()}"})
                    told = answer.status_code == 200 and all("refused" in it for it in answer.json())
                    if not (400 <= answer.status_code < 500 or answer.status_code == 503 or told):
                        self.company.odd.append(f"{path} took {body[:200]!r}: {answer.status_code} {answer.text[:200]}")
                self.report.hostile_inputs += 1

    def _hostile_file(self) -> None:
        """A file that nobody can read, or rows that nobody can take."""
        name, content = self.random.choice([(n, c) for n, c in WRONG_FILES.items() if c is not BOMB] + [("rows", (STOCK + "\n".join(HOSTILE_STOCK) + "\n").encode())])
        file, map_file = self.served.faults / "stock.csv.gz", self.served.faults / "stock.toml"
        if name == "rows":
            file = file.with_suffix("")
        file.write_bytes(content)
        map_file.write_text(MAPS["stock"])
        done = self.served.hanse("import", "stock", str(file), "--map", str(map_file), "--quiet")
        if done.returncode not in (1, 3) or "Traceback" in done.stderr:
            self.company.odd.append(f"the import took {name}: {done.returncode} {done.stdout[-300:]} {done.stderr[-300:]}")
        self.report.hostile_inputs += 1

    def _hostile_message(self) -> None:
        """An X12 message that nobody can read."""
        name, content = self.random.choice(list(MESSAGES.items()))
        file = self.served.faults / "message.x12"
        file.write_bytes(content)
        done = self.served.hanse("edi", str(file))
        if done.returncode not in (1, 3) or "Traceback" in done.stderr:
            self.company.odd.append(f"the message {name} was taken: {done.returncode} {done.stdout[-300:]} {done.stderr[-300:]}")
        self.report.hostile_inputs += 1

    # -- what many want at once ---------------------------------------------------------------------------------------

    def _locks_held(self) -> None:
        """Somebody holds what all writers want, longer than they wait for it."""
        with self.served.looking(as_owner=True) as connection, connection.transaction():
            connection.execute(f"SET LOCAL lock_timeout = '20s'; LOCK TABLE {self.random.choice(WANTED)} IN SHARE ROW EXCLUSIVE MODE")
            time.sleep(self.random.uniform(1, 5))
        self.report.locks_held += 1

    def _equal_requests(self) -> None:
        """The same order with the same key by many at one instant: one order, and all hear the same."""
        number, start = self.random.randint(1, 10**9), threading.Barrier(EQUAL)
        storm = Company(self.served.url, self.company.token, odd=self.company.odd)
        wish = [{"customer": "REUTER", "ref": f"equal-{number}", "reserve": "later", "lines": [{"sku": SKUS[0], "quantity": 1}]}]
        heard: list[bytes] = []

        def ask(n: int) -> None:
            start.wait()
            answer = Client(storm, Random(n), "").known("/orders/batch", wish, f"equal-{number}")
            if answer.status_code != 200:
                storm.odd.append(f"equal requests: {answer.status_code} {answer.text[:200]}")
            heard.append(answer.content)

        with ThreadPoolExecutor(EQUAL) as many:
            list(many.map(ask, range(EQUAL)))
        self.company.tries += storm.tries
        if len(set(heard)) != 1:
            storm.odd.append(f"{EQUAL} equal requests got {len(set(heard))} answers: {sorted(set(heard))[:2]!r}")
            return
        act = Act("/orders/batch", wish, f"equal-{number}", heard[0])
        self.company.acts.append(act)
        Client(self.company, Random(number), f"equal-{number}-away").ask("/cancellations/batch", {"order": act.told["order"], "reason": "changed mind"})

    def _the_same_order_again(self) -> bool:
        """An order that was placed comes once more under another key, as it was and with other contents: the customer's reference is used."""
        placed = [a for a in list(self.company.acts) if a.told["told"] == "OrderPlaced"]
        if not placed:
            return False
        act = self.random.choice(placed)
        [wish] = act.body
        for n, again in enumerate([wish, wish | {"lines": [{"sku": SKUS[0], "quantity": 77}]}]):
            answer = Client(self.company, Random(n), "").known("/orders/batch", [again], f"again-{self.random.randint(1, 10**9)}")
            if answer.status_code != 200 or answer.json()[0].get("refused") != "ref-used":
                self.company.odd.append(f"an order was taken twice: {again} {answer.status_code} {answer.text[:200]}")
        return True

    # -- disks --------------------------------------------------------------------------------------------------------

    def _disk_full(self) -> bool:
        return self._full("home")

    def _log_disk_full(self) -> bool:
        return self._full("log")

    def _full(self, name: str) -> bool:
        """Work on with no room on a disk; what is refused meanwhile is refused with 503."""
        disk = self.disks.get(name)
        if disk is None:
            return False
        disk.fill()
        end = time.monotonic() + self.random.uniform(3, 8)
        while time.monotonic() < end:
            if name == "home":
                self.served.use_up_wal()
            time.sleep(0.5)
        disk.give_room()
        self.report.full_disks += 1
        return True


def _json(it: Any) -> bytes:
    """As JSON, whatever it is."""
    import json
    import sys

    sys.set_int_max_str_digits(0)
    return json.dumps(it).encode()


@contextmanager
def small_disks(folder: Path) -> Iterator[dict[str, SmallDisk]]:
    """The home and its logs on small disks of their own, where we may have them."""
    if not may_mount():
        yield {}
        return
    disks = {"home": SmallDisk(folder / "home", DISK)}
    try:
        disks["log"] = SmallDisk(folder / "home" / "log", LOG_DISK)
        yield disks
    finally:
        for disk in reversed(disks.values()):
            disk.gone()


def torture(seed: int, minutes: float, say: Callable[[str], None], most: int | None = None, like: Path | None = None) -> Report:
    """Run it, in a temporary folder that is gone afterwards."""
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="hanse-t-"))
    try:
        with small_disks(folder) as disks, a_served_company(seed, on_disk=folder, like=like) as served:
            if not disks:
                say("no small disks here (they need root and Linux): disks never fill in this run")
            found = Torture(served, seed, minutes, say, disks).run(most)
            if found.wrong:
                kept = Path(tempfile.mkdtemp(prefix="hanse-torture-logs-"))
                (kept / "logs").write_text(served.logs())
                say(f"the logs are kept in {kept}")
            return found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


__all__ = ["Client", "Report", "Torture", "torture"]
