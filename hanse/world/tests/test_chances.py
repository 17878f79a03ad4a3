"""Chances are named: the same name meets the same luck, whatever else happens. Orders of a day follow from its date alone."""

from collections import Counter
from datetime import date
from statistics import mean

import pytest

from hanse.world.chances import Chances, how_many, one, poisson
from hanse.world.day import World
from hanse.world.demand import orders_of, season
from hanse.world.described import read
from hanse.world.whatif import T95, paired

BEGAN = date(2026, 3, 2)


@pytest.fixture(scope="module")
def world():
    return World(read("web-shop"), 7, BEGAN)


def orders(world, day):
    return orders_of(world.company, world.opened.sold, world.opened.buyers, day, BEGAN, world.chances)


def test_a_stream_is_the_same_on_every_machine_and_next_to_every_other():
    assert Chances(7).of("way", "H-1", 0).getrandbits(64) == 2_319_532_817_071_781_732
    assert Chances(7).of("way", "H-1", 0).random() != Chances(8).of("way", "H-1", 0).random() != Chances(7).of("way", "H-1", 1).random()


def test_what_happens_always_or_never_does():
    assert all(Chances(1).happens(1.0, n) for n in range(100))
    assert not any(Chances(1).happens(0.0, n) for n in range(100))
    assert 260 < sum(Chances(1).happens(0.3, n) for n in range(1000)) < 340


def test_draws_follow_their_weights():
    random = Chances(1).of("draws")
    counts = Counter(how_many(random, (0.5, 0.3, 0.2)) for _ in range(4000))
    assert [round(counts[n] / 4000, 1) for n in (1, 2, 3)] == [0.5, 0.3, 0.2]
    assert {one(random, {"a": 1.0, "b": 0.0}) for _ in range(50)} == {"a"}
    assert abs(mean(poisson(random, 6.5) for _ in range(4000)) - 6.5) < 0.15
    assert poisson(random, 0.0) == 0


def test_a_day_has_the_same_orders_each_time_and_other_days_others(world):
    assert orders(world, BEGAN) == orders(world, BEGAN) != orders(world, date(2026, 3, 3))
    assert orders(World(read("web-shop"), 7, BEGAN), BEGAN) == orders(world, BEGAN)
    assert [w.ask for w in orders(World(read("web-shop"), 8, BEGAN), BEGAN)] != [w.ask for w in orders(world, BEGAN)]


def test_orders_come_in_time_with_a_reference_each_for_items_of_which_each_stands_once(world):
    found = orders(world, BEGAN)
    assert [w.at for w in found] == sorted(w.at for w in found) and len({w.ask.ref for w in found}) == len(found) > 20
    assert all(len({line.sku for line in w.ask.lines}) == len(w.ask.lines) for w in found)


def test_families_are_asked_for_by_their_pattern(world):
    tea, pot, cup, accessory, _ = world.company.families
    assert season(tea, date(2026, 12, 15), BEGAN) == 1.5 > season(tea, date(2026, 6, 15), BEGAN) == 0.5
    assert season(pot, date(2026, 12, 15), BEGAN) == 1.0
    assert season(cup, date(2026, 5, 31), BEGAN) == pytest.approx(1.15)
    assert [season(accessory, date(2026, 3, day), BEGAN) for day in (24, 25, 29, 30)] == [1.0, 3.0, 3.0, 1.0]


def test_another_luck_is_another_future_of_the_same_company(world):
    other = World(read("web-shop"), 7, BEGAN, luck=3)
    assert other.opened.items == world.opened.items and other.opened.parties == world.opened.parties
    assert orders(other, BEGAN) != orders(world, BEGAN)


def test_names_and_addresses_fit_their_country(world):
    by = {party.addresses[0].country: party for party in reversed(world.opened.parties)}
    assert set(by) == {"DE", "AT", "NL", "DK", "BE"}
    assert len({party.name for party in world.opened.parties}) > 800


@pytest.mark.parametrize(("pairs", "difference", "low", "high"), [
    ([(1.0, 2.0), (2.0, 3.0), (5.0, 6.0)], 1.0, 1.0, 1.0),
    ([(10.0, 11.0), (10.0, 13.0), (10.0, 12.0)], 2.0, 2 - 4.303 / 3**0.5, 2 + 4.303 / 3**0.5),
    ([(1.0, 4.0)], 3.0, float("-inf"), float("inf")),
])  # fmt: skip
def test_differences_are_paired_and_their_interval_is_students(pairs, difference, low, high):
    it = paired("perfect", pairs)
    assert (it.difference, it.low, it.high) == (pytest.approx(difference), pytest.approx(low), pytest.approx(high))
    assert it.sure is (low > 0 or high < 0)
    assert T95[0] > T95[-1] > 1.96
