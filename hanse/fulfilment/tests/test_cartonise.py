"""Cartonise: which cartons, least billed first; what must not share one; what fits nowhere, all at once."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, settings
from hypothesis import given as over
from hypothesis import strategies as st

from hanse.fulfilment.cartonisation import Cartonised, CartonType, Contract, Rules, Units, cartonise, layers
from hanse.fulfilment.cartonisation.asked import UPRIGHT, room_of
from hanse.fulfilment.cartonisation.boxes import Placed, Placing, volume
from hanse.fulfilment.cartonisation.proof import wrong_company, wrong_placement
from hanse.kernel.refused import Refused

METRIC = Contract(5000, Decimal("0.5"))
S = CartonType("S", (300, 200, 150), (310, 210, 160), tare_g=150, max_gross_g=10_000, cost=Decimal("0.30"))
M = CartonType("M", (400, 300, 250), (410, 310, 260), tare_g=300, max_gross_g=20_000, cost=Decimal("0.60"))
L = CartonType("L", (600, 400, 400), (612, 412, 412), tare_g=700, max_gross_g=30_000, cost=Decimal("1.20"))
SITE = [L, S, M]
BOOK = Units(1, "BOOK", 4, (240, 170, 30), 600)
LAMP = Units(2, "LAMP", 1, (280, 190, 140), 900)
GLASS = Units(3, "GLASS", 2, (60, 60, 150), 300, UPRIGHT, bears="nothing")


def packed(*asked, site=SITE, contract=METRIC, rules=None, **more):
    found = cartonise(asked, site, contract, rules or Rules(), **more)
    assert isinstance(found, Cartonised), found
    return found


def content(found):
    """The cartons with what is in them, by label."""
    return sorted((p.carton.code, "".join(sorted(found.boxes[b.box].label[0] for b in p.placing.placed))) for p in found.proposal.cartons)


def test_the_smallest_carton_that_holds_all_is_chosen_and_says_what_it_is_billed():
    found = packed(BOOK)
    assert content(found) == [("S", "BBBB")] and found.proposal.billed == Decimal("3.0")
    assert found.why[0] == "1 × S: 4 units, 2550 g gross, billed 3.0 kg by weight, 54.4 % full."


def test_size_is_billed_where_it_is_more_than_weight():
    assert packed(replace(LAMP, weight_g=100)).proposal.billed == Decimal("2.5"), "310 × 210 × 160 mm are 2.08 kg by size"


def test_two_small_cartons_that_are_billed_less_than_a_large_one_win_and_the_large_one_is_next():
    found = packed(replace(LAMP, quantity=2))
    assert found.proposal.codes == ("S", "S") and found.proposal.billed == Decimal("5.0")
    assert found.alternatives[0].codes == ("M",) and found.alternatives[0].billed == Decimal("7.0")
    assert found.why[-1] == "Next best: M, billed 7.0 kg."


def test_of_equally_billed_cartons_the_one_with_less_empty_space_wins_then_the_cheaper_one():
    roomy, dear = replace(S, code="R", inner=(305, 205, 155)), replace(S, code="D", cost=Decimal("0.50"))
    assert packed(BOOK, site=[roomy, dear, S]).proposal.codes == ("S",)
    assert [p.codes for p in packed(BOOK, site=[roomy, dear, S], alternatives=2).alternatives] == [("D",), ("R",)]


def test_a_heavy_order_goes_into_as_many_cartons_as_its_weight_needs():
    found = packed(replace(BOOK, quantity=20, weight_g=1900))
    assert all(p.gross_g <= p.carton.max_gross_g for p in found.proposal.cartons) and len(found.proposal.cartons) >= 2
    assert "Not L: 38700 g gross are over 30000 g." in found.why


def test_glass_stands_upright_and_nothing_on_it():
    found = packed(GLASS, BOOK)
    [carton] = found.proposal.cartons
    glass = [p for p in carton.placing.placed if p.box == 0]
    assert all(p.size[2] == 150 for p in glass)
    assert max(p.top for p in carton.placing.placed if p.box == 1) == 120, "books lie flat beside it"


@pytest.mark.parametrize(
    "asked, rules, cartons",
    [
        ([BOOK, GLASS], Rules(), 1),
        ([BOOK, GLASS], Rules(one_sku=True), 2),
        ([replace(BOOK, po="1"), replace(GLASS, po="2")], Rules(one_po=True), 2),
        ([replace(BOOK, po="1"), replace(GLASS, po="1")], Rules(one_po=True), 1),
        ([replace(BOOK, store="A"), replace(GLASS, store="B")], Rules(one_store=True), 2),
        ([replace(BOOK, climate="chilled"), GLASS], Rules(), 2),
        ([replace(BOOK, alone=True), GLASS], Rules(), 5),
        ([replace(BOOK, goods=frozenset(["food"])), replace(GLASS, goods=frozenset(["chemical"]))], Rules(apart=(("food", "chemical"),)), 2),
        ([replace(BOOK, goods=frozenset(["food"])), replace(GLASS, goods=frozenset(["hazard 3"]))], Rules(apart=(("food", "chemical"),)), 1),
        ([BOOK], Rules(max_gross_g=1500), 2),
        ([replace(BOOK, value=500)], Rules(max_value=1000), 2),
    ],
)
def test_what_must_not_share_a_carton_gets_one_of_its_own(asked, rules, cartons):
    found = packed(*asked, rules=rules)
    assert len(found.proposal.cartons) == cartons
    for p in found.proposal.cartons:
        assert wrong_company([(asked[n], 1) for n in sorted({b.box for b in p.placing.placed})], rules) == []


def test_what_clashes_with_nothing_fills_up_either_carton():
    food = replace(BOOK, sku="FOOD", goods=frozenset(["food"]))
    bleach = replace(BOOK, sku="ACID", goods=frozenset(["chemical"]))
    found = packed(food, bleach, replace(BOOK, quantity=6), rules=Rules(apart=(("chemical", "food"),)))
    assert len(found.proposal.cartons) == 2
    assert not [letters for _, letters in content(found) if "F" in letters and "A" in letters]


def test_all_that_fits_nowhere_is_said_at_once_with_the_reasons():
    ski = Units(1, "SKI", 1, (1700, 120, 90), 3000)
    anvil = Units(2, "ANVIL", 1, (200, 150, 100), 40_000)
    vase = Units(3, "VASE", 1, (200, 200, 450), 900, UPRIGHT)
    unknown = Units(4, "NEW", 1, None, None)
    found = cartonise([ski, BOOK, anvil, vase, unknown], [M, L], METRIC)
    assert isinstance(found, Refused)
    assert [(e.pointer, e.code) for e in found.errors] == [("#/units/0", "fits-no-carton"), ("#/units/2", "fits-no-carton"), ("#/units/3", "fits-no-carton"), ("#/units/4", "measures-missing")]
    assert found.errors[0].detail == "SKI (1700 × 120 × 90 mm, 3000 g) fits no carton. M: 1700 mm are longer than its longest side of 400 mm; L: 1700 mm are longer than its longest side of 600 mm."
    assert "M: 40300 g gross are over 20000 g; L: 40700 g gross are over 30000 g" in found.errors[1].detail
    assert "L: it would fit 600 × 400 × 400 mm only in a way it must not lie" in found.errors[2].detail
    assert found.errors[3].detail == "NEW has no size and no weight: measure it."


def test_two_that_cannot_share_the_last_carton_are_refused_with_that_reason():
    """The micro cases of the data set that no carton can hold: two cubes of 60 in one of 100."""
    cube = Units(1, "CUBE", 2, (60, 60, 60), 10)
    one = CartonType("BIN", (100, 100, 100), (100, 100, 100), available=1)
    found = cartonise([cube], [one], METRIC)
    assert isinstance(found, Refused)
    [finding] = found.errors
    assert finding.code == "cartons-used-up"
    assert finding.detail == (
        "1 of 2 × CUBE find no room: 1 × BIN (100 × 100 × 100 mm) are at hand, and no two go into one: "
        "side by side they are longer than it is, whichever way they lie."
    )
    assert len(packed(cube, site=[replace(one, available=2)]).proposal.cartons) == 2


def test_cartons_that_run_out_are_replaced_by_the_next():
    found = packed(replace(LAMP, quantity=3), site=[replace(S, available=1), M, L])
    assert found.proposal.codes.count("S") <= 1


def test_a_carton_that_is_seldom_worth_it_is_still_found_for_what_only_it_takes():
    """Many poles and books; by size and price the long carton comes last of six."""
    long = CartonType("LONG", (1200, 150, 150), (1400, 300, 300), 900, 30_000)
    others = [replace(M, code=f"M{n}") for n in range(5)]
    found = packed(Units(1, "POLE", 30, (1150, 60, 60), 800), BOOK, site=[*others, long])
    assert found.proposal.codes.count("LONG") >= 8


def test_the_last_long_carton_is_kept_for_what_only_it_takes():
    long = CartonType("LONG", (1200, 200, 150), (1210, 210, 160), 300, available=1)
    found = packed(replace(BOOK, quantity=9), Units(2, "POLE", 1, (1150, 60, 60), 800), site=[replace(S, available=3), long])
    assert ("LONG" in found.proposal.codes) and len(found.proposal.cartons) <= 4


def test_no_cartons_or_the_same_twice_is_refused():
    assert cartonise([BOOK], [], METRIC).errors[0].code == "cartons-missing"
    assert cartonise([BOOK], [S, S], METRIC).errors[0].code == "carton-twice"


def test_five_thousand_pieces_are_packed_carton_after_carton_alike():
    found = packed(Units(1, "SCREW", 5000, (60, 30, 20), 40))
    assert sum(len(p.placing.placed) for p in found.proposal.cartons) == 5000
    assert len(found.why) < 10


def test_a_placing_is_told_layer_by_layer():
    box = packed(BOOK).boxes
    told = layers(Placing((Placed(0, (0, 0, 0), (240, 170, 30)), Placed(0, (240, 0, 0), (30, 170, 240)), Placed(0, (0, 0, 30), (240, 170, 30))), (1,)), box)
    assert [(layer.height, len(layer.laid), len(layer.below)) for layer in told] == [(0, 2, 0), (30, 1, 1)]
    assert (told[1].laid[0].x, told[1].laid[0].y, told[1].laid[0].w, told[1].laid[0].d, told[1].laid[0].top) == (0, 0, 240, 170, 60)
    assert told[1].laid[0].label == "BOOK"


sides = st.tuples(st.integers(10, 350), st.integers(10, 250), st.integers(10, 250))
units = st.builds(
    Units,
    st.just(1), st.sampled_from(["A", "B", "C"]), st.integers(1, 5), sides, st.integers(1, 4000),
    vertical=st.sampled_from([(True, True, True), UPRIGHT]), bears=st.sampled_from(["anything", "anything", "lighter", "nothing"]),
    alone=st.sampled_from([False, False, False, True]), goods=st.frozensets(st.sampled_from(["food", "chemical"]), max_size=1),
    climate=st.sampled_from(["", "", "frozen"]), value=st.integers(0, 500), po=st.sampled_from(["1", "2"]),
)  # fmt: skip
customers = st.builds(
    Rules, one_sku=st.booleans(), one_po=st.booleans(), apart=st.sampled_from([(), (("food", "chemical"),)]), max_gross_g=st.sampled_from([None, 8000]), max_value=st.sampled_from([None, 1000])
)


@over(st.lists(units, min_size=1, max_size=6), customers)
@settings(max_examples=25, deadline=None)
def test_every_unit_is_packed_once_by_the_rules_or_the_order_is_refused(asked, rules):
    found = cartonise(asked, SITE, METRIC, rules, effort=300)
    if isinstance(found, Refused):
        assert {e.code for e in found.errors} == {"fits-no-carton"}
        return
    for proposal in (found.proposal, *found.alternatives):
        count = [0] * len(asked)
        for p in proposal.cartons:
            inside = {n: sum(b.box == n for b in p.placing.placed) for n in range(len(asked))}
            boxes = [replace(box, quantity=inside[n] + p.placing.left[n]) for n, box in enumerate(found.boxes)]
            assert wrong_placement(boxes, room_of(p.carton, rules), p.placing) == []
            assert wrong_company([(asked[n], number) for n, number in inside.items() if number], rules) == []
            assert p.gross_g == p.carton.tare_g + sum(asked[n].weight_g * number for n, number in inside.items())
            count = [c + inside[n] for n, c in enumerate(count)]
        assert count == [u.quantity for u in asked]
        assert proposal.void_mm3 == sum(volume(p.carton.inner) for p in proposal.cartons) - sum(u.quantity * volume(u.size) for u in asked)


@over(st.lists(st.builds(Units, st.just(1), st.just("A"), st.integers(1, 3), sides, st.integers(1, 4000)), min_size=1, max_size=4))
@settings(max_examples=12, deadline=None)
def test_no_other_single_carton_that_holds_all_would_be_billed_less(asked):
    best = cartonise(asked, SITE, METRIC)
    assume(isinstance(best, Cartonised))
    for carton in SITE:
        alone = cartonise(asked, [carton], METRIC)
        if isinstance(alone, Cartonised) and len(alone.proposal.cartons) == 1:
            assert best.proposal.billed <= alone.proposal.billed
