"""Change: previewed with its effect on stock, money and promise; accepted as previewed or refused."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from hanse.kernel.refused import Refused
from hanse.orders import reads
from hanse.orders.change import Change, ChangeLine, change
from hanse.orders.models import Line, Order
from hanse.orders.place import Place, PlaceLine, place
from hanse.orders.promises import basis_moved
from hanse.partners.addresses import AddressGiven


def placed(given, stock=10):
    item, site = given.item(), given.site()
    given.item("SEA-TC35", "2.50")
    given.customer()
    given.stocked(item, site, stock)
    [order] = place([Place("REUTER", (PlaceLine("BRG-6204", 5),))], by="ann")
    return order, item, site


def test_a_preview_says_the_effect_and_changes_nothing(given):
    order, item, site = placed(given)
    [seen] = change([Change(order.order, (ChangeLine(1, 7),), (PlaceLine("SEA-TC35", 4),))], by="ann", dry_run=True)
    assert (seen.before.total, seen.after.total) == (Decimal("50"), Decimal("80"))
    assert (seen.before.reserved, seen.after.reserved, seen.after.waiting) == (5, 7, 4)
    assert given.free(item, site) == (10, 5) and Line.objects.count() == 1


def test_what_was_previewed_is_what_is_done(given):
    order, item, site = placed(given)
    wish = {"order": order.order, "lines": (ChangeLine(1, 7),)}
    [seen] = change([Change(**wish)], by="ann", dry_run=True)
    [done] = change([Change(**wish, accept=seen.after.mark)], by="ann")
    assert done.after == seen.after and done.changes == ("BRG-6204 from 5 to 7",)
    assert given.free(item, site) == (10, 7)
    assert sorted(Line.objects.values_list("ordered", flat=True)) == [2, 5]
    assert Order.objects.get().total == Decimal("70")
    [late] = change([Change(**wish, accept=seen.after.mark)], by="ann")
    assert late.code in ("preview-expired", "change-empty")


def test_a_preview_expires_when_the_stock_has_moved_on(given):
    order, *_ = placed(given)
    wish = {"order": order.order, "lines": (ChangeLine(1, 9),)}
    [seen] = change([Change(**wish)], by="ann", dry_run=True)
    place([Place("REUTER", (PlaceLine("BRG-6204", 5),))], by="ann")
    [no] = change([Change(**wish, accept=seen.after.mark)], by="ann")
    assert no.code == "preview-expired" and Order.objects.get(pk=int(order.order[2:])).ordered == 5


def test_of_a_batch_a_preview_that_expired_leaves_nothing_and_the_others_are_done(given):
    first, item, site = placed(given)
    others = [place([Place("REUTER", (PlaceLine("BRG-6204", 1),))], by="ann")[0].order for _ in range(2)]
    wishes = [Change(order, (ChangeLine(1, 4),)) for order in (first.order, *others)]
    marks = [change([wish], by="ann", dry_run=True)[0].after.mark for wish in wishes]
    [no, *done] = change([replace(wish, accept=mark) for wish, mark in zip(wishes, ["old", *marks[1:]], strict=True)], by="ann", key="k")
    assert no.code == "preview-expired" and Line.objects.get(order_id=int(first.order[2:])).cancelled == 0 and given.free(item, site) == (10, 10)
    assert [d.code if isinstance(d, Refused) else d.after.reserved for d in done] == [4, "preview-expired"]
    assert [f.order for f in given.told("OrderChanged")] == others[:1]


def test_fewer_units_are_cancelled_and_all_findings_come_at_once(given):
    order, item, site = placed(given)
    [done] = change([Change(order.order, (ChangeLine(1, 2),))], by="ann")
    assert done.after.reserved == 2 and given.free(item, site) == (10, 2)
    [no] = change([Change(order.order, (ChangeLine(4, 2),), (PlaceLine("GONE", 1),))], by="ann")
    assert [e.code for e in no.errors] == ["line-unknown", "not-sellable"]


def test_a_new_address_is_a_new_version_and_the_order_points_at_it(given):
    order, *_ = placed(given)
    before = Order.objects.get().ship_to_id
    change([Change(order.order, ship_to=AddressGiven("DE", street="Am Kai 2", postcode="18055", city="Rostock"))], by="ann")
    after = Order.objects.get()
    assert after.ship_to_id != before and after.ship_to.street == "Am Kai 2"


def test_a_promise_that_moves_keeps_the_first_and_says_who_agreed(given):
    order, *_ = placed(given)
    [done] = change([Change(order.order, promised_on=date(2026, 12, 1), agreed_by="J. Lindholm")], by="ann")
    assert done.changes == ("promised for 2026-12-01",)
    row, line = Order.objects.get(), Line.objects.get()
    assert (row.first_promised_on, row.promised_on) == (date(2026, 11, 17), date(2026, 12, 1)) == (line.first_promised_on, line.promised_on)
    [moved] = given.told("PromiseMoved")
    assert (moved.was_on, moved.agreed_by) == (date(2026, 11, 17), "J. Lindholm")
    assert line.promises.get().asked_by == "ann"


TEN = datetime(2026, 12, 10, 23, tzinfo=UTC)


@pytest.mark.parametrize("by_customer, was, zone, now, basis", [
    (True, date(2026, 12, 10), "UTC", TEN, date(2026, 12, 20)),  # he asked on the day itself: it was not over
    (True, date(2026, 12, 9), "UTC", TEN, None),  # late already: what he says now heals nothing
    (True, date(2026, 12, 10), "Asia/Tokyo", TEN, None),  # over where it is delivered
    (True, None, "UTC", TEN, date(2026, 12, 20)),  # nothing was promised before
    (False, date(2026, 12, 30), "UTC", TEN, None),  # we asked, so it is never the basis
])
def test_only_what_the_customer_asks_for_in_time_is_what_he_is_judged_by(by_customer, was, zone, now, basis):
    assert basis_moved(by_customer, date(2026, 12, 20), was, zone, now) == basis


def test_who_asked_decides_which_day_counts_and_the_first_promise_stays(given):
    order, *_ = placed(given)

    def day() -> tuple[date | None, date | None, date | None]:
        [line] = reads.order(order.order).lines
        return line.first_promised_on, line.promised_on, line.basis_on

    first = date(2026, 11, 17)
    change([Change(order.order, promised_on=date(2026, 12, 1), agreed_by="J. Lindholm")], by="ann")
    assert day() == (first, date(2026, 12, 1), first)
    [done] = change([Change(order.order, promised_on=date(2026, 12, 8), by_customer=True)], by="ann")
    assert done.changes == ("promised for 2026-12-08, as the customer asked",)
    assert day() == (first, date(2026, 12, 8), date(2026, 12, 8))
    change([Change(order.order, promised_on=date(2026, 12, 15))], by="ann")
    assert day() == (first, date(2026, 12, 15), date(2026, 12, 8))
    asked = [(p["promised_on"], p["by_customer"], p["basis_on"]) for p in reads.order(order.order).promises]
    assert asked == [("2026-12-01", False, None), ("2026-12-08", True, "2026-12-08"), ("2026-12-15", False, None)]
    assert [m.by_customer for m in given.told("PromiseMoved")] == [False, True, False]
    assert given.told("PromiseMoved")[1].said().endswith(": asked by the customer")
    [no] = change([Change(order.order, by_customer=True)], by="ann")
    assert [(e.pointer, e.detail) for e in no.errors] == [("#/promised_on", "Say which day the customer asked for.")]
