"""Keeping services, rate cards and surcharges: versions follow each other, and what was in force stays."""

from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest

from hanse.network import reads
from hanse.network.keep_rates import Facts, KeepRates, RateGiven, ZoneGiven, keep_rates
from hanse.network.keep_rates import decide as decide_rates
from hanse.network.keep_services import CONTENT, KeepService, keep_services
from hanse.network.keep_services import decide as decide_services
from hanse.network.keep_surcharges import KeepSurcharge, keep_surcharges
from hanse.network.keep_surcharges import decide as decide_surcharges
from hanse.network.versions import Line, Version

D = Decimal
TODAY, OLD, SOON = date(2026, 6, 15), date(2026, 1, 1), date(2026, 7, 1)
STANDARD = KeepService("ELBE", "STANDARD", OLD, "Standard", cut_off=time(15), max_weight_g=31_500)
CARD = KeepRates("ELBE", "STANDARD", OLD, (ZoneGiven("A", "DE", 1), ZoneGiven("B", "DE", 2, postcode="8")), (RateGiven("A", D("4.90"), 2_000), RateGiven("B", D("5.90"), 2_000)))
FUEL = KeepSurcharge("ELBE", "STANDARD", "fuel", OLD, percent=D("12.25"))


def said(answer) -> str:
    return answer.said()


@pytest.mark.parametrize("new, ok", [
    (Version(OLD, None, "b"), False), (Version(OLD, None, "a"), True), (Version(OLD, TODAY, "a"), True), (Version(OLD, date(2026, 6, 14), "a"), False),
    (Version(date(2026, 3, 1), None, "b"), False), (Version(TODAY, None, "b"), False), (Version(date(2026, 6, 16), None, "b"), True), (Version(SOON, None, "b"), True),
    (Version(date(2025, 1, 1), None, "b"), True),
])
def test_what_was_in_force_stays_and_may_be_given_an_end(new, ok):
    line = Line(TODAY, {("x",): [Version(OLD, None, "a"), Version(SOON, None, "a")]})
    assert (line.wrong(("x",), new, "x") == []) is ok


def test_a_gap_may_be_filled_and_one_that_ended_stays_ended():
    line = Line(TODAY, {("x",): [Version(OLD, date(2026, 2, 1), "a")]})
    assert line.wrong(("x",), Version(date(2026, 3, 1), None, "b"), "x") == []
    assert said(line.wrong(("x",), Version(OLD, None, "a"), "x")[0]) == (
        "x has been in force since 2026-01-01 and stays as it is. Say a day from 2026-06-16 on; the one in force may be given an end.")


@pytest.mark.parametrize("ask, told", [
    (STANDARD, "Service ELBE STANDARD kept from 2026-01-01"),
    (replace(STANDARD, from_on=SOON, until_on=SOON), "Service ELBE STANDARD kept from 2026-07-01 until 2026-07-01"),
    (replace(STANDARD, carrier="elbe", code="x", currency="XXQ", max_length_mm=1_000, max_girth_mm=900, until_on=date(2025, 1, 1)),
     "Carrier codes are upper case: ELBE. Service codes are upper case: X. XXQ is no ISO 4217 currency. "
     "The girth has the longest side in it: it is no less than that. It cannot end before it begins."),
])
def test_a_service_is_kept_or_all_that_is_wrong_is_said(ask, told):
    assert [said(a) for a in decide_services([ask], {}, TODAY)] == [told]


def test_a_service_is_charged_in_one_currency():
    known = {("ELBE", "STANDARD"): [Version(OLD, None, tuple("EUR" if n == "currency" else None for n in CONTENT))]}
    assert [said(a) for a in decide_services([replace(STANDARD, from_on=SOON, currency="SEK")], known, TODAY)] == ["ELBE STANDARD is charged in EUR."]


@pytest.mark.parametrize("ask, told", [
    (CARD, "Rate card of ELBE STANDARD kept from 2026-01-01: 2 zones, 2 rates"),
    (replace(CARD, service="X", zones=(ZoneGiven("A", "XX", 1, site="LEJ"), ZoneGiven("C", "DE", 1), ZoneGiven("A", "DE", 1)), rates=(RateGiven("A", D("0.00001")), RateGiven("A", D(1)), RateGiven("Q", D(1)))),
     "ELBE has no service X. Keep the service first. There is no site LEJ. XX is no country of ISO 3166: two capitals, such as DE. Zone C has no rate. DE has a zone already. "
     "A price has at most four decimals. Zone A has a price for this weight already. No destination lies in zone Q."),
])
def test_a_rate_card_is_kept_whole_or_all_that_is_wrong_is_said(ask, told):
    assert [said(a) for a in decide_rates([ask], Facts({("ELBE", "STANDARD")}, {}, {"HAM"}, TODAY))] == [told]


@pytest.mark.parametrize("ask, told", [
    (FUEL, "Surcharge fuel of ELBE STANDARD kept from 2026-01-01: 12.25 % of the freight"),
    (replace(FUEL, kind="remote", percent=None, amount=D("3.50"), country="DE", postcodes=("25",)), "Surcharge remote of ELBE STANDARD kept from 2026-01-01: 3.50"),
    (replace(FUEL, kind="residential", percent=None, amount=D("3.10"), home=True), "Surcharge residential of ELBE STANDARD kept from 2026-01-01: 3.10, at homes"),
    (replace(FUEL, kind="freight", amount=D(1), postcodes=("25",)),
     "A surcharge is either a percentage or an amount. The freight stands on the rate card; a surcharge has another name. Say the country that the postcodes are of."),
])
def test_a_surcharge_is_kept_or_all_that_is_wrong_is_said(ask, told):
    assert [said(a) for a in decide_surcharges([ask], {}, {("ELBE", "STANDARD")}, TODAY)] == [told]


def test_versions_follow_each_other_and_a_future_card_is_kept_anew(given):
    given.site()
    far, farther = date(2090, 1, 1), date(2091, 1, 1)
    keep_services([STANDARD, replace(STANDARD, from_on=far, pickup_on=(4, 0, 0))], by="ann")
    first = keep_rates([CARD, replace(CARD, from_on=far), replace(CARD, from_on=far, rates=CARD.rates[:1], zones=CARD.zones[:1])], by="ann")
    again, changed = keep_rates([CARD, replace(CARD, rates=(*CARD.rates, RateGiven("A", D(1))))], by="ann")
    [ended] = keep_rates([replace(CARD, until_on=farther)], by="ann")
    keep_surcharges([FUEL, replace(FUEL, from_on=far, percent=D(13)), replace(FUEL, kind="remote", percent=None, amount=D(3), country="DE", postcodes=("99", "25"), home=True)], by="ann")
    assert [said(a) for a in first][1:] == ["Rate card of ELBE STANDARD kept from 2090-01-01: 2 zones, 2 rates", "Rate card of ELBE STANDARD kept from 2090-01-01: 1 zones, 1 rates"]
    assert again == first[0] and changed.code == "in-force" and ended.until_on == farther
    assert [(s.from_on, s.pickup_on) for s in reads.every_service()] == [(OLD, []), (far, [0, 4])]
    assert [(c.from_on, c.until_on, c.zones, c.rates) for c in reads.every_card()] == [(OLD, farther, 2, 2), (far, None, 1, 1)]
    assert [r.price for r in reads.card("ELBE", "STANDARD", OLD).rates] == [D("4.90"), D("5.90")]
    assert [(s.kind, s.percent, s.postcodes, s.home) for s in reads.every_surcharge()] == [
        ("fuel", D("12.25"), [], False), ("fuel", D(13), [], False), ("remote", None, ["25", "99"], True)]


def test_the_same_key_twice_keeps_once(given):
    one, again = (keep_services([STANDARD], by="ann", key="k")[0] for _ in range(2))
    assert one == again and len(given.told("ServiceKept")) == 1
