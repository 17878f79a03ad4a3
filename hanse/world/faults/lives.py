"""Clients of a served company that live through orders, and know what they were told whatever dies meanwhile.

Every write is sent with a key of its own until its outcome is known: after a cut connection, a 503 or a twin that is
still running the same request goes out again with the same key. What came back with 2xx is kept as an `Act`.
"""

import threading
import time
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

UNKNOWN = {503}
"""Answers that say: nothing is known, send the same again."""
EVENTS = ["picked-up", "in-transit", "out-for-delivery", "delayed", "on-hold", "failed", "delivered", "return-to-sender", "lost"]
"""States that the carriers of these companies tell of, by a code of three letters."""
PATIENCE = 120
"""Seconds after which a client that still has no answer says that it is stuck."""


@dataclass(frozen=True)
class Act:
    """One acknowledged write: what was sent with which key, and what came back."""

    path: str
    body: Any
    key: str
    answer: bytes

    @property
    def told(self) -> dict[str, Any]:
        return httpx.Response(200, content=self.answer).json()[0]


class Stuck(Exception):
    """A request had no outcome for too long."""


@dataclass
class Company:
    """A served company as its clients see it, and everything it acknowledged."""

    url: str
    token: str
    acts: list[Act] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    tries: int = 0
    lived: int = 0
    troubled: bool = False
    """Whether carriers tell their events doubled, late and out of order."""
    labelled: bool = False
    """Whether a simulated carrier sells labels."""
    ended: threading.Event = field(default_factory=threading.Event)
    patience: float = PATIENCE
    transport: httpx.BaseTransport | None = None
    """How to reach it where that is not over the network."""

    def load(self, skus: list[str]) -> None:
        """Two sites, items, a customer, a carrier and more stock than will be asked for."""
        desk = Client(self, Random(0), f"load {skus[0]}")
        desk.ask("/items/batch", {"sku": skus[0], "name": "Bearing", "price": "10.00", "weight_g": 100})
        for sku in skus[1:]:
            desk.ask("/items/batch", {"sku": sku, "name": sku, "price": "2.50", "weight_g": 10})
        for code in ("HAM", "BRE"):
            desk.ask("/sites/batch", {"code": code, "country": "DE", "zone": "Europe/Berlin", "sscc_prefix": "4012345",
                                      "bins": [{"code": "A-01"}], "lanes": [{"country": "DE", "days": 1 if code == "HAM" else 2}]})
            for sku in skus:
                desk.ask("/stock/receipts/batch", {"site": code, "sku": sku, "quantity": 100_000, "bin": "A-01"})
        address = {"country": "DE", "street": "Kabutzenhof 21", "postcode": "18057", "city": "Rostock"}
        desk.ask("/parties/batch", {"code": "REUTER", "name": "Reuter", "roles": ["customer"], "addresses": [address]})
        codes = [{"code": state[:3].upper(), "state": state} for state in EVENTS]
        desk.ask("/carriers/batch", {"code": "SPEEDY", "name": "Speedy Express", "codes": codes})
        if self.labelled:
            desk.ask("/carriers/batch", {"code": "SIMU", "name": "Simulated", "codes": codes})
            desk.ask("/carrier-connections/batch", {"carrier": "SIMU", "adapter": "simulated", "account": [{"name": "refuses", "value": "5"}]})

    def clients(self, count: int, seed: int, skus: list[str], briefly: bool = False) -> list[threading.Thread]:
        """So many clients at work, each from a seed of its own, until the company is `ended`; `briefly`, their orders are cancelled at once."""
        threads = [threading.Thread(target=self._work, args=[Client(self, Random(f"{seed}/{n}"), f"{seed}-{n}"), skus, briefly]) for n in range(count)]
        for thread in threads:
            thread.start()
        return threads

    def _work(self, client: "Client", skus: list[str], briefly: bool) -> None:
        try:
            while not self.ended.is_set():
                client.change_mind(skus) if briefly else client.live(skus)
        except (Stuck, KeyError, IndexError, ValueError) as trouble:
            self.odd.append(repr(trouble))
            self.ended.set()


class Client:
    """One client: its own connection, its own random numbers, its own keys."""

    def __init__(self, company: Company, random: Random, name: str):
        self.company, self.random, self.name, self.sent = company, random, name, 0
        self.http = httpx.Client(
            base_url=f"{company.url}/api/v1", headers={"Authorization": f"Bearer {company.token}"}, timeout=30, transport=company.transport
        )  # fmt: skip

    def ask(self, path: str, ask: Any, unless: str = "") -> dict[str, Any]:
        """Send one ask until its outcome is known; the fact it told, or the refusal that may be."""
        self.sent += 1
        key = f"{self.name}-{self.sent}"
        answer = self.known(path, [ask], key)
        act = Act(path, [ask], key, answer.content)
        if answer.status_code != 200 or act.told.get("refused", unless) != unless:
            self.company.odd.append(f"{path} {ask} {answer.status_code} {answer.text[:300]}")
        elif "told" in act.told:
            self.company.acts.append(act)
        return act.told

    def known(self, path: str, body: Any, key: str) -> httpx.Response:
        """Send the same request with the same key until somebody says what came of it."""
        until = time.monotonic() + self.company.patience
        while time.monotonic() < until:
            self.company.tries += 1
            try:
                answer = self.http.post(path, json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                time.sleep(self.random.uniform(0.05, 0.3))
                continue
            if answer.status_code not in UNKNOWN and not (answer.status_code == 409 and answer.json()["code"] == "key-in-progress"):
                return answer
            if "retry-after" not in answer.headers:
                self.company.odd.append(f"{path} {answer.status_code} without Retry-After")
            time.sleep(self.random.uniform(0.05, 0.3))
        raise Stuck(f"{path} {key}")

    def change_mind(self, skus: list[str]) -> None:
        """An order for a unit of the first of these, cancelled at once."""
        wish = {"customer": "REUTER", "ref": f"{self.name}-{self.sent}", "reserve": "at_once", "lines": [{"sku": skus[0], "quantity": 1}]}
        self.ask("/cancellations/batch", {"order": self.ask("/orders/batch", wish)["order"], "reason": "changed mind"})
        self.company.lived += 1

    def live(self, skus: list[str], billed: bool = True) -> None:
        """An order from intake to payment, now and then with a detour; not `billed`, its invoice is left to whoever bills at night."""
        wish = {"customer": "REUTER", "ref": f"{self.name}-{self.sent}", "reserve": self.random.choice(["at_once", "later", "or_refuse"]),
                "lines": [{"sku": sku, "quantity": self.random.randint(1, 5)} for sku in self.random.sample(skus, self.random.randint(1, 2))]}
        number = self.ask("/orders/batch", wish)["order"]
        if self.random.random() < 0.2:
            self.ask("/cancellations/batch", {"order": number, "reason": "changed mind"})
            self.company.lived += 1
            return
        if wish["reserve"] == "later":
            self._allocate(number)
        tasks = self.ask("/releases/batch", {"order": number})["tasks"]
        for task in tasks:
            self.ask("/picks/batch", {"task": task["task"], "taken": task["quantity"]})
        for site in sorted({task["site"] for task in tasks}):
            carton = self.ask("/packs/batch", {"order": number, "site": site})["carton"]
            labelled = self.company.labelled and self.random.random() < 0.3 and self._label(carton)
            carrier = "SIMU" if labelled else "SPEEDY"
            parcel = self.ask("/handovers/batch", {"carton": carton, "carrier": carrier})["parcel"]
            if self.company.troubled and self.random.random() < 0.5:
                self._on_the_road(carrier, parcel)
            self.ask("/deliveries/batch", {"parcel": parcel, "receiver": "goods in"})
        self.company.lived += 1
        if not billed:
            return
        issued = self.ask("/invoices/batch", {"order": number}, unless="nothing-to-invoice")  # the worker may come first
        if "told" in issued:
            self.ask("/payments/batch", {"ref": f"paid {issued['invoice']}", "customer": "REUTER", "amount": issued["total"], "currency": "EUR", "invoices": [issued["invoice"]]})

        self.company.lived += 1

    def _label(self, carton: str) -> bool:
        """Have the simulated carrier asked for a label, and wait a while; whether it came. One that did not is not wanted any more."""
        wanted = self.ask("/labels/batch", {"carton": carton, "carrier": "SIMU", "service": "standard"})["label"]
        for _ in range(20):
            time.sleep(0.5)
            try:
                said = self.http.get("/labels", params={"carrier": "SIMU", "view": "all", "limit": 500})
            except httpx.TransportError:
                continue
            if said.status_code == 200 and (state := {row["label"]: row["state"] for row in said.json()["items"]}.get(wanted)) not in (None, "asked"):
                return str(state) == "bought"
        self.ask("/labels/voids/batch", {"label": wanted, "why": "it did not come"}, unless="label-ended")
        return False

    def _on_the_road(self, carrier: str, parcel: str) -> None:
        """What the carrier tells of a parcel: some events, out of order, doubled, contradictory, and some of a parcel nobody knows."""
        told = self.random.sample(EVENTS[:6], self.random.randint(1, 4))
        events = [
            {"carrier": carrier, "tracking": parcel, "code": state[:3].upper(), "at": f"2026-01-{self.random.randint(1, 28):02d}T{self.random.randint(0, 23):02d}:00:00Z"}
            for state in told
        ]  # fmt: skip
        if self.random.random() < 0.2:
            events.append(events[0] | {"tracking": f"?{parcel}", "code": "LOS"})
        for event in [*events, *self.random.sample(events, self.random.randint(0, len(events)))]:
            self.ask("/tracking-events/batch", event)

    def _allocate(self, number: str) -> None:
        """Find sites for an order; half of the time hold it, give units back and begin again. The worker may come first."""
        units = self.ask("/allocations/batch", {"order": number}, unless="nothing-open").get("units")
        if units and self.random.random() < 0.5:
            self.ask("/holds/batch", {"order": number, "type": "credit"})
            self.ask("/allocations/free/batch", {"allocation": units[0]["allocation"]})
            self.ask("/holds/releases/batch", {"order": number, "type": "credit"})
            self.ask("/allocations/batch", {"order": number}, unless="nothing-open")
