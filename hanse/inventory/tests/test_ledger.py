"""The ledger: double entry, guarded balances, stock by site."""

import pytest
from django.db import IntegrityError

from hanse.inventory.ledger import Account, LedgerBroken, Movement, Place, Reserve, changes, places, post, reserve


def test_the_ledger_vector_of_the_domain_adds_up(given):
    """Domain: inventory §1. After receipt 100, put-away, pick 30, despatch, delivery, count loss 1: BIN-A 69."""
    item, site = given.item(), given.site()
    with given.run() as run:
        kinds = [("supplier", ""), ("bin", "DOCK"), ("bin", "BIN-A"), ("tote", "T-7"), ("transit", ""), ("customer", ""), ("missing", "")]
        found = places(run, [Place(kind, site.pk, code) for kind, code in kinds])
        at = {p.code or p.kind: Account(id, p.kind, p.site) for p, id in found.items()}
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
        post(run, [Movement(item.pk, *(Account(found[p], p.kind, p.site) for p in (bin, gone)), 6, "vector")])


def test_leaving_an_account_that_never_held_the_item_is_a_bug(given):
    item, site = given.item(), given.site()
    with pytest.raises(LedgerBroken), given.run() as run:
        bin, gone = Place("bin", site.pk, "A-01"), Place("scrap", site.pk)
        found = places(run, [bin, gone])
        post(run, [Movement(item.pk, *(Account(found[p], p.kind, p.site) for p in (bin, gone)), 1, "vector")])


def test_a_site_is_never_oversold(given):
    item, site = given.item(), given.site()
    given.stocked(item, site, 5)
    with given.run() as run:
        reserve(run, [Reserve(item.pk, site.pk, 3), Reserve(item.pk, site.pk, 2)])
    assert given.free(item, site) == (5, 5)
    with pytest.raises(IntegrityError, match="inventory_stock_never_oversold"), given.run() as run:
        reserve(run, [Reserve(item.pk, site.pk, 1)])


BIN, OTHER, TOTE, TRANSIT, CUSTOMER = (Account(id, kind, 1) for id, kind in enumerate(("bin", "bin", "tote", "transit", "customer"), 1))


@pytest.mark.parametrize("movements, changed", [
    ([Movement(7, BIN, TOTE, 2, "pick", claimed=2, reserved=2), Movement(7, BIN, TOTE, 1, "pick", claimed=1, reserved=1)],
     {"stock": [(7, 1)], "shared": [(1, 7, "")], "gain": [(3, 7, "", 3)], "loss": [(1, 7, "", -3, -3)], "less": [(7, 1, -3, -3)]}),
    ([Movement(7, TOTE, TRANSIT, 2, "hand over")], {"gain": [(4, 7, "", 2)], "own": [(3, 7, "", -2)]}),
    ([Movement(7, TRANSIT, CUSTOMER, 2, "deliver", lot="L")], {"shared": [(4, 7, "L")], "loss": [(4, 7, "L", -2, 0)]}),
    ([Movement(7, CUSTOMER, BIN, 2, "receive")], {"stock": [(7, 1)], "shared": [(1, 7, "")], "gain": [(1, 7, "", 2)], "more": [(7, 1, 2)]}),
    ([Movement(8, BIN, OTHER, 1, "move"), Movement(7, OTHER, BIN, 1, "move")],
     {"stock": [(7, 1), (8, 1)], "shared": [(1, 7, ""), (2, 7, ""), (1, 8, ""), (2, 8, "")], "gain": [(1, 7, "", 1), (2, 8, "", 1)],
      "loss": [(2, 7, "", -1, 0), (1, 8, "", -1, 0)]}),
    ([Movement(7, BIN, OTHER, 1, "there"), Movement(7, OTHER, BIN, 1, "and back")], {"stock": [(7, 1)], "shared": [(1, 7, ""), (2, 7, "")]}),
])  # fmt: skip
def test_a_posting_changes_each_balance_and_stock_once_in_key_order(movements, changed):
    got = {name: [row[: len(changed[name][0])] for row in rows] for name, rows in changes(movements).items() if rows}
    assert got == changed


@pytest.mark.parametrize("movements", [
    [Movement(7, BIN, OTHER, 1, "a", claimed=1), Movement(7, OTHER, BIN, 1, "b")],
    [Movement(7, BIN, TOTE, 1, "a", reserved=1), Movement(7, CUSTOMER, OTHER, 2, "b")],
])  # fmt: skip
def test_a_gain_uses_up_no_claim_and_no_reservation(movements):
    with pytest.raises(LedgerBroken):
        changes(movements)
