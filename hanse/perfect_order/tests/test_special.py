"""What stands out beyond chance, and what does not: Fisher's exact test and Holm's steps, as tables."""

from random import Random

import pytest

from hanse.perfect_order.special import SHORT_PICK, Cases, Failed, at_least, special

LATE = "time", "transit delay", "carrier"
PICKED = "time", "picked late", "warehouse"


def lanes(**failed):
    """Four lanes of 200 orders each, of which so many came late by their carrier."""
    cases = [Cases("lane", f"ELBE → {country}", 200) for country in ("DE", "AT", "NL", "DK")]
    return special(cases, [Failed("lane", f"ELBE → {country}", *LATE, n) for country, n in failed.items()])


@pytest.mark.parametrize(("hits", "n", "all_hits", "all_n", "chance"), [
    (3, 4, 4, 8, 17 / 70), (4, 4, 4, 8, 1 / 70), (0, 4, 4, 8, 1.0), (4, 8, 4, 8, 1.0), (9, 12, 10, 24, 0.00137972809),
])  # fmt: skip
def test_the_exact_chance_is_that_of_the_tables_in_books(hits, n, all_hits, all_n, chance):
    assert at_least(hits, n, all_hits, all_n) == pytest.approx(chance, rel=1e-6)


def test_a_lane_that_is_late_more_often_than_the_others_stands_out_with_how_many_more():
    [found] = lanes(DE=6, AT=30, NL=5, DK=7)
    assert (found.by, found.where, found.cause, found.failed, found.n, found.others_failed, found.others) == ("lane", "ELBE → AT", "transit delay", 30, 200, 18, 600)
    assert found.more == pytest.approx(24) and found.chance < 0.001


def test_what_fails_everywhere_alike_is_no_special_cause():
    assert lanes(DE=60, AT=66, NL=57, DK=61) == []


def test_what_is_more_by_chance_alone_is_not_told_where_many_are_looked_at():
    one = [Cases("channel", "web", 100), Cases("channel", "EDI", 100)], [Failed("channel", "EDI", "invoice", "price", "billing", 8), Failed("channel", "web", "invoice", "price", "billing", 1)]
    assert [s.where for s in special(*one)] == ["EDI"]
    many = [Cases("customer", f"C{n}", 12) for n in range(60)]
    assert special([*one[0], *many], one[1]) == []


def test_of_few_cases_or_few_failures_nothing_is_told():
    assert special([Cases("lane", "few", 9), Cases("lane", "many", 900)], [Failed("lane", "few", *LATE, 9)]) == []
    assert special([Cases("lane", "rare", 10), Cases("lane", "many", 9000)], [Failed("lane", "rare", *LATE, 2)]) == []


def test_of_a_site_and_its_weekday_the_surer_one_is_told():
    cases = [Cases("site", "HAM", 500), Cases("site", "LEI", 500), *(Cases("weekday", f"{site} on {day}", 100, site) for site in ("HAM", "LEI") for day in ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays"))]
    failed = [Failed("site", "LEI", *PICKED, 40), Failed("weekday", "LEI on Mondays", *PICKED, 40)]
    assert [(s.by, s.where) for s in special(cases, failed)] == [("weekday", "LEI on Mondays")]


@pytest.mark.parametrize(("elsewhere_in_site", "told"), [(2, ["CUP-01 in LEI", "CUP-02 in LEI"]), (30, ["LEI", "CUP-01 in LEI", "CUP-02 in LEI"])])
def test_a_site_is_told_beside_its_items_only_where_it_stands_out_without_them(elsewhere_in_site, told):
    """As in the world of seed 2 with look-alikes: the site came before the two items that were swapped in it."""
    swapped = "product", "rejected, wrong item", "warehouse"
    cases = [Cases("site", "HAM", 400), Cases("site", "LEI", 400), *(Cases("item", f"CUP-0{n} in {site}", 70, site) for site in ("HAM", "LEI") for n in range(1, 7))]
    failed = [Failed("site", "HAM", *swapped, 3), Failed("site", "LEI", *swapped, 40 + elsewhere_in_site), Failed("item", "CUP-01 in LEI", *swapped, 22), Failed("item", "CUP-02 in LEI", *swapped, 18)]
    assert [s.where for s in special(cases, failed)] == told


def test_a_bin_is_held_against_the_other_bins_by_its_picks():
    cases = [Cases("bin", "A-01-1 in HAM", 80), *(Cases("bin", f"A-0{n}-1 in HAM", 80) for n in range(2, 9))]
    [found] = special(cases, [Failed("bin", "A-01-1 in HAM", *SHORT_PICK, 20), Failed("bin", "A-02-1 in HAM", *SHORT_PICK, 2)])
    assert (found.where, found.cause) == ("A-01-1 in HAM", "short pick")


@pytest.mark.parametrize(("worst", "told"), [(40, []), (20, ["HAM on Fridays"])])
def test_one_bad_day_is_an_accident_and_no_special_cause(worst, told):
    """As in a world without fault: on one Friday a wave came too late for all, and "HAM on Fridays" was told."""
    cases = [Cases("weekday", f"HAM on {day}", 100, "HAM") for day in ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays")]
    failed = [Failed("weekday", "HAM on Fridays", *PICKED, 42, worst), Failed("weekday", "HAM on Mondays", *PICKED, 3, 2)]
    assert [s.where for s in special(cases, failed)] == told


def test_where_nothing_is_special_something_is_told_in_at_most_one_of_twenty():
    told = 0
    for seed in range(400):
        random = Random(seed)
        cases = [Cases("lane", f"L{n}", 60 + 20 * n) for n in range(8)]
        told += bool(special(cases, [Failed("lane", c.where, *LATE, sum(random.random() < 0.05 for _ in range(c.n))) for c in cases]))
    assert told <= 20
