"""Assign: units from the sites that somebody names, all of an ask or nothing."""

from datetime import UTC, datetime

import pytest

from hanse.kernel.refused import Refused
from hanse.orders.assign import Assign, AssignLine, OpenLine, assign, decide
from hanse.orders.models import Order
from hanse.orders.place import Place, PlaceLine, place

LINES = {"H-7": {1: OpenLine(70, 7, 1, 5, "BRG-6204", 4, []), 2: OpenLine(71, 7, 2, 5, "BRG-6204", 2, [])},
         "H-8": {1: OpenLine(80, 8, 1, 5, "BRG-6204", 4, ["fraud"])}}


@pytest.mark.parametrize("parts, told", [
    ([(1, "HAM", 4)], ""),
    ([(1, "HAM", 3), (1, "LEI", 1)], ""),
    ([(1, "HAM", 5)], "values-refused"),
    ([(3, "HAM", 1)], "line-unknown"),
    ([(1, "OSLO", 1)], "site-unknown"),
    ([(1, "HAM", 4), (2, "HAM", 2)], "stock-short"),
    ([(1, "LEI", 2)], "stock-short"),
])
def test_units_must_be_open_and_free_where_they_are_named(parts, told):
    ask = Assign("H-7", tuple(AssignLine(*p) for p in parts))
    [answer] = decide([ask], LINES, {"HAM": 1, "LEI": 2}, {(5, 1): 5, (5, 2): 1})
    assert (answer.code if isinstance(answer, Refused) else "") == told


def test_later_asks_see_what_earlier_ones_took_and_a_hold_stops_its_order():
    asks = [Assign("H-7", (AssignLine(1, "HAM", 3),)), Assign("H-7", (AssignLine(1, "HAM", 2),)), Assign("H-8", (AssignLine(1, "HAM", 1),)), Assign("H-9", (AssignLine(1, "HAM", 1),))]
    answers = decide(asks, LINES, {"HAM": 1}, {(5, 1): 50})
    assert [a.code if isinstance(a, Refused) else "" for a in answers] == ["", "values-refused", "on-hold", "order-unknown"]


def test_units_are_reserved_at_the_named_site_and_the_promise_stays(given):
    item, near, far = given.item(), given.site("HAM"), given.site("LEI", lanes={})
    given.customer()
    given.stocked(item, near, 10)
    given.stocked(item, far, 10)
    long_ago = datetime(2017, 3, 1, 12, tzinfo=UTC)
    [placed] = place([Place("REUTER", (PlaceLine("BRG-6204", 5),), reserve="later", at=long_ago, promised_on=long_ago.date())], by="ann")
    [told] = assign([Assign(placed.order, (AssignLine(1, "LEI", 5),), long_ago)], by="ann")
    assert [(u.site, u.quantity) for u in told.units] == [("LEI", 5)] and told.at == long_ago
    assert (given.free(item, near), given.free(item, far)) == ((10, 0), (10, 5))
    order = Order.objects.get()
    assert (order.status, order.promised_on, order.first_promised_on) == ("allocated", long_ago.date(), long_ago.date())
    [no] = assign([Assign(placed.order, (AssignLine(1, "HAM", 1),))], by="ann")
    assert no.code == "nothing-open"
