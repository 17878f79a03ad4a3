"""Kits: the recipe is frozen at placing, components are reserved together, and what is whole is what counts."""

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F
from django.test import Client
from hypothesis import given as any_of
from hypothesis import strategies as st

from hanse.billing.credit import Credit, credit
from hanse.billing.invoice import Invoice, Units, invoice
from hanse.billing.jobs import BILLABLE
from hanse.catalogue.keep_recipes import ComponentGiven, KeepRecipe, keep_recipes
from hanse.catalogue.models import Item
from hanse.catalogue.retire import RetireItem, retire_items
from hanse.edge import verify
from hanse.fulfilment.answer_change import AnswerChange, answer_change
from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release import Release, release
from hanse.kernel.money import units_share
from hanse.network.models import Site
from hanse.orders import kits, reads
from hanse.orders.accept_quotes import AcceptQuote, accept_quotes
from hanse.orders.allocate import Allocate, allocate
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.change import Change, ChangeLine, change
from hanse.orders.events import OrderPlaced
from hanse.orders.jobs import place_recurring
from hanse.orders.kits import Member, together
from hanse.orders.make_quotes import MakeQuote, make_quotes
from hanse.orders.models import Kit, Line, Order
from hanse.orders.place import Place, PlaceLine, place
from hanse.orders.previewing import owed
from hanse.orders.pricing import Priced
from hanse.orders.selling import Component
from hanse.transport.hand_over import HandOver, hand_over

CENT = Decimal("0.01")


def clean() -> bool:
    return [(r.name, r.findings) for r in verify.run() if r.findings] == []


@pytest.fixture
def shop(given):
    """A kit of one A at 6.00 and three B at 2.00, sold at 10.00; ten A and twelve B lie in Hamburg."""
    given.site()
    given.customer()
    given.item("SET", "10.00", tax_rate=Decimal(19))
    a, b = given.item("A", "6.00"), given.item("B", "2.00")
    keep_recipes([KeepRecipe("SET", (ComponentGiven("A", 1), ComponentGiven("B", 3)))], by="ann")
    given.stocked(a, Site.objects.get(), 10)
    given.stocked(b, Site.objects.get(), 12)
    return given


def sold(*lines: tuple[str, int], **fields) -> str:
    [placed] = place([Place("REUTER", tuple(PlaceLine(sku, n) for sku, n in lines), **fields)], by="ann")
    assert isinstance(placed, OrderPlaced), placed
    return placed.order


def through(order: str, short: dict[str, int] | None = None) -> list:
    """Release, pick (short where said), pack and hand over all of an order."""
    [out] = release([Release(order)], by="ann")
    left = dict(short or {})
    for task in out.tasks:
        missing = min(left.pop(task.sku, 0), task.quantity)
        pick([Pick(task.task, task.quantity - missing, "bin empty" if missing else "")], by="ann")
    [carton] = pack([Pack(order, "HAM")], by="ann")
    return hand_over([HandOver(carton.carton, "UPS")], by="ann")


def test_a_kit_is_placed_as_its_components_with_a_position_of_its_own(shop):
    order = sold(("SET", 2), ("A", 1))
    [kit] = Kit.objects.all()
    assert (kit.position, kit.item.sku, kit.quantity, kit.unit_price) == (1, "SET", 2, Decimal(10))
    found = Line.objects.order_by("position").values_list("position", "item__sku", "kit", "per_kit", "ordered", "net", "tax")
    assert list(found) == [(2, "A", None, 1, 1, 6, 0), (3, "A", 1, 1, 2, 10, Decimal("1.90")), (4, "B", 1, 3, 6, 10, Decimal("1.90"))]
    assert Order.objects.get().total == Decimal("29.80") and Order.objects.get().ordered == 9
    seen = reads.order(order)
    assert [(k.position, k.sku, k.ordered, k.reserved, k.net) for k in seen.kits] == [(1, "SET", 2, 2, 20)]
    assert clean()


def test_a_quote_of_kits_is_accepted_at_its_price_by_the_kit(shop):
    ask = Place("REUTER", (PlaceLine("SET", 2, discount=Decimal(1)), PlaceLine("A", 1)), freight=Decimal("3.00"))
    [made] = make_quotes([MakeQuote(ask, date(2026, 12, 31))], by="ann")
    assert (made.net, made.total) == (Decimal(25), Decimal("32.04")) and not Kit.objects.exists()
    Item.objects.update(price=Decimal(99), tax_rate=Decimal(7))
    [yes] = accept_quotes([AcceptQuote(made.quote)], by="ann")
    assert (yes.total, yes.changes[0]) == (made.total, "SET is 99.00 now, quoted at 10.00")
    assert [(k.sku, k.quantity, k.unit_price) for k in Kit.objects.select_related("item").annotate(sku=F("item__sku"))] == [("SET", 2, Decimal(10))]
    assert Order.objects.get().total == made.total and clean()


def test_a_quote_keeps_the_recipe_of_the_day_it_was_made(shop):
    """What was offered is what is placed, to the cent, whatever the kit is made of by then; the same kit ordered today is made of what it is now."""
    [quote] = make_quotes([MakeQuote(Place("REUTER", (PlaceLine("SET", 2), PlaceLine("A", 1))), date(2026, 12, 31))], by="ann")
    [newer] = make_quotes([MakeQuote(Place("REUTER", (PlaceLine("B", 5),)), date(2026, 12, 31))], by="ann")
    keep_recipes([KeepRecipe("SET", (ComponentGiven("B", 1),)), KeepRecipe("B", (ComponentGiven("A", 7),))], by="ann")
    both = accept_quotes([AcceptQuote(quote.quote), AcceptQuote(newer.quote)], by="ann")
    assert [a.total for a in both] == [quote.total, newer.total] and "SET is made otherwise now, placed as quoted" in both[0].changes
    assert sorted(Line.objects.values_list("item__sku", "kit", "per_kit", "ordered"), key=str) == sorted([
        ("A", None, 1, 1), ("A", 1, 1, 2), ("B", 1, 3, 6), ("B", None, 1, 5)], key=str)
    assert clean()


def test_a_quoted_kit_is_not_sold_once_a_part_of_it_is_retired(shop):
    [quote] = make_quotes([MakeQuote(Place("REUTER", (PlaceLine("SET", 1),)), date(2026, 12, 31))], by="ann")
    keep_recipes([KeepRecipe("SET", (ComponentGiven("B", 1),))], by="ann")
    Item.objects.filter(sku="A").update(retired_on=date(2026, 11, 1))
    [no] = accept_quotes([AcceptQuote(quote.quote)], by="ann")
    assert no.errors[0].code == "not-sellable" and not Order.objects.exists()


def test_an_order_with_kits_is_repeated_as_kits(shop):
    desk = Client()
    desk.force_login(User.objects.get(pk=shop.user("ina", "order desk").pk))
    order = sold(("SET", 2), ("A", 1))
    desk.post(f"/orders/{order}/repeat", {"key": "a", "rule": "FREQ=WEEKLY", "starts_on": "2026-11-16", "ship_to": "main"})
    assert place_recurring() == 1
    again = Line.objects.exclude(order_id=int(order[2:])).order_by("position")
    assert list(again.values_list("item__sku", "kit", "ordered")) == [("A", None, 1), ("A", 1, 2), ("B", 1, 6)]


def test_a_recipe_kept_later_changes_nothing_that_is_placed(shop):
    order = sold(("SET", 1))
    keep_recipes([KeepRecipe("SET", (ComponentGiven("B", 1),))], by="ann")
    change([Change(order, (ChangeLine(1, 2),))], by="ann")
    assert sorted(Line.objects.values_list("item__sku", "per_kit", "ordered")) == [("A", 1, 1), ("A", 1, 1), ("B", 3, 3), ("B", 3, 3)]
    assert clean()


def test_an_item_becomes_a_kit_on_the_day_its_recipe_begins(shop):
    keep_recipes([KeepRecipe("A", (ComponentGiven("B", 2),), date(2026, 11, 17))], by="ann")
    shop.item("LATER", "5.00")
    keep_recipes([KeepRecipe("LATER", (ComponentGiven("B", 2),), date(2026, 11, 17))], by="ann")
    sold(("LATER", 1))
    assert Line.objects.get().kit is None and Line.objects.get().item.sku == "LATER"


def test_a_kit_with_a_retired_component_is_not_sold(shop):
    retire_items([RetireItem("B")], by="ann")
    [no] = place([Place("REUTER", (PlaceLine("SET", 1),))], by="ann")
    assert (no.code, no.errors[0].pointer) == ("not-sellable", "#/lines/0/sku")


def test_components_are_reserved_together_or_not_at_all(shop):
    order = sold(("SET", 5), ("A", 7))
    units = Counter()
    for line in Line.objects.all():
        units[line.item.sku, line.kit] += line.reserved
    assert units == {("A", 1): 3, ("B", 1): 9, ("A", None): 7}
    [told] = shop.told("UnitsAllocated")
    assert [(w.sku, w.quantity) for w in told.waiting] == [("A", 2), ("B", 6)]
    a, b, site = Item.objects.get(sku="A"), Item.objects.get(sku="B"), Site.objects.get()
    for item, units, made in [(b, 2, 3), (a, 1, 4), (a, 1, 4), (b, 1, 5)]:
        shop.stocked(item, site, units)
        allocate([Allocate(order)], by="ann")
        assert [k.reserved for k in reads.order(order).kits] == [made]
    assert clean()


def test_or_refuse_counts_what_kits_and_lines_want_together(shop):
    [no] = place([Place("REUTER", (PlaceLine("SET", 4), PlaceLine("A", 7)), reserve="or_refuse")], by="ann")
    assert [(e.pointer, e.detail) for e in no.errors] == [("#/lines/0/quantity", "10 of 11 A available.")]
    [no, yes] = place([Place("REUTER", (PlaceLine("SET", 5),), reserve="or_refuse"), Place("REUTER", (PlaceLine("SET", 4), PlaceLine("A", 6)), reserve="or_refuse")], by="ann")
    assert no.detail == "12 of 15 B available." and isinstance(yes, OrderPlaced)


@pytest.mark.parametrize("taken, kept, stays", [
    ({1: 2, 2: 6}, (0, 0), {1: 2, 2: 6}),
    ({1: 2, 2: 5}, (0, 0), {1: 1, 2: 3}),
    ({1: 2}, (0, 0), {1: 0, 2: 0}),
    ({2: 1}, (2, 5), {1: 0, 2: 1}),
    ({2: 1}, (2, 3), {1: 0, 2: 0}),
])
def test_what_was_taken_stays_as_far_as_it_makes_whole_kits(taken, kept, stays):
    assert together(taken, [Member(1, 7, 1, 1, kept[0]), Member(2, 7, 1, 3, kept[1])]) == stays


@any_of(kits_=st.integers(1, 40), net=st.integers(0, 100_000), weights=st.lists(st.integers(0, 50), min_size=1, max_size=5), per=st.integers(1, 4))
def test_shares_of_a_kit_add_up_and_whole_kits_cost_the_same_to_the_cent(kits_, net, weights, per):
    parts = [Component(n, str(n), per, Decimal(w)) for n, w in enumerate(weights)]
    whole = Priced(kits_, Decimal(net) / 100 / kits_, net=Decimal(net) / 100, tax=Decimal(net % 97) / 100)
    shares = kits.components(whole, parts, "EUR")
    assert sum(s.net for s in shares) == whole.net and sum(s.tax for s in shares) == whole.tax
    each = [sum(units_share(s.net, s.quantity, k * per, per, CENT, per) for s in shares) for k in range(kits_)]
    assert sum(each) == whole.net and max(each) - min(each) <= CENT * len(parts)
    if net % kits_ == 0:
        assert set(each) == {Decimal(net) / 100 / kits_}


def test_a_short_component_leaves_its_kit_loose_until_it_follows(shop):
    order = sold(("SET", 4))
    through(order, short={"B": 2})
    [seen] = reads.order(order).kits
    assert (seen.shipped, seen.loose) == (3, [{"sku": "A", "shipped": 1, "delivered": 0}, {"sku": "B", "shipped": 1, "delivered": 0}])
    [bill] = invoice([Invoice(order)], by="ann")
    assert (bill.net, bill.tax) == (Decimal("30.00"), Decimal("5.70"))
    [no] = invoice([Invoice(order)], by="ann")
    assert no.code == "nothing-to-invoice"
    with connection.cursor() as cursor:
        cursor.execute(BILLABLE.format(which="true"))
        assert cursor.fetchall() == [] and clean()
    shop.stocked(Line.objects.get(item__sku="B").item, Site.objects.get(), 2, "A-02")
    allocate([Allocate(order)], by="ann")
    through(order)
    [rest] = invoice([Invoice(order)], by="ann")
    assert rest.net == Decimal("10.00") and [k.shipped for k in reads.order(order).kits] == [4] and clean()


def test_a_component_cancelled_alone_breaks_its_kit_and_the_rest_is_billed_by_its_share(shop):
    order = sold(("SET", 4))
    through(order, short={"B": 2})
    invoice([Invoice(order)], by="ann")
    [done] = cancel([Cancel(order, (CancelLine(3, 2),))], by="ann")
    assert done.said() == "Cancelled: 2 B"
    [rest] = invoice([Invoice(order)], by="ann")
    assert rest.net == Decimal("6.67") == owed(reads.order(order), net=True) - 30 and clean()


def test_kits_are_cancelled_whole_and_their_components_come_free(shop):
    order = sold(("SET", 3), ("A", 1))
    [done] = cancel([Cancel(order, (CancelLine(1, 2),), "too many")], by="ann")
    assert done.said() == "Cancelled: 2 SET (too many)"
    assert {(x.item.sku, x.kit): x.cancelled for x in Line.objects.all()} == {("A", None): 0, ("A", 1): 2, ("B", 1): 6}
    assert owed(reads.order(order), net=True) == Decimal("16.00")
    [no] = cancel([Cancel(order, (CancelLine(1, 2),))], by="ann")
    assert no.detail == "1 of 2 can be cancelled: the rest has left, or a site is asked to stop it. Cancel 1."
    [rest] = cancel([Cancel(order)], by="ann")
    assert rest.said() == "Cancelled: 1 SET, 1 A"
    assert Order.objects.get().status == "cancelled" and clean()


@pytest.mark.parametrize("begun", [0, 1, 2, 3])
def test_of_kits_on_the_floor_the_site_is_asked_to_stop_what_they_are_made_of(shop, begun):
    order = sold(("SET", 3), ("A", 1))
    [out] = release([Release(order)], by="ann")
    if begun:
        pick([Pick(t.task, t.quantity) for t in out.tasks[: begun if begun < 3 else None]], by="ann")
    if begun == 3:
        pack([Pack(order, "HAM")], by="ann")
    [no] = cancel([Cancel(order, (CancelLine(1, 2),))], by="ann")
    assert (no.code, no.detail[:36]) == ("ask-the-site", "2 of 2 units of line 1 are released.")
    [asked] = cancel([Cancel(order, (CancelLine(1, 2),), fallback="let-go")], by="ann")
    assert [(a.site, a.what, a.units) for a in asked.asked] == [("HAM", "stop 2 A, 6 B", 8)]
    [kit] = reads.order(order).kits
    assert (kit.cancelled, kit.at_once, kit.on_floor) == (0, 0, 1)
    [no] = cancel([Cancel(order, (CancelLine(1, 2),), fallback="let-go")], by="ann")
    assert no.detail == "1 of 2 can be cancelled: the rest has left, or a site is asked to stop it. Cancel 1."
    answer_change([AnswerChange(asked.asked[0].request, True)], by="ann")
    [kit] = reads.order(order).kits
    assert (kit.ordered - kit.cancelled, kit.reserved, kit.loose) == (1, 1, [])
    assert {(x.item.sku, x.kit): x.cancelled for x in Line.objects.all()} == {("A", None): 0, ("A", 1): 2, ("B", 1): 6}
    assert owed(reads.order(order), net=True) == Decimal("16.00") and clean()


def test_what_no_site_works_on_goes_at_once_whole_kits_first_and_the_rest_is_asked_in_the_kits_ratio(shop):
    order = sold(("SET", 4))
    release([Release(order)], by="ann")
    shop.stocked(Item.objects.get(sku="B"), Site.objects.get(), 9)
    [grown] = change([Change(order, (ChangeLine(1, 6),))], by="ann")
    assert grown.changes == ("SET from 4 to 6",)
    [done] = cancel([Cancel(order, (CancelLine(1, 3), CancelLine(4, 1)), fallback="intercept")], by="ann")
    assert done.said() == "Cancelled: 1 SET" and [a.what for a in done.asked] == ["stop 3 A, 9 B"]
    [rest] = cancel([Cancel(order)], by="ann")
    assert rest.said() == "Cancelled: 1 SET" and clean()
    [no] = cancel([Cancel(order)], by="ann")
    assert (no.code, no.detail[:12]) == ("ask-the-site", "4 units of H")
    [last] = cancel([Cancel(order, fallback="return")], by="ann")
    assert [a.what for a in last.asked] == ["stop 1 A, 3 B"]
    answer_change([AnswerChange(a.request, True) for a in (*done.asked, *last.asked)], by="ann")
    assert Order.objects.get().status == "cancelled" and clean()


def test_where_a_site_refuses_what_is_left_of_a_kit_is_loose_and_billed_by_its_share(shop):
    order = sold(("SET", 4))
    [out] = release([Release(order)], by="ann")
    pick([Pick(t.task, t.quantity if t.sku == "A" else 0, "" if t.sku == "A" else "bin empty") for t in out.tasks], by="ann")
    [done] = cancel([Cancel(order, (CancelLine(1, 4),), fallback="let-go")], by="ann")
    assert done.said() == "Cancelled: 12 B" and [a.what for a in done.asked] == ["stop 4 A"]
    answer_change([AnswerChange(done.asked[0].request, False, reason="wrapped")], by="ann")
    [carton] = pack([Pack(order, "HAM")], by="ann")
    hand_over([HandOver(carton.carton, "UPS")], by="ann")
    [bill] = invoice([Invoice(order)], by="ann")
    assert bill.net == Decimal("20.00") and clean()


def test_a_change_to_fewer_kits_does_at_once_what_it_can_and_asks_for_the_rest(shop):
    order = sold(("SET", 3))
    release([Release(order)], by="ann")
    wish = Change(order, (ChangeLine(1, 1),))
    [no] = change([wish], by="ann")
    assert no.detail.startswith("2 of the 3 units of line 1 are released.")
    [seen] = change([replace(wish, fallback="intercept")], by="ann", dry_run=True)
    assert (seen.changes, [a.what for a in seen.asked]) == ((), ["stop 2 A, 6 B"])
    [done] = change([replace(wish, fallback="intercept", accept=seen.after.mark)], by="ann")
    assert done.after == seen.after
    answer_change([AnswerChange(done.asked[0].request, True)], by="ann")
    assert [k.ordered - k.cancelled for k in reads.order(order).kits] == [1] and clean()


def test_a_kit_shrinks_and_grows_as_a_whole(shop):
    order = sold(("SET", 3))
    [less] = change([Change(order, (ChangeLine(1, 1),))], by="ann")
    assert less.changes == ("SET from 3 to 1",) and {(x.item.sku): x.cancelled for x in Line.objects.all()} == {"A": 2, "B": 6}
    [more] = change([Change(order, (ChangeLine(1, 2),))], by="ann")
    assert more.after.total - more.before.total == Decimal("11.90")
    assert [(k.position, k.ordered, k.cancelled) for k in reads.order(order).kits] == [(1, 3, 2), (4, 1, 0)]
    [no] = change([Change(order, (ChangeLine(2, 5),))], by="ann")
    assert no.detail == "Line 2 is part of the kit at line 1: say how many kits."
    [added] = change([Change(order, add=(PlaceLine("SET", 1),))], by="ann")
    assert added.after.reserved == 12 and clean()


def test_a_kit_is_billed_and_credited_by_its_position(shop):
    order = sold(("SET", 2))
    through(order)
    [bill] = invoice([Invoice(order, lines=(Units(1, 1),))], by="ann")
    assert bill.net == Decimal("10.00")
    invoice([Invoice(order)], by="ann")
    [back] = credit([Credit(bill.invoice, "came back", (Units(1, 1),))], by="ann")
    assert back.total == Decimal("11.90") and clean()
    [no] = credit([Credit(bill.invoice, "came back", (Units(1, 1),))], by="ann")
    assert no.code == "credit-out-of-range"


def test_one_component_is_credited_by_its_frozen_share(shop):
    order = sold(("SET", 1))
    through(order)
    [bill] = invoice([Invoice(order)], by="ann")
    [back] = credit([Credit(bill.invoice, "one B broken", (Units(3, 1),))], by="ann")
    assert back.net == Decimal("1.66") and clean()


def test_prepaid_kits_are_billed_when_they_are_ordered(shop):
    order = sold(("SET", 2), invoice_rule="order")
    [bill] = invoice([Invoice(order)], by="ann")
    assert bill.net == Decimal("20.00") and clean()


def test_placing_a_kit_twice_with_one_key_is_one_order(shop):
    ask = Place("REUTER", (PlaceLine("SET", 1),))
    assert place([ask], by="ann", key="k") == place([ask], by="ann", key="k") and Kit.objects.count() == 1


def test_so_many_kits_that_a_component_could_not_be_counted_are_refused(shop):
    [no] = place([Place("REUTER", (PlaceLine("SET", 10**9),))], by="ann")
    assert (no.code, no.errors[0].pointer) == ("out-of-range", "#/lines/0/quantity")
    order = sold(("SET", 1))
    [no] = change([Change(order, (ChangeLine(1, 10**9),), (PlaceLine("SET", 10**9),))], by="ann")
    assert [e.code for e in no.errors] == ["out-of-range", "out-of-range"]
