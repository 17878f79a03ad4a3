"""What waits for whoever visits a demo, besides orders on their way: what the simulated world does not do by itself.

Labels of a carrier that refuses some, stock work, a batch at the put wall, a held lot, quotes and recurring orders, changes asked of a site, freight bills,
tenders, exceptions that somebody has taken. Done once, at the end of the past. What a company has nothing for is left out, and
whatever is refused is part of the story.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

from django.db.models import F

from hanse.catalogue.keep_substitutes import KeepSubstitute, keep_substitutes
from hanse.edge import attention
from hanse.edge.kinds import KINDS
from hanse.edge.take_exceptions import TakeException, take_exceptions
from hanse.fulfilment import planning
from hanse.fulfilment.events import TourPlanned
from hanse.fulfilment.hold_lot import HoldLot, hold_lot
from hanse.fulfilment.models import Task
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release_wave import ReleaseWave, release_wave
from hanse.inventory.count import Count, count
from hanse.inventory.count_by_plan import CountByPlan, count_by_plan
from hanse.inventory.keep_count_plans import KeepCountPlan, keep_count_plans
from hanse.inventory.keep_faces import KeepFace, keep_faces
from hanse.inventory.models import Balance, CountTask
from hanse.inventory.receive import Receive, receive
from hanse.inventory.replenish import Replenish, replenish
from hanse.journal.asking import rows
from hanse.journal.principals import Principal
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.kernel.rows import as_tuple
from hanse.network.keep import KeepSite, keep_sites
from hanse.orders.change import Change, ChangeLine, change
from hanse.orders.make_quotes import MakeQuote, make_quotes
from hanse.orders.models import Line
from hanse.orders.place import Place, PlaceLine
from hanse.orders.start_recurring import StartRecurring, start_recurring
from hanse.perfect_order.jobs import foresee_open, learn_weeks
from hanse.transport.book_pickups import BookPickup, book_pickups
from hanse.transport.calling import call_carriers
from hanse.transport.connect_carriers import AccountField, ConnectCarrier, connect_carriers
from hanse.transport.draw_up import DrawUp, draw_up
from hanse.transport.models import Label
from hanse.transport.void_labels import VoidLabel, void_labels
from hanse.transport.want_labels import WantLabel, want_labels

from . import visit_freight
from .day import World
from .hanse_itself import judged

DESK, FLOOR, DOCK, FINANCE, NIGHT = (Principal(name, frozenset({"*"})) for name in ("ina", "tomasz", "jonas", "fiona", "ewa"))
NOTES = ("Called the customer; they decide by noon.", "The carrier looks for it at the depot.", "Waits for purchasing.")
PALLETS = 8
"""Items of which a pallet stands in reserve."""
WAVE = 6
"""Lines in the wave that nobody picks yet."""
STANDING = "SELECT sscc FROM fulfilment_carton WHERE handed_over_at IS NULL AND opened_at IS NULL ORDER BY id"
ALIKE = """
SELECT DISTINCT ON (w.sku) w.sku, i.sku FROM (
  SELECT DISTINCT i.sku FROM orders_line l JOIN catalogue_item i ON i.id = l.item_id WHERE l.ordered > l.cancelled + l.reserved - l.freed) w
  JOIN catalogue_item i ON split_part(i.sku, '-', 1) = split_part(w.sku, '-', 1) AND i.sku <> w.sku
  JOIN inventory_stock s ON s.item_id = i.id GROUP BY w.sku, i.sku ORDER BY w.sku, sum(s.on_hand - s.reserved) DESC, i.sku
"""
"""Items that orders wait for, each with the one of its family that there is most of."""
LATEST = "SELECT max(id) FROM transport_shipment"


def prepare(world: World, now: datetime) -> None:
    """All of it, at an instant, and then what hanse makes of the whole past: verdicts, what the weeks teach, what is at risk."""
    company = world.company
    hall, carriers, day = company.sites[0].code, [c.code for c in company.carriers], now.astimezone(ZoneInfo(company.zone)).date()
    with clock.standing_at(now):
        keep_count_plans([KeepCountPlan(site.code, day) for site in company.sites], by=FLOOR)
        _labels(carriers)
        _papers()
        book_pickups([BookPickup(hall, carriers[-1], day + timedelta(days=1), time(15), time(18), 12, instructions="gate 2, ring twice")], by=DOCK)
        call_carriers()
        keep_sites([KeepSite(hall, tote_scan=True)], by=FLOOR)
        _batch(company.sites[-1].code)
        _wave(hall)
        _stock(world, hall)
        _desk(world, day)
        visit_freight.freight(day, DOCK, FINANCE, carriers, hall)
        judged()
        learn_weeks()
        foresee_open()
        _exceptions(day)


def _stock(world: World, hall: str) -> None:
    """The floor's day: faces to fill from reserve, goods at the dock, bins to count, a lot held, a substitute."""
    plain = [it.sku for it in world.opened.sold if it.family.tracking == "none" and hall in it.bins]
    reserve = [bin.code for site in world.opened.sites if site.code == hall for bin in site.bins if bin.role == "reserve"]
    receive([Receive(hall, sku, 144, bin, document="from the supplier's pallet") for sku, bin in zip(plain[:PALLETS], reserve, strict=False)], by=FLOOR)
    _faces(hall)
    receive([Receive(hall, sku, units, document="ASN 5511") for sku, units in zip(plain[-3:], (60, 24, 40), strict=False)], by=FLOOR)
    stands_in = {*pairwise(plain[:4]), *rows(as_tuple, ALIKE)}
    keep_substitutes([KeepSubstitute(one, other, 1, 1, True, "lower", True) for one, other in sorted(stands_in)], by=DESK)
    count_by_plan([CountByPlan(site.code) for site in world.company.sites], by=FLOOR)
    _counts(Random(world.seed))
    _hold()


def _batch(site: str) -> None:
    """What waits at the last site is picked in one batch: its units stand in the cart, to be sorted at the put wall."""
    [wave] = release_wave([ReleaseWave(site)], by=FLOOR)
    tours = [] if isinstance(wave, Refused) else [t for t in planning.plan(site, wave.wave, "batch") if isinstance(t, TourPlanned)]
    for tour in tours[:1]:
        tasks = Task.objects.filter(tour=tour.tour, closed_at=None).order_by("stop", "id")
        pick([Pick(t.pk, t.to_pick - t.withdrawn, tote=f"C-{tour.tour}") for t in tasks], by=FLOOR)


def _wave(hall: str) -> None:
    """The next wave of the hall is planned, and nobody walks its tours yet; some orders still wait for the one after it."""
    [wave] = release_wave([ReleaseWave(hall, lines=WAVE)], by=FLOOR)
    if not isinstance(wave, Refused):
        planning.plan(hall, wave.wave)


def _faces(hall: str) -> None:
    """Where a pallet stands in reserve, the bin that holds least of the item is its face, and is to be filled."""
    kept = set(Balance.objects.filter(account__code__endswith="-3", account__site__code=hall, on_hand__gt=0).values_list("item__sku", flat=True))
    lying = Balance.objects.filter(account__kind="bin", account__site__code=hall, item__sku__in=kept, lot="").exclude(account__code__endswith="-3").order_by("on_hand", "account__code")
    least = {sku: (bin, on_hand) for sku, bin, on_hand in reversed(lying.values_list("item__sku", "account__code", "on_hand"))}
    keep_faces([KeepFace(hall, bin, sku, on_hand + 20, on_hand + 100) for sku, (bin, on_hand) in sorted(least.items())], by=FLOOR)
    replenish([Replenish(hall)], by=FLOOR)


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
        hold_lot([HoldLot(task.item.sku, task.lot, "the supplier reports a wrong label")], by=FLOOR)


def _desk(world: World, day: date) -> None:
    """The desk's day: changes asked of a site, quotes, recurring orders."""
    asks = [Change(f"H-{line.order_id}", (ChangeLine(line.position, line.ordered - line.cancelled - 1),), reason="one too many", fallback=back)  # type: ignore[arg-type]
            for line, back in zip(_under_work(), ("let-go", "intercept"), strict=False)]
    change(asks, by=DESK)
    buyers = [b.code for some in world.opened.buyers.values() for b in some if b.of.business][:4]
    sold = [it.sku for it in world.opened.sold]
    make_quotes([MakeQuote(Place(buyer, (PlaceLine(sku, 12),), ref=f"RFQ-{day:%m%d}-{n}", channel="mail"), day + timedelta(days=14)) for n, (buyer, sku) in enumerate(zip(buyers[:2], sold[-2:], strict=False))], by=DESK)
    rules = ("FREQ=WEEKLY;BYDAY=MO", "FREQ=MONTHLY;BYMONTHDAY=1")
    standing = [Place(buyer, (PlaceLine(sku, 6),), ref="standing order", channel="mail") for buyer, sku in zip(buyers[2:], sold, strict=False)]
    start_recurring([StartRecurring(order, rule, day + timedelta(days=1), skip_holidays=True) for order, rule in zip(standing, rules, strict=False)], by=DESK)


def _under_work() -> list[Line]:
    """Lines that a site works on already and that are for more than one unit, each of another order."""
    tasks = Task.objects.filter(closed_at=None, to_pick__gt=1, line__kit=None).order_by("order_id", "id").distinct("order_id").select_related("line")
    return [t.line for t in tasks[:2]]


def _labels(carriers: Sequence[str]) -> None:
    """Labels of what stands packed, bought of carriers that refuse some; two of them are given back."""
    faults = (AccountField("seed", "7"), AccountField("refuses", "15"), AccountField("refuses_voids", "50"))
    connect_carriers([ConnectCarrier(code, "simulated", account=faults) for code in carriers], by=DOCK)
    want_labels([WantLabel(carton) for carton in rows(str, STANDING)], by=DOCK)
    call_carriers()
    void_labels([VoidLabel(label, "customer collects") for label in Label.objects.filter(state="bought").order_by("id").values_list("pk", flat=True)[:2]], by=DOCK)


def _papers() -> None:
    """A bill of lading for what left last."""
    if (latest := rows(int, LATEST)):
        draw_up([DrawUp((latest[0],), trailer="HH-EX 412", seal="7731904")], by=DOCK)


def _exceptions(day: date) -> None:
    """The desk has taken the first of each of three kinds, with a note."""
    first: dict[str, attention.Need] = {}
    for need in attention.needs(list(KINDS), day):
        first.setdefault(need.kind, need)
    take_exceptions([TakeException(need.kind, need.subject, note) for need, note in zip(first.values(), NOTES, strict=False)], by=DESK)
