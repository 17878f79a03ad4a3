"""`hanse demo`: a small trading company with some hundred orders in every state of their life.

Drives the real operations through three weeks of days on a set clock, with progress. A company that has
orders already is left as it is. Same day, same company.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.db.models import F, Q
from rich.progress import Progress

from hanse.billing.invoice import Invoice, invoice
from hanse.billing.receive_payment import ReceivePayment, receive_payment
from hanse.catalogue.keep import keep_items
from hanse.catalogue.keep_recipes import keep_recipes
from hanse.catalogue.keep_substitutes import keep_substitutes
from hanse.fulfilment import planning
from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release import Release, release
from hanse.fulfilment.release_wave import ReleaseWave, release_wave
from hanse.inventory.expect import Expect, expect
from hanse.inventory.receive import Receive, receive
from hanse.journal.follow import FOLLOWERS, follow
from hanse.journal.principals import Principal
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.network.keep import keep_sites
from hanse.network.keep_carton_types import keep_carton_types
from hanse.network.keep_floors import keep_floors
from hanse.network.keep_freight_contracts import keep_freight_contracts
from hanse.network.keep_rates import keep_rates
from hanse.network.keep_services import keep_services
from hanse.network.keep_surcharges import keep_surcharges
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.hold import Hold, hold
from hanse.orders.models import Order
from hanse.orders.place import Place, PlaceLine, place
from hanse.partners.keep import keep_parties
from hanse.partners.keep_otif import keep_otif
from hanse.perfect_order.jobs import foresee_open, judge_what_is_due, learn_weeks
from hanse.transport.choose_service import ChooseService, choose_service
from hanse.transport.events import LabelWanted
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.jobs import count_transit
from hanse.transport.keep_carriers import CodeEntry, KeepCarrier, keep_carriers
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.record_tracking import Track, record_tracking

from . import demo_freight, demo_today, home, users
from .demo_company import CARRIERS, DAYS, SITES, Company, code_of, company
from .demo_company import CUSTOMERS as PEOPLE

DAYS_BACK = 15
"""Working days of history before today."""
ASTRAY = 3
"""Parcels of which nothing is told any more."""
REACTIONS = ("orders: allocate waiting units",)
CODES = (CodeEntry("PU", "picked-up"), CodeEntry("IT", "in-transit"), CodeEntry("OD", "out-for-delivery"), CodeEntry("DL", "delivered"), CodeEntry("EX", "failed"))
DESK, FLOOR, DOCK, FINANCE = (Principal(name, frozenset({"*"})) for name in ("ina", "tomasz", "jonas", "finance"))
STAFF = [("ina", ["order desk"]), ("tomasz", ["warehouse"]), ("jonas", ["transport"]), ("fiona", ["finance"]), ("max", ["admin"])]


def run(orders: int = 200) -> str:
    """Load the company and drive about so many orders; gives back the words that say who signs in and how."""
    if not Order.objects.exists():
        with Progress() as progress:
            Story(orders, progress).tell()
    return _sign_in()


def _sign_in() -> str:
    """Who signs in: a fresh password for all of the staff, kept in the home folder for the next start."""
    file = home.made() / "demo_password"
    if not file.exists():
        password = users.create("max", ["admin"])
        for name, roles in STAFF[:-1]:
            users.create(name, roles, password)
        file.touch(mode=0o600)
        file.write_text(password)
    names = ", ".join(f"[bold]{name}[/bold] ({', '.join(roles)})" for name, roles in STAFF)
    return f"Sign in as {names} with the password [bold]{file.read_text()}[/bold]."


class Story:
    """Three weeks of a company, day by day. Whatever is refused is part of the story and left as it is."""

    def __init__(self, orders: int, progress: Progress):
        self.random, self.progress = Random(7), progress
        self.company: Company = company(self.random)
        self.days = _working_days(clock.now().date())
        self.per_day = max(orders // len(self.days), 1)
        self.underway: dict[date, list[tuple[str, str, str]]] = defaultdict(list)
        self.billed: list[tuple[str, str, Decimal, date]] = []
        self.astray: list[tuple[str, str, str]] = []

    def tell(self) -> None:
        """The whole story, with progress."""
        bar = self.progress.add_task("A small trading company", total=len(self.days) + 1)
        with clock.standing_at(_at(self.days[0], 6)):
            self._open()
        self.progress.advance(bar)
        for n, day in enumerate(self.days):
            self._day(day, today=n == len(self.days) - 1)
            self.progress.advance(bar)
        self._judge()

    def _open(self) -> None:
        keep_items([*self.company.items, *self.company.kits], by=DESK)
        keep_recipes(self.company.recipes, by=DESK)
        keep_substitutes(self.company.substitutes, by=DESK)
        keep_sites(self.company.sites, by=DESK)
        keep_carton_types(self.company.cartons, by=DESK)
        keep_freight_contracts(self.company.contracts, by=DESK)
        keep_services(self.company.services, by=DESK)
        keep_rates(self.company.rates, by=DESK)
        keep_surcharges(self.company.surcharges, by=DESK)
        keep_floors(self.company.floors, by=DESK)
        keep_parties(self.company.parties, by=DESK)
        keep_otif(self.company.otif, by=DESK)
        keep_carriers([KeepCarrier(code, name, codes=CODES) for code, name in CARRIERS], by=DOCK)
        bins = [bin.code for bin in self.company.sites[0].bins if bin.role != "reserve"]
        stock = [(site, item, n) for n, (site, item) in enumerate((s, i) for s in SITES for i in self.company.items) if self.random.random() < 0.85]
        receive([self._receipt(site[0], item.sku, bins[n % len(bins)], self.random.randrange(60, 240)) for site, item, n in stock], by=FLOOR)
        held = Counter(item.sku for _, item, _ in stock)
        scarce = sorted(self.company.items, key=lambda item: (held[item.sku], item.sku))[:14]
        expect([
            Expect(f"PO-{4400 + n}", self.random.choice(SITES)[0], item.sku, quantity=120, due_on=self.days[-1] + timedelta(2 + n % 9), supplier="Rhein Lager")
            for n, item in enumerate(scarce)
        ], by=DESK)  # fmt: skip
        demo_today.reserve(self.company.items, [bin.code for bin in self.company.sites[0].bins if bin.role == "reserve"][:8])

    def _receipt(self, site: str, sku: str, bin: str, quantity: int) -> Receive:
        lot = f"L{self.random.randrange(100, 999)}" if sku.startswith("OIL") else ""
        return Receive(site, sku, quantity, bin, lot=lot, document="opening stock")

    def _day(self, day: date, today: bool) -> None:
        end = clock.now()
        steps: list[tuple[datetime, Callable[..., Any]]] = [
            (_at(day, 7), self._deliver), (_at(day, 8, 30), self._place), (_at(day, 10), self._work), (_at(day, 15), self._bill), (_at(day, 16), self._pay),
        ]  # fmt: skip
        for moment, step in steps:
            with clock.standing_at(min(moment, end) if today else moment):
                step(day, today)
        with clock.standing_at(min(_at(day, 17), end) if today else _at(day, 17)):
            for name in REACTIONS:
                follow(FOLLOWERS[name])

    def _place(self, day: date, today: bool) -> None:
        asks = [self._order(day, n) for n in range(self.per_day * (3 if today else 1))]
        placed = [p.order for p in place(asks, by=DESK) if not isinstance(p, Refused)]
        if self.random.random() < 0.5:
            cancel([Cancel(self.random.choice(placed), (CancelLine(1, 1),), "ordered too many")], by=DESK)
        if today:
            place([Place(code_of(PEOPLE[n][0]), (PlaceLine("SNS-M12", units),), ref=f"{day:%y%m%d}-{ref}", channel="mail", receiver="Receiving dock")
                   for n, units, ref in ((5, 800, "big"), (1, 60, "rush"))], by=DESK)
            hold([Hold(placed[0], "credit", "4,210.00 over the limit of 25,000.00"), Hold(placed[3], "credit", "Invoice 7 days overdue, 812.55"),
                  Hold(placed[5], "address", "House number is missing"), Hold(placed[8], "price", "Line 1: discount of 4 % missing")], by=DESK)  # fmt: skip

    def _order(self, day: date, n: int) -> Place:
        name, country, *_ = self.random.choice(PEOPLE)
        items = self.random.sample(self.company.items, self.random.choice((1, 2, 2, 3, 3, 4)))
        lines = tuple(PlaceLine(i.sku, self.random.choice((1, 2, 4, 5, 10, 12, 20)), discount_rate=Decimal(self.random.choice((0, 0, 0, 4)) / 100).quantize(Decimal("0.01"))) for i in items)
        if n % 7 == 3:
            lines += (PlaceLine(self.company.kits[n % 2].sku, 2 + n % 3),)
        return Place(
            code_of(name), lines, ref=f"{day:%y%m%d}-{n:03d}", channel=self.random.choice(("EDI", "web", "mail", "phone")), requested_on=day + timedelta(max(DAYS[country]) + 3),
            freight=Decimal(self.random.choice(("0.00", "6.90", "12.50"))), receiver="Receiving dock",
        )  # fmt: skip

    def _work(self, day: date, today: bool) -> None:
        waiting = [f"H-{id}" for id in Order.objects.filter(open=True, holds=[]).order_by("id").values_list("id", flat=True)]
        if today:
            demo_today.rules()
            waiting = waiting[: len(waiting) * 2 // 3]
        released = [r for r in release([Release(number) for number in waiting], by=FLOOR) if not isinstance(r, Refused)]
        tasks = [t for r in released for t in r.tasks]
        picked = pick([self._pick(t) for t in tasks[: len(tasks) * 3 // 5 if today else None]], by=FLOOR)
        ready = list(dict.fromkeys((p.order, p.site) for p in picked if not isinstance(p, Refused) and p.taken))
        ready = ready[: len(ready) * 2 // 3 if today else None]
        packed = self._in_types(ready) if today else [c for c in pack([Pack(o, s) for o, s in ready], by=FLOOR) if not isinstance(c, Refused)]
        if today:
            count_transit()
        choose_service([ChooseService(order, site) for order, site in dict.fromkeys((c.order, c.site) for c in packed)], by=FLOOR)
        labelled = demo_today.labels([c.carton for c in packed], [code for code, _ in CARRIERS]) if today else {}
        self._hand_over(day, packed[: len(packed) // 2 if today else None], today, labelled)
        if today:
            demo_today.end_of_day([w for carton, w in labelled.items() if carton in {c.carton for c in packed[len(packed) // 2 :]}], [code for code, _ in CARRIERS], day)
            for wave in release_wave([ReleaseWave(site[0], lines=12) for site in SITES], by=FLOOR):
                if not isinstance(wave, Refused):
                    planning.plan(wave.site, wave.wave)
            demo_today.desk(day)
            demo_today.floor(self.random)
            demo_today.exceptions(day)
            demo_freight.freight(day, DOCK, FINANCE, [code for code, _ in CARRIERS], SITES[0][0])

    def _in_types(self, ready: list[tuple[str, str]]) -> list[Any]:
        """Into cartons of a type as far as they bear it, mostly as proposed; into others what is too heavy for one."""
        asks = [Pack(o, s, carton_type=self.random.choice(self.company.cartons).code, proposal=self.random.choice(("followed", "followed", "followed", "other"))) for o, s in ready]
        typed = pack(asks, by=FLOOR)
        heavy = [Pack(a.order, a.site) for a, told in zip(asks, typed, strict=True) if isinstance(told, Refused)]
        return [c for c in [*typed, *pack(heavy, by=FLOOR)] if not isinstance(c, Refused)]

    def _pick(self, task: Any) -> Pick:
        short = self.random.random() < 0.02
        return Pick(task.task, task.quantity - (1 if short else 0), "bin empty" if short else "", scanned_item=task.sku, scanned_bin=task.bin)

    def _hand_over(self, day: date, cartons: list[Any], today: bool, labelled: Mapping[str, LabelWanted]) -> None:
        asks = [HandOver(c.carton, *self._carrier(), f"{self.random.randrange(10**11, 10**12)}") for c in cartons]
        asks = [HandOver(a.carton) if a.carton in labelled else a for a in asks]
        collected, shipments = [], []
        for handed in hand_over(asks, by=DOCK):
            if not isinstance(handed, Refused):
                late = self.random.choice((0, 0, 0, 0, 0, 0, 0, 1, 2))
                self.underway[_later(day, 1 + self.random.randrange(2) + late)].append((handed.carrier, handed.parcel, handed.order))
                shipments.append(handed.shipment)
                collected.append(Track(handed.carrier, handed.parcel, "PU", clock.now()))
        record_tracking([t for t in collected if self.random.random() < 0.9], by=DOCK)
        if today:
            demo_today.papers(shipments)

    def _carrier(self) -> tuple[str, str]:
        """One of three goes with the carrier whose rates nobody has kept, the others by the service that was chosen."""
        return (CARRIERS[2][0], "standard") if self.random.random() < 0.3 else ("", "")

    def _deliver(self, day: date, today: bool) -> None:
        for due in sorted(d for d in self.underway if d <= day):
            parcels = self.underway.pop(due)
            if len(self.astray) < ASTRAY and day >= self.days[len(self.days) // 2] and len(parcels) > 1:
                self.astray.append(parcels.pop(0))
            now = clock.now()
            tracked = [Track(c, p, code, now - timedelta(hours=h)) for c, p, _ in parcels for code, h in (("IT", 8), ("OD", 1)) if self.random.random() < 0.95]
            record_tracking(tracked, by=DOCK)
            some = parcels[: len(parcels) // 2] if today else parcels
            record_proof([RecordProof(p, c, now, receiver="Receiving dock", place="gate 2", source="carrier") for c, p, _ in some], by=DOCK)
        if today:
            demo_today.road(self.astray)

    def _bill(self, day: date, today: bool) -> None:
        billable = Q(shipped__gt=F("invoiced"), invoice_rule="shipment") | Q(ordered__gt=F("invoiced") + F("cancelled"), invoice_rule="order")
        due = [f"H-{id}" for id in Order.objects.filter(billable).order_by("id").values_list("id", flat=True)]
        for issued in invoice([Invoice(number) for number in due], by=FINANCE):
            if not isinstance(issued, Refused):
                self.billed.append((issued.invoice, issued.customer, issued.total, day))

    def _judge(self) -> None:
        """What a company that has run for a while knows already: its orders judged, learnt from, and what is at risk."""
        while follow(FOLLOWERS["perfect-order"]):
            pass
        judge_what_is_due()
        learn_weeks()
        foresee_open()

    def _pay(self, day: date, today: bool) -> None:
        due = [b for b in self.billed if b[3] <= day - timedelta(8)]
        self.billed = [b for b in self.billed if b not in due]
        paying = [b for b in due if self.random.random() < 0.8]
        receive_payment([ReceivePayment(f"bank {n}", c, total, "EUR", "transfer", invoices=(n,)) for n, c, total, _ in paying], by=FINANCE)


def _working_days(last: date) -> list[date]:
    days = [last - timedelta(n) for n in range(DAYS_BACK * 2)]
    return sorted(sorted((d for d in days if d.weekday() < 5 or d == last), reverse=True)[:DAYS_BACK])


def _later(day: date, working_days: int) -> date:
    while working_days:
        day += timedelta(1)
        working_days -= day.weekday() < 5
    return day


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), UTC)
