"""Races: many at once on the last units. One wins, everybody gets a clear answer, the books balance."""

import os
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from hanse.edge import verify
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release import Release, release
from hanse.inventory.count import Count, count
from hanse.inventory.models import Balance, CountTask
from hanse.inventory.receive import Receive, receive
from hanse.journal.principals import HANSE
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.free import Free, free
from hanse.orders.models import Allocation, Order
from hanse.orders.place import Place, PlaceLine, place

LAST = {"customer": "REUTER", "lines": [{"sku": "BRG-6204", "quantity": 1}], "reserve": "or_refuse"}

pytestmark = pytest.mark.at_length
TIMES = int(os.environ.get("HANSE_RACES", "40"))
"""How often two acts meet; `make test-slow` has it 200 times."""


def at_once(tasks: list[Callable[[], Any]]) -> list[Any]:
    """Run all tasks at the same instant, each with a connection of its own; their results in order."""
    start, results = threading.Barrier(len(tasks)), [None] * len(tasks)

    def run(n: int) -> None:
        start.wait()
        try:
            results[n] = tasks[n]()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[n]) for n in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def ten(lasting):
    """A company with ten units left."""
    item, site = lasting.item(), lasting.site()
    lasting.customer()
    lasting.stocked(item, site, 10)
    lasting.last = (item, site)
    return lasting


def test_fifty_clients_on_the_last_ten_units_through_the_api(ten, caller):
    desks = [caller("order desk") for _ in range(50)]
    answers = at_once([lambda desk=desk: desk.post("/orders", LAST) for desk in desks])
    assert Counter(a.status_code for a in answers) == {201: 10, 409: 40}
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"stock-short"}
    assert ten.free(*ten.last) == (10, 10) and Order.objects.count() == 10


def test_fifty_clients_whose_orders_may_wait_sell_ten_and_wait_forty(ten, caller):
    desks = [caller("order desk") for _ in range(50)]
    answers = at_once([lambda desk=desk: desk.post("/orders", LAST | {"reserve": "at_once"}) for desk in desks])
    assert Counter(a.status_code for a in answers) == {201: 50}
    assert ten.free(*ten.last) == (10, 10)
    assert Counter(Order.objects.values_list("status", flat=True)) == {"allocated": 10, "placed": 40}


def test_two_lines_of_one_order_on_one_item_are_summed(ten, caller):
    two = LAST | {"lines": [{"sku": "BRG-6204", "quantity": 1}] * 2}
    desks = [caller("order desk") for _ in range(50)]
    answers = at_once([lambda desk=desk: desk.post("/orders", two) for desk in desks])
    assert Counter(a.status_code for a in answers) == {201: 5, 409: 45}
    assert ten.free(*ten.last) == (10, 10)


def test_fifty_asks_in_one_batch_are_summed(ten, caller):
    answers = caller("order desk").post("/orders/batch", [LAST] * 50).json()
    assert Counter(a.get("told") or a["refused"] for a in answers) == {"OrderPlaced": 10, "stock-short": 40}
    assert ten.free(*ten.last) == (10, 10)


def test_many_processes_worth_of_direct_calls_do_not_oversell(ten):
    """Without the queue of the server process: each call its own transaction."""
    ask = Place("REUTER", (PlaceLine("BRG-6204", 1),), reserve="or_refuse")
    answers = at_once([lambda: place([ask], by=HANSE)[0] for _ in range(50)])
    assert Counter(type(a).__name__ for a in answers) == {"OrderPlaced": 10, "Refused": 40}
    assert ten.free(*ten.last) == (10, 10)


def test_free_against_cancel_releases_each_unit_once(ten):
    """Interleavings of two acts on the same reservation."""
    for _ in range(TIMES):
        [placed] = place([Place("REUTER", (PlaceLine("BRG-6204", 3),))], by=HANSE)
        allocation = Allocation.objects.get(order_id=int(placed.order[2:])).pk
        at_once([lambda a=allocation: free([Free(a)], by=HANSE), lambda o=placed.order: cancel([Cancel(o)], by=HANSE)])
        assert ten.free(*ten.last) == (10, 0)
    assert not Order.objects.exclude(status="cancelled").exists()


def test_a_short_pick_against_a_count_of_the_same_bin(lasting):
    """Interleavings: the bin is in doubt until somebody counts it, nothing is promised twice, and the books balance after each."""
    item, site = lasting.item(), lasting.site()
    lasting.customer(), lasting.user("ewa", "warehouse")
    receive([Receive("HAM", item.sku, 2_000, "A-01")], by=HANSE)
    left, outcomes = 2_000, Counter()
    for _ in range(TIMES):
        [placed] = place([Place("REUTER", (PlaceLine(item.sku, 3),))], by=HANSE)
        [released] = release([Release(placed.order)], by=HANSE)
        [task] = released.tasks
        picked, counted = at_once([
            lambda t=task: pick([Pick(t.task, 1, "not there")], by=HANSE)[0],
            lambda there=left - 1: count([Count("HAM", item.sku, there, "A-01")], by="ewa")[0]])
        assert picked.short == 2
        code = getattr(counted, "code", "counted")
        if CountTask.objects.filter(closed_at=None).exists():  # the count came first, so the bin is in doubt since
            assert code == "counted" and lasting.free(item, site)[0] == 0
            [counted] = count([Count("HAM", item.sku, left - 1, "A-01")], by="ewa")
        outcomes[code] += 1
        assert counted.counted == left - 1 and lasting.free(item, site) == (left - 1, 0)
        left -= 1
        cancel([Cancel(placed.order, (CancelLine(1, 2),))], by=HANSE)
    assert not Balance.objects.filter(in_doubt=True).exists() and [r.findings for r in verify.run() if r.findings] == []
    assert outcomes
