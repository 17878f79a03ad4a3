"""What is at risk on real orders: why, how likely, what saves it at least cost; kept, told when it changes, and gone when it is over."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from hanse.fulfilment.tests.floor import packed, picked, released
from hanse.inventory.expect import Expect, expect
from hanse.kernel import clock
from hanse.network.models import Lane, Rate, RateCard, ServiceZone, Surcharge
from hanse.network.models import Service as NetworkService
from hanse.orders.hold import Hold, hold
from hanse.orders.models import Order
from hanse.partners.models import Address
from hanse.perfect_order import jobs, risks
from hanse.perfect_order.assess import Assess, assess
from hanse.perfect_order.events import NothingNewForeseen, RiskForeseen
from hanse.perfect_order.foresee import Foresee, foresee
from hanse.perfect_order.models import Experience, Risk
from hanse.perfect_order.passed import STEPS
from hanse.perfect_order.tests.test_reads import LATER, four  # noqa: F401
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.models import Parcel, Silence
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.tests.road import on_its_way
from hanse.transport.tests.selling import services

MONDAY_EVENING = datetime(2026, 11, 16, 18, tzinfo=UTC)
"""After the cut-off of the day on which an order for Tuesday had to leave."""


def taught(lanes: tuple[str, ...] = ("HAM → DE", "UPS|HAM → DE"), shares: tuple[int, ...] = (5, 40, 80, 95, 97, 98)) -> None:
    """A past in which so many of each hundred orders were perfect, by the slack they had."""
    Experience.objects.bulk_create([
        Experience(week_on=date(2026, 11, 2), lane=lane, step=step, band=band, commitments=100, perfect=perfect, learnt_at=LATER)
        for lane in lanes for step in STEPS if ("|" in lane) == (step == "delivery") for band, perfect in enumerate(shares)])


@pytest.fixture
def order(given):
    given.customer(), given.stocked(given.item(), given.site(), 20)
    return given.order(("BRG-6204", 5))


def looked(order: str, at: datetime | None = None) -> list[Risk]:
    with clock.standing_at(at or clock.now()):
        [answer] = foresee([Foresee(order)], by="ann")
    assert isinstance(answer, RiskForeseen | NothingNewForeseen), answer
    return list(Risk.objects.filter(order_id=int(order[2:])))


def codes(risk: Risk) -> list[str]:
    return [reason["code"] for reason in risk.reasons]


def test_an_order_with_time_enough_is_at_no_risk(order, given):
    taught()
    with clock.standing_at(clock.now()):
        assert foresee([Foresee(order)], by="ann") == [NothingNewForeseen(order)]
    assert not Risk.objects.exists() and not given.told("RiskForeseen")


def test_past_its_latest_release_an_order_says_so_and_what_it_gains_to_go_first(order, given):
    taught()
    [risk] = looked(order, MONDAY_EVENING)
    assert codes(risk) == ["late-step"] and "Not released in HAM, it had to be by Mon 16 Nov 15:" in risk.reasons[0]["said"]
    assert (risk.step, risk.lane, risk.site, risk.lost) == ("release", "HAM → DE", "HAM", False) and float(risk.chance) == pytest.approx(0.225, abs=0.01)
    assert risk.low < risk.chance < risk.high
    first, *_, call = risk.rescues
    assert (first["action"], first["cost"]) == ("release first", "0") and first["gain"] == pytest.approx(0.4 - 0.225, abs=0.01) and call["action"] == "call"
    [told] = given.told("RiskForeseen")
    assert told.said().startswith("Will perhaps not be perfect. Due 2026-11-17: Not released in HAM") and "Release it first" in told.said()
    assert looked(order, MONDAY_EVENING) and len(given.told("RiskForeseen")) == 1, "the same is not told twice"


@pytest.mark.parametrize("done, step", [(released, "pick"), (picked, "pack"), (packed, "hand over")])
def test_the_first_step_that_waits_is_named(order, done, step):
    taught()
    done(order)
    [risk] = looked(order, MONDAY_EVENING)
    assert risk.step == step and risk.rescues[0]["action"] == f"{step} first"


def test_a_hold_is_why_and_its_release_saves_it(order):
    taught()
    hold([Hold(order, "credit", "over the limit")], by="ann")
    [risk] = looked(order)
    assert codes(risk) == ["held"] and risk.chance > Decimal("0.5") and risk.rescues[0]["action"] == "release hold"


def test_units_without_stock_are_at_risk_and_supply_in_time_may_save_them(given):
    taught()
    given.customer(), given.item(), given.site()
    order = given.order(("BRG-6204", 5), requested_on=date(2026, 11, 20))
    [risk] = looked(order)
    assert codes(risk)[-1] == "no-stock" and risk.chance is None and [r["action"] for r in risk.rescues] in ([], ["call"])


def test_supply_that_comes_too_late_says_when_it_comes(given):
    taught()
    given.customer(), given.item(), given.site()
    expect([Expect("PO-1", "HAM", "BRG-6204", 5, date(2026, 11, 27))], by="ann")
    order = given.order(("BRG-6204", 5), requested_on=date(2026, 11, 20))
    Order.objects.filter(id=int(order[2:])).update(first_promised_on=date(2026, 11, 20))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_line SET first_promised_on = '2026-11-20'")
    [risk] = looked(order)
    assert "supply" in codes(risk) and "due Fri 27 Nov" in risk.reasons[-1]["said"] and risk.chance < Decimal("0.1")


def test_another_site_that_has_it_all_saves_at_what_its_lane_costs_more(order, given):
    taught(("HAM → DE", "LEI → DE"))
    site = given.site("LEI", cut_off="22:00")
    given.stocked(given.item("OTHER"), site, 1)
    assert "another site" not in [r["action"] for r in looked(order, MONDAY_EVENING)[0].rescues]
    from hanse.catalogue.models import Item

    given.stocked(Item.objects.get(sku="BRG-6204"), site, 5)
    Lane.objects.filter(site=site).update(cost=Decimal("7.50"))
    [risk] = looked(order, MONDAY_EVENING)
    [other] = [r for r in risk.rescues if r["action"] == "another site"]
    assert Decimal(other["cost"]) == Decimal("2.50") and other["site"] == "LEI" and other["gain"] > risk.rescues[0]["gain"]
    assert risk.rescues[0]["action"] == "release first", "what costs nothing for what it gains comes first"


def test_a_parcel_that_is_silent_lost_or_expected_late_is_at_risk(given):
    taught()
    sent = on_its_way(given)
    assert looked(sent.order) == []
    moved_at = clock.now() - timedelta(days=4)
    Parcel.objects.update(state="in-transit", moved_at=moved_at)
    assert looked(sent.order) == []
    Silence.objects.create(parcel=Parcel.objects.get(), since_at=moved_at, days=2, basis="planned", noticed_at=clock.now())
    assert codes(*looked(sent.order)) == ["silent"]
    Parcel.objects.update(expected_on=date(2026, 11, 19), moved_at=clock.now())
    [risk] = looked(sent.order)
    assert codes(risk) == ["expected-late"] and risk.step == "delivery" and float(risk.chance) == pytest.approx(0.05, abs=0.02)
    Parcel.objects.update(state="lost")
    [risk] = looked(sent.order)
    assert codes(risk) == ["parcel"] and risk.reasons[0]["condition"] == "product"


def test_an_address_without_a_street_and_missing_customs_data_are_said(order, given):
    taught()
    Address.objects.update(street="", country="CH")
    Lane.objects.create(site_id=Lane.objects.get().site_id, country="CH", days=1, cost=5)
    assert [(r["condition"], r["code"]) for r in looked(order)[0].reasons] == [("place", "address"), ("documents", "customs-data")]


def test_what_has_failed_already_is_lost_and_nothing_saves_it(order):
    [risk] = looked(order, datetime(2026, 11, 19, 9, tzinfo=UTC))
    assert risk.lost and risk.chance == 0 and risk.rescues == [] and "passed" in codes(risk)


def test_without_a_past_no_chance_is_made_up(order):
    [risk] = looked(order, MONDAY_EVENING)
    assert risk.chance is None and (risk.low, risk.high) == (0, 1) and risk.rescues[0]["gain"] is None


def test_once_delivered_it_is_gone_and_that_is_told(given):
    sent = on_its_way(given)
    Parcel.objects.update(state="lost")
    assert looked(sent.order)
    Parcel.objects.update(state="in-transit")
    record_proof([RecordProof(sent.parcel, receiver="F.", received=5)], by="ann")
    assert jobs.foresee_open() == 1 and not Risk.objects.exists()
    assert given.told("RiskForeseen")[-1].said() == f"{sent.order} is at no risk any more"


def test_the_list_the_counts_and_one_order_tell_the_same(order):
    taught()
    looked(order, MONDAY_EVENING)
    [row] = risks.listed(10)
    assert row.order == order and row.reasons[0].code == "late-step" and row.rescues[0].action == "release first" and risks.listed(10, lost=True) == []
    assert risks.listed(10, action="release first", reason="late-step", site="HAM", customer="REUTER") == [row] and risks.listed(10, after=(row.due_on, row.id)) == []
    counted = risks.counts()
    assert (counted.at_risk, counted.lost, counted.savable) == (1, 0, 1) and counted.gain == row.gain > 0
    assert [(a.action, a.commitments) for a in risks.by_action()] == [("release first", 1)]
    [now] = risks.of_order(order, MONDAY_EVENING)
    assert now.reasons == row.reasons and now.chance.value == pytest.approx(float(row.chance), abs=1e-4)
    assert risks.of_order("H-1", MONDAY_EVENING) == [] and risks.of_order("x", MONDAY_EVENING) == []


def test_an_order_that_is_not_known_is_refused_and_a_key_seen_answers_the_same(order):
    assert foresee([Foresee("H-1")], by="ann")[0].code == "order-unknown"
    with clock.standing_at(MONDAY_EVENING):
        [first] = foresee([Foresee(order)], by="ann", key="once")
        assert foresee([Foresee(order)], by="ann", key="once") == [first]


def test_what_is_judged_is_learnt_by_the_week_and_again_when_it_changed(four, given):  # noqa: F811
    with clock.standing_at(LATER):
        assert jobs.learn_weeks() == 1
        [told] = given.told("WeekLearnt")
        assert (told.week, told.commitments, told.perfect) == ("2026-11-16", 3, 1)
        cell = Experience.objects.get(step="delivery", lane="UPS|HAM → DE")
        assert (cell.commitments, cell.perfect) == (2, 0) and Experience.objects.filter(step="release").exists()
        assert jobs.learn_weeks() == 0
    later = LATER + timedelta(days=1)
    with clock.standing_at(later):
        sent = hand_over([HandOver(packed(four[3]).carton, "UPS")], by="ann")[0]
        record_proof([RecordProof(sent.parcel, at=later, receiver="F.", received=5)], by="ann")
        assess([Assess(four[3])], by="ann")
        assert jobs.learn_weeks() == 1 and Experience.objects.get(step="delivery", lane="UPS|HAM → DE", band=0).commitments >= 1


def test_a_week_is_named_by_its_monday(given):
    from hanse.perfect_order.learn import Learn, learn

    assert learn([Learn(date(2026, 11, 17))], by="ann")[0].detail == "2026-11-17 is no Monday: a week is named by its Monday."


@pytest.mark.parametrize("ship_rule, told, in_time, forbidden", [
    ("available", "Send the 8 units that are there without the rest: they come by their day, 2 later", 8, False),
    ("complete-line", "Send the 5 units that are there without the rest: they come by their day, 5 later", 5, False),
    ("complete-order", "8 of 10 units could come by their day, but the terms send the order whole: only the customer can allow two parcels", 8, True),
])
def test_what_is_there_in_time_is_said_apart_from_what_saves_an_order_as_its_terms_allow(given, ship_rule, told, in_time, forbidden):
    taught()
    site = given.site()
    given.customer(), given.stocked(given.item(), site, 5), given.stocked(given.item("BLT-A42"), site, 3)
    order = given.order(("BRG-6204", 5), ("BLT-A42", 5), requested_on=date(2026, 11, 20), ship_rule=ship_rule)
    [risk] = looked(order)
    it = risk.lessening
    assert (it["said"], it["units"], it["of"], it["forbidden"]) == (told, in_time, 10, forbidden) and "no-stock" in codes(risk)
    assert (it["cost"], it["currency"], it["step"], it["site"]) == ("5.0000", "EUR", "release", "HAM"), "without rates what the lane costs"
    assert all("without the rest" not in r["said"] for r in risk.rescues)
    assert ("release first" in [r["action"] for r in risk.rescues]) is not forbidden
    hold([Hold(order, "credit", "over the limit")], by="ann")
    assert looked(order)[0].lessening is None


def test_a_second_parcel_costs_what_the_rates_say_and_nothing_is_less_late_once_no_time_is_left(given):
    services()
    site = given.site()
    given.customer(), given.stocked(given.item(weight_g=900), site, 5)
    order = given.order(("BRG-6204", 7), requested_on=date(2026, 11, 20))
    [risk] = looked(order)
    assert (risk.lessening["cost"], risk.lessening["units"]) == ("4.90", 5)
    assert risks.of_order(order, clock.now())[0].lessening == risks.listed(1)[0].lessening
    [late] = looked(order, datetime(2026, 11, 19, 18, tzinfo=UTC))
    assert late.lessening is None


def test_a_faster_service_saves_at_what_it_charges_more_than_the_lane(order):
    taught()
    card = RateCard.objects.create(carrier="QUICK", service="NEXT", from_on=date(2026, 1, 1))
    ServiceZone.objects.create(card=card, country="DE", zone="1", days=0)
    ServiceZone.objects.create(card=card, country="DE", site="LEI", zone="2", days=0)
    Rate.objects.create(card=card, zone="1", up_to_g=5_000, price=Decimal("9.00"))
    Surcharge.objects.create(carrier="QUICK", service="NEXT", kind="fuel", percent=Decimal("10"), from_on=date(2026, 1, 1))
    NetworkService.objects.create(carrier="QUICK", code="NEXT", name="Next day", from_on=date(2026, 1, 1), max_weight_g=20_000)
    [risk] = looked(order, MONDAY_EVENING)
    [faster] = [r for r in risk.rescues if r["action"] == "faster service"]
    assert faster["said"] == "Send it by QUICK Next day, 0 days on the way" and Decimal(faster["cost"]) == Decimal("4.90") and faster["gain"] > 0.5
    NetworkService.objects.update(until_on=date(2026, 10, 31))
    assert "faster service" not in [r["action"] for r in looked(order, MONDAY_EVENING)[0].rescues]
    NetworkService.objects.update(until_on=None)
    Rate.objects.update(up_to_g=400)
    assert "faster service" not in [r["action"] for r in looked(order, MONDAY_EVENING)[0].rescues], "it does not take 500 g"
