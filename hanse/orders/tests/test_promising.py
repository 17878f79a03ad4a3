"""Promises: made once, moved only when they cannot be kept, never rewritten after the fact."""

from datetime import date
from decimal import Decimal

import pytest

from hanse.orders.allocate import Allocate, allocate
from hanse.orders.models import Line
from hanse.orders.place import Place, PlaceLine, place
from hanse.orders.promising import kilometres, settled

TODAY = date(2026, 11, 16)


@pytest.mark.parametrize("promised, arrives, said", [
    (None, date(2026, 11, 18), date(2026, 11, 18)),
    (date(2026, 11, 20), date(2026, 11, 18), date(2026, 11, 20)),
    (date(2026, 11, 17), date(2026, 11, 18), date(2026, 11, 18)),
    (date(2018, 3, 1), date(2026, 11, 18), date(2018, 3, 1)),
    (date(2026, 11, 20), None, date(2026, 11, 20)),
])
def test_a_promise_moves_only_when_it_cannot_be_kept_any_more(promised, arrives, said):
    assert settled(promised, arrives, TODAY) == said


def test_distance_is_in_whole_kilometres_and_nothing_where_a_place_is_unknown():
    hamburg, rostock = (Decimal("53.5511"), Decimal("9.9937")), (Decimal("54.0924"), Decimal("12.0991"))
    assert 149 <= kilometres(*hamburg, *rostock) <= 152
    assert kilometres(None, None, *rostock) == 0


def test_what_waits_is_promised_when_it_gets_a_site_and_the_move_is_kept(given):
    item, site = given.item(), given.site(lanes={"DE": 3})
    given.customer()
    given.stocked(item, site, 2)
    [order] = place([Place("REUTER", (PlaceLine("BRG-6204", 5),), promised_on=date(2026, 11, 17))], by="ann")
    line = Line.objects.get()
    assert (line.first_promised_on, line.promised_on) == (date(2026, 11, 17), date(2026, 11, 19))
    assert [m.promised_on for m in given.told("PromiseMoved")] == [date(2026, 11, 19)]
    given.stocked(item, site, 5)
    allocate([Allocate(order.order)], by="ann")
    assert Line.objects.get().reserved == 5 and len(given.told("PromiseMoved")) == 1
