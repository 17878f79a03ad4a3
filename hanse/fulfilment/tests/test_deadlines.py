"""Deadlines: by when a site has to release, pick, pack and hand over, by the same steps as slack."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from hanse.fulfilment.batching import Pace
from hanse.fulfilment.deadlines import deadlines
from hanse.fulfilment.slack import Waits, by_slack, departs_of
from hanse.fulfilment.tests.floor import picked
from hanse.fulfilment.wave_reads import waiting
from hanse.kernel import clock
from hanse.network.calendar import Way
from hanse.network.models import Lane, Site
from hanse.orders.models import Allocation
from hanse.partners.models import Party
from tests.given import MONDAY

WORK = timedelta(seconds=60 + 8 + 3 * 4)
"""To set out, to stop once and to take four units."""
PACKING = timedelta(seconds=240)
CUT_OFF = datetime(2026, 11, 16, 15, tzinfo=UTC)
"""Monday, 16:00 at the site."""


@pytest.fixture(autouse=True)
def monday(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: MONDAY)


def company(given, **fields):
    given.stocked(given.item(), given.site(**fields), 10)
    given.customer()


def steps(order, now=MONDAY):
    [found] = deadlines(order, now) or []
    return [(s.step, s.units, s.by, s.late) for s in found.steps]


def test_a_site_has_to_release_pick_pack_and_hand_over_by_the_cut_off_that_keeps_the_promise(given):
    company(given)
    order = given.order(("BRG-6204", 4))
    pick_by = CUT_OFF - PACKING
    assert steps(order) == [("release", 4, pick_by - WORK, False), ("pick", 4, pick_by, False), ("pack", 4, CUT_OFF, False), ("hand over", 4, CUT_OFF, False)]
    [found] = deadlines(order, MONDAY) or []
    assert (found.site, found.zone, found.promised_on.isoformat()) == ("HAM", "Europe/Berlin", "2026-11-17")


def test_what_is_done_is_owed_no_more_and_what_is_over_says_so(given):
    company(given)
    order = given.order(("BRG-6204", 4))
    picked(order)
    assert steps(order, CUT_OFF + timedelta(minutes=1)) == [("pack", 4, CUT_OFF, True), ("hand over", 4, CUT_OFF, True)]


def test_the_latest_release_is_when_slack_is_nothing(given):
    company(given)
    order = given.order(("BRG-6204", 4))
    [group] = waiting("HAM")
    [(_, _, release_by, _)] = [s for s in steps(order) if s[0] == "release"]
    assert release_by == MONDAY + timedelta(seconds=group.slack)


def test_work_lies_within_the_hours_of_the_site(given):
    company(given, opens=time(15, 58), closes=time(20))
    order = given.order(("BRG-6204", 4))
    found = {name: by for name, _, by, _ in steps(order)}
    assert found["hand over"] == CUT_OFF
    assert found["pick"] == datetime(2026, 11, 13, 18, 58, tzinfo=UTC), "two minutes of packing on Monday, two on Friday evening"
    [group] = waiting("HAM")
    assert group.slack < 0, "and it should have been released on Friday"


def test_the_days_of_carrier_and_receiver_move_the_hand_over_ahead(given):
    company(given)
    order = given.order(("BRG-6204", 4), promised_on=date(2026, 11, 22))
    Allocation.objects.update(promised_on="2026-11-22")
    assert steps(order)[-1][2] == datetime(2026, 11, 19, 15, tzinfo=UTC), "by the site's days there is no Sunday: it has to be there on Friday"
    Lane.objects.update(transit_on=[0, 1, 2, 3, 4, 5, 6])
    assert steps(order)[-1][2] == datetime(2026, 11, 20, 15, tzinfo=UTC), "the carrier drives on Saturday"
    Party.objects.update(receives_on=[0, 1])
    assert steps(order)[-1][2] == datetime(2026, 11, 16, 15, tzinfo=UTC), "the receiver takes in on Monday and Tuesday"


def test_a_supplier_that_ships_for_us_has_deadlines_of_his_own(given):
    company(given)
    order = given.order(("BRG-6204", 4))
    Site.objects.update(supplier="KUGEL")
    assert deadlines(order, MONDAY) == []


@pytest.mark.parametrize("lines, units", [(1, 1), (7, 40)])
def test_slack_and_steps_agree(lines, units):
    departs = departs_of("Europe/Berlin", "DE", "", [0, 1, 2, 3, 4], time(16), time(15), time(23))
    [(slack, leaves, _)] = by_slack([Waits(1, 1, 50, CUT_OFF.date() + timedelta(days=1), Way(1), "", lines, units, "")], departs, MONDAY)
    assert MONDAY + timedelta(seconds=slack) == departs.steps(leaves, lines, units, Pace()).release_by


def test_the_api_tells_the_deadlines_of_an_order(given, caller):
    company(given)
    order = given.order(("BRG-6204", 4))
    assert caller("read").get("/orders/H-1/deadlines").json()["code"] == "not-found"
    [told] = caller("read").get(f"/orders/{order}/deadlines").json()
    assert (told["site"], [s["step"] for s in told["steps"]]) == ("HAM", ["release", "pick", "pack", "hand over"])
