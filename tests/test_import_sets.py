"""Import of the real sets with their history: orders, lines, money, states and quirks as data/README.md counts them."""

import csv
import gzip
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from hanse.edge import verify
from hanse.edge.importer import Result, history, run
from hanse.journal.principals import HANSE
from hanse.orders.models import Line, Order
from hanse.perfect_order.assess import Assess, assess

MAPS = Path(__file__).parent / "maps"


@pytest.fixture
def bring(lasting, data, tmp_path, monkeypatch):
    """Bring a set in with its history. What is rejected is written here, for the sets' own folders are read-only."""
    monkeypatch.chdir(tmp_path)

    def run_it(name: str, **how) -> Result:
        return run("orders", [data / name], MAPS / f"{name}.toml", by="ann", **({"history": True} | how))

    return run_it


def one(sql: str):
    """The one row of a query, or the one value of it."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        [row] = cursor.fetchall()
        return row[0] if len(row) == 1 else row


def rows(sql: str) -> dict:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return dict(cursor.fetchall())


def adds_up(result: Result) -> None:
    """Every row counts once, every rejected one has a reason, and nothing that must hold is broken."""
    assert result.read == result.accepted + result.rejected + result.repeated
    assert result.rejected == sum(result.reasons.values())
    assert [(r.name, r.findings) for r in verify.run() if r.wrong] == []


MONEY = "SELECT count(*), sum(net), sum(freight), sum(tax), sum(total) FROM orders_order"
LINES_ADD_UP = """
SELECT count(*) FROM orders_order o JOIN (SELECT order_id, sum(net) AS net, sum(freight) AS freight, sum(tax) AS tax, sum(ordered) AS ordered
  FROM orders_line GROUP BY order_id) l ON l.order_id = o.id
 WHERE (o.net, o.freight, o.tax, o.ordered) = (l.net, l.freight, l.tax, l.ordered)
"""
SHIPPED_LATE = """
SELECT count(*) FROM (SELECT o.id FROM orders_order o JOIN transport_shipment s ON s.order_id = o.id
 GROUP BY o.id HAVING max((s.handed_over_at AT TIME ZONE o.zone)::date) > o.requested_on) late
"""
LEFT_ON_SHELF = "SELECT coalesce(sum(on_hand), 0), coalesce(sum(reserved), 0) FROM inventory_stock"
STATES = "SELECT status, count(*) FROM orders_order GROUP BY status"
BOTH_TIMES = "SELECT count(*) FROM journal_event WHERE kind = %s AND happened_at < '2020-01-01' AND recorded_at > '2026-01-01'"


def test_northwind(bring, lasting):
    result = bring("northwind")
    adds_up(result)
    assert (result.orders, result.rejected, result.notes) == (560, 0, [])
    assert one(MONEY) == (560, Decimal("825476.3735"), Decimal("44726.5300"), 0, Decimal("870202.9035"))
    assert (Line.objects.count(), one(LINES_ADD_UP)) == (1464, 560)
    assert rows(STATES) == {"shipped": 560}
    assert one(SHIPPED_LATE) == 28
    assert one("SELECT sum(total), count(*) FROM billing_invoice") == (Decimal("870202.9035"), 560)
    assert one(LEFT_ON_SHELF) == (0, 0) and set(lasting.stock()) == {"transit"}
    first = Order.objects.get(ref="10248")
    assert (first.placed_at.isoformat(), first.ship_to.city, first.ship_to.country, first.ship_to.region) == ("2014-07-04T15:00:00+00:00", "Reims", "FR", "")
    assert Order.objects.filter(ship_to__city="México D.F.").exists()
    assert rows("SELECT name, count(*) FROM transport_carrier c JOIN transport_parcel p ON p.carrier_id = c.id GROUP BY name").keys() == {"Speedy Express", "United Package", "Federal Shipping"}
    with connection.cursor() as cursor:
        for kind in ("OrderPlaced", "UnitsAllocated", "OrderReleased", "CartonPacked", "ParcelHandedOver", "InvoiceIssued"):
            cursor.execute(BOTH_TIMES, [kind])
            assert (kind, cursor.fetchone()) == (kind, (560,))


def test_northwind_twice_changes_nothing(bring):
    first = bring("northwind")
    facts, movements = one("SELECT count(*) FROM journal_event"), one("SELECT count(*) FROM inventory_movement")
    again = bring("northwind")
    assert (again.read, again.accepted, again.rejected, again.repeated) == (first.read, 0, 0, first.read)
    assert (one("SELECT count(*) FROM journal_event"), one("SELECT count(*) FROM inventory_movement")) == (facts, movements)


def test_northwind_with_several_hands_at_once(bring):
    result = bring("northwind", hands=3)
    adds_up(result)
    assert (result.orders, result.notes, rows(STATES)) == (560, [], {"shipped": 560})


def test_northwind_without_history_waits_for_stock(bring):
    result = bring("northwind", history=False)
    assert result.orders == 560 and rows(STATES) == {"placed": 560}
    assert one("SELECT count(*) FROM billing_invoice") == 0


def test_northwind_stock_is_received_once(given, data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    [products, places] = [data / "northwind" / "products.csv", MAPS / "northwind.toml"]
    given.site("SEA", lanes={"US": 1}, country="US")
    run("items", [products], places, by="ann")
    first = run("stock", [products], places, by="ann")
    again = run("stock", [products], places, by="ann")
    adds_up(first)
    assert (first.accepted, first.rejected, first.reasons) == (72, 5, {"left-out": 5}) and given.stock() == {"bin": 3119}
    assert (again.accepted, again.repeated, again.rejected) == (0, 72, 5) and given.stock() == {"bin": 3119}


def test_adventureworks(bring):
    result = bring("adventureworks")
    adds_up(result)
    assert (result.orders, result.rejected, result.notes) == (979, 0, [])
    count, net, freight, tax, total = one(MONEY)
    assert (count, net, total) == (979, Decimal("4427132.5625"), Decimal("4965740.0274")) and net + freight + tax == total
    assert (Line.objects.count(), one(LINES_ADD_UP)) == (4064, 979)
    assert one(SHIPPED_LATE) == 313
    assert rows(STATES) == {"delivered": 979}
    assert one("SELECT count(*) FROM transport_trackingevent") == 5874
    assert rows("SELECT state, count(*) FROM transport_trackingevent GROUP BY state") == {"pending": 1957, "in-transit": 2936, "delivered": 979, "failed": 2}
    assert one(LEFT_ON_SHELF) == (0, 0)


LATE_BY_DAY = """
SELECT count(*) FROM (SELECT o.id FROM orders_order o JOIN transport_shipment s ON s.order_id = o.id JOIN transport_parcel p ON p.shipment_id = s.id
 WHERE o.status = 'delivered' GROUP BY o.id HAVING max((p.delivered_at AT TIME ZONE o.zone)::date) > o.first_promised_on) late
"""
LATE_BY_TIME = LATE_BY_DAY.replace("::date) >", ") >")
DAYS = """
SELECT round(avg(extract(epoch FROM d.at - o.placed_at) / 86400), 2) FROM orders_order o
  JOIN (SELECT s.order_id, max(p.delivered_at) AS at FROM transport_shipment s JOIN transport_parcel p ON p.shipment_id = s.id GROUP BY s.order_id) d ON d.order_id = o.id
 WHERE o.status = 'delivered'
"""
APPROVED_AFTER_LEAVING = """
SELECT count(DISTINCT a.subject) FROM journal_event a JOIN journal_event h ON h.subject = a.subject AND h.kind = 'ParcelHandedOver'
 WHERE a.kind = 'HoldReleased' AND a.happened_at > h.happened_at
"""
LEFT_AFTER_ARRIVING = """
SELECT count(DISTINCT s.order_id) FROM transport_shipment s JOIN transport_parcel p ON p.shipment_id = s.id WHERE s.handed_over_at > p.delivered_at
"""
PAID_OTHERWISE = """
SELECT count(*) FROM orders_order o JOIN (SELECT customer_id, sum(amount) AS paid FROM billing_payment GROUP BY customer_id) p USING (customer_id)
 WHERE abs(p.paid - o.total) > 0.01
"""
SEVERAL_SELLERS = "SELECT count(*) FROM (SELECT order_id FROM orders_allocation GROUP BY order_id HAVING count(DISTINCT site_id) > 1) several"


def test_olist(bring, data):
    result = bring("olist")
    adds_up(result)
    assert (result.orders, dict(result.reasons)) == (9064, {"no-lines": 19 + 21})  # the orders' rows, and those of their payments
    assert sorted(path.name for path in result.rejects_files) == ["order_payments.csv.gz.rejected.csv", "orders.csv.gz.rejected.csv"]
    assert Line.objects.count() == 10414 and one(LINES_ADD_UP) == 9064
    assert one(MONEY)[:3] == (9064, Decimal("1259097.55"), Decimal("203988.73"))
    # 16 canceled: 4 had no lines, 2 had left with a carrier; 15 unavailable had no lines; 14 processing and 7 invoiced wait
    assert rows(STATES) == {"delivered": 9000, "shipped": 31 + 2, "cancelled": 10, "placed": 14 + 7}
    assert len(result.notes) == 2 and all("cancelled after it had left" in note for note in result.notes)
    assert (one(LATE_BY_DAY), one(LATE_BY_TIME)) == (718, 822)
    assert one(DAYS) == Decimal("13.87")
    assert (one(APPROVED_AFTER_LEAVING), one(LEFT_AFTER_ARRIVING), one(SEVERAL_SELLERS)) == (22, 3, 106)
    assert one("SELECT count(*) FROM billing_invoice i JOIN orders_order o ON o.id = i.order_id WHERE o.status = 'placed'") == 7
    assert one(PAID_OTHERWISE) == 40 and one("SELECT count(*) FROM billing_payment") == 9458 - 21
    assert one("SELECT count(*), count(*) FILTER (WHERE region <> '') FROM network_site") == (1255, 71)
    assert one("SELECT count(*), count(weight_g) FROM catalogue_item") == (5832, 2350)  # one of the 2,351 products has no weight
    assert one(LEFT_ON_SHELF) == (0, 0)
    judged_as_they_came()
    assert one("SELECT count(*), count(ship_by) FROM orders_allocation") == (10373, 10373)  # 41 of the 10,414 lines were cancelled or have not left
    the_sellers_hours_are_not_the_carriers(data / "olist")


LATE_HOURS = """
SELECT o.ref, v.site, a.region, to_char(v.due_on, 'YYYY-MM'), coalesce(sum((p->>'hours')::numeric) FILTER (WHERE p->>'owner' <> 'carrier'), 0),
       coalesce(sum((p->>'hours')::numeric) FILTER (WHERE p->>'owner' = 'carrier'), 0)
  FROM perfect_order_verdict v JOIN orders_order o ON o.id = v.order_id JOIN partners_address a ON a.id = o.ship_to_id CROSS JOIN LATERAL jsonb_array_elements(v.found->'late') p
 WHERE v.known_to IS NULL AND NOT v.in_time AND v.hours_late IS NOT NULL GROUP BY 1, 2, 3, 4
"""
FIRST_TO_ANSWER = "SELECT causes->'time'->>1, count(*) FROM perfect_order_verdict WHERE known_to IS NULL AND NOT in_time AND hours_late IS NOT NULL GROUP BY 1"


def the_sellers_hours_are_not_the_carriers(folder: Path) -> None:
    """Handed over after the shipping limit is the seller's, the rest the carrier's: by state, seller and month as the set's own rows add up."""
    with connection.cursor() as cursor:
        cursor.execute(LATE_HOURS)
        told = {ref: (site, state, month, float(sellers), float(carriers)) for ref, site, state, month, sellers, carriers in cursor.fetchall()}
    counted = late_by_the_set(folder)
    assert told.keys() == counted.keys() and len(told) == 718
    assert {ref: site for ref, (site, *_) in told.items()} == {ref: seller for ref, (seller, *_) in counted.items()}
    for part in (0, 1, 2):  # seller, state, month
        by_us, by_the_set = Counter(), Counter()
        for ref, of in told.items():
            by_us.update({(of[part], "seller"): of[3], (of[part], "carrier"): of[4]})
            by_the_set.update({(of[part], "seller"): counted[ref][1], (of[part], "carrier"): counted[ref][2]})
        assert by_us == pytest.approx(by_the_set, abs=1)
    # where the parcel left after its limit the seller answers first, as far as it is the larger part; once the slack planned for picking is
    assert rows(FIRST_TO_ANSWER) == {"carrier": 623, "shipping": 94, "warehouse": 1}


def late_by_the_set(folder: Path) -> dict[str, tuple[str, float, float]]:
    """From the set's own rows: of each order that came after its day the seller whose parcel came last, and the hours of the seller and of the carrier."""
    limits: dict[str, dict[str, datetime]] = {}
    for r in table(folder / "order_items.csv.gz"):
        of, limit = limits.setdefault(r["order_id"], {}), at_home(r["shipping_limit_date"])
        of[r["seller_id"]] = min(limit, of.get(r["seller_id"], limit))
    found = {}
    for r in table(folder / "orders.csv.gz"):
        if r["order_status"] == "delivered":
            left, came, due = at_home(r["order_delivered_carrier_date"]), at_home(r["order_delivered_customer_date"]), at_home(r["order_estimated_delivery_date"]) + timedelta(days=1)
            if came >= due:
                seller, limit = list(limits[r["order_id"]].items())[-1]
                late, after = hours(due, came), max(0.0, hours(limit, left))
                found[r["order_id"]] = seller, min(after, late), late - min(after, late)
    return found


def table(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def at_home(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/Sao_Paulo"))


def hours(since: datetime, until: datetime) -> float:
    """The hours that really passed: the clocks of São Paulo go forward and back."""
    return (until.astimezone(UTC) - since.astimezone(UTC)).total_seconds() / 3600


def judged_as_they_came() -> None:
    """Every order is judged: of those delivered the late ones by calendar day are those of the set, and the days add up to it."""
    numbers = [f"H-{id}" for id in Order.objects.order_by("id").values_list("id", flat=True)]
    for start in range(0, len(numbers), 1000):
        assess([Assess(number) for number in numbers[start:start + 1000]], by=HANSE)
    now = "perfect_order_verdict WHERE known_to IS NULL"
    assert one(f"SELECT count(*) FROM {now} AND hours_late IS NOT NULL AND in_time IS FALSE") == 718
    assert one(f"SELECT count(DISTINCT order_id) FROM {now} AND in_time") == 9000 - 718
    assert one("SELECT sum(time_no), sum(time_yes) FROM perfect_order_day WHERE by = 'all'") == one(f"SELECT count(*) FILTER (WHERE NOT in_time), count(*) FILTER (WHERE in_time) FROM {now}")


def documents(path: Path) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            found.setdefault(row["Invoice"], []).append(row)
    return found


def is_sale(row: dict[str, str]) -> bool:
    return row["Invoice"][0] not in "CA" and int(row["Quantity"]) > 0


def worth(lines: list[dict[str, str]]) -> Decimal:
    return sum((int(row["Quantity"]) * Decimal(row["Price"]) for row in lines), Decimal(0))


@pytest.fixture
def sample(data, tmp_path) -> tuple[Path, list[dict[str, str]]]:
    """Every fortieth document of online_retail, and those with quirks: adjustments, long ones, small letters in codes."""
    docs = documents(data / "online_retail" / "online_retail_2009_12_to_2010_12.csv.gz")
    quirks = {"A506401", "A516228", "A528059", "537434", "514532", "489464", "489597"}
    chosen = [row for nr, (name, lines) in enumerate(docs.items()) if nr % 40 == 0 or name in quirks for row in lines]
    path = tmp_path / "online_retail_sample.csv"
    with path.open("w", encoding="utf-8", newline="") as text:
        out = csv.DictWriter(text, chosen[0].keys())
        out.writeheader()
        out.writerows(chosen)
    return path, chosen


def test_a_sample_of_online_retail(lasting, sample):
    path, chosen = sample
    result = run("orders", [path], MAPS / "online_retail.toml", history=True, by="ann")
    adds_up(result)
    sales = [row for row in chosen if is_sale(row)]
    assert (result.read, result.accepted, dict(result.reasons)) == (len(chosen), len(sales), {"left-out": len(chosen) - len(sales)})
    assert one("SELECT sum(net), count(*) FROM orders_line") == (worth(sales), len(sales))
    assert result.orders == len({row["Invoice"] for row in sales}) == one("SELECT count(*) FROM billing_invoice")
    # codes keep their case, exact duplicates stay, several descriptions make one article, blanks around a code do not count
    codes = {row["StockCode"].strip() for row in sales}
    assert one("SELECT count(*) FROM catalogue_item") == len(codes) > len({c.upper() for c in codes})
    assert Line.objects.filter(order__ref="489597").count() == sum(row["Invoice"] == "489597" for row in chosen)
    assert one("SELECT count(*) FROM orders_order o JOIN partners_party p ON p.id = o.customer_id WHERE p.code = 'NO-NUMBER'") == len(
        {row["Invoice"] for row in sales if not row["CustomerID"]})
    with result.rejects_files[0].open(encoding="utf-8", newline="") as text:
        reasons = Counter(row["reason"].split(",")[0] for row in csv.DictReader(text))
    assert reasons == Counter(
        "A cancellation or return" if row["Invoice"][0] == "C" else "An adjustment of bad debt: nothing was ordered." if row["Invoice"][0] == "A" else "A stock write-off with a remark"
        for row in chosen if not is_sale(row))
    # nobody said whether the goods left: today's stock must not go to them
    assert one("SELECT count(*) FROM orders_order WHERE holds = '{history}' AND status = 'placed'") == result.orders
    again = run("orders", [path], MAPS / "online_retail.toml", history=True, by="ann")
    assert (again.accepted, again.repeated, again.rejected) == (0, result.accepted, result.rejected)


@pytest.mark.slow
def test_all_of_online_retail(bring):
    told = []
    result = bring("online_retail", progress=lambda *step: told.append(step))
    adds_up(result)
    assert (result.read, result.accepted, result.orders) == (525_461, 513_131, 22_100)
    assert dict(result.reasons) == {"left-out": 10_206 + 2_121 + 3}
    # the README counts the three adjustments of bad debt with the sales: 10,169,340.00 together with them
    assert one("SELECT sum(net) FROM orders_line") - Decimal("53594.36") - Decimal("44031.79") - Decimal("38925.87") == Decimal("10169340.0040")
    assert one("SELECT count(*), sum(total) FROM billing_invoice") == one("SELECT count(*), sum(total) FROM orders_order")
    assert told[-1] == ("orders", 525_461, 525_461) and len(told) > 100


def test_an_import_that_was_cut_off_goes_on_where_it_stopped(bring, monkeypatch):
    """Cut off between packing and handing over, and once more between two batches; the third time everything is there, once."""

    def away(*_):
        raise ConnectionError("the machine went down")

    with monkeypatch.context() as cut:
        cut.setattr(history.hand_over, "run", away)
        with pytest.raises(ConnectionError):
            bring("northwind")
    assert rows(STATES) == {"packed": 500}
    with pytest.raises(ConnectionError):
        bring("northwind", progress=lambda what, *_: away() if what == "orders" else None)
    assert rows(STATES) == {"shipped": 500}
    result = bring("northwind")
    adds_up(result)
    assert (result.orders, rows(STATES)) == (60, {"shipped": 560})
    assert one(MONEY)[:3] == (560, Decimal("825476.3735"), Decimal("44726.5300"))
    assert one("SELECT count(*), sum(total) FROM billing_invoice") == (560, Decimal("870202.9035"))
