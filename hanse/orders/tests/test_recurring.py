"""Recurring orders: placed by their rule, once a day of it, in the customer's zone; paused, holidays left out, failures shown."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import close_old_connections

from hanse.edge import attention
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.orders.jobs import place_recurring
from hanse.orders.models import Occurrence, Order, Recurring
from hanse.orders.pause_recurring import PauseRecurring, Standing, pause_recurring
from hanse.orders.pause_recurring import decide as pause_decide
from hanse.orders.place import Place, PlaceLine
from hanse.orders.place_due import PlaceDue, Template, decide, place_due
from hanse.orders.quotes import kept
from hanse.orders.recurrence import next_on, wrong_rule
from hanse.orders.resume_recurring import ResumeRecurring, resume_recurring
from hanse.orders.resume_recurring import decide as resume_decide
from hanse.orders.start_recurring import StartRecurring, start_recurring
from tests.given import MONDAY

MON = MONDAY.date()
ORDER = Place("REUTER", (PlaceLine("BRG-6204", 2),), ref="ABO")
WEEKLY = "FREQ=WEEKLY;BYDAY=MO"


# -- the rule -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule, days", [
    ("FREQ=DAILY", ["2026-11-16", "2026-11-17", "2026-11-18"]),
    ("RRULE:FREQ=WEEKLY;BYDAY=TU,TH", ["2026-11-17", "2026-11-19", "2026-11-24"]),
    ("freq=weekly;interval=2", ["2026-11-16", "2026-11-30", "2026-12-14"]),
    ("FREQ=MONTHLY;BYDAY=-1FR", ["2026-11-27", "2026-12-25", "2027-01-29"]),
    ("FREQ=MONTHLY;BYMONTHDAY=31", ["2026-12-31", "2027-01-31", "2027-03-31"]),
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", ["2028-02-29", "2032-02-29", "2036-02-29"]),
    ("FREQ=WEEKLY;COUNT=2", ["2026-11-16", "2026-11-23", None]),
    ("FREQ=WEEKLY;UNTIL=20261123", ["2026-11-16", "2026-11-23", None]),
])
def test_the_days_of_a_rule(rule, days):
    assert wrong_rule(rule, MON) == ""
    found, day = [], MON
    for _ in days:
        on = next_on(rule, MON, day)
        found.append(on and str(on))
        day = on + timedelta(days=1) if on else day
    assert found == days


@pytest.mark.parametrize("rule, why", [
    ("", "A rule begins with FREQ="), ("every monday", "A rule begins with FREQ="), ("FREQ=HOURLY", "A rule begins with FREQ="),
    ("FREQ=DAILY;BYHOUR=9", "BYHOUR cannot be followed"), ("FREQ=DAILY;COUNT=0", "COUNT is between"), ("FREQ=DAILY;BYDAY=XX", "It cannot be read"),
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "It has no day within 10 years"), ("FREQ=DAILY;BYSETPOS=366", "BYSETPOS cannot be followed"),
    ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", "BYDAY cannot be followed"), ("FREQ=DAILY;BYMONTH=13", "BYMONTH is between"), ("FREQ=DAILY;INTERVAL=0", "INTERVAL is between"),
    ("FREQ=WEEKLY;UNTIL=2026", "UNTIL is a day"), ("FREQ=WEEKLY;UNTIL=20261332", "It cannot be read"),
])
def test_a_rule_that_cannot_be_followed_says_why(rule, why):
    assert wrong_rule(rule, MON).startswith(why) and wrong_rule(rule, MON)


# -- deciding -----------------------------------------------------------------------------------------------------------------

RUNS = Template(1, kept(ORDER), WEEKLY, MON, False, "DE", "", "Europe/Berlin", MON, False)


def told(answer):
    return answer.code if isinstance(answer, Refused) else type(answer).__name__


@pytest.mark.parametrize("changed, outcomes, now, answers", [
    ({}, {}, MONDAY, ["Place", "occurrence-done"]),
    ({}, {}, datetime(2026, 11, 15, 22, 59, tzinfo=UTC), ["occurrence-not-due"] * 2),
    ({}, {}, datetime(2026, 11, 15, 23, 0, tzinfo=UTC), ["Place", "occurrence-done"]),
    ({"paused": True}, {}, MONDAY, ["recurring-paused"] * 2),
    ({"next_on": MON + timedelta(days=7)}, {("R-1", MON): "placed"}, MONDAY, ["occurrence-done"] * 2),
    ({"next_on": MON + timedelta(days=7)}, {("R-1", MON): "skipped"}, MONDAY, ["occurrence-done"] * 2),
    ({"next_on": MON + timedelta(days=7), "paused": True}, {("R-1", MON): "failed"}, MONDAY, ["Place", "occurrence-done"]),
    ({"next_on": MON + timedelta(days=7)}, {}, MONDAY, ["occurrence-not-due"] * 2),
])
def test_a_day_is_placed_once_when_it_has_come_where_the_goods_go(changed, outcomes, now, answers):
    assert [told(a) for a in decide([PlaceDue("R-1", MON)] * 2, {"R-1": replace(RUNS, **changed)}, outcomes, now)] == answers


def test_a_holiday_is_left_out_where_asked_and_each_order_has_a_reference_of_its_own():
    christmas = date(2026, 12, 25)
    at = datetime(2026, 12, 25, 9, 0, tzinfo=UTC)
    [skipped] = decide([PlaceDue("R-1", christmas)], {"R-1": replace(RUNS, next_on=christmas, skip_holidays=True)}, {}, at)
    [placed] = decide([PlaceDue("R-1", christmas)], {"R-1": replace(RUNS, next_on=christmas)}, {}, at)
    assert (told(skipped), placed.ref) == ("OccurrenceSkipped", "ABO/2026-12-25")
    assert told(decide([PlaceDue("R-9", MON)], {}, {}, MONDAY)[0]) == "recurring-unknown"


def test_it_is_paused_once_and_resumed_once_without_making_up_for_what_passed():
    known = {"R-1": Standing(1, False, WEEKLY, MON, "UTC", MON), "R-2": Standing(2, True, WEEKLY, MON, "UTC", MON)}
    assert [told(a) for a in pause_decide([PauseRecurring("R-1"), PauseRecurring("R-1"), PauseRecurring("R-2"), PauseRecurring("R-3")], known)] == [
        "RecurringPaused", "recurring-paused", "recurring-paused", "recurring-unknown"]
    answers = resume_decide([ResumeRecurring("R-2"), ResumeRecurring("R-2"), ResumeRecurring("R-1")], known, MONDAY + timedelta(days=15))
    assert [told(a) for a in answers] == ["RecurringResumed", "state-conflict", "state-conflict"] and answers[0].next_on == date(2026, 12, 7)


# -- on the database ------------------------------------------------------------------------------------------------------------


def company(given, stock=50):
    given.stocked(given.item(), given.site(), stock)
    given.customer()


def started(rule=WEEKLY, order=ORDER, **more):
    [answer] = start_recurring([StartRecurring(order, rule, MON, **more)], by="ann")
    return answer


def test_it_starts_without_placing_anything_and_is_placed_on_its_days(given):
    company(given)
    it = started()
    assert (it.next_on, it.zone, Order.objects.count()) == (MON, "Europe/Berlin", 0)
    assert place_recurring() == 1 and place_recurring() == 0
    order = Order.objects.get()
    assert (order.ref, order.reserved) == ("ABO/2026-11-16", 2)
    with clock.standing_at(MONDAY + timedelta(days=6)):
        assert place_recurring() == 0
    with clock.standing_at(MONDAY + timedelta(days=15)):
        assert [place_recurring() for _ in range(3)] == [1, 1, 0]
    assert [str(o.day) for o in Occurrence.objects.order_by("day")] == ["2026-11-16", "2026-11-23", "2026-11-30"]
    assert [o.on for o in given.told("OccurrencePlaced")] == [MON, MON + timedelta(days=7), MON + timedelta(days=14)]


def test_what_is_wrong_with_a_template_is_said_when_it_starts_all_at_once(given):
    company(given)
    [no] = start_recurring([StartRecurring(Place("REUTER", (PlaceLine("NIX", 1),), requested_on=MON), "FREQ=SOMETIMES", MON - timedelta(days=1))], by="ann")
    assert {e.pointer for e in no.errors} == {"#/lines/0/sku", "#/rule", "#/starts_on", "#/order"} and not Recurring.objects.exists()


def test_what_cannot_be_placed_needs_a_person_and_is_placed_once_it_is_mended(given):
    company(given)
    it = started()
    given.order(("BRG-6204", 1), ref="ABO/2026-11-16")
    assert place_recurring() == 1
    [need] = attention.needs(["recurring"], MON)
    assert need.subject == f"{it.recurring}/2026-11-16" and "ABO/2026-11-16" in attention.why(need, MON)
    Order.objects.update(ref="")
    [placed] = place_due([PlaceDue(it.recurring, MON)], by="ann", key="k")
    assert place_due([PlaceDue(it.recurring, MON)], by="ann", key="k") == [placed]
    assert attention.needs(["recurring"], MON) == [] and Occurrence.objects.get().outcome == "placed"
    assert Recurring.objects.get().next_on == MON + timedelta(days=7)


def test_paused_it_places_nothing_and_resumed_it_goes_on_from_today(given):
    company(given)
    it = started()
    pause_recurring([PauseRecurring(it.recurring, "on holiday")], by="ann")
    assert place_recurring() == 0
    with clock.standing_at(MONDAY + timedelta(days=8)):
        [resumed] = resume_recurring([ResumeRecurring(it.recurring)], by="ann")
        assert resumed.next_on == MON + timedelta(days=14) and place_recurring() == 0


@pytest.mark.parametrize("rule, on", [("FREQ=DAILY", MON + timedelta(days=1)), ("FREQ=DAILY;COUNT=1", None)])
def test_resumed_on_a_day_that_was_placed_already_it_goes_on_with_the_next(given, rule, on):
    company(given)
    it = started(rule)
    assert place_recurring() == 1
    pause_recurring([PauseRecurring(it.recurring)], by="ann")
    assert resume_recurring([ResumeRecurring(it.recurring)], by="ann")[0].next_on == on and place_recurring() == 0
    with clock.standing_at(MONDAY + timedelta(days=1)):
        assert place_recurring() == (on is not None)


def test_holidays_are_left_out_and_told(given):
    company(given)
    started("FREQ=DAILY;COUNT=2", skip_holidays=True)
    Recurring.objects.update(starts_on=date(2026, 12, 25), next_on=date(2026, 12, 25))
    with clock.standing_at(datetime(2026, 12, 30, 9, 0, tzinfo=UTC)):
        assert [place_recurring() for _ in range(3)] == [1, 1, 0]
    assert [o.outcome for o in Occurrence.objects.order_by("day")] == ["skipped", "skipped"] and Recurring.objects.get().next_on is None


def test_two_workers_at_once_place_a_day_once(lasting):
    company(lasting, 500)
    for _ in range(10):
        started(order=Place("REUTER", (PlaceLine("BRG-6204", 1),)))

    def work(_):
        with clock.standing_at(MONDAY):
            done = place_recurring()
        close_old_connections()
        return done

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    assert Order.objects.count() == Occurrence.objects.filter(outcome="placed").count() == 10


def test_the_api_starts_pauses_and_resumes(given, caller):
    company(given)
    desk = caller("order desk")
    made = desk.post("/recurring", {"order": {"customer": "REUTER", "lines": [{"sku": "BRG-6204", "quantity": 2}]}, "rule": WEEKLY, "starts_on": "2026-11-16"})
    assert made.status_code == 201
    number = made.json()["recurring"]
    assert desk.post(f"/recurring/{number}/place", {"on": "2026-11-16"}).json()["told"] == "OccurrencePlaced"
    assert desk.post(f"/recurring/{number}/place", {"on": "2026-11-16"}).json()["code"] == "occurrence-done"
    assert [o["outcome"] for o in desk.get(f"/recurring/{number}/occurrences").json()] == ["placed"]
    assert desk.post(f"/recurring/{number}/pause", {"reason": "x"}).json()["told"] == "RecurringPaused"
    assert desk.get("/recurring").json()["items"][0]["paused_at"]
    assert desk.post(f"/recurring/{number}/resume").json()["told"] == "RecurringResumed"
    assert caller("warehouse").post(f"/recurring/{number}/pause", {}).status_code == 403
