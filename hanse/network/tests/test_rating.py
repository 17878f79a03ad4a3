"""Rating: steps and their borders, further kilograms, size as weight, surcharges, freight by the hundred, and why a service does not take a parcel."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given as every
from hypothesis import strategies as some

from hanse.network.billed import Contract
from hanse.network.rating import Extra, Piece, Step, Tariff, at_home, charges

D = Decimal
BY_SIZE = Contract(5000, D("0.5"))
PARCEL = Tariff("parcel", "EUR", "DE-1", (Step(2_000, D("4.90")), Step(5_000, D("6.50")), Step(10_000, D("8.90")), Step(None, D("0.75"))), (), BY_SIZE, 31_500, 1_200, 3_000)
FREIGHT = Tariff("freight", "EUR", "DE-1", (Step(100_000, D("42")), Step(500_000, D("31.5"), D(25)), Step(None, D("24"))), (), max_weight_g=1_000_000)


def told(tariff: Tariff, *pieces: Piece, country: str = "DE", postcode: str = "20095") -> list[str]:
    return [c if isinstance(c, str) else f"{' + '.join(f'{x.kind} {x.amount}' for x in c.lines)} = {c.total} for {c.billed_g} g" for c in charges(tariff, pieces, country, postcode)]


@pytest.mark.parametrize("gross_g, line", [
    (1, "freight 4.90 = 4.90 for 500 g"), (2_000, "freight 4.90 = 4.90 for 2000 g"), (2_001, "freight 6.50 = 6.50 for 2500 g"), (5_000, "freight 6.50 = 6.50 for 5000 g"),
    (5_001, "freight 8.90 = 8.90 for 5500 g"), (10_000, "freight 8.90 = 8.90 for 10000 g"), (10_001, "freight 9.65 = 9.65 for 10500 g"),
    (11_000, "freight 9.65 = 9.65 for 11000 g"), (11_001, "freight 10.40 = 10.40 for 11500 g"), (31_500, "freight 25.40 = 25.40 for 31500 g"),
    (31_501, "too heavy: 31.501 of at most 31.5 kg"),
])
def test_a_parcel_costs_its_step_and_each_further_kilogram_begun(gross_g, line):
    assert told(PARCEL, Piece(gross_g)) == [line]


@pytest.mark.parametrize("piece, line", [
    (Piece(4_200, (400, 300, 250)), "freight 8.90 = 8.90 for 6000 g"), (Piece(6_100, (400, 300, 250)), "freight 8.90 = 8.90 for 6500 g"),
    (Piece(4_200, volume_mm3=400 * 300 * 250), "freight 8.90 = 8.90 for 6000 g"), (Piece(100, (1_200, 10, 10)), "freight 4.90 = 4.90 for 500 g"),
])
def test_the_greater_of_weight_and_size_is_rated(piece, line):
    assert told(PARCEL, piece) == [line]


def test_pounds_are_rated_by_the_gram_of_a_whole_pound():
    pounds = replace(PARCEL, contract=Contract(139, D(1), "imperial", True), steps=(Step(9_525, D("10.10")), Step(9_979, D("10.40"))))
    assert told(pounds, Piece(4_200, (457, 355, 304))) == ["freight 10.40 = 10.40 for 9979 g"]


@pytest.mark.parametrize("tariff, pieces, why", [
    (replace(PARCEL, zone=""), [Piece(1)], ["no zone there"]),
    (replace(PARCEL, steps=PARCEL.steps[:3]), [Piece(10_001)], ["no rate for 10.5 kg in zone DE-1"]),
    (replace(PARCEL, steps=()), [Piece(1)], ["no rate for 0.5 kg in zone DE-1"]),
    (PARCEL, [Piece(40_000, (1_201, 1_000, 200))], ["too heavy: 40 of at most 31.5 kg", "too long: 1201 of at most 1200 mm", "too large: a girth of 3601 of at most 3000 mm"]),
    (PARCEL, [Piece(1), Piece(1, longest_mm=1_300), Piece(1, longest_mm=1_300)], ["too long: 1300 of at most 1200 mm"]),
])
def test_a_service_says_all_that_keeps_it_from_taking_parcels(tariff, pieces, why):
    assert told(tariff, *pieces) == why


@every(some.integers(1, 60_000), some.tuples(*[some.integers(1, 2_000)] * 3), some.sampled_from([(), PARCEL.steps[:2]]))
def test_each_reason_is_true_without_what_it_names_it_is_gone_and_the_others_stay(gross_g, sides, steps):
    tariff, piece = replace(PARCEL, **({"steps": steps} if steps else {})), Piece(gross_g, sides)
    why = told(tariff, piece)
    lifted = {"too heavy": {"max_weight_g": None}, "too long": {"max_length_mm": None}, "too large": {"max_girth_mm": None}, "no rate": {"steps": (Step(None, D(1)),)}}
    for reason, without in lifted.items():
        named = [w for w in why if w.startswith(reason)]
        assert not named or [w for w in told(replace(tariff, **without), piece) if w in why] == [w for w in why if w not in named]


@pytest.mark.parametrize("extra, piece, line", [
    (Extra("fuel", D("12.25")), Piece(1), "freight 4.90 + fuel 0.60 = 5.50 for 500 g"),
    (Extra("fuel", D("15")), Piece(10_500), "freight 9.65 + fuel 1.45 = 11.10 for 10500 g"),
    (Extra("oversize", amount=D("20"), over_length_mm=1_000), Piece(1, (1_001, 10, 10)), "freight 4.90 + oversize 20.00 = 24.90 for 500 g"),
    (Extra("oversize", amount=D("20"), over_length_mm=1_000), Piece(1, (1_000, 10, 10)), "freight 4.90 = 4.90 for 500 g"),
    (Extra("overweight", amount=D("5.005"), over_g=25_000), Piece(25_001), "freight 20.90 + overweight 5.01 = 25.91 for 25500 g"),
    (Extra("overweight", amount=D("5"), over_g=25_000), Piece(25_000), "freight 20.15 = 20.15 for 25000 g"),
    (Extra("girth", amount=D("9"), over_girth_mm=2_000), Piece(1, (900, 500, 60)), "freight 8.90 + girth 9.00 = 17.90 for 5500 g"),
    (Extra("remote", amount=D("3"), country="DE", postcodes=("2", "25")), Piece(1), "freight 4.90 + remote 3.00 = 7.90 for 500 g"),
    (Extra("remote", amount=D("3"), country="DE", postcodes=("25",)), Piece(1), "freight 4.90 = 4.90 for 500 g"),
    (Extra("customs", amount=D("3"), country="CH"), Piece(1), "freight 4.90 = 4.90 for 500 g"),
])
def test_surcharges_count_where_all_their_conditions_hold_and_each_line_is_rounded_half_up_once(extra, piece, line):
    assert told(replace(PARCEL, extras=(extra,)), piece) == [line]


AT_HOMES = (Extra("residential", amount=D("3.10"), home=True), Extra("remote", amount=D("2"), country="DE", postcodes=("2",), home=True), Extra("far", amount=D("9"), country="CH", home=True))


@pytest.mark.parametrize("home, line, note", [
    (True, "freight 4.90 + residential 3.10 + remote 2.00 = 10.00 for 500 g", "with residential and remote, for it is a home"),
    (False, "freight 4.90 = 4.90 for 500 g", ""),
    (None, "freight 4.90 = 4.90 for 500 g", "without residential and remote: nobody said that it is a home"),
])
def test_a_surcharge_for_homes_counts_where_somebody_said_that_it_is_one(home, line, note):
    found = charges(replace(PARCEL, extras=AT_HOMES), [Piece(1)], "DE", "20095", home)
    assert ([f"{' + '.join(f'{x.kind} {x.amount}' for x in c.lines)} = {c.total} for {c.billed_g} g" for c in found], at_home(found, home)) == ([line], note)


def test_a_percentage_is_of_the_freight_before_it_is_rounded():
    fine = replace(PARCEL, steps=(Step(5_000, D("1.005")),), extras=(Extra("fuel", D("50")),))
    assert told(fine, Piece(1)) == ["freight 1.01 + fuel 0.50 = 1.51 for 500 g"]
    yen = replace(PARCEL, currency="JPY", steps=(Step(5_000, D("500.5")),))
    assert told(yen, Piece(1)) == ["freight 501 = 501 for 500 g"]


@pytest.mark.parametrize("weights, amounts", [
    ([50_000], ["21.00"]), ([100_000], ["31.50"]), ([75_000], ["31.50"]), ([70_000], ["29.40"]), ([60_000, 20_000], ["23.63", "7.87"]),
    ([500_000], ["120.00"]), ([600_000], ["144.00"]),
])
def test_freight_goes_by_the_hundred_of_the_whole_shipment_and_never_costs_more_than_the_next_step_begins_with(weights, amounts):
    found = charges(FREIGHT, [Piece(w) for w in weights], "DE", "20095")
    assert [str(c.total) for c in found] == amounts


def test_freight_has_a_minimum():
    dear = replace(FREIGHT, steps=(Step(None, D("24"), D("60")),))
    assert [c.total for c in charges(dear, [Piece(10_000), Piece(20_000)], "DE", "1")] == [D(20), D(40)]


@every(some.lists(some.integers(1, 31_500), min_size=1, max_size=5), some.integers(0, 10_000))
def test_lines_add_up_and_more_weight_never_costs_less(weights, more):
    tariff = replace(PARCEL, extras=(Extra("fuel", D("12.25")), Extra("overweight", amount=D("5"), over_g=25_000)), max_weight_g=None)
    light, heavy = (charges(tariff, [Piece(w + add) for w in weights], "DE", "1") for add in (0, more))
    assert all(c.total == sum(x.amount for x in c.lines) for c in light)
    assert all(a.total <= b.total and Fraction(b.billed_g) >= w for a, b, w in zip(light, heavy, weights, strict=True))
