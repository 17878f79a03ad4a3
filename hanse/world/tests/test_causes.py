"""Planted causes: each seed plants its own, where something happens, and the report's words for it are known; the table counts what it claimed."""

from datetime import date

import pytest

from hanse.world.causes import KINDS, NOTHING, Lived, Said, cause_of, named, table
from hanse.world.chances import Chances
from hanse.world.described import read
from hanse.world.opening import opened

SHOP = read("small-shop")
THINGS = opened(SHOP, Chances(1), date(2026, 3, 5))


@pytest.mark.parametrize("kind", KINDS)
def test_another_seed_plants_another_cause_of_the_kind_and_the_same_one_the_same(kind):
    causes = [cause_of(kind, SHOP, THINGS, seed) for seed in range(1, 20)]
    assert {cause.kind for cause in causes} == {kind} and len(set(causes)) > 1
    assert causes == [cause_of(kind, SHOP, THINGS, seed) for seed in range(1, 20)]


@pytest.mark.parametrize(("kind", "by"), list(zip(KINDS, ("lane", "lane", "bin", "item", "channel", "site"), strict=True)))
def test_what_the_report_may_say_of_a_cause_names_its_place(kind, by):
    cause = cause_of(kind, SHOP, THINGS, 3)
    told = named(SHOP, cause)
    assert by in {said.by for said in told}
    places = {getattr(cause, part) for part in ("carrier", "country", "site", "bin") if hasattr(cause, part)}
    assert all(any(place in said.where for said in told) for place in places)


def test_nothing_is_planted_in_a_world_without_fault():
    assert cause_of(NOTHING, SHOP, THINGS, 1) is None


def world(kind, *, first=False, found=False, claims=()):
    return Lived(1, kind, 10, "", claims, first, found, 800, 700, 20.0, 10.0)


def test_the_table_counts_first_ones_of_each_kind_and_any_claim_where_nothing_was_planted():
    lane = Said("lane", "ELBE → AT", "transit delay")
    rows = table([world("slow lane", first=True, found=True, claims=(lane,)), world("slow lane"), world(NOTHING), world(NOTHING, claims=(lane,)), world(NOTHING)])
    assert [(r.kind, r.worlds, r.first, r.found, r.claimed, r.share.hits) for r in rows] == [(NOTHING, 3, 0, 0, 1, 1), ("slow lane", 2, 1, 1, 1, 1)]
