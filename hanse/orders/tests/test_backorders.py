"""Backorder runs: who gets what there is, by the rule of the customer; simulated before it is done."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from hanse.edge import verify
from hanse.inventory.expect import Expect, expect
from hanse.inventory.models import Inbound
from hanse.kernel.refused import Refused
from hanse.orders.backorders import Claim, Held, deal
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.hold import Hold, hold
from hanse.orders.models import Allocation, Line, Order, Peg, Promise
from hanse.orders.place import Place, PlaceLine, place
from hanse.orders.run_backorders import RunBackorders, decide, run_backorders
from hanse.orders.sourcing import Candidate

SOON, LATER = date(2026, 11, 17), date(2026, 11, 25)
WAYS = [Candidate(1, "HAM", SOON, Decimal(5), 100, 50), Candidate(2, "LEI", LATER, Decimal(5), 300, 50)]


def claim(line, rule, open=0, key=0, promise=None, **held):
    """A claim; `ham=3` says that it has three units in HAM, which arrive as that site's do."""
    at = {"ham": (1, SOON), "lei": (2, LATER)}
    return Claim(line, rule, (key,), open, {at[s][0]: Held(n, at[s][1]) for s, n in held.items()}, WAYS, promise)


def test_who_wins_is_served_in_full_from_what_others_may_lose():
    assert deal([claim(1, "win", open=5, key=9), claim(2, "redistribute", ham=4), claim(3, "lose", ham=3)], {1: 0}) == {1: {1: 5}, 2: {1: 2}, 3: {}}


def test_who_gains_keeps_what_it_has_and_gets_more_after_those_who_win():
    assert deal([claim(1, "gain", open=4, ham=2), claim(2, "win", open=3)], {1: 5}) == {2: {1: 3}, 1: {1: 4}}


def test_who_wins_never_takes_what_gain_and_improve_have():
    assert deal([claim(1, "win", open=9), claim(2, "gain", ham=2), claim(3, "improve", ham=2)], {1: 1}) == {1: {1: 1}, 2: {1: 2}, 3: {1: 2}}


def test_who_improves_exchanges_late_units_for_such_as_arrive_sooner_and_never_has_fewer():
    assert deal([claim(1, "improve", promise=SOON, lei=4)], {1: 3}) == {1: {2: 1, 1: 3}}
    assert deal([claim(1, "improve", promise=LATER, lei=4)], {1: 3}) == {1: {2: 4}}
    assert deal([claim(1, "improve", promise=SOON, lei=4)], {}) == {1: {2: 4}}


def test_what_is_redistributed_goes_by_the_queue_for_better_or_worse():
    assert deal([claim(1, "redistribute", key=2, ham=5), claim(2, "redistribute", key=1, open=4)], {}) == {2: {1: 4}, 1: {1: 1}}


def test_who_fills_never_has_more_than_before_even_where_units_are_free():
    assert deal([claim(1, "fill", open=5, ham=2)], {1: 9}) == {1: {1: 2}}
    assert deal([claim(1, "fill", ham=4), claim(2, "redistribute", open=3)], {}) == {2: {1: 3}, 1: {1: 1}}


def test_who_loses_gives_up_everything():
    assert deal([claim(1, "lose", open=2, ham=3)], {1: 9}) == {1: {}}


def test_of_one_rule_the_queue_decides():
    assert deal([claim(1, "win", open=3, key=2), claim(2, "win", open=3, key=1)], {1: 4}) == {2: {1: 3}, 1: {1: 1}}


def test_units_come_from_one_site_that_has_them_all_in_time_before_they_are_split():
    assert deal([claim(1, "win", open=4)], {1: 3, 2: 9}) == {1: {2: 4}}
    assert deal([claim(1, "win", open=4, promise=SOON)], {1: 3, 2: 9}) == {1: {1: 3, 2: 1}}


def test_a_site_that_cannot_deliver_there_gives_nothing():
    out = Candidate(3, "OSL", None, Decimal(0), 0, 1, "no lane to DE")
    assert deal([Claim(1, "win", (0,), 4, {}, [out])], {3: 9}) == {1: {}}


@pytest.mark.parametrize("ask, told", [
    (RunBackorders("BRG"), ""), (RunBackorders("BRG", "m1"), ""), (RunBackorders("BRG", "m0"), "simulation-expired"),
    (RunBackorders("GONE"), "sku-unknown"), (RunBackorders("BLT"), "nothing-to-deal"),
])
def test_a_run_is_done_as_it_was_simulated(ask, told):
    [answer] = decide([ask], {"BRG": 1, "BLT": 2}, {1: "m1"})
    assert (answer.code if isinstance(answer, Refused) else "") == told


def test_an_item_is_run_once_per_batch():
    assert [a.code if isinstance(a, Refused) else a for a in decide([RunBackorders("BRG")] * 2, {"BRG": 1}, {1: "m"})] == [1, "state-conflict"]


# -- on the database ------------------------------------------------------------------------------------------------------


def company(given, stock, **rules):
    """An item with stock in HAM, and a customer of each name with its rule."""
    item, site = given.item(), given.site()
    for code, rule in rules.items():
        given.customer(code, backorder_rule=rule)
    if stock:
        given.stocked(item, site, stock)
    return item, site


def order(customer, units, **fields):
    [placed] = place([Place(customer, (PlaceLine("BRG-6204", units),), **fields)], by="ann")
    return placed.order


def has():
    """Units that each customer has."""
    return {o.customer.code: o.reserved - o.freed for o in Order.objects.select_related("customer").order_by("id")}


def sound():
    return [f for result in verify.run() for f in result.findings]


def test_a_simulation_says_who_wins_and_loses_and_changes_nothing(given):
    company(given, 6, LOW="redistribute", BIG="win")
    low, big = order("LOW", 6), order("BIG", 4)
    [told] = run_backorders([RunBackorders("BRG-6204")], by="ann", dry_run=True)
    assert [(x.order, x.before, x.after) for x in told.lines] == [(big, 0, 4), (low, 6, 2)]
    assert has() == {"LOW": 6, "BIG": 0} and not given.told("BackordersRun")


def test_a_run_does_what_was_simulated_and_stock_pegs_and_journal_agree(given):
    item, site = company(given, 6, LOW="redistribute", BIG="win")
    low, big = order("LOW", 6), order("BIG", 4)
    expect([Expect("PO-1", "HAM", "BRG-6204", 10, LATER)], by="ann")
    [seen] = run_backorders([RunBackorders("BRG-6204")], by="ann", dry_run=True)
    [told] = run_backorders([RunBackorders("BRG-6204", seen.mark)], by="ann", key="k1")
    assert told == seen and has() == {"LOW": 2, "BIG": 4} and given.free(item, site) == (6, 6)
    assert [(p.line.order_id, p.quantity) for p in Peg.objects.all()] == [(int(low[2:]), 4)]
    assert [(f.order, f.quantity) for f in given.told("UnitsFreed")] == [(low, 4)]
    assert [(f.order, f.why["policy"], f.why["winner"]) for f in given.told("UnitsAllocated")][-1] == (big, "backorder run", ["HAM"])
    assert sound() == []
    assert run_backorders([RunBackorders("BRG-6204", seen.mark)], by="ann", key="k1") == [told]
    assert has() == {"LOW": 2, "BIG": 4}


def test_a_promise_moves_to_the_supply_that_the_loser_waits_for_and_the_first_stays_on_record(given):
    company(given, 4, LOW="lose", BIG="win")
    order("LOW", 4)
    order("BIG", 4)
    was = Line.objects.earliest("id").promised_on
    due = was + timedelta(days=20)
    expect([Expect("PO-1", "HAM", "BRG-6204", 10, due)], by="ann")
    [told] = run_backorders([RunBackorders("BRG-6204")], by="ann")
    low = Line.objects.earliest("id")
    assert low.first_promised_on == was and low.promised_on > due and low.order.promised_on == low.promised_on
    assert (told.lines[-1].promised_before, told.lines[-1].promised_after) == (was, low.promised_on)
    assert [(p.was_on, p.promised_on, p.reason) for p in Promise.objects.filter(line=low)] == [(was, low.promised_on, "backorder run")]


def test_a_run_is_refused_when_stock_moved_since_the_simulation(given):
    item, site = company(given, 6, LOW="redistribute", BIG="win")
    order("LOW", 6)
    order("BIG", 4)
    [seen] = run_backorders([RunBackorders("BRG-6204")], by="ann", dry_run=True)
    given.stocked(item, site, 1)
    [no] = run_backorders([RunBackorders("BRG-6204", seen.mark)], by="ann")
    assert no.code == "simulation-expired" and has() == {"LOW": 6, "BIG": 0}


def test_units_on_the_floor_are_not_dealt_out(given):
    company(given, 6, LOW="lose", BIG="win")
    order("LOW", 6)
    order("BIG", 6)
    Allocation.objects.update(released=4)
    [told] = run_backorders([RunBackorders("BRG-6204")], by="ann", dry_run=True)
    assert [(x.customer, x.before, x.after) for x in told.lines] == [("BIG", 0, 2), ("LOW", 2, 0)]


def test_an_order_on_fraud_hold_neither_gains_nor_loses(given):
    company(given, 4, LOW="lose", BIG="win")
    hold([Hold(order("LOW", 4), "fraud")], by="ann")
    order("BIG", 4)
    run_backorders([RunBackorders("BRG-6204")], by="ann")
    assert has() == {"LOW": 4, "BIG": 0}


def test_by_default_nobody_loses_what_he_has(given):
    company(given, 5)
    given.customer("ONE")
    given.customer("TWO")
    order("ONE", 5, priority=90)
    order("TWO", 5, priority=1)
    run_backorders([RunBackorders("BRG-6204")], by="ann")
    assert has() == {"ONE": 5, "TWO": 0}


def test_allocation_sees_what_is_already_allocated_there(given):
    """vendure#4030: what a site promises is net of its reservations, so that stock never goes negative."""
    item, site = company(given, 5)
    given.customer("ONE")
    given.customer("TWO")
    order("ONE", 3)
    order("TWO", 3)
    assert has() == {"ONE": 3, "TWO": 2} and given.free(item, site) == (5, 5)


def test_supply_is_pegged_in_the_order_of_service(given):
    company(given, 0, LOW="redistribute", BIG="win")
    low, big = order("LOW", 4, priority=1), order("BIG", 4, priority=90)
    expect([Expect("PO-1", "HAM", "BRG-6204", 5, LATER)], by="ann")
    run_backorders([RunBackorders("BRG-6204")], by="ann")
    assert {p.line.order_id: p.quantity for p in Peg.objects.all()} == {int(big[2:]): 4, int(low[2:]): 1}
    assert Inbound.objects.get().quantity == 5


def test_cancelled_stock_goes_to_the_queue_and_not_back_to_who_gave_it_up(given):
    company(given, 5)
    given.customer("ONE")
    given.customer("TWO")
    first = order("ONE", 7, priority=1)
    order("TWO", 5, priority=90)
    cancel([Cancel(first, (CancelLine(1, 4),))], by="ann")
    run_backorders([RunBackorders("BRG-6204")], by="ann")
    assert has() == {"ONE": 3, "TWO": 2}


def test_only_the_order_desk_runs_backorders(given):
    from hanse.journal.operation import NotGranted

    given.user("will", "warehouse")
    with pytest.raises(NotGranted):
        run_backorders([RunBackorders("BRG-6204")], by="will")


# -- doors ----------------------------------------------------------------------------------------------------------------


def test_the_desk_sees_the_queue_simulates_and_does_the_run(given):
    import re

    from django.contrib.auth.models import User
    from django.test import Client

    company(given, 6, LOW="redistribute", BIG="win")
    low, big = order("LOW", 6), order("BIG", 4)
    given.user("ina", "order desk")
    desk = Client()
    desk.force_login(User.objects.get(username="ina"))
    assert "BRG-6204" in desk.get("/backorders").content.decode()
    page = desk.get("/backorders/BRG-6204").content.decode()
    assert page.index(big) < page.index(low) and "Simulate a run" in page
    seen = desk.post("/backorders/BRG-6204").content.decode()
    assert "What a run would do" in seen and "Do the run" in seen and has() == {"LOW": 6, "BIG": 0}
    form = dict(re.findall(r'name="(mark|key)" value="(\w+)"', seen))
    assert desk.post("/backorders/BRG-6204", form).status_code == 302
    assert has() == {"LOW": 2, "BIG": 4}
    given.user("rea", "read-only")
    desk.force_login(User.objects.get(username="rea"))
    assert "Simulate a run" not in desk.get("/backorders/BRG-6204").content.decode()


def test_the_api_simulates_and_runs(given, caller):
    company(given, 6, LOW="redistribute", BIG="win")
    order("LOW", 6)
    order("BIG", 4)
    desk = caller("order desk")
    assert [row["waiting"] for row in desk.get("/backorders").json()] == [4]
    assert [row["customer"] for row in desk.get("/backorders/queue", sku="BRG-6204").json()] == ["BIG", "LOW"]
    seen = desk.post("/backorders/runs", {"sku": "BRG-6204", "simulate": True}).json()
    assert has() == {"LOW": 6, "BIG": 0}
    assert desk.post("/backorders/runs", {"sku": "BRG-6204", "mark": seen["mark"]}).status_code == 200
    assert desk.post("/backorders/runs", {"sku": "BRG-6204", "mark": seen["mark"]}).json()["code"] == "simulation-expired"
