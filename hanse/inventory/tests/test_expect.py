"""Inbound supply: expected, moved, called off; its first date is kept."""

from datetime import date

import pytest

from hanse.inventory import models
from hanse.inventory.expect import Expect, Inbound, Known, decide, expect
from hanse.inventory.receive import Receive, receive

FRIDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)
KNOWN = Known({"A": 1}, {"HAM": 9}, {("PO-1", 1, 9): Inbound(10, 4, FRIDAY, "", FRIDAY)})


@pytest.mark.parametrize("ask, told", [
    (Expect("PO-2", "HAM", "A", 5, MONDAY), "5 A expected at HAM on 2026-11-23 with PO-2"),
    (Expect("PO-2", "HAM", "A", 5), "New inbound supply needs its due on."),
    (Expect("PO-2", "HAM", "A", 0, MONDAY), "New inbound supply needs its quantity."),
    (Expect("PO-2", "XXX", "B", 5, MONDAY), "There is no item B. There is no site XXX."),
    (Expect("PO-1", "HAM", "A"), "PO-1 of A at HAM is so already"),
    (Expect("PO-1", "HAM", "A", due_on=MONDAY), "PO-1 of A at HAM: due on 2026-11-23 instead of 2026-11-20"),
    (Expect("PO-1", "HAM", "A", 4), "PO-1 of A at HAM: 4 instead of 10"),
    (Expect("PO-1", "HAM", "A", 3), "quantity must be between 4 and 1000000000; it is 3."),
])
def test_supply_is_expected_moved_or_refused(ask, told):
    assert [a.said() for a in decide([ask], KNOWN)[0]] == [told]


def test_the_first_date_is_kept_and_the_last_word_stands(given):
    item, site = given.item(), given.site()
    answers = expect([Expect("PO-1", site.code, item.sku, 5, FRIDAY), Expect("PO-1", site.code, item.sku, 8, MONDAY)], by="ann")
    inbound = models.Inbound.objects.get()
    assert (inbound.quantity, inbound.first_due_on, inbound.due_on) == (8, FRIDAY, MONDAY)
    assert given.told("InboundExpected", "InboundMoved")[:2] == answers


def test_supply_can_be_called_off_before_anything_came(given):
    item, site = given.item(), given.site()
    expect([Expect("PO-1", site.code, item.sku, 5, FRIDAY)], by="ann")
    expect([Expect("PO-1", site.code, item.sku, 0)], by="ann")
    [no] = receive([Receive(site.code, item.sku, 1, inbound="PO-1")], by="ann")
    assert no.code == "inbound-closed"
