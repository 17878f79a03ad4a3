"""Waves and tours: what is released together, on which walks it is picked, and who walks them."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from hanse.fulfilment import planning
from hanse.fulfilment.batching import Pace
from hanse.fulfilment.events import TourPlanned, TourStarted, UnitsSorted, WaveReleased
from hanse.fulfilment.jobs import plan_wave, release_by_slack
from hanse.fulfilment.leave_tour import LeaveTour, leave_tour
from hanse.fulfilment.models import Scan, Task, Tour, Wave
from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.plan_tours import PlanTour, plan_tours
from hanse.fulfilment.release_wave import Cuts, ReleaseWave, decide, release_wave
from hanse.fulfilment.scan_at_sort import ScanAtSort, scan_at_sort
from hanse.fulfilment.slack import Departs, Waits, slack
from hanse.fulfilment.sort_units import SortUnits, sort_units
from hanse.fulfilment.start_tour import StartTour, Waiting, start_tour
from hanse.fulfilment.start_tour import decide as give
from hanse.inventory.keep_faces import KeepFace, keep_faces
from hanse.kernel.refused import Refused
from hanse.network.calendar import Way
from hanse.network.keep import KeepSite, keep_sites
from hanse.network.keep_floors import KeepFloor, Spot, keep_floors
from hanse.network.models import Bin
from hanse.network.place import BinGiven, LaneGiven
from hanse.orders.hold import Hold, hold
from hanse.web.words import in_words
from tests.test_races import at_once

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
HAMBURG = Departs("Europe/Berlin", "DE", "", (0, 1, 2, 3, 4), time(16))
FLOOR = Cuts(1, "HAM", HAMBURG, "cluster", ["A", "B"])
TODAY, TOMORROW, THURSDAY = date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 19)


def waits(order: int, promised_on: date | None = TOMORROW, **more) -> Waits:
    return Waits(**({"order": order, "site": 1, "priority": 50, "promised_on": promised_on, "way": Way(1), "carrier": "ELBE", "lines": 2, "units": 5, "kept_back": ""} | more))


def test_slack_is_what_is_left_until_the_last_cut_off_that_keeps_the_promise():
    leaves = HAMBURG.last_cut_off(TOMORROW, Way(1))
    assert leaves == datetime(2026, 11, 16, 15, 0, tzinfo=UTC), "16:00 in Hamburg on Monday, for Tuesday"
    assert slack(leaves, NOW, 2, 5, Pace(60, 1, 8, 3, packing=240), HAMBURG.hours) == 6 * 3600 - 60 - 16 - 15 - 240


@pytest.mark.parametrize("promised_on, days, leaves_on", [
    (date(2026, 11, 23), 1, date(2026, 11, 20)),    # Monday's delivery leaves on Friday
    (date(2026, 11, 22), 1, date(2026, 11, 19)),    # promised for a Sunday: Friday is the last working day before it, so it leaves on Thursday
    (date(2026, 12, 28), 1, date(2026, 12, 24)),    # over Christmas
    (date(2026, 11, 16), 0, date(2026, 11, 16)),
])
def test_goods_leave_early_enough_over_weekends_and_holidays(promised_on, days, leaves_on):
    assert HAMBURG.last_cut_off(promised_on, Way(days)).date() == leaves_on


@pytest.mark.parametrize("ask, taken", [
    (ReleaseWave("HAM"), [2, 1, 3, 4]),                                              # the least slack first: 2 was promised for today
    (ReleaseWave("HAM", lines=4), [2, 1]),
    (ReleaseWave("HAM", lines=1), [2]),                                              # an order is never cut in two
    (ReleaseWave("HAM", leaves_by=datetime(2026, 11, 16, 15, 0, tzinfo=UTC)), [2, 1]),
    (ReleaseWave("HAM", carrier="OST"), [3]),
    (ReleaseWave("HAM", priority=20), [4]),
    (ReleaseWave("HAM", zone="B"), [1]),
    (ReleaseWave("HAM", carrier="NONE"), "Nothing that waits at HAM fits: 4 another carrier, 1 on hold."),
    (ReleaseWave("HAM", zone="C"), "HAM has no zone C."),
    (ReleaseWave("ROT"), "There is no site ROT."),
])
def test_a_wave_takes_what_fits_the_least_slack_first(ask, taken):
    waiting = [waits(1, in_zone=True), waits(2, TODAY, in_zone=False), waits(3, THURSDAY, carrier="OST", in_zone=False),
               waits(4, None, priority=20, in_zone=False), waits(5, TODAY, kept_back="on hold")]
    [answer] = decide([ask], {"HAM": FLOOR}, {0: waiting}, NOW)
    assert (in_words(answer) if isinstance(answer, Refused) else [c.order for c in answer.orders]) == taken


def test_two_waves_of_one_request_share_what_waits():
    first, second = decide([ReleaseWave("HAM", lines=2), ReleaseWave("HAM")], {"HAM": FLOOR}, {0: [waits(1), waits(2)], 1: [waits(1), waits(2)]}, NOW)
    assert [c.order for c in first.orders] == [1] and first.left == {"beyond the lines asked for": 1} and [c.order for c in second.orders] == [2]


@pytest.mark.parametrize("ask, picker, told", [
    (StartTour("HAM"), "ann", "Tour 2 taken by ann"),       # the most urgent that nobody walks: 1 is bob's
    (StartTour("HAM"), "bob", "Tour 1 taken by bob"),       # his own
    (StartTour("HAM", 1), "ann", "bob walks tour 1."),
    (StartTour("HAM", 3), "ann", "Tour 3 takes over the totes of tour 2, which is still being picked."),
    (StartTour("HAM", 4), "ann", "All tasks of tour 4 are answered."),
    (StartTour("HAM", 9), "ann", "There is no tour 9."),
    (StartTour("LEI"), "ann", "No tour waits at LEI. Release orders first."),
])
def test_a_tour_has_one_picker_and_waits_for_its_totes(ask, picker, told):
    tours = [Waiting(1, "HAM", "bob", 11, None), Waiting(2, "HAM", "", 21, None), Waiting(3, "HAM", "", 31, 2), Waiting(4, "HAM", "", None, None)]
    [answer] = give([ask], [picker], {t.tour: t for t in tours})
    assert in_words(answer) == told


def test_two_pickers_who_ask_at_once_get_two_tours():
    answers = give([StartTour("HAM")] * 3, ["ann", "bob", "eve"], {n: Waiting(n, "HAM", "", 10 * n, None) for n in (1, 2)})
    assert [in_words(a) for a in answers] == ["Tour 1 taken by ann", "Tour 2 taken by bob", "No tour waits at HAM. Release orders first."]


def warehouse(given, orders: int = 6, bins: int = 12, **floor) -> list[str]:
    """A floor of three aisles with an item in each bin, and orders for two items each."""
    site = given.site("HAM")
    keep_sites([KeepSite("HAM", "DE", bins=tuple(
        BinGiven(f"B-{n:02d}", zone="AB"[n % 2], x_m=Decimal(4 * (n % 3)), y_m=Decimal(2 + n), walk=n) for n in range(bins)))], by="ann")
    keep_floors([KeepFloor("HAM", aisles=(Decimal(0), Decimal(4), Decimal(8)), cross=(Decimal(0), Decimal(20)), **({"cart_orders": 3} | floor))], by="ann")
    given.customer()
    for n in range(bins):
        given.stocked(given.item(f"SKU-{n:02d}", length_mm=100, width_mm=100, height_mm=100), site, 50, f"B-{n:02d}")
    return [given.order((f"SKU-{n % bins:02d}", 2), (f"SKU-{(5 * n + 3) % bins:02d}", 1)) for n in range(orders)]


def test_a_wave_is_released_planned_and_walked(given):
    orders = warehouse(given)
    [wave] = release_wave([ReleaseWave("HAM")], by="ann", key="w1")
    assert isinstance(wave, WaveReleased) and (wave.orders, wave.tasks, wave.units) == (6, 12, 18)
    assert Wave.objects.get().orders == 6 and Task.objects.filter(wave=wave.wave).count() == 12
    assert release_wave([ReleaseWave("HAM")], by="ann", key="w1") == [wave], "the same key answers the same and releases nothing again"
    [empty] = release_wave([ReleaseWave("HAM")], by="ann")
    assert in_words(empty) == "Nothing that waits at HAM fits: nothing is waiting."

    tours = planning.plan("HAM", wave.wave)
    assert [t.orders for t in tours] == [3, 3], "three orders fit on a cart"
    assert sorted(task for t in tours for task in t.tasks) == sorted(Task.objects.values_list("id", flat=True))
    assert all(t.metres > 0 and t.seconds > 0 and t.pick_by for t in tours)
    assert planning.plan("HAM", wave.wave) == [], "all is on tours"

    [ann], [bob], [eve] = (start_tour([StartTour("HAM")], by=name) for name in ("ann", given.user("bob", "warehouse").username, given.user("kim", "warehouse").username))
    assert {ann.tour, bob.tour} == {t.tour for t in tours} and in_words(eve) == "No tour waits at HAM. Release orders first."
    first = list(Task.objects.filter(tour=ann.tour).order_by("stop"))
    assert ann.first_task == first[0].pk and [t.stop for t in first] == list(range(1, len(first) + 1))
    pick([Pick(t.pk, t.to_pick) for t in first], by="ann")
    [again] = start_tour([StartTour("HAM", ann.tour)], by="ann")
    assert in_words(again) == f"All tasks of tour {ann.tour} are answered."
    [left] = leave_tour([LeaveTour(bob.tour)], by="ann")
    assert left.picker == "bob" and in_words(leave_tour([LeaveTour(bob.tour)], by="ann")[0]) == f"Tour {bob.tour} is walked by nobody."
    [mine] = start_tour([StartTour("HAM")], by="ann")
    assert mine.tour == bob.tour
    assert len(orders) == 6


def test_orders_that_are_held_stay_and_the_answer_says_so(given):
    first, *rest = warehouse(given, 2)
    hold([Hold(first, "credit", "over the limit")], by="ann")
    [wave] = release_wave([ReleaseWave("HAM")], by="ann")
    assert wave.orders == 1 and wave.left == {"on hold": 1}
    [empty] = release_wave([ReleaseWave("HAM")], by="ann")
    assert in_words(empty) == "Nothing that waits at HAM fits: 1 on hold."
    assert len(rest) == 1


def test_an_order_that_waits_for_its_pick_face_is_told_and_is_in_no_wave(given):
    """Of two orders one finds its face empty: the wave is of the other alone."""
    site = given.site()
    Bin.objects.create(site=site, code="R-01", role="reserve", walk=9)
    given.customer()
    given.stocked(given.item("FACE"), site, 9, "R-01"), given.stocked(given.item("SHELF"), site, 9, "A-02")
    keep_faces([KeepFace("HAM", "A-01", "FACE", 0, 4)], by="ann")
    waits, goes = given.order(("FACE", 2)), given.order(("SHELF", 2))
    [told] = release_wave([ReleaseWave("HAM")], by="ann")
    assert (told.orders, told.tasks, told.units) == (1, 1, 2)
    assert {o.order: len(o.tasks) for o in given.told("OrderReleased")} == {waits: 0, goes: 1}


def test_tasks_answered_while_tours_were_planned_are_left_out(given):
    warehouse(given, 2)
    release_wave([ReleaseWave("HAM")], by="ann")
    tasks = list(Task.objects.order_by("id"))
    pick([Pick(tasks[0].pk, tasks[0].to_pick)], by="ann")
    asks = [PlanTour("HAM", tuple(t.pk for t in tasks), Decimal("10.00"), 60), PlanTour("HAM", (tasks[1].pk,), Decimal(1), 1), PlanTour("HAM", (tasks[0].pk,), Decimal(1), 1)]
    one, taken, gone = plan_tours(asks, by="ann")
    assert isinstance(one, TourPlanned) and one.tasks == tuple(t.pk for t in tasks[1:])
    assert in_words(taken) == in_words(gone) == "All tasks of this tour are answered, or on another tour."
    assert Tour.objects.count() == 1


def test_zones_hand_their_totes_on(given):
    warehouse(given, 3, method="zone")
    [wave] = release_wave([ReleaseWave("HAM")], by="ann")
    a, b = planning.plan("HAM", wave.wave)
    assert (a.zone, b.zone, a.after, b.after) == ("A", "B", None, a.tour)
    [first] = start_tour([StartTour("HAM")], by="ann")
    [second] = start_tour([StartTour("HAM")], by=given.user("bob", "warehouse").username)
    assert first.tour == a.tour and in_words(second) == "No tour waits at HAM. Release orders first."
    pick([Pick(t.pk, t.to_pick) for t in Task.objects.filter(tour=a.tour)], by="ann")
    [second] = start_tour([StartTour("HAM")], by="bob")
    assert second.tour == b.tour


def test_a_batch_is_picked_into_the_carts_tote_and_sorted_into_the_orders(given):
    numbers = warehouse(given, 3, method="batch")
    [wave] = release_wave([ReleaseWave("HAM")], by="ann")
    [tour] = planning.plan("HAM", wave.wave)
    assert tour.method == "batch" and tour.orders == 3
    pick([Pick(t, Task.objects.get(pk=t).to_pick, tote=f"C-{tour.tour}") for t in tour.tasks], by="ann")
    before = given.stock()
    sorted_ = sort_units([SortUnits(t) for t in tour.tasks], by="ann", key="s1")
    assert all(isinstance(s, UnitsSorted) for s in sorted_) and given.stock() == before, "sorting moves, it changes nothing"
    assert {s.tote for s in sorted_} == set(numbers)
    assert {in_words(a) for a in sort_units([SortUnits(tour.tasks[0])], by="ann")} == {f"Task {tour.tasks[0]} has nothing in a cart's tote that waits to be sorted."}
    assert all(not isinstance(p, Refused) for p in pack([Pack(n) for n in numbers], by="ann"))


def test_a_scan_at_the_put_wall_is_checked_and_kept_right_or_wrong(given):
    warehouse(given, 2, method="batch")
    [wave] = release_wave([ReleaseWave("HAM")], by="ann")
    [tour] = planning.plan("HAM", wave.wave)
    pick([Pick(t, Task.objects.get(pk=t).to_pick, tote=f"C-{tour.tour}") for t in tour.tasks], by="ann")
    task = Task.objects.select_related("item").get(pk=tour.tasks[0])
    wrong, unknown = scan_at_sort([ScanAtSort("HAM", "NOT-HERE"), ScanAtSort("NOWHERE", "NOT-HERE")], by="ann")
    assert in_words(wrong) == "NOT-HERE scanned, which nothing at the put wall wants" and unknown.code == "site-unknown"
    [refused] = sort_units([SortUnits(task.pk, "NOT-HERE")], by="ann")
    assert refused.code == "wrong-scan"
    [put] = sort_units([SortUnits(task.pk, task.item.sku)], by="ann")
    assert isinstance(put, UnitsSorted)
    assert list(Scan.objects.filter(step="sort").order_by("pk").values_list("task", "read", "right", "actor")) == [(None, "NOT-HERE", False, "ann"), (task.pk, task.item.sku, True, "ann")]


def test_each_serial_is_sorted_with_the_order_it_was_picked_for(given):
    site, item = given.site("HAM"), given.item("SRV", tracking="serial")
    from hanse.inventory.receive import Receive, receive

    receive([Receive("HAM", "SRV", 3, "A-01", serials=("S1", "S2", "S3"))], by="ann")
    given.customer()
    one, two = given.order(("SRV", 2)), given.order(("SRV", 1))
    release_wave([ReleaseWave("HAM", method="batch")], by="ann")
    tasks = {t.order_id: t for t in Task.objects.all()}
    first, second = tasks[int(one[2:])], tasks[int(two[2:])]
    pick([Pick(first.pk, 2, serials=("S2", "S3"), tote="C-1"), Pick(second.pk, 1, serials=("S1",), tote="C-1")], by="ann")
    answers = sort_units([SortUnits(first.pk), SortUnits(second.pk)], by="ann")
    assert [a.quantity for a in answers] == [2, 1]
    assert [p.units[0].serials for p in pack([Pack(one), Pack(two)], by="ann")] == [("S2", "S3"), ("S1",)]
    assert site and item


def test_the_walks_of_a_wave_are_the_shortest_of_their_orders(given):
    """One order in one aisle: in and out again."""
    warehouse(given, 1, bins=4)
    [wave] = release_wave([ReleaseWave("HAM")], by="ann")
    [tour] = planning.plan("HAM", wave.wave)
    assert tour.metres == Decimal("10.00"), "both bins lie in the first aisle, the further one 5 m up"


def test_a_site_that_nobody_measured_is_planned_too(given):
    site = given.site("HAM")
    given.customer()
    given.stocked(given.item("SKU"), site, 5)
    given.order(("SKU", 1))
    release_wave([ReleaseWave("HAM")], by="ann")
    [tour] = planning.plan("HAM")
    assert (tour.metres, tour.stops) == (Decimal(0), 1)


def test_racks_that_stand_anyhow_are_walked_round(given):
    site = given.site("HAM")
    keep_sites([KeepSite("HAM", "DE", bins=(BinGiven("R-1", x_m=Decimal(10), y_m=Decimal(0)),))], by="ann")
    rack = (Spot(Decimal(4), Decimal(-3)), Spot(Decimal(6), Decimal(-3)), Spot(Decimal(6), Decimal(3)), Spot(Decimal(4), Decimal(3)))
    [kept] = keep_floors([KeepFloor("HAM", racks=(rack,))], by="ann")
    assert in_words(kept) == "Floor of HAM: 1 racks, picked by cluster"
    given.customer()
    given.stocked(given.item("SKU"), site, 5, "R-1")
    given.order(("SKU", 1))
    release_wave([ReleaseWave("HAM")], by="ann")
    [tour] = planning.plan("HAM")
    assert tour.metres == Decimal("24.00"), "5 m to a corner of the rack, 2 m along it, 5 m on; and back"


@pytest.mark.parametrize("ask, said", [
    (KeepFloor("HAM", aisles=(Decimal(0),), cross=(Decimal(0),)), "two cross aisles"),
    (KeepFloor("HAM", aisles=(Decimal(4), Decimal(0)), cross=(Decimal(0), Decimal(9))), "further on"),
    (KeepFloor("HAM", cross=(Decimal(0), Decimal(9))), "without aisles"),
    (KeepFloor("NO"), "NO"),
])
def test_a_floor_nobody_can_walk_is_refused(given, ask, said):
    given.site("HAM")
    [answer] = keep_floors([ask], by="ann")
    assert isinstance(answer, Refused) and said in in_words(answer)


def test_the_carrier_of_a_wave_is_the_lanes(given):
    warehouse(given, 2)
    keep_sites([KeepSite("HAM", lanes=(LaneGiven("DE", 1, carrier="ELBE"),))], by="ann")
    [none] = release_wave([ReleaseWave("HAM", carrier="OST")], by="ann")
    assert in_words(none) == "Nothing that waits at HAM fits: 2 another carrier."
    [wave] = release_wave([ReleaseWave("HAM", carrier="ELBE", leaves_by=NOW + timedelta(days=30))], by="ann")
    assert wave.orders == 2 and wave.chosen_by["carrier"] == "ELBE"


def test_only_started_tours_are_somebodys():
    assert TourStarted(1, "HAM", "ann", 2).said() == "Tour 1 taken by ann"


def test_a_site_with_a_limit_of_open_tasks_releases_by_itself_as_far_as_there_is_room(given):
    warehouse(given, 6, open_tasks=5)
    assert release_by_slack() == 4, "two lines an order: a third would be more than five"
    assert release_by_slack() == 2, "there is room for one line more, and no order is cut in two"
    assert release_by_slack() == 0, "six of five are open"
    for task in Task.objects.order_by("id")[:3]:
        pick([Pick(task.pk, task.to_pick)], by="ann")
    assert release_by_slack() == 2
    assert Task.objects.filter(closed_at=None).count() == 5


def test_the_worker_plans_a_wave_once(given):
    warehouse(given, 4)
    [wave] = release_wave([ReleaseWave("HAM")], by="ann")
    plan_wave("HAM", wave.wave, "cluster")
    plan_wave("HAM", wave.wave, "cluster")
    assert sum(t.orders for t in Tour.objects.all()) == 4 and not Task.objects.filter(tour=None).exists()


def test_twenty_pickers_at_once_walk_twenty_tours(lasting):
    warehouse(lasting, 20, method="single")
    release_wave([ReleaseWave("HAM")], by="ann")
    assert len(planning.plan("HAM")) == 20
    pickers = [lasting.user(f"picker{n}", "warehouse").username for n in range(21)]
    answers = at_once([lambda name=name: start_tour([StartTour("HAM")], by=name)[0] for name in pickers])
    started = [a for a in answers if isinstance(a, TourStarted)]
    assert len({t.tour for t in started}) == len(started) == 20
    assert [in_words(a) for a in answers if isinstance(a, Refused)] == ["No tour waits at HAM. Release orders first."]


def test_two_who_sort_one_cart_at_once_leave_nothing_in_it(lasting):
    """Both take the same item for another order out of the same tote."""
    site = lasting.site("HAM")
    lasting.customer()
    lasting.stocked(lasting.item("SKU"), site, 100)
    for round in range(20):
        for _ in range(2):
            lasting.order(("SKU", 2))
        [wave] = release_wave([ReleaseWave("HAM", method="batch")], by="ann")
        tasks = list(Task.objects.filter(wave=wave.wave).values_list("pk", flat=True))
        pick([Pick(t, 2, tote=f"C-{round}") for t in tasks], by="ann")
        answers = at_once([lambda t=t: sort_units([SortUnits(t)], by="ann")[0] for t in tasks])
        assert all(isinstance(a, UnitsSorted) for a in answers)
    assert lasting.stock()["tote"] == 80


def test_two_orders_packed_at_once_out_of_one_cart_get_their_own_units(lasting):
    site = lasting.site("HAM")
    lasting.customer()
    lasting.stocked(lasting.item("SKU"), site, 100)
    for round in range(20):
        orders = [lasting.order(("SKU", 2)) for _ in range(2)]
        [wave] = release_wave([ReleaseWave("HAM", method="batch")], by="ann")
        pick([Pick(t, 2, tote=f"C-{round}") for t in Task.objects.filter(wave=wave.wave).values_list("pk", flat=True)], by="ann")
        answers = at_once([lambda o=o: pack([Pack(o)], by="ann")[0] for o in orders])
        assert [sum(u.quantity for u in a.units) for a in answers] == [2, 2]
    assert lasting.stock()["carton"] == 80
