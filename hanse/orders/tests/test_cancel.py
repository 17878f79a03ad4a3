"""Cancel: what is open goes first, then what is reserved; never what is picked; stock comes back once."""

import pytest

from hanse.kernel.refused import Refused
from hanse.orders.allocate import Allocate, allocate
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.cancelling import LineFact, Part, take
from hanse.orders.counters import Advance, advance
from hanse.orders.events import GivenBack, UnitsCancelled
from hanse.orders.free import Free, free
from hanse.orders.models import Allocation, Line, Order
from hanse.orders.place import Place, PlaceLine, place


def placed(given, quantity=5, stock=3, **fields):
    item, site = given.item(), given.site()
    given.customer()
    given.stocked(item, site, stock)
    [order] = place([Place("REUTER", (PlaceLine("BRG-6204", quantity),), **fields)], by="ann")
    return order, item, site


@pytest.mark.parametrize("units, open_units, loose, bound, now, freed, asked", [
    (2, 3, 4, 4, 2, [], []),
    (4, 3, 4, 4, 4, [GivenBack(7, 1)], []),
    (6, 3, 1, 4, 4, [GivenBack(7, 1)], [2]),
])
def test_open_units_go_before_reserved_ones_and_those_before_what_a_site_works_on(units, open_units, loose, bound, now, freed, asked):
    taken = take(LineFact(1, 1, 1, 1, "A", "placed", open_units), units, [Part(7, 1, 1, 1, loose, bound)])
    assert (taken.now, taken.freed, [n for _, n in taken.asked]) == (now, freed, asked)


def test_cancelling_gives_back_what_was_reserved_and_no_more(given):
    order, item, site = placed(given)
    [done] = cancel([Cancel(order.order, (CancelLine(1, 4),), "too many")], by="ann")
    assert isinstance(done, UnitsCancelled) and [g.quantity for g in done.freed] == [2]
    assert given.free(item, site) == (3, 1)
    line = Line.objects.get()
    assert (line.ordered, line.cancelled, line.reserved, line.freed) == (5, 4, 3, 2)


def test_a_cancelled_order_is_closed_and_takes_no_stock_again(given):
    order, item, site = placed(given)
    cancel([Cancel(order.order)], by="ann")
    assert Order.objects.get().status == "cancelled" and given.free(item, site) == (3, 0)
    [no] = allocate([Allocate(order.order)], by="ann")
    assert no.code == "nothing-open"
    [no] = cancel([Cancel(order.order)], by="ann")
    assert no.code == "order-closed"


def test_what_has_left_cannot_be_cancelled_and_it_says_how_many_can(given):
    order, *_ = placed(given, quantity=12, stock=12)
    allocation = Allocation.objects.get()
    with given.run() as run:
        advance(run, [Advance(allocation.pk, released=8), Advance(allocation.pk, picked=8, packed=8), Advance(allocation.pk, shipped=8)])
    [no] = cancel([Cancel(order.order, (CancelLine(1, 12),))], by="ann")
    assert (no.code, no.detail) == ("units-bound", "4 of 12 can be cancelled: the rest has left, or a site is asked to stop it. Cancel 4.")
    [yes] = cancel([Cancel(order.order, (CancelLine(1, 4),))], by="ann")
    assert isinstance(yes, UnitsCancelled)


def test_twice_in_a_batch_takes_each_unit_once(given):
    order, *_ = placed(given, quantity=5, stock=5)
    asks = [Cancel(order.order, (CancelLine(1, 3),)), Cancel(order.order, (CancelLine(1, 3),))]
    yes, no = cancel(asks, by="ann")
    assert isinstance(yes, UnitsCancelled) and isinstance(no, Refused)


def test_freed_units_are_open_again_and_go_to_the_next_in_the_queue(given):
    _order, item, site = placed(given, quantity=3)
    [second] = place([Place("REUTER", (PlaceLine("BRG-6204", 2),))], by="ann")
    [freed] = free([Free(Allocation.objects.get().pk, 2, "wanted elsewhere")], by="ann")
    assert freed.quantity == 2 and given.free(item, site) == (3, 1)
    [got] = allocate([Allocate(second.order)], by="ann")
    assert [u.quantity for u in got.units] == [2] and given.free(item, site) == (3, 3)
