"""Quarantine: off sale and back, never what is promised."""

from hanse.inventory.ledger import Reserve, reserve
from hanse.inventory.quarantine import Quarantine, quarantine


def test_units_go_off_sale_and_come_back(given):
    item, site = given.item(), given.site()
    given.stocked(item, site, 10)
    [off] = quarantine([Quarantine(site.code, item.sku, 4, "A-01", reason="wet cartons")], by="ann")
    assert off.said() == "4 BRG-6204 quarantined at HAM: wet cartons"
    assert given.free(item, site) == (6, 0) and given.stock() == {"bin": 6, "quarantine": 4}
    no, back = quarantine([Quarantine(site.code, item.sku, 5, "A-01", release=True), Quarantine(site.code, item.sku, 4, "A-01", release=True)], by="ann")
    assert no.said() == "quarantine holds 4 BRG-6204, 0 of them for pick tasks; 5 wanted."
    assert given.free(item, site) == (10, 0) and back.said() == "4 BRG-6204 released from quarantine at HAM into A-01"


def test_what_is_reserved_stays_on_sale(given):
    item, site = given.item(), given.site()
    given.stocked(item, site, 10)
    with given.run() as run:
        reserve(run, [Reserve(item.pk, site.pk, 8)])
    answers = quarantine([Quarantine(site.code, item.sku, n, "A-01", reason="wet") for n in (3, 2, 1)], by="ann")
    assert [getattr(a, "code", "told") for a in answers] == ["stock-reserved", "told", "stock-reserved"]
    assert given.free(item, site) == (8, 8)


def test_a_reason_is_needed(given):
    item, site = given.item(), given.site()
    given.stocked(item, site, 10)
    [no] = quarantine([Quarantine(site.code, item.sku, 1, "A-01")], by="ann")
    assert no.code == "reason-missing"
