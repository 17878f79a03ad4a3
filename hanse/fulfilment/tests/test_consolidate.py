"""Consolidating: orders of one customer for one address leave as one parcel, and each stays an order of its own."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st

from hanse.edge import verify
from hanse.fulfilment.audit import Audit, Found, audit
from hanse.fulfilment.cartonisation.asked import Rules, Units, clashing, separate
from hanse.fulfilment.consolidate import Consolidate, Standing, consolidate, decide
from hanse.fulfilment.consolidating import Beside, Open, Pair, awaited, beside, coming, paired, pairs
from hanse.fulfilment.deconsolidate import Deconsolidate, Lying, deconsolidate
from hanse.fulfilment.deconsolidate import decide as decide_out
from hanse.fulfilment.models import Carton
from hanse.fulfilment.proposing import Lying as Units_
from hanse.fulfilment.proposing import Terms, _rules
from hanse.fulfilment.relabel import Relabel, relabel
from hanse.fulfilment.sharing import Goods, kept_apart
from hanse.fulfilment.slack import Departs
from hanse.fulfilment.take_out import TakeOut, take_out
from hanse.fulfilment.tests.floor import packed, released
from hanse.inventory.receive import Receive, receive
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.network.calendar import Way
from hanse.network.keep_carton_types import KeepCartonType, keep_carton_types
from hanse.orders.hold import Hold, hold


def standing(sscc, order=7, **fields):
    """A carton of REUTER at HAM with nothing in the way."""
    plain = {
        "site": 2, "site_code": "HAM", "customer": 3, "customer_code": "REUTER", "carton_rule": "mixed", "customer_max_g": 0, "shows": 5, "ship_to": 5, "label_carrier": "UPS",
        "carrier": "UPS", "gone": False, "opened": False, "outer": "", "holds": [], "asked": False, "audit": "", "weight_g": 1000, "type": "", "max_gross_g": None,
        "inner_mm": None, "outer_mm": None, "stopped": None, "contents": [{"line": int(sscc), "sku": "BRG"}]}
    return Standing(int(sscc), sscc, order, **plain | fields)


INTO = standing("1")
WHY = "Carton 2 does not go into 1: "


def in_words(answer):
    return answer.detail if isinstance(answer, Refused) else answer.said()


@pytest.mark.parametrize("carton, into, told", [
    (standing("2", 8), INTO, "Carton 2 put into carton 1, together with H-7"),
    (standing("2", 7), INTO, "Carton 2 put into carton 1, together with H-7"),
    (standing("2", site=9, site_code="MUC"), INTO, WHY + "one stands at MUC, the other at HAM."),
    (standing("2", customer=4, customer_code="MEYER"), INTO, WHY + "one is for MEYER, the other for REUTER."),
    (standing("2", shows=6, ship_to=6), INTO, WHY + "their labels show two addresses."),
    (standing("2", label_carrier="", carrier=""), INTO, WHY + "one goes with any carrier, the other with UPS."),
    (standing("2", 8, ship_to=6), INTO, "The address or carrier of H-8 changed after carton 2 was labelled. Print the label again."),
    (standing("2", 8), standing("1", ship_to=6), "The address or carrier of H-7 changed after carton 1 was labelled. Print the label again."),
    (standing("2", gone=True), INTO, "Carton 2 left with its carrier."),
    (standing("2"), standing("1", opened=True), "Carton 1 was opened again; its units are packed anew."),
    (standing("2", 8, holds=["credit"]), INTO, "H-8 is on credit hold. Release the hold first."),
    (standing("2", 8, holds=["invoice"]), INTO, "Carton 2 put into carton 1, together with H-7"),
    (standing("2", 8, asked=True), INTO, "HAM is asked for a change of H-8. It goes on when the site has answered."),
    (standing("2", audit="due"), INTO, "Carton 2 was chosen for an audit: count its content first."),
    (standing("2", audit="passed"), INTO, "Carton 2 put into carton 1, together with H-7"),
    (standing("2", stopped=[["MILK", "L1", "held"]]), INTO, "Lot L1 of MILK is held: put it aside. Its units are taken out to quarantine; others are found for the order."),
    (standing("2", outer="3"), INTO, "Carton 2 lies in 3 and leaves with it. To do anything else with it, take it out first."),
    (standing("2"), standing("1", outer="3"), "Carton 1 lies in 3 and leaves with it. To do anything else with it, take it out first."),
    (standing("2"), standing("1", max_gross_g=1900, type="K-05"), "K-05 may weigh 1900 g; this is 2000 g. Take another carton, or pack less into it."),
    (standing("2", weight_g=None), standing("1", max_gross_g=1900, type="K-05"), "Carton 2 put into carton 1, together with H-7"),
    (standing("2"), standing("1", customer_max_g=1900), WHY + "together they weigh 2000 g, and REUTER takes 1900 g in a carton."),
    (standing("2", type="K-05", outer_mm=[300, 200, 200]), standing("1", type="K-10", inner_mm=[190, 400, 310]), WHY + "K-05 is larger than K-10 inside."),
    (standing("2", type="K-05", outer_mm=[300, 200, 200]), standing("1", type="K-10", inner_mm=[200, 400, 310]), "Carton 2 put into carton 1, together with H-7"),
    (standing("2", outer_mm=None), standing("1", type="K-10", inner_mm=[10, 10, 10]), "Carton 2 put into carton 1, together with H-7"),
    (standing("2", contents=[{"line": 2, "sku": "BRG", "ships_alone": True}]), INTO, WHY + "BRG ships alone."),
    (standing("2", contents=[{"line": 2, "sku": "BRG", "temperature_class": "chilled"}]), INTO, WHY + "temperature classes ambient and chilled are kept apart."),
    (standing("2", 8, holds=["credit"], audit="due", site=9, site_code="MUC"), INTO,
     "H-8 is on credit hold. Release the hold first. Carton 2 was chosen for an audit: count its content first. " + WHY + "one stands at MUC, the other at HAM."),
])
def test_what_goes_one_way_and_may_share_a_carton_goes_into_one(carton, into, told):
    [answer] = decide([Consolidate("2", "1")], {"1": into, "2": carton})
    assert in_words(answer) == told


@pytest.mark.parametrize("asks, told", [
    ([("2", "1"), ("2", "1")], ["CartonConsolidated", "carton-inside"]),
    ([("2", "1"), ("3", "2")], ["CartonConsolidated", "carton-inside"]),
    ([("2", "1"), ("1", "3")], ["CartonConsolidated", "carton-full"]),
    ([("2", "1"), ("3", "1")], ["CartonConsolidated", "CartonConsolidated"]),
    ([("2", "1"), ("3", "1"), ("4", "1")], ["CartonConsolidated", "CartonConsolidated", "carton-too-heavy"]),
    ([("2", "2"), ("9", "1"), ("2", "9")], ["not-together", "carton-unknown", "carton-unknown"]),
])
def test_cartons_lie_in_one_another_one_level_deep_and_as_far_as_the_weight_goes(asks, told):
    cartons = {n: standing(n, max_gross_g=3500, type="K-05") for n in "1234"}
    answers = decide([Consolidate(*ask) for ask in asks], cartons)
    assert [a.code if isinstance(a, Refused) else type(a).__name__ for a in answers] == told


def test_an_outer_carton_takes_no_more_cartons_than_it_holds():
    cartons = {n: standing(n, type="K-05", outer_mm=[200, 200, 300]) for n in "234"} | {"1": standing("1", type="K-10", inner_mm=[400, 200, 300])}
    answers = decide([Consolidate(n, "1") for n in "234"], cartons)
    assert [in_words(a).removeprefix("Carton 4 does not go into 1: ") for a in answers][1:] == ["Carton 3 put into carton 1, together with H-7", "K-10 is full with the cartons that lie in it."]


CLASSES = st.sampled_from(["", "a", "b"])
GOODS = st.lists(st.builds(Goods, st.integers(1, 3), st.sampled_from(["S", "T"]), st.booleans(), CLASSES, CLASSES, CLASSES), min_size=1, max_size=4)


@any_of(GOODS, st.sampled_from(["mixed", "one-sku", "one-line"]))
def test_what_may_share_a_carton_is_what_cartons_are_proposed_by(goods, rule):
    """Goods are kept apart where the search would put them into two cartons, or where one of them ships alone."""
    lying = [Units_(g.line, g.sku, "", "none", 1, 1, 1, 1, 1, "any", "anything", g.ships_alone, g.goods_class, g.hazard_class, g.temperature_class) for g in goods]
    rules: Rules = _rules(lying, Terms(rule, 0, 0))
    units = [Units(x.line, x.sku, 1, x.size, 1, alone=x.ships_alone, goods=x.goods, climate=x.temperature_class) for x in lying]
    apart = len(separate(units, rules)) > 1 or any(clashing(units, rules)) or any(g.ships_alone for g in goods)
    assert bool(list(kept_apart(goods, rule))) == apart


IN = Lying(2, "2", 8, "HAM", False, False, "1", 7)


@pytest.mark.parametrize("asks, told", [
    (["2"], ["Carton 2 taken out of carton 1, apart from H-7 again"]),
    (["2", "2"], ["Carton 2 taken out of carton 1, apart from H-7 again", "Carton 2 lies in no other carton."]),
    (["1"], ["Carton 1 lies in no other carton."]),
    (["GONE"], ["Carton GONE left with its carrier."]),
    (["OPEN"], ["Carton OPEN was opened again; its units are packed anew."]),
    (["9"], ["There is no carton 9."]),
])
def test_what_lies_in_another_comes_out_once(asks, told):
    cartons = [IN, Lying(1, "1", 7, "HAM", False, False, "", 0), Lying(3, "GONE", 7, "HAM", True, False, "1", 7), Lying(4, "OPEN", 7, "HAM", False, True, "", 0)]
    assert [in_words(a) for a in decide_out([Deconsolidate(a) for a in asks], {c.sscc: c for c in cartons})] == told


@pytest.fixture
def two(given):
    """Cartons of two orders of a customer, of 3 and of 2 units: the second shall go into the first."""
    given.customer(), given.stocked(given.item(), given.site(), 50)
    return packed(given.order(("BRG-6204", 3))), packed(given.order(("BRG-6204", 2)))


def inside():
    """Which cartons lie in which."""
    return dict(Carton.objects.filter(inside__isnull=False).values_list("sscc", "inside__sscc"))


def test_a_carton_is_put_into_another_once_and_told_for_both_orders(given, two):
    outer, inner = two
    first, second = (consolidate([Consolidate(inner.carton, outer.carton)], by="ann", key="k") for _ in range(2))
    assert first == second and inside() == {inner.carton: outer.carton}
    assert [(e.order, e.together) for e in given.told("CartonConsolidated")] == [(inner.order, outer.order), (outer.order, inner.order)]
    assert consolidate([Consolidate(inner.carton, outer.carton)], by="ann")[0].code == "carton-inside"
    out, again = (deconsolidate([Deconsolidate(inner.carton)], by="ann", key="o") for _ in range(2))
    assert out == again and inside() == {}
    assert [(e.order, e.apart_from) for e in given.told("CartonDeconsolidated")] == [(inner.order, outer.order), (outer.order, inner.order)]


def test_only_who_works_on_the_floor_consolidates(given, two):
    from hanse.journal.operation import NotGranted

    with pytest.raises(NotGranted):
        consolidate([Consolidate(two[1].carton, two[0].carton)], by="eve")


def test_what_is_on_hold_or_too_heavy_together_stays_apart(given, two):
    _, inner = two
    keep_carton_types([KeepCartonType("K-05", 300, 200, 150, 308, 208, 158, 180, 600)], by="ann")
    strong = packed(given.order(("BRG-6204", 4)), carton_type="K-05")
    hold([Hold(inner.order, "credit", "limit")], by="ann")
    [no] = consolidate([Consolidate(inner.carton, strong.carton)], by="ann")
    assert [e.code for e in no.errors] == ["on-hold", "carton-too-heavy"] and inside() == {}


def test_opening_the_outer_carton_lets_the_others_out(given, two):
    outer, inner = two
    consolidate([Consolidate(inner.carton, outer.carton)], by="ann")
    take_out([TakeOut(outer.order, "BRG-6204", carton=outer.carton, quantity=1, reason="dented")], by="ann")
    assert inside() == {}
    assert [(e.order, e.carton, e.out_of) for e in given.told("CartonDeconsolidated")] == [(o, inner.carton, outer.carton) for o in (inner.order, outer.order)]


def test_an_inner_carton_that_is_opened_lies_nowhere_and_the_outer_one_stays_closed(given, two):
    outer, inner = two
    consolidate([Consolidate(inner.carton, outer.carton)], by="ann")
    [told] = audit([Audit(inner.carton, (Found("BRG-6204", 1),))], by="ann")
    assert not told.right and inside() == {}
    assert set(Carton.objects.filter(opened_at=None).values_list("sscc", flat=True)) == {outer.carton}
    assert [(r.name, r.findings) for r in verify.run() if r.wrong] == []


def test_a_label_printed_anew_leaves_a_carton_where_it_lies(given, two):
    outer, inner = two
    consolidate([Consolidate(inner.carton, outer.carton)], by="ann")
    relabel([Relabel(inner.carton)], by="ann")
    assert inside() == {inner.carton: outer.carton}


def test_a_lot_that_is_stopped_keeps_its_carton_out_of_others(given):
    from hanse.fulfilment.hold_lot import HoldLot, hold_lot

    given.customer(), given.site(), given.item("MILK", tracking="lot")
    receive([Receive("HAM", "MILK", 9, "A-01", lot="L1")], by="ann")
    outer, inner = packed(given.order(("MILK", 3))), packed(given.order(("MILK", 2)))
    hold_lot([HoldLot("MILK", "L1", "smells")], by="ann")
    [no] = consolidate([Consolidate(inner.carton, outer.carton)], by="ann")
    assert {e.code for e in no.errors} == {"lot-held"} and len(no.errors) == 2


@pytest.mark.parametrize("group, told", [
    ([standing("1", 7), standing("2", 8)], ["2 into 1"]),
    ([standing("1", 7), standing("2", 8, inner_mm=[10, 1, 1])], ["1 into 2"]),
    ([standing("1", 7), standing("2", 7)], []),
    ([standing("1", 7), standing("2", 8), standing("3", 9)], ["2 into 1", "3 into 1"]),
    ([standing("1", 7), standing("2", 8, outer="1"), standing("3", 9)], ["3 into 1"]),
    ([standing("1", 7), standing("2", 8, holds=["credit"]), standing("3", 9)], ["3 into 1"]),
    ([standing("1", 7, max_gross_g=2000, type="K"), standing("2", 8), standing("3", 9)], ["3 into 1"]),
])
def test_the_smaller_goes_into_the_largest_that_takes_it(group, told):
    assert [f"{p.carton} into {p.into}" for p in paired(group)] == told


NOW = datetime(2026, 11, 16, 14, tzinfo=UTC)
"""Monday, 15:00 at the site; its cut-off is 16:00."""


def open_(order, on=date(2026, 11, 17), **fields):
    plain = {"promised_on": on, "holds": [], "lines": 2, "units": 4, "freight": Decimal(5), "currency": "EUR", "way": Way(1)}
    return Open(order, **plain | {"departs": Departs("Europe/Berlin", "DE", "", (0, 1, 2, 3, 4), fields.pop("cut_off", time(16)))} | fields)


@pytest.mark.parametrize("own, other, told", [
    (open_(7), open_(8), "16:00, wait until 15:56"),
    (open_(7), open_(8, on=date(2026, 11, 18)), None),
    (open_(7, on=date(2026, 11, 18)), open_(8), "16:00, wait until 15:56"),
    (open_(7), open_(8, on=None), "16:00, wait until 15:56"),
    (open_(7), open_(8, on=date(2026, 11, 12)), "16:00, wait until 15:56"),
    (open_(7), open_(8, units=2000), "16:00, too late"),
    (open_(7), open_(8, holds=["credit"]), None),
    (open_(7, cut_off=time(15, 3)), open_(8, cut_off=time(15, 3)), None),
])
def test_a_parcel_waits_for_what_leaves_by_the_same_cut_off_and_never_past_a_promise(own, other, told):
    found = [f"{c.leaves_at:%H:%M}, " + (f"wait until {c.wait_until:%H:%M}" if c.in_time else "too late") for c in awaited(own, [other], NOW)]
    assert found == ([told] if told else [])


def test_what_stands_or_is_picked_for_the_same_address_is_found(given, two):
    outer, inner = two
    released(later := given.order(("BRG-6204", 4)))
    given.customer("MEYER")
    packed(given.order(("BRG-6204", 1), customer="MEYER")), released(given.order(("BRG-6204", 1), customer="MEYER"))
    assert pairs("HAM") == pairs("HAM", inner.carton) == [Pair(inner.carton, inner.order, outer.carton, outer.order)] and pairs("HAM", "other") == []
    assert beside(int(later[2:]), "HAM") == [Beside(outer.order, 1), Beside(inner.order, 1)]
    [awaits] = coming(int(outer.order[2:]), "HAM", clock.now())
    assert (awaits.order, awaits.units, awaits.in_time, awaits.freight, awaits.currency) == (later, 4, True, Decimal("5.00"), "EUR")
    consolidate([Consolidate(inner.carton, outer.carton)], by="ann")
    assert pairs("HAM") == [] and beside(int(later[2:]), "HAM") == [Beside(outer.order, 1)]
