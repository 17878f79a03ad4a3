"""Receiving: into a bin, freely or against inbound supply, with lots and serials."""

from datetime import date

import pytest

from hanse.inventory.expect import Expect, expect
from hanse.inventory.models import Balance, Inbound, Lot, Movement, Serial
from hanse.inventory.named import Named
from hanse.inventory.receive import Known, OpenInbound, Receive, decide, receive
from hanse.kernel.refused import Refused

PLAIN = Named(1, "none", None, 9, "Europe/Berlin", "DOCK", "", None, None)
LOTTED = Named(2, "lot", 30, 9, "Europe/Berlin", "DOCK", "", None, None)
SERIAL = Named(3, "serial", None, 9, "Europe/Berlin", "DOCK", "", None, None)
NOWHERE = Named(0, "none", None, 0, "UTC", "", "", None, None)
NO_BIN = Named(1, "none", None, 9, "Europe/Berlin", "", "", None, None)


@pytest.mark.parametrize("ask, it, told", [
    (Receive("HAM", "A", 5), PLAIN, "5 A received at HAM into DOCK"),
    (Receive("HAM", "A", 5, inbound="PO-1"), PLAIN, "5 A received at HAM into DOCK for PO-1"),
    (Receive("HAM", "A", 11, inbound="PO-1"), PLAIN, "Inbound PO-1 is received in full; 10 of 11 are still open."),
    (Receive("HAM", "A", 1, inbound="PO-2"), PLAIN, "There is no inbound PO-2 of A at HAM."),
    (Receive("HAM", "X", 5), NOWHERE, "There is no item X. There is no site HAM."),
    (Receive("HAM", "A", 5, bin="Z-9"), NO_BIN, "Site HAM has no bin Z-9."),
    (Receive("HAM", "A", 5, lot="L1"), PLAIN, "A carries no lots."),
    (Receive("HAM", "L", 5), LOTTED, "L is tracked by lot: say which."),
    (Receive("HAM", "L", 5, lot="L1"), LOTTED, "5 L lot L1 received at HAM into DOCK"),
    (Receive("HAM", "S", 2, serials=("a",)), SERIAL, "S is tracked by serial: name 2, 1 given."),
    (Receive("HAM", "S", 2, serials=("a", "a")), SERIAL, "S is tracked by serial: name 2, 1 given."),
    (Receive("HAM", "S", 2, serials=("a", "b")), SERIAL, "2 S received at HAM into DOCK"),
])
def test_a_receipt_is_booked_or_says_what_is_wrong(ask, it, told):
    known = Known([it], {("PO-1", 1, 9): OpenInbound(1, "PO-1", 1, 9, 10)}, {})
    assert [a.said() for a in decide([ask], known)] == [told]


def test_later_receipts_see_earlier_ones():
    known = Known([PLAIN, PLAIN, SERIAL, SERIAL], {("PO-1", 1, 9): OpenInbound(1, "PO-1", 1, 9, 10)}, {})
    asks = [Receive("HAM", "A", 6, inbound="PO-1"), Receive("HAM", "A", 6, inbound="PO-1"),
            Receive("HAM", "S", 1, serials=("a",)), Receive("HAM", "S", 1, serials=("a",))]
    assert [getattr(a, "code", "told") for a in decide(asks, known)] == ["told", "inbound-closed", "told", "serial-used"]


def test_a_lot_expires_when_its_first_receipt_said():
    asks = [Receive("HAM", "L", 5, lot="L1", made_on=date(2026, 11, 1)), Receive("HAM", "L", 5, lot="L1", expires_on=date(2027, 1, 1))]
    first, second = decide(asks, Known([LOTTED, LOTTED], {}, {}))
    assert first.expires_on == date(2026, 12, 1)
    assert second.said() == "Lot L1 of L expires on 2026-12-01, not on 2027-01-01."


def test_what_is_received_can_be_sold_and_is_journalled(given):
    item, site = given.item(), given.site()
    answers = receive([Receive(site.code, item.sku, 7)], by="ann")
    assert given.free(item, site) == (7, 0) and given.stock() == {"bin": 7}
    assert given.told("StockReceived") == answers
    assert answers[0].bin == "A-01", "a site without a dock takes what arrives in its first bin"


def test_inbound_supply_is_received_up_to_what_was_expected(given):
    item, site = given.item(), given.site()
    expect([Expect("PO-1", site.code, item.sku, 10, date(2026, 11, 20))], by="ann")
    answers = receive([Receive(site.code, item.sku, n, inbound="PO-1") for n in (4, 6, 1)], by="ann")
    assert [isinstance(a, Refused) for a in answers] == [False, False, True]
    inbound = Inbound.objects.get(ref="PO-1")
    assert (inbound.quantity, inbound.received) == (10, 10)
    assert set(Movement.objects.values_list("document", flat=True)) == {"PO-1"}


def test_lots_and_serials_lie_where_they_were_put(given):
    site = given.site()
    milk, phone = given.item("MILK", tracking="lot", shelf_life_days=10), given.item("PHONE", tracking="serial")
    receive([
        Receive(site.code, "MILK", 5, lot="L1", made_on=date(2026, 11, 10)), Receive(site.code, "MILK", 5, lot="L2"),
        Receive(site.code, "PHONE", 2, serials=("S1", "S2")),
    ], by="ann")
    assert dict(Balance.objects.filter(item=milk).values_list("lot", "on_hand")) == {"L1": 5, "L2": 5}
    assert Lot.objects.get(code="L1").expires_on == date(2026, 11, 20)
    assert {s.account.kind for s in Serial.objects.filter(item=phone)} == {"bin"}
    [no] = receive([Receive(site.code, "PHONE", 1, serials=("S1",))], by="ann")
    assert no.said() == "Serial S1 of PHONE is here already."


def test_the_same_key_receives_once(given):
    item, site = given.item(), given.site()
    first = receive([Receive(site.code, item.sku, 7)], by="ann", key="k")
    assert receive([Receive(site.code, item.sku, 7)], by="ann", key="k") == first
    assert given.free(item, site) == (7, 0)


@pytest.mark.parametrize("count", [1, 100, 1000])
def test_statements_do_not_grow_with_the_batch(given, django_assert_max_num_queries, count):
    item, site = given.item(), given.site()
    with django_assert_max_num_queries(12):
        receive([Receive(site.code, item.sku, 2) for _ in range(count)], by="ann")
    assert given.free(item, site) == (2 * count, 0)


def test_more_than_anybody_has_is_still_counted(given):
    """The largest quantity in every ask of a batch fills no counter."""
    item, site = given.item(), given.site()
    receive([Receive(site.code, item.sku, 10**9) for _ in range(1100)], by="ann")
    assert given.free(item, site) == (1100 * 10**9, 0)
