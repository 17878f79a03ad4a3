"""Screening: orders over the credit limit or like a fraud are taken and held, by rules that say why; who may release them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import close_old_connections

from hanse.billing.invoice import Invoice, invoice
from hanse.billing.receive_payment import ReceivePayment, receive_payment
from hanse.journal.principals import ROLES, Principal
from hanse.kernel import clock
from hanse.orders.cancel import Cancel, cancel
from hanse.orders.hold import HeldOrder, Hold, hold
from hanse.orders.holds import BLOCKS, releasers
from hanse.orders.models import Order
from hanse.orders.place import Place, PlaceLine, place
from hanse.orders.release_hold import ReleaseHold, release_hold
from hanse.orders.release_hold import decide as release_decide
from hanse.orders.screening import HIGH, MANY, NEW_DAYS, Screened, decide
from hanse.partners.addresses import AddressGiven
from tests.given import MONDAY, statements

KNOWN = {"total": Decimal(100), "currency": "EUR", "limit": None, "limit_currency": "EUR", "owed": Decimal(0), "screened": False, "days_known": 400, "within_the_hour": 0, "differs": False}
NEW = {"screened": True, "days_known": 0, "total": HIGH, "differs": True}


@pytest.mark.parametrize("facts, held", [
    ({}, {}),
    ({"limit": Decimal(100)}, {}),
    ({"limit": Decimal(100), "owed": Decimal("0.01")}, {"credit": "0.01 EUR over the limit of 100.00: 0.01 owed and on order, 100.00 with this order"}),
    ({"limit": Decimal(0)}, {"credit": "100.00 EUR over the limit of 0.00: 0.00 owed and on order, 100.00 with this order"}),
    ({"limit": Decimal(100), "owed": Decimal(-50), "total": Decimal(150)}, {}),
    ({"limit": Decimal(100), "currency": "USD"}, {"credit": "The limit is in EUR, the order in USD: it cannot be compared"}),
    (NEW, {"fraud": "New customer (0 days), 1,000.00 EUR is 1,000 or more, and it goes elsewhere than the invoice"}),
    (NEW | {"screened": False}, {}),
    (NEW | {"total": HIGH - 1}, {}),
    (NEW | {"differs": False}, {}),
    (NEW | {"days_known": NEW_DAYS}, {}),
    ({"screened": True, "within_the_hour": MANY - 1}, {}),
    ({"screened": True, "within_the_hour": MANY}, {"fraud": "6 orders within an hour, 5 are usual at most"}),
    ({"within_the_hour": 900}, {}),
])
def test_the_rules_say_which_hold_and_why(facts, held):
    assert decide(Screened(**(KNOWN | facts))) == held


# -- on the database ------------------------------------------------------------------------------------------------------------


def company(given, stock=500, **terms):
    given.stocked(given.item(), given.site(), stock)
    return given.customer(**terms)


def holds(number):
    return Order.objects.get(pk=int(number[2:])).holds


def test_an_order_over_the_limit_is_taken_reserved_and_held_with_the_sum(given):
    company(given, credit_limit=Decimal(100))
    fits, over = given.order(("BRG-6204", 10)), given.order(("BRG-6204", 2))
    assert (holds(fits), holds(over)) == ([], ["credit"])
    assert [h.reason for h in given.told("OrderHeld")] == ["20.00 EUR over the limit of 100.00: 100.00 owed and on order, 20.00 with this order"]
    it = Order.objects.get(pk=int(over[2:]))
    assert it.reserved == 2 and it.all_holds.get().held_by == "hanse"


def test_a_batch_is_held_from_the_order_that_goes_over(given):
    company(given, credit_limit=Decimal(100))
    placed = place([Place("REUTER", (PlaceLine("BRG-6204", 4),))] * 4, by="ann")
    assert [holds(p.order) for p in placed] == [[], [], ["credit"], ["credit"]]


def test_what_is_invoiced_counts_until_it_is_paid_and_what_is_cancelled_does_not(given):
    company(given, credit_limit=Decimal(100), invoice_rule="order")
    first = given.order(("BRG-6204", 10))
    [bill] = invoice([Invoice(first)], by="ann")
    assert holds(given.order(("BRG-6204", 1), ref="a")) == ["credit"]
    cancel([Cancel(str(n)) for n in Order.objects.filter(ref="a")], by="ann")
    receive_payment([ReceivePayment("p1", "REUTER", bill.total, "EUR", invoices=(bill.invoice,))], by="ann")
    assert holds(given.order(("BRG-6204", 10))) == []


def test_a_screened_order_that_looks_like_a_fraud_reserves_nothing_until_it_is_released(given):
    company(given, screened=True)
    elsewhere = AddressGiven("DE", name="X", street="Packstation 7", postcode="10115", city="Berlin")
    number = given.order(("BRG-6204", 100), ship_to=elsewhere, bill_to="main")
    assert (holds(number), Order.objects.get().reserved) == (["fraud"], 0)
    assert holds(given.order(("BRG-6204", 100), bill_to="main")) == []


def test_many_orders_within_an_hour_are_held_and_the_next_hour_is_free_again(given):
    company(given, screened=True)
    placed = place([Place("REUTER", (PlaceLine("BRG-6204", 1),))] * 7, by="ann")
    assert [bool(holds(p.order)) for p in placed] == [False] * 5 + [True] * 2
    with clock.standing_at(MONDAY + timedelta(hours=2)):
        assert holds(given.order(("BRG-6204", 1))) == []


def test_the_past_is_not_held_and_who_has_no_such_terms_costs_no_statement_more(given):
    company(given)
    given.customer("LIMIT", credit_limit=Decimal(10))
    assert holds(given.order(("BRG-6204", 9), customer="LIMIT", at=MONDAY - timedelta(days=30))) == []
    given.order(("BRG-6204", 1))
    with statements() as plain:
        given.order(("BRG-6204", 1))
    with statements() as limited:
        given.order(("BRG-6204", 1), customer="LIMIT")
    assert not any("FOR NO KEY UPDATE" in sql and "partners_party" in sql for sql in plain)
    assert len(limited) > len(plain)


def test_two_orders_at_once_do_not_both_fit_under_one_limit(lasting):
    company(lasting, credit_limit=Decimal(100))

    def one(nr):
        with clock.standing_at(MONDAY):
            [placed] = place([Place("REUTER", (PlaceLine("BRG-6204", 6),), ref=str(nr))], by="ann")
        close_old_connections()
        return placed.order

    for nr in range(10):
        with ThreadPoolExecutor(2) as pool:
            both = list(pool.map(one, (2 * nr, 2 * nr + 1)))
        assert sorted(holds(n) for n in both) == [[], ["credit"]]
        cancel([Cancel(n) for n in both], by="ann")


# -- who may release ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("type, roles", [
    ("credit", ["finance", "admin"]), ("payment", ["finance", "admin"]), ("fraud", ["finance", "admin"]), ("invoice", ["finance", "admin"]),
    ("price", ["order desk", "finance", "admin"]), ("address", ["order desk", "admin"]), ("customer", ["order desk", "admin"]),
    ("fulfilment", ["order desk", "warehouse", "admin"]), ("quality", ["warehouse", "admin"]), ("history", ["admin"]),
])
def test_each_type_of_hold_says_who_may_release_it(type, roles):
    assert releasers(type) == roles
    order = {"H-1": HeldOrder(1, True, "placed", [type])}
    for role, grants in ROLES.items():
        [answer] = release_decide([ReleaseHold("H-1", type)], [Principal(role, grants)], order)
        assert hasattr(answer, "type") == (role in roles)


def test_every_type_can_be_released_by_somebody():
    assert all(releasers(type) for type in BLOCKS)


def test_a_refusal_says_who_may_and_changes_nothing(given):
    company(given)
    given.user("ina", "order desk"), given.user("fiona", "finance")
    number = given.order(("BRG-6204", 1))
    hold([Hold(number, "credit"), Hold(number, "address")], by="ann")
    no, yes = release_hold([ReleaseHold(number, "credit"), ReleaseHold(number, "address")], by="ina")
    assert (no.code, no.detail, yes.type) == ("hold-of-others", "A credit hold is released by finance or admin. Ask them; nothing was changed.", "address")
    assert holds(number) == ["credit"]
    release_hold([ReleaseHold(number, "credit")], by="fiona", key="k")
    [again] = release_hold([ReleaseHold(number, "credit")], by="fiona", key="k")
    assert again.type == "credit" and holds(number) == []
