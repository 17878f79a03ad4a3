"""Measures on real sets that are not orders of ours: the product's own pure code gives the figures that the sets' description counts."""

import csv
import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from hanse.billing.documents import DocumentLine
from hanse.billing.matching import Compared, LineOwed, compare
from hanse.billing.rules import Amounts
from hanse.edge import verify
from hanse.fulfilment.consolidate import Consolidate, consolidate
from hanse.fulfilment.events import CartonConsolidated, UnitsPicked
from hanse.fulfilment.pack import Pack, PackLine, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release import Release, release
from hanse.kernel import clock
from hanse.kernel.samples import Share
from hanse.orders.place import Place, PlaceLine, place
from hanse.partners.reads import OtifView
from hanse.perfect_order.otif import Arrival, OtifLine, due_window, measured, shared
from hanse.perfect_order.scored import MEASURES, Cell, scorecards
from hanse.transport.events import TrackingRecorded
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.record_tracking import Track, record_tracking
from hanse.transport.tests.road import carriers
from tests.edi_reading import dialogue

STRICT = OtifView("ALL", "any", date(2000, 1, 1), None, "promised", 0, 0, "delivery", "order", "none", [], "due", None, None, None, None)
"""By the day itself: neither early nor late."""
LATER = datetime(2026, 1, 1, tzinfo=UTC)


def rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        yield from csv.DictReader(text)


def line(order: str, position: int, units: int, due_on: str, came_on: str, net: Decimal = Decimal(0)) -> OtifLine:
    """A line that was due on a day and came whole on another one."""
    day = date.fromisoformat(due_on)
    came = datetime.combine(date.fromisoformat(came_on), time(12), UTC)
    return OtifLine(order, position, "", day, due_window(STRICT, day, "UTC"), units, net, (Arrival(order, came, units),), True)


def by_class(lines: list[OtifLine]) -> dict[str, int]:
    """How many orders were late, in time or early; the set has one planned and one actual day for each."""
    found = {x.order: measured(x, "none", LATER) for x in lines}
    return dict(Counter(m.classes[0] if m.classes else "in time" for m in found.values()))


# -- warehouse_shipments ------------------------------------------------------------------------------------------------


def test_shipments_of_a_warehouse_are_late_in_time_or_early_as_counted(data):
    lines = [line(r["ship_id"], n, int(r["quantity"]), r["planned_ship_date"], r["actual_ship_date"]) for n, r in enumerate(rows(data / "warehouse_shipments" / "shipment_lines.csv.gz"))]
    assert (len(lines), sum(x.owed for x in lines)) == (87_918, 246_907)
    assert by_class(lines) == {"late": 1_158, "in time": 13_631, "early": 2_857}
    told = [measured(x, "none", LATER) for x in lines]
    of_orders, of_lines, of_units = (shared(replace(STRICT, level=level), told, "USD") for level in ("order", "line", "unit"))
    assert (of_orders.otif.hits, of_orders.otif.n) == (13_631, 17_646) and of_lines.otif.n == 87_918 and of_units.otif.n == 246_907
    assert of_orders.otif.hits + of_orders.open == 13_631 and of_units.late + of_units.early == of_units.otif.n - of_units.otif.hits
    by = shared(replace(STRICT, early_days=None), [measured(replace(x, due=due_window(replace(STRICT, early_days=None), x.due_on, "UTC")), "none", LATER) for x in lines], "USD")
    assert by.otif.hits == 13_631 + 2_857  # a promise is *by* its day: early is no failure there


# -- scms_deliveries ----------------------------------------------------------------------------------------------------


@pytest.fixture
def deliveries(data) -> list[dict[str, str]]:
    return list(rows(data / "scms_deliveries" / "scms_delivery_history_2006_2012.csv.gz"))


def test_deliveries_are_late_on_the_day_or_early_by_schedule(deliveries):
    lines = [line(r["ID"], 1, int(r["Line Item Quantity"]), r["Scheduled Delivery Date"], r["Delivered to Client Date"], Decimal(r["Line Item Value"])) for r in deliveries]
    assert by_class(lines) == {"late": 602, "in time": 4_072, "early": 1_840}
    whole = shared(replace(STRICT, level="unit"), [measured(x, "none", LATER) for x in lines], "USD")
    assert (whole.otif.n, whole.value) == (109_713_054, Decimal("940573472.57"))


@pytest.mark.parametrize("by, groups", [("Shipment Mode", 5), ("Vendor", 61)])
def test_vendors_and_modes_have_scorecards_by_the_same_code_as_carriers(deliveries, by, groups):
    lanes: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for r in deliveries:
        lanes[r[by], r["Country"]].append(r["Delivered to Client Date"] <= r["Scheduled Delivery Date"])
    nothing = {name: Share(0, 0) for name in MEASURES}
    cells = [Cell(who, lane, len(kept), nothing | {"promise": Share(sum(kept), len(kept))}) for (who, lane), kept in lanes.items()]
    cards = scorecards({}, cells, {}, {})
    told = {c.carrier: c.measured("promise") for c in cards}
    assert len(cards) == groups and [c.carrier for c in cards] == sorted(told)
    assert (sum(m.hits for m in told.values()), sum(m.n for m in told.values())) == (6_514 - 602, 6_514)
    assert all(m.against == "too few" for m in told.values() if m.n < 30 and m.others is not None)
    if by == "Shipment Mode":
        assert {mode: (m.n - m.hits, m.n) for mode, m in told.items()} == MODES
        assert {m.against for m in told.values()} <= {"better", "worse", "no difference", "too few", "no others"}


MODES = {"Air": (321, 4_222), "Truck": (158, 1_234), "Air Charter": (54, 422), "N/A": (4, 360), "Ocean": (65, 276)}
"""Late, of all, by mode."""
NUMBER = re.compile(r"\d+(\.\d+)?")
ELSEWHERE = re.compile(r"See (?:ASN|DN)-\d+ \(ID#:(\d+)\)")


def figure(text: str) -> tuple[str, Decimal | None]:
    """What stands in a weight or freight cell: its form, and the number where it is one."""
    if NUMBER.fullmatch(text):
        return "number", Decimal(text)
    return ("another line", None) if ELSEWHERE.fullmatch(text) else (text.lower(), None)


def test_each_form_of_a_weight_and_a_freight_is_read_and_counted(deliveries):
    weights, freights = (Counter(figure(r[name])[0] for r in deliveries) for name in ("Weight (Kilograms)", "Freight Cost (USD)"))
    assert weights == {"number": 4_292, "another line": 1_537, "weight captured separately": 685}
    assert freights == {"number": 4_158, "another line": 1_537, "freight included in commodity cost": 722, "invoiced separately": 97}


def test_freight_per_kilogram_counts_each_despatch_once(deliveries):
    """Lines that point to another one lie in its despatch: weight and freight stand there once. Where either is no number, nothing is said."""
    by_id = {r["ID"]: r for r in deliveries}
    pointing = [(r, ELSEWHERE.fullmatch(r["Freight Cost (USD)"]) or ELSEWHERE.fullmatch(r["Weight (Kilograms)"])) for r in deliveries]
    assert all(by_id[m[1]]["ASN/DN #"] == r["ASN/DN #"] for r, m in pointing if m and m[1] in by_id)
    totals: dict[str, tuple[Decimal, Decimal, int]] = {}
    for r in deliveries:
        (_, kg), (_, usd) = figure(r["Weight (Kilograms)"]), figure(r["Freight Cost (USD)"])
        if kg and usd is not None:
            was = totals.get(r["Shipment Mode"], (Decimal(0), Decimal(0), 0))
            totals[r["Shipment Mode"]] = was[0] + usd, was[1] + kg, was[2] + 1
    assert {mode: (n, round(usd / kg, 2)) for mode, (usd, kg, n) in totals.items()} == PER_KG


PER_KG = {
    "Air": (2_837, Decimal("4.48")), "Air Charter": (271, Decimal("3.13")), "N/A": (211, Decimal("3.61")), "Ocean": (230, Decimal("1.85")), "Truck": (589, Decimal("1.66"))}
"""By mode the despatches with both figures, and dollars to the kilogram."""


# -- edi_conversations --------------------------------------------------------------------------------------------------

PRICES = {"WIDGET-001": Decimal("12.50"), "WIDGET-002": Decimal("13.75"), "BRKT-050": Decimal("0.42")}


def matched(folder: Path) -> list[tuple[str, Compared]]:
    """Each billed line matched three ways, in the order in which its invoices came: what was invoiced before counts with it."""
    told = dialogue(folder)
    found, billed = [], Counter()
    for nr, (_, lines) in enumerate(told.invoices, 1):
        for position, (sku, (units, price)) in enumerate(lines.items(), 1):
            ordered, agreed = told.ordered[sku]
            shipped = told.shipped[sku][0]
            owed = LineOwed(position, 1, position, sku, agreed, agreed * ordered, Decimal(0), Decimal(0), "S", Decimal(0), ordered, 0, shipped, shipped, 0, 0, billed[sku] + units, 0)
            document = DocumentLine(position, position, sku, billed[sku], units, price, Amounts(price * units), "S", Decimal(0))
            found.append((sku, compare(nr, document, owed, "shipment")))
            billed[sku] += units
    return found


SYNTAXES = ["x12", "edifact"]


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("partner", ["accept", "short-ship", "reject-line", "duplicate-invoice"])
def test_an_invoice_is_matched_with_order_and_despatch(data, syntax, partner):
    folder = data / "edi_conversations" / f"{syntax}_{partner}"
    told, found = dialogue(folder), matched(folder)
    first, again = found[: len(told.invoices[0][1])], found[len(told.invoices[0][1]):]
    assert all(c.quantity_variance == 0 for _, c in first)  # nothing is billed that was not sent
    priced = {sku: c.price_variance for sku, c in first if c.price_variance}
    if partner == "reject-line":
        assert "BRKT-050" not in told.invoices[0][1] and priced == {}
    else:
        units = told.invoices[0][1]["BRKT-050"][0]
        assert priced == {"BRKT-050": (Decimal("4.15") - Decimal("0.42")) * units}
    short = {sku: ordered - told.shipped.get(sku, (0, None))[0] for sku, (ordered, _) in told.ordered.items()}
    assert any(short.values()) == (partner in ("short-ship", "reject-line"))
    if partner == "duplicate-invoice":
        assert len(told.invoices) == 2 and told.invoices[0] == told.invoices[1]
        assert {sku: c.quantity_variance for sku, c in again} == {sku: units * PRICES[sku] for sku, (units, _) in told.invoices[1][1].items()}
    else:
        assert again == []


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_what_is_never_invoiced_has_nothing_to_match(data, syntax):
    told = dialogue(data / "edi_conversations" / f"{syntax}_no-invoice")
    assert told.shipped and not told.invoices and not told.wrong


def test_messages_that_count_wrongly_are_rejected_and_no_others(data):
    folder = data / "edi_conversations"
    expected = [json.loads(text) for text in (folder / "expected.jsonl").read_text().splitlines()]
    wrong = {(d.name, name): trouble for d in folder.iterdir() if d.is_dir() for name, trouble in dialogue(d).wrong.items()}
    assert wrong == {(e["conversation"], e["file"]): e["problems"][0] for e in expected if not e["structurally_ok"]} and len(wrong) == 6


# -- order_management_ocel ----------------------------------------------------------------------------------------------


@dataclass
class Log:
    """The log by what it is about: items of orders and of packages, each event of a package, weight and price of an item."""

    orders: dict[str, list[str]] = field(default_factory=dict)
    packages: dict[str, list[str]] = field(default_factory=dict)
    ways: dict[str, list[tuple[str, datetime]]] = field(default_factory=lambda: defaultdict(list))
    items: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)

    @property
    def order_of(self) -> dict[str, str]:
        return {item: order for order, items in self.orders.items() for item in items}


@pytest.fixture
def log(data) -> Log:
    folder, told = data / "order_management_ocel", Log()
    objects: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for r in rows(folder / "event_objects.csv.gz"):
        objects[r["event_id"]][r["object_type"]].append(r["object_id"])
    for r in rows(folder / "events.csv.gz"):
        of, at = objects[r["event_id"]], datetime.fromisoformat(r["timestamp_utc"])
        if r["activity"] == "place order":
            told.orders[of["order"][0]] = of["item"]
        elif r["activity"] == "create package":
            told.packages[of["package"][0]] = of["item"]
        elif r["activity"] == "pick item":
            told.items[of["item"][0]] = Decimal(r["weight"]), Decimal(r["price"])
        elif "package" in r["activity"] or "delivery" in r["activity"]:
            told.ways[of["package"][0]].append((r["activity"], at))
    return told


def test_packages_mix_orders_and_are_delivered_in_the_end(log):
    mixed = sum(len({log.order_of[i] for i in items}) > 1 for items in log.packages.values())
    failed = {package: sum(a == "failed delivery" for a, _ in way) for package, way in log.ways.items()}
    assert (len(log.orders), len(log.order_of), len(log.packages), mixed) == (1_385, 5_615, 890, 823)
    assert (sum(failed.values()), sum(map(bool, failed.values()))) == (273, 179)
    assert all(way[0][0] == "send package" and way[-1][0] == "package delivered" for way in log.ways.values())


def test_the_first_packages_go_through_our_own_operations(given, log):
    """The first twelve packages with all orders that lie in them: each order has a carton of its own, and those of a package leave as one parcel."""
    chosen = dict(list(log.packages.items())[:12])
    numbers = list(dict.fromkeys(log.order_of[i] for items in chosen.values() for i in items))
    carriers()
    given.customer()
    site = given.site()
    sku = {item: f"P-{price}-{weight}" for item, (weight, price) in log.items.items()}
    for code, (weight, price) in {sku[i]: log.items[i] for n in numbers for i in log.orders[n]}.items():
        given.stocked(given.item(code, str(price), weight_g=int(weight * 1000)), site, 1_000)
    lines = {n: sorted(Counter(sku[i] for i in log.orders[n]).items()) for n in numbers}
    placed = dict(zip(numbers, (a.order for a in place([Place("REUTER", tuple(PlaceLine(s, u) for s, u in lines[n]), ref=n) for n in numbers], by="ann")), strict=True))
    tasks = [t for a in release([Release(o) for o in placed.values()], by="ann") for t in a.tasks]
    assert all(isinstance(a, UnitsPicked) for a in pick([Pick(t.task, t.quantity) for t in tasks], by="ann"))
    parts = [(package, n, Counter(sku[i] for i in items if log.order_of[i] == n)) for package, items in chosen.items() for n in dict.fromkeys(log.order_of[i] for i in items)]
    cartons = pack([Pack(placed[n], contents=tuple(PackLine([s for s, _ in lines[n]].index(s) + 1, u) for s, u in of.items())) for _, n, of in parts], by="ann")
    by_package: dict[str, list[str]] = defaultdict(list)
    for (package, _, _), carton in zip(parts, cartons, strict=True):
        by_package[package].append(carton.carton)
    inside = [Consolidate(inner, outer) for outer, *others in by_package.values() for inner in others]
    assert all(isinstance(a, CartonConsolidated) for a in consolidate(inside, by="ann"))
    parcels = dict(zip(by_package, hand_over([HandOver(outer, "UPS") for outer, *_ in by_package.values()], by="ann"), strict=True))
    sent = {package: log.ways[package][0][1] for package in chosen}
    words = {"send package": "PU", "failed delivery": "CC", "package delivered": "D"}
    told = [Track("UPS", parcels[package].parcel, words[a], clock.now() + (at - sent[package])) for package in chosen for a, at in log.ways[package]]
    with clock.standing_at(max(t.at for t in told)):
        assert all(isinstance(a, TrackingRecorded) for a in record_tracking(told, by="ann"))
    for package, items in chosen.items():
        states = [s for s, in asked("SELECT state FROM transport_trackingevent WHERE tracking = %s ORDER BY happened_at", parcels[package].parcel)]
        assert states.count("failed") == sum(a == "failed delivery" for a, _ in log.ways[package]) and states[-1] == "delivered"
        assert asked("SELECT count(DISTINCT order_id) FROM transport_parcel p JOIN transport_shipment s ON s.id = p.shipment_id WHERE p.tracking = %s", parcels[package].parcel) == [
            (len({log.order_of[i] for i in items}),)]
    assert asked("SELECT sum(delivered) FROM orders_order") == [(sum(map(len, chosen.values())),)]
    assert [r for r in verify.run() if r.wrong] == []


def asked(sql: str, *given: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()
