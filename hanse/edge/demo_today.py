"""What there is to see in the demo today besides orders on their way: stock work, a held lot, audits, changes asked of a site,
quotes and recurring orders, a cart at the put wall, exceptions that somebody has taken.

Whatever is refused is part of the story and left as it is, as in `demo`.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, time, timedelta
from random import Random
from typing import Any

from django.db.models import F, Sum

from hanse.catalogue.keep import KeepItem
from hanse.fulfilment.audit import Audit, Found, audit
from hanse.fulfilment.hold_lot import HoldLot, hold_lot
from hanse.fulfilment.models import Carton, Task
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.start_tour import StartTour, start_tour
from hanse.inventory.count import Count, count
from hanse.inventory.count_by_plan import CountByPlan, count_by_plan
from hanse.inventory.expect import Expect, expect
from hanse.inventory.keep_count_plans import KeepCountPlan, keep_count_plans
from hanse.inventory.keep_faces import KeepFace, keep_faces
from hanse.inventory.models import Balance, CountTask, Inbound
from hanse.inventory.receive import Receive, receive
from hanse.inventory.replenish import Replenish, replenish
from hanse.journal.principals import Principal
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.network.keep import KeepSite, keep_sites
from hanse.orders.change import Change, ChangeLine, change
from hanse.orders.make_quotes import MakeQuote, make_quotes
from hanse.orders.models import Line
from hanse.orders.place import Place, PlaceLine
from hanse.orders.start_recurring import StartRecurring, start_recurring
from hanse.transport.book_pickups import BookPickup, book_pickups
from hanse.transport.calling import call_carriers
from hanse.transport.close_manifests import CloseManifest, close_manifests
from hanse.transport.connect_carriers import AccountField, ConnectCarrier, connect_carriers
from hanse.transport.draw_up import DrawUp, draw_up
from hanse.transport.events import LabelWanted
from hanse.transport.jobs import count_transit, notice_what_is_silent
from hanse.transport.models import Label
from hanse.transport.record_refusal import RecordRefusal, record_refusal
from hanse.transport.report_lost import ReportLost, report_lost
from hanse.transport.take_back import TakeBack, take_back
from hanse.transport.void_labels import VoidLabel, void_labels
from hanse.transport.want_labels import WantLabel, want_labels

from . import attention
from .demo_company import CUSTOMERS, SITES, code_of
from .kinds import KINDS
from .take_exceptions import TakeException, take_exceptions

DESK, FLOOR, DOCK, NIGHT = (Principal(name, frozenset({"*"})) for name in ("ina", "tomasz", "jonas", "ewa"))
HALL, BATCHES = SITES[0][0], SITES[2][0]
"""The site whose pick faces are filled from reserve, and the one that picks in batches."""
NOTES = ("Called the customer; they decide by noon.", "The carrier looks for it at the depot.", "Waits for purchasing.")


def reserve(items: Sequence[KeepItem], bins: Sequence[str]) -> None:
    """Pallets in reserve behind the first items of the hall, and how each site counts."""
    receive([Receive(HALL, item.sku, 144, bin, document="opening stock") for item, bin in zip((i for i in items if i.tracking == "none"), bins, strict=False)], by=FLOOR)
    today = clock.now().date()
    keep_count_plans([KeepCountPlan(site[0], today) for site in SITES], by=FLOOR)


def rules() -> None:
    """From today on four of ten cartons are audited, and the hall's pickers scan the tote on the cart."""
    keep_sites([KeepSite(site[0], audit_percent=40, tote_scan=site[0] == HALL) for site in SITES], by=FLOOR)


def floor(random: Random) -> None:
    """The floor's day: faces to fill, goods at the dock, bins to count, a lot held, a cart of a batch at the put wall."""
    _faces()
    receive([Receive(HALL, sku, quantity, document="ASN 5511") for sku, quantity in (("BLT-A50", 60), ("CPL-M24", 24), ("SNS-M8", 40))], by=FLOOR)
    count_by_plan([CountByPlan(site[0]) for site in SITES], by=FLOOR)
    _counts(random)
    _hold()
    _batch()
    _audit()
    start_tour([StartTour(HALL)], by=FLOOR)


def _audit() -> None:
    """One of the cartons that are due was counted, and all was in it."""
    carton = Carton.objects.filter(audit="due", opened_at=None).order_by("id").first()
    if carton:
        inside = carton.contents.values_list("item__sku", "lot").annotate(units=Sum("quantity"))
        audit([Audit(carton.sscc, tuple(Found(sku, units, lot) for sku, lot, units in inside))], by=NIGHT)


def _faces() -> None:
    """Where a pallet stands in reserve, the bin that holds least of the item is its face, and is to be filled."""
    kept = set(Balance.objects.filter(account__code__endswith="-3", account__site__code=HALL, on_hand__gt=0).values_list("item__sku", flat=True))
    lying = Balance.objects.filter(account__kind="bin", account__site__code=HALL, item__sku__in=kept, lot="").exclude(account__code__endswith="-3").order_by("on_hand", "account__code")
    least = {sku: (bin, on_hand) for sku, bin, on_hand in reversed(lying.values_list("item__sku", "account__code", "on_hand"))}
    keep_faces([KeepFace(HALL, bin, sku, 60, 160) for sku, (bin, _) in sorted(least.items())], by=FLOOR)
    replenish([Replenish(HALL)], by=FLOOR)


def _counts(random: Random) -> None:
    """The night shift counted half of what was to be counted; one bin in six was off."""
    due = CountTask.objects.filter(closed_at=None, lot="").order_by("id").select_related("site", "bin", "item")
    on_hand: Counter[tuple[int, str, int]] = Counter()
    for b in Balance.objects.filter(account__kind__in=("bin", "doubt"), lot="").select_related("account"):
        on_hand[b.account.site_id, b.account.code, b.item_id] += b.on_hand
    asks = [Count(t.site.code, t.item.sku, max(on_hand[t.site_id, t.bin.code, t.item_id] - (random.random() < 1 / 6), 0), t.bin.code, task=t.pk) for t in due]
    count(asks[: len(asks) // 2], by=NIGHT)


def _hold() -> None:
    """A lot of which units lie in a tote is held: the order is hit, other lots are found for what was not picked yet."""
    task = Task.objects.exclude(lot="").filter(taken__gt=F("put_back") + F("packed")).order_by("-id").select_related("item").first()
    if task:
        hold_lot([HoldLot(task.item.sku, task.lot, "supplier reports a wrong viscosity")], by=FLOOR)


def _batch() -> None:
    """A tour of the site that picks in batches was walked: its units wait in the cart to be sorted."""
    tasks = list(Task.objects.filter(site__code=BATCHES, closed_at=None, tour__isnull=False).order_by("tour_id", "stop"))
    pick([Pick(t.pk, t.to_pick - t.withdrawn, tote=f"C-{t.tour_id}") for t in tasks if t.tour_id == tasks[0].tour_id], by=FLOOR)


def desk(day: date) -> None:
    """The desk's day: changes asked of a site, supply that slips, quotes, recurring orders."""
    ask = [Change(f"H-{line.order_id}", (ChangeLine(line.position, line.ordered - line.cancelled - 1),), reason="one too many", fallback=back)  # type: ignore[arg-type]
           for line, back in zip(_under_work(), ("let-go", "intercept"), strict=False)]
    change(ask, by=DESK)
    expect([Expect(f"PO-{4400 + n}", *_due(n), due_on=day + timedelta(days=16)) for n in (0, 3)], by=DESK)
    quoted = [Place(code_of(CUSTOMERS[n][0]), (PlaceLine(sku, units),), ref=f"RFQ-{day:%m%d}-{n}", channel="mail", receiver="Receiving dock") for n, sku, units in ((3, "SRV-400W", 12), (8, "GBX-40", 6))]
    make_quotes([MakeQuote(order, day + timedelta(days=14)) for order in quoted], by=DESK)
    weekly = Place(code_of(CUSTOMERS[13][0]), (PlaceLine("OIL-5", 4), PlaceLine("SEA-TC25", 20)), ref="standing order", channel="mail", receiver="Receiving dock")
    monthly = Place(code_of(CUSTOMERS[20][0]), (PlaceLine("BLT-B52", 10),), ref="call-off", channel="EDI", receiver="Receiving dock")
    start_recurring([StartRecurring(weekly, "FREQ=WEEKLY;BYDAY=MO", day + timedelta(days=1), skip_holidays=True), StartRecurring(monthly, "FREQ=MONTHLY;BYMONTHDAY=1", day + timedelta(days=1))], by=DESK)


def _under_work() -> list[Line]:
    """Lines that a site works on already and that are for more than one unit, each of another order."""
    tasks = Task.objects.filter(closed_at=None, to_pick__gt=1, line__kit=None).order_by("order_id", "id").distinct("order_id").select_related("line")
    return [t.line for t in tasks[:2]]


def _due(n: int) -> tuple[str, str]:
    inbound = Inbound.objects.select_related("site", "item").get(ref=f"PO-{4400 + n}")
    return inbound.site.code, inbound.item.sku


def labels(cartons: Sequence[str], carriers: Sequence[str]) -> dict[str, LabelWanted]:
    """Labels of what was packed today, bought of carriers that refuse some; by carton those that were bought."""
    faults = (AccountField("seed", "7"), AccountField("refuses", "15"), AccountField("refuses_voids", "50"))
    connect_carriers([ConnectCarrier(code, "simulated", account=faults) for code in carriers], by=DOCK)
    wanted = [w for w in want_labels([WantLabel(carton) for carton in cartons], by=DOCK) if not isinstance(w, Refused)]
    call_carriers()
    bought = set(Label.objects.filter(state="bought").values_list("pk", flat=True))
    return {w.carton: w for w in wanted if w.label in bought}


def end_of_day(waiting: Sequence[LabelWanted], carriers: Sequence[str], day: date) -> None:
    """Two labels of what stands ready are given back, the day is closed with one carrier, and another comes tomorrow."""
    void_labels([VoidLabel(w.label, "customer collects") for w in waiting[:2]], by=DOCK)
    close_manifests([CloseManifest(site[0], carriers[2]) for site in SITES], by=DOCK)
    book_pickups([BookPickup(HALL, carriers[1], day + timedelta(days=1), time(15), time(18), 12, instructions="gate 2, ring twice")], by=DOCK)
    call_carriers()


def papers(shipments: Sequence[int]) -> None:
    """One bill of lading for what leaves with the last carrier of the day."""
    if shipments:
        draw_up([DrawUp(tuple(shipments[-1:]), trailer="HH-EX 412", seal="7731904")], by=DOCK)


def exceptions(day: date) -> None:
    """The desk has taken the first of each of three kinds, with a note."""
    first: dict[str, Any] = {}
    for need in attention.needs(list(KINDS), day):
        first.setdefault(need.kind, need)
    taken = [TakeException(need.kind, need.subject, note) for need, note in zip(first.values(), NOTES, strict=False)]
    assert not [a for a in take_exceptions(taken, by=DESK) if isinstance(a, Refused)]


def road(astray: Sequence[tuple[str, str, str]]) -> None:
    """Parcels of which nothing is told any more: one was given up, one was refused and came back, the others are silent. What lanes take was counted last night."""
    lost, back, *_ = astray
    notice_what_is_silent()
    record_refusal([RecordRefusal(back[1], "damaged", "carton crushed", back[0])], by=DOCK)
    report_lost([ReportLost(lost[1], "not found in the depot", lost[0])], by=DOCK)
    take_back([TakeBack(back[1], condition="carton crushed", carrier=back[0])], by=DOCK)
    count_transit()
