"""The ledger: double entry, guarded balances, stock by site."""

import pytest
from django.db import IntegrityError

from hanse.inventory.ledger import LedgerBroken, Movement, Place, Reserve, places, post, reserve


def test_the_ledger_vector_of_the_domain_adds_up(given):
    """Domain: inventory §1. After receipt 100, put-away, pick 30, despatch, delivery, count loss 1: BIN-A 69."""
    item, site = given.item(), given.site()
    with given.run() as run:
        kinds = [("supplier", ""), ("bin", "DOCK"), ("bin", "BIN-A"), ("tote", "T-7"), ("transit", ""), ("customer", ""), ("missing", "")]
        at = {code or kind: id for (kind, code), id in zip(kinds, [places(run, [Place(k, site.pk, c)])[Place(k, site.pk, c)] for k, c in kinds], strict=True)}
        steps = [("supplier", "DOCK", 100), ("DOCK", "BIN-A", 100), ("BIN-A", "T-7", 30), ("T-7", "transit", 30), ("transit", "customer", 30), ("BIN-A", "missing", 1)]
        for source, target, quantity in steps:
            post(run, [Movement(item.pk, at[source], at[target], quantity, "vector")])
    assert given.stock() == {"bin": 69, "customer": 30, "missing": 1}
    assert given.free(item, site) == (69, 0)


def test_a_guarded_account_never_goes_below_zero(given):
    item, site = given.item(), given.site()
    given.stocked(item, site, 5)
    with pytest.raises(IntegrityError, match="inventory_balance_"), given.run() as run:
        bin, gone = Place("bin", site.pk, "A-01"), Place("scrap", site.pk)
        found = places(run, [bin, gone])
        post(run, [Movement(item.pk, found[bin], found[gone], 6, "vector")])


def test_leaving_an_account_that_never_held_the_item_is_a_bug(given):
    item, site = given.item(), given.site()
    with pytest.raises(LedgerBroken), given.run() as run:
        bin, gone = Place("bin", site.pk, "A-01"), Place("scrap", site.pk)
        found = places(run, [bin, gone])
        post(run, [Movement(item.pk, found[bin], found[gone], 1, "vector")])


def test_a_site_is_never_oversold(given):
    item, site = given.item(), given.site()
    given.stocked(item, site, 5)
    with given.run() as run:
        reserve(run, [Reserve(item.pk, site.pk, 3), Reserve(item.pk, site.pk, 2)])
    assert given.free(item, site) == (5, 5)
    with pytest.raises(IntegrityError, match="inventory_stock_never_oversold"), given.run() as run:
        reserve(run, [Reserve(item.pk, site.pk, 1)])
