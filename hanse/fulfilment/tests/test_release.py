"""Release: what a site owes becomes pick tasks, unless a hold or the ship rule keeps it back."""

from datetime import date, timedelta

import pytest

from hanse.catalogue.models import Item
from hanse.fulfilment.bins import Open
from hanse.fulfilment.models import Task
from hanse.fulfilment.release import Release, decide, release
from hanse.fulfilment.rules import Due
from hanse.inventory.models import Lot
from hanse.journal.models import Event
from hanse.kernel.refused import Refused
from hanse.orders.models import Order
from hanse.partners.models import Party
from tests.given import MONDAY

from .floor import claimed, counters, released

HAM = Open(11, 7, 1, 1, 1, "BRG-6204", 1, "HAM", 5)
LEJ = Open(12, 7, 2, 2, 2, "BRG-6205", 2, "LEJ", 3, line_missing=2)


@pytest.mark.parametrize("ask, due, said", [
    (Release("H-7"), Due(7, [], "available", 2), [HAM, LEJ]),
    (Release("H-7", "HAM"), Due(7, [], "available", 2), [HAM]),
    (Release("H-7"), Due(7, [], "complete-line", 2), [HAM]),
    (Release("H-7"), Due(7, [], "complete-order", 2), "H-7 ships complete-order; 2 units are still without stock."),
    (Release("H-7", "LEJ"), Due(7, [], "complete-line", 2), "H-7 ships complete-line; 2 units are still without stock."),
    (Release("H-7"), Due(7, ["credit"], "available", 0), "H-7 is on credit hold. Release the hold first."),
    (Release("H-7"), Due(7, ["invoice"], "available", 0), [HAM, LEJ]),
    (Release("H-7", "BRE"), Due(7, [], "available", 0), "H-7 has nothing to release at BRE."),
    (Release("H-7", "XXX"), Due(7, [], "available", 0), "There is no site XXX."),
    (Release("H-8"), Due(7, [], "available", 0), "There is no order H-8."),
])
def test_holds_and_ship_rules_keep_units_back(ask, due, said):
    [answer] = decide([ask], {7: due}, {7: [HAM, LEJ]}, {"HAM", "LEJ", "BRE"})
    assert (answer.detail if isinstance(answer, Refused) else answer) == said


def test_units_are_released_once_in_a_batch():
    first, second = decide([Release("H-7"), Release("H-7", "HAM")], {7: Due(7, [], "available", 0)}, {7: [HAM]}, {"HAM"})
    assert (first, second.code) == ([HAM], "nothing-to-release")


def test_a_release_claims_bins_and_is_not_done_twice(given):
    given.customer(), given.stocked(given.item(), given.site(), 9)
    order = given.order(("BRG-6204", 5))
    [task] = released(order)
    assert (task.bin, task.sku, task.quantity, claimed()) == ("A-01", "BRG-6204", 5, 5)
    assert counters(order) == {"reserved": 5, "released": 5}
    [again] = release([Release(order)], by="ann")
    assert again.code == "nothing-to-release"
    assert [t.tasks for t in given.told("OrderReleased")] == [(task,)]


def test_lots_leave_by_expiry_and_expired_or_blocked_ones_stay(given):
    item, site = given.item(tracking="lot"), given.site()
    given.customer(min_life_days=30)
    for code, expires_on, status in [("L1", date(2027, 9, 1), "released"), ("L2", date(2027, 2, 1), "released"), ("L3", date(2026, 12, 1), "released"), ("L4", date(2027, 1, 15), "recalled")]:
        Lot.objects.create(item=item, code=code, expires_on=expires_on, status=status)
        given.stocked(item, site, 4, lot=code)
    assert [(t.lot, t.quantity) for t in released(given.order((item.sku, 6)))] == [("L2", 4), ("L1", 2)]


def test_a_release_recorded_late_happened_when_it_did(given):
    given.customer(), given.stocked(given.item(), given.site(), 5)
    earlier = MONDAY - timedelta(days=3)
    release([Release(given.order(("BRG-6204", 5)), at=earlier)], by="ann")
    assert (Task.objects.get().released_at, Event.objects.get(kind="OrderReleased").happened_at) == (earlier, earlier)


def test_an_order_on_hold_stays_and_the_rest_of_the_batch_goes(given):
    given.customer(), given.stocked(given.item(), given.site(), 9)
    held, free = given.order(("BRG-6204", 2)), given.order(("BRG-6204", 2))
    Order.objects.filter(pk=int(held[2:])).update(holds=["credit"])
    no, yes = release([Release(held), Release(free)], by="ann")
    assert (no.code, len(yes.tasks)) == ("on-hold", 1)


def test_the_same_key_twice_releases_once(given):
    given.customer(), given.stocked(given.item(), given.site(), 9)
    order = given.order(("BRG-6204", 5))
    first, second = (release([Release(order)], by="ann", key="k1") for _ in range(2))
    assert first == second and len(given.told("OrderReleased")) == 1


def test_a_lot_of_orders_is_released_in_a_handful_of_statements(given, django_assert_max_num_queries):
    for n in range(3):
        given.item(f"SKU-{n}")
    site = given.site()
    given.customer()
    for item in Item.objects.all():
        given.stocked(item, site, 1000)
    orders = [given.order(("SKU-0", 1), ("SKU-1", 1), ("SKU-2", 1)) for _ in range(20)]
    with django_assert_max_num_queries(16):
        told = release([Release(o) for o in orders], by="ann")
    assert all(len(t.tasks) == 3 for t in told)
    assert Party.objects.count() == 1
