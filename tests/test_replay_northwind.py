"""Five hundred real orders, live: through the API from the first receipt to the last payment, and everything reconciles."""

import csv
import tomllib
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from hanse.edge import verify
from hanse.orders.models import Order

ORDERS = 500
CENT = Decimal("0.01")
SITES = {"SEA": ("US", "America/Los_Angeles", {"US", "CA", "MX", "BR", "VE", "AR"}), "LON": ("GB", "Europe/London", set())}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


@pytest.fixture
def northwind(data) -> dict[str, Any]:
    """The first five hundred orders with their lines, as the set has them."""
    folder = data / "northwind"
    lines: dict[str, list[dict[str, str]]] = defaultdict(list)
    for line in read(folder / "order_details.csv"):
        lines[line["OrderID"]].append(line)
    countries = tomllib.loads((Path(__file__).parent / "maps" / "northwind.toml").read_text())["tables"]["countries"]
    return {"orders": read(folder / "orders.csv")[:ORDERS], "lines": lines, "countries": countries,
            "customers": read(folder / "customers.csv"), "products": read(folder / "products.csv")}


class Company:
    """The company of the replay, seen through the API alone."""

    def __init__(self, caller: Any):
        self.desk = caller("all")

    def ask(self, path: str, asks: list[dict[str, Any]], at_once: int = 200) -> list[dict[str, Any]]:
        """Send asks in batches; none may be refused."""
        told: list[dict[str, Any]] = []
        for first in range(0, len(asks), at_once):
            answer = self.desk.post(path, asks[first:first + at_once])
            assert answer.status_code == 200, answer.content[:500]
            told += answer.json()
        assert [a for a in told if "refused" in a] == []
        return told


def masters(company: Company, set_: dict[str, Any]) -> None:
    countries = set_["countries"]
    near, far = [{"country": c, "days": 3} for c in sorted(set(countries.values()))], SITES["SEA"][2]
    company.ask("/sites/batch", [
        {"code": code, "country": country, "zone": zone, "bins": [{"code": "A-01"}],
         "lanes": [{**lane, "days": 2 if (lane["country"] in far) == (code == "SEA") else 6} for lane in near]}
        for code, (country, zone, _) in SITES.items()])
    company.ask("/items/batch", [{"sku": p["ProductID"], "name": p["ProductName"], "price": p["UnitPrice"], "currency": "USD"} for p in set_["products"]])
    company.ask("/parties/batch", [{
        "code": c["CustomerID"], "name": c["CompanyName"], "roles": ["customer"], "currency": "USD",
        "addresses": [{"country": countries[c["Country"]], "street": c["Address"], "city": c["City"], "postcode": c["PostalCode"], "as_written": True}],
    } for c in set_["customers"]])
    company.ask("/carriers/batch", [{"code": "SPEEDY", "name": "Speedy Express"}])


def placing(set_: dict[str, Any]) -> list[dict[str, Any]]:
    """The orders as a desk would type them: prices and discounts, freight, where to."""
    return [{
        "customer": o["CustomerID"], "ref": o["OrderID"], "freight": o["Freight"], "requested_on": "2026-12-31", "currency": "USD",
        "ship_to": {"country": set_["countries"][o["ShipCountry"]], "name": o["ShipName"], "street": o["ShipAddress"], "city": o["ShipCity"],
                    "postcode": o["ShipPostalCode"], "as_written": True},
        "lines": [{"sku": x["ProductID"], "quantity": int(x["Quantity"]), "unit_price": x["UnitPrice"], "discount_rate": x["Discount"]} for x in set_["lines"][o["OrderID"]]],
    } for o in set_["orders"]]


def expected_net(orders: list[dict[str, Any]]) -> Decimal:
    return sum((
        (Decimal(x["unit_price"]) * x["quantity"] * (1 - Decimal(x["discount_rate"]))).quantize(CENT, ROUND_HALF_UP) for o in orders for x in o["lines"]), Decimal(0))


def units(orders: list[dict[str, Any]]) -> Counter[str]:
    """How much of each item the orders want."""
    wanted: Counter[str] = Counter()
    for line in (line for o in orders for line in o["lines"]):
        wanted[line["sku"]] += line["quantity"]
    return wanted


def receipts(wanted: Counter[str], shares: dict[str, Decimal]) -> list[dict[str, Any]]:
    """So much of each item at each site."""
    return [{"site": site, "sku": sku, "quantity": n, "bin": "A-01", "document": "container"}
            for site, part in shares.items() for sku, all_of_it in wanted.items() if (n := int(all_of_it * part))]


def test_five_hundred_northwind_orders_from_placing_to_payment(lasting, northwind, caller):
    company = Company(caller)
    masters(company, northwind)
    wishes = placing(northwind)
    wanted = units(wishes)
    first = receipts(wanted, {"SEA": Decimal("0.4"), "LON": Decimal("0.3")})
    company.ask("/stock/receipts/batch", first)

    # the first twenty one by one, the rest in batches; what is not there waits
    lone = [company.desk.post("/orders", wish) for wish in wishes[:20]]
    assert {a.status_code for a in lone} == {201}
    numbers = [a.json()["order"] for a in lone] + [a["order"] for a in company.ask("/orders/batch", wishes[20:], 100)]
    waiting = [o.id for o in Order.objects.all() if o.reserved < o.ordered]
    assert len(numbers) == ORDERS and waiting

    # the rest arrives and goes to those who wait
    there = units([{"lines": first}])
    company.ask("/stock/receipts/batch", receipts(wanted - there, {"LON": Decimal(1)}))
    company.ask("/allocations/batch", [{"order": f"H-{id}"} for id in waiting])
    assert set(Order.objects.values_list("status", flat=True)) == {"allocated"}

    # the floor, the road, the money
    released = company.ask("/releases/batch", [{"order": n} for n in numbers])
    tasks = [(r["order"], t) for r in released for t in r["tasks"]]
    company.ask("/picks/batch", [{"task": t["task"], "taken": t["quantity"], "scanned_item": t["sku"]} for _, t in tasks])
    sites = list(dict.fromkeys((order, t["site"]) for order, t in tasks))
    assert len(sites) > ORDERS
    cartons = company.ask("/packs/batch", [{"order": order, "site": site} for order, site in sites])
    parcels = company.ask("/handovers/batch", [{"carton": c["carton"], "carrier": "SPEEDY"} for c in cartons])
    assert set(Order.objects.values_list("status", flat=True)) == {"shipped"}
    company.ask("/deliveries/batch", [{"parcel": p["parcel"], "receiver": "goods in", "received": p["units"]} for p in parcels])
    invoices = company.ask("/invoices/batch", [{"order": n} for n in numbers])
    company.ask("/payments/batch", [
        {"ref": f"transfer {i['invoice']}", "customer": i["customer"], "amount": i["total"], "currency": "USD", "invoices": [i["invoice"]]} for i in invoices])

    # stock reconciles
    everything = sum(wanted.values())
    assert lasting.stock() == {"customer": everything} and sum(len(northwind["lines"][o["OrderID"]]) for o in northwind["orders"]) == sum(len(w["lines"]) for w in wishes)
    assert set(Order.objects.values_list("status", "delivered", "open")) == {("delivered", n, False) for n in Order.objects.values_list("ordered", flat=True)}

    # money reconciles
    net, freight = expected_net(wishes), sum(Decimal(w["freight"]) for w in wishes)
    assert one("SELECT sum(net), sum(freight), sum(tax), sum(total) FROM orders_order") == (net, freight, 0, net + freight)
    assert one("SELECT count(*), sum(net), sum(freight), sum(total) FROM billing_invoice") == (ORDERS, net, freight, net + freight)
    assert one("SELECT sum(amount - settled) FROM billing_openitem") == (0,)
    assert one("SELECT count(*), sum(abs(quantity_variance) + abs(price_variance)) FROM billing_match") == (sum(len(w["lines"]) for w in wishes), 0)
    numbers_given = sorted(i["invoice"] for i in invoices)
    assert [int(n.rsplit("-", 1)[1]) for n in numbers_given] == list(range(1, ORDERS + 1))

    # the journal tells all of it, and nothing that must hold is broken
    told = dict(rows("SELECT kind, count(*) FROM journal_event GROUP BY kind"))
    assert {kind: told[kind] for kind in ("OrderPlaced", "OrderReleased", "InvoiceIssued", "PaymentReceived", "UnitsPicked", "CartonPacked", "ParcelHandedOver", "ProofRecorded")} == {
        "OrderPlaced": ORDERS, "OrderReleased": ORDERS, "InvoiceIssued": ORDERS, "PaymentReceived": ORDERS,
        "UnitsPicked": len(tasks), "CartonPacked": len(sites), "ParcelHandedOver": len(sites), "ProofRecorded": len(sites)}
    assert [(r.name, r.findings) for r in verify.run() if r.wrong] == []


def rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def one(sql: str) -> tuple[Any, ...]:
    [row] = rows(sql)
    return row
