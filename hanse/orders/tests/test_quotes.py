"""Quotes: priced, promised, dated; they reserve nothing and become one order, at the quoted price, until their day."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import close_old_connections

from hanse.catalogue.models import Item
from hanse.kernel import clock
from hanse.network.models import Site
from hanse.orders.accept_quotes import AcceptQuote, QuoteFact, accept_quotes, changes, decide
from hanse.orders.make_quotes import MakeQuote, make_quotes
from hanse.orders.models import Line, Order, Quote
from hanse.orders.place import Place, PlaceLine
from hanse.orders.quotes import kept
from hanse.orders.selling import Sold
from tests.given import MONDAY

FRIDAY = date(2026, 11, 20)
ORDER = Place("REUTER", (PlaceLine("BRG-6204", 3),), discount=Decimal("1.00"), freight=Decimal("4.50"))
OPEN = QuoteFact(1, kept(ORDER), FRIDAY, FRIDAY, "Europe/Berlin", None)


@pytest.mark.parametrize("quote, now, codes", [
    (OPEN, datetime(2026, 11, 20, 22, 59, tzinfo=UTC), ["placed", "quote-accepted", "quote-unknown"]),
    (OPEN, datetime(2026, 11, 20, 23, 0, tzinfo=UTC), ["quote-expired", "quote-expired", "quote-unknown"]),
    (QuoteFact(1, kept(ORDER), FRIDAY, FRIDAY, "UTC", 7), MONDAY, ["quote-accepted", "quote-accepted", "quote-unknown"]),
])
def test_a_quote_is_accepted_once_and_until_its_day_has_passed_where_the_goods_go(quote, now, codes):
    answers = decide([AcceptQuote("Q-1", "PO 1"), AcceptQuote("Q-1"), AcceptQuote("Q-2")], {"Q-1": quote}, now)
    assert ["placed" if isinstance(a, Place) else a.code for a in answers] == codes


def sold_at(**prices: Decimal | None) -> dict[str, Sold]:
    return {sku: Sold(1, sku, price, "EUR", "S", Decimal(0), False) for sku, price in prices.items()}


def test_what_has_changed_is_said():
    priced = Place("REUTER", (PlaceLine("A", 1, unit_price=Decimal(10)), PlaceLine("B", 1, unit_price=Decimal(5))))
    assert changes(priced, FRIDAY, None, sold_at(A=Decimal(12), B=Decimal(5)), {}) == ("A is 12.00 now, quoted at 10.00", "promised for no date, quoted for 2026-11-20")
    assert changes(priced, FRIDAY, FRIDAY, sold_at(A=Decimal(10), B=None), {}) == ()


def company(given):
    given.stocked(given.item(tax_rate=Decimal(19)), given.site(), 10)
    given.customer()


def quoted(until=FRIDAY, order=ORDER):
    [made] = make_quotes([MakeQuote(order, until)], by="ann")
    return made


def test_a_quote_is_priced_promised_and_dated_and_reserves_nothing(given):
    company(given)
    made = quoted()
    assert (made.net, made.freight, made.tax, made.total) == (Decimal(29), Decimal("4.50"), Decimal("6.37"), Decimal("39.87"))
    assert made.promised_on == date(2026, 11, 17)
    assert given.free(Item.objects.get(), Site.objects.get()) == (10, 0) and not Order.objects.exists()
    assert given.told("OrderPlaced", "UnitsAllocated") == [] and given.told("QuoteMade") == [made]


def test_a_quote_refuses_what_cannot_be_placed_and_a_day_that_has_passed(given):
    company(given)
    past, unknown = make_quotes([MakeQuote(ORDER, FRIDAY - timedelta(days=30)), MakeQuote(Place("REUTER", (PlaceLine("NIX", 1),)), FRIDAY)], by="ann")
    assert (past.code, unknown.code) == ("values-refused", "not-sellable") and not Quote.objects.exists()


def test_it_is_accepted_at_the_quoted_price_whatever_the_catalogue_says_by_then(given):
    company(given)
    made = quoted()
    Item.objects.update(price=Decimal(99), tax_rate=Decimal(7))
    given.order(("BRG-6204", 9))
    [yes] = accept_quotes([AcceptQuote(made.quote, "PO 77")], by="ann", key="k")
    assert accept_quotes([AcceptQuote(made.quote, "PO 77")], by="ann", key="k") == [yes]
    order = Order.objects.get(ref="PO 77")
    assert (str(order), order.net, order.freight, order.tax, order.total) == (yes.order, made.net, made.freight, made.tax, made.total)
    assert yes.changes[0] == "BRG-6204 is 99.00 now, quoted at 10.00" and order.reserved == 1
    assert Line.objects.get(order=order).unit_price == Decimal(10)
    [no] = accept_quotes([AcceptQuote(made.quote)], by="ann")
    assert (no.code, no.facts["order"]) == ("quote-accepted", yes.order)
    assert [f.order for f in given.told("OrderPlaced")][-1] == yes.order


def test_an_expired_quote_and_a_used_reference_are_refused_and_leave_it_open(given):
    company(given)
    made = quoted()
    given.order(("BRG-6204", 1), ref="PO 1")
    [used] = accept_quotes([AcceptQuote(made.quote, "PO 1")], by="ann")
    with clock.standing_at(MONDAY + timedelta(days=9)):
        [late] = accept_quotes([AcceptQuote(made.quote)], by="ann")
    assert (used.code, late.code) == ("ref-used", "quote-expired") and Quote.objects.get().order is None


def test_accepted_twice_at_once_it_becomes_one_order(lasting):
    company(lasting)
    for _ in range(10):
        made = quoted()

        def one(nr, made=made):
            with clock.standing_at(MONDAY):
                [answer] = accept_quotes([AcceptQuote(made.quote)], by="ann")
            close_old_connections()
            return getattr(answer, "code", "accepted")

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(one, range(2))) == ["accepted", "quote-accepted"]
    assert Order.objects.count() == 10


def test_the_api_quotes_and_accepts(given, caller):
    company(given)
    desk = caller("order desk")
    made = desk.post("/quotes", {"order": {"customer": "REUTER", "lines": [{"sku": "BRG-6204", "quantity": 2}]}, "valid_until": "2026-11-30"})
    assert made.status_code == 201
    number = made.json()["quote"]
    assert desk.get(f"/quotes/{number}").json()["total"] == "23.8000"
    assert desk.get("/quotes/Q-0").status_code == 404 and desk.post("/quotes/Q-0/accept", {}).status_code == 404
    assert caller("warehouse").post(f"/quotes/{number}/accept", {}).status_code == 403
    assert desk.post(f"/quotes/{number}/accept", {"ref": "PO 3"}).json()["told"] == "QuoteAccepted"
    assert [row["order"] for row in desk.get("/quotes").json()["items"]] == [str(Order.objects.get())]
