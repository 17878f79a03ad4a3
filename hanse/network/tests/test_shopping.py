"""Rate shopping: the cheapest service that keeps the day at the probability asked for, and why not the others."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from hanse.journal.asking import rows
from hanse.network.billed import Contract
from hanse.network.calendar import Calendar
from hanse.network.keep_freight_contracts import KeepFreightContract, keep_freight_contracts
from hanse.network.keep_rates import KeepRates, RateGiven, ZoneGiven, keep_rates
from hanse.network.keep_services import KeepService, keep_services
from hanse.network.keep_surcharges import KeepSurcharge, keep_surcharges
from hanse.network.keep_transit_counts import KeepTransitCount, Took, keep_transit_counts
from hanse.network.offers import OFFERS, Destination, Offer, asked, offer
from hanse.network.rating import Extra, Piece, Step, Tariff
from hanse.network.shopping import Trip, choose, found, reason

D = Decimal
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
TUESDAY, WEDNESDAY, FRIDAY = (date(2026, 11, day) for day in (17, 18, 20))
TRIP = Trip(Calendar("DE", zone="Europe/Berlin"), time(16), MONDAY, "DE", "", "18057", by=WEDNESDAY)


def sold(service: str, price: str, days: int, took=(), **more) -> Offer:
    return Offer(0, "ELBE", service, service.title(), Tariff("parcel", more.pop("currency", "EUR"), more.pop("zone", "A"), (Step(5_000, D(price)),)), days,
                 more.pop("pickup_on", ()), (), more.pop("cut_off", None), took)


SLOW, FAST = sold("SLOW", "4", 3), sold("FAST", "9", 1)
ONE = (Piece(1_000),)
MOSTLY = sold("MOSTLY", "5", 2, took=((1, 10), (2, 80), (3, 10)))


def shop(*offers: Offer, trip: Trip = TRIP, at: str = "0.85", pieces=ONE) -> str:
    told = found(trip, offers, pieces, D(at))
    best = choose(told)
    return f"{best.service} {best.total} {best.arrives_on:%a} {best.probability}: {reason(best, trip, D(at))}" if best else "; ".join(f.out for f in told)


@pytest.mark.parametrize("offers, more, told", [
    ((SLOW, FAST), {}, "FAST 9.00 Tue None: the cheapest that keeps Wed 18 Nov as planned"),
    ((SLOW, FAST), {"trip": replace(TRIP, by=date(2026, 11, 19))}, "SLOW 4.00 Thu None: the cheapest that keeps Thu 19 Nov as planned"),
    ((SLOW, FAST), {"trip": replace(TRIP, by=None)}, "SLOW 4.00 Thu None: the cheapest; no day was promised"),
    ((MOSTLY, FAST), {}, "MOSTLY 5.00 Wed 0.9000: the cheapest that keeps Wed 18 Nov at 85 %"),
    ((MOSTLY, FAST), {"at": "0.95"}, "FAST 9.00 Tue None: the cheapest that keeps Wed 18 Nov as planned"),
    ((MOSTLY, SLOW), {"at": "0.95"}, "MOSTLY 5.00 Thu 0.9000: none keeps Wed 18 Nov: the most likely"),
    ((SLOW, sold("OTHER", "3", 4)), {}, "SLOW 4.00 Thu None: none keeps Wed 18 Nov: the most likely"),
    ((SLOW, replace(MOSTLY, took=((1, 9), (2, 20)))), {}, "MOSTLY 5.00 Wed 0.8830: the cheapest that keeps Wed 18 Nov as planned"),
    ((FAST, replace(MOSTLY, took=((1, 1),))), {}, "MOSTLY 5.00 Wed 0.2065: the cheapest that keeps Wed 18 Nov as planned"),
    ((FAST, replace(MOSTLY, took=((1, 9), (3, 1)))), {}, "MOSTLY 5.00 Wed 0.5958: the cheapest that keeps Wed 18 Nov as planned"),
    ((FAST, replace(MOSTLY, took=((1, 3), (3, 7)))), {}, "FAST 9.00 Tue None: the cheapest that keeps Wed 18 Nov as planned"),
    ((FAST, replace(SLOW, took=((2, 29),))), {}, "SLOW 4.00 Thu 0.8830: the cheapest that keeps Wed 18 Nov as planned"),
    ((sold("LATE", "1", 1, cut_off=time(9)), FAST), {"trip": replace(TRIP, by=TUESDAY)}, "FAST 9.00 Tue None: the cheapest that keeps Tue 17 Nov as planned"),
    ((sold("FRIDAYS", "1", 1, pickup_on=(4, 5)), FAST), {}, "FAST 9.00 Tue None: the cheapest that keeps Wed 18 Nov as planned"),
    ((sold("SUNDAYS", "1", 1, pickup_on=(6,)), sold("NOWHERE", "1", 1, zone="")), {}, "it picks up on no day on which the site works; no zone there"),
    ((SLOW,), {"pieces": (Piece(1), Piece(5_001))}, "no rate for 5.001 kg in zone A"),
    ((SLOW,), {"trip": replace(TRIP, carrier="UPS")}, "the order goes with UPS"),
    ((SLOW, sold("KRONA", "1", 1, currency="SEK"), FAST), {}, "FAST 9.00 Tue None: the cheapest that keeps Wed 18 Nov as planned"),
    ((SLOW, FAST), {"pieces": (Piece(1), Piece(2))}, "FAST 18.00 Tue None: the cheapest that keeps Wed 18 Nov as planned"),
])
def test_the_cheapest_that_keeps_the_day_is_chosen(offers, more, told):
    assert shop(*offers, **more) == told


@pytest.mark.parametrize("home, told, notes", [
    (True, "FAST 9.00 Tue None: the cheapest that keeps Wed 18 Nov as planned", ["", "with residential, for it is a home"]),
    (None, "DOOR 8.00 Tue None: the cheapest that keeps Wed 18 Nov as planned", ["without residential: nobody said that it is a home", ""]),
    (False, "DOOR 8.00 Tue None: the cheapest that keeps Wed 18 Nov as planned", ["", ""]),
])
def test_a_service_that_charges_for_homes_is_compared_by_what_is_known_of_the_address(home, told, notes):
    door, trip = sold("DOOR", "8", 1), replace(TRIP, home=home)
    door = replace(door, tariff=replace(door.tariff, extras=(Extra("residential", amount=D(3), home=True),)))
    assert shop(door, FAST, trip=trip) == told and [f.note for f in found(trip, [door, FAST], ONE)] == notes


def test_the_receivers_days_and_a_rest_of_the_carrier_count():
    weekend = replace(TRIP, ready_at=datetime(2026, 11, 20, 16, tzinfo=UTC), by=date(2026, 11, 25), receives_on=(2,))
    [told] = found(weekend, [FAST], [Piece(1)])
    assert (told.leaves_at.isoformat(), told.arrives_on) == ("2026-11-23T16:00:00+01:00", date(2026, 11, 25))


def test_services_are_offered_as_they_are_sold_on_the_day(given):
    given.site(), given.site("LEJ")
    day, old = date(2026, 6, 15), date(2026, 1, 1)
    keep_services([KeepService("ELBE", "S", old, "Standard", max_weight_g=31_500), KeepService("ELBE", "S", date(2090, 1, 1), "Later"), KeepService("UPS", "X", old, until_on=date(2026, 6, 14))], by="ann")
    keep_rates([KeepRates("ELBE", "S", old, (
        ZoneGiven("A", "DE", 1), ZoneGiven("B", "DE", 2, postcode="8"), ZoneGiven("C", "DE", 3, postcode="80"), ZoneGiven("D", "DE", 4, site="LEJ"), ZoneGiven("E", "DE", 5, "BY")),
        tuple(RateGiven(zone, D(n), 5_000) for n, zone in enumerate("ABCDE")))], by="ann")
    keep_surcharges([KeepSurcharge("ELBE", "S", "fuel", old, percent=D(10), until_on=date(2026, 5, 31)), KeepSurcharge("ELBE", "S", "fuel", date(2026, 6, 1), percent=D(12)), KeepSurcharge("ELBE", "S", "peak", old, amount=D(1), until_on=old)], by="ann")
    keep_freight_contracts([KeepFreightContract(5000, D("0.5")), KeepFreightContract(6000, D(1), carrier="ELBE"), KeepFreightContract(4000, D(1), site="LEJ", carrier="ELBE")], by="ann")
    keep_transit_counts([KeepTransitCount("HAM", "DE", "ELBE", "S", (Took(1, 40), Took(2, 2)))], by="ann")
    to = [Destination(*each, day) for each in (("HAM", "DE", "", "20095"), ("HAM", "DE", "BY", "90000"), ("HAM", "DE", "", "80331"), ("HAM", "DE", "", "81000"), ("LEJ", "DE", "BY", "80331"), ("HAM", "FR", "", ""))]
    offers = rows(offer, OFFERS, **asked(to))
    assert [(o.n, o.service, o.tariff.zone, o.days) for o in offers] == [(0, "S", "A", 1), (1, "S", "E", 5), (2, "S", "C", 3), (3, "S", "B", 2), (4, "S", "D", 4), (5, "S", "", None)]
    assert offers[2].tariff == Tariff("parcel", "EUR", "C", (Step(5_000, D(2)),), (Extra("fuel", D(12)),), Contract(6000, D(1)), 31_500)
    assert offers[4].tariff.contract.divisor == 4000 and [o.took for o in offers[:5]] == [((1, 40), (2, 2))] * 4 + [()]


def test_a_count_is_kept_whole_and_one_that_stands_is_not_told(given):
    ask = KeepTransitCount("HAM", "DE", "ELBE", "S", (Took(1, 40), Took(2, 2)))
    told = [keep_transit_counts([a], by="ann")[0].said() for a in (ask, ask, replace(ask, took=(Took(1, 41),)), replace(ask, took=()))]
    assert told == ["42 parcels counted from HAM to DE with ELBE S", "The count of parcels from HAM is as it was", "41 parcels counted from HAM to DE with ELBE S",
                    "0 parcels counted from HAM to DE with ELBE S"]
    assert len(given.told("TransitCounted")) == 3
