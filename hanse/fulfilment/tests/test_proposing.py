"""Proposing: the cartons that the packer is shown, what is left out and why, and what was really used."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.test import Client

from hanse.edge import keys
from hanse.fulfilment.drawing import shown
from hanse.fulfilment.models import Carton
from hanse.fulfilment.pack import Pack, PackLine, pack
from hanse.fulfilment.proposing import FEW_UNITS, Known, Lying, Terms, contents_of, known, propose
from hanse.fulfilment.reads import cartons_used
from hanse.kernel import clock
from hanse.network.keep_carton_types import KeepCartonType, keep_carton_types
from hanse.network.keep_freight_contracts import KeepFreightContract, keep_freight_contracts
from hanse.network.reads import CartonTypeRow, ContractRow
from tests.given import statements

from .floor import picked

NO_TERMS = Terms("mixed", 0, 0)
S = CartonTypeRow(1, "S", "", 200, 150, 100, 208, 158, 108, 100, 10_000, Decimal(0))
M = CartonTypeRow(2, "M", "", 400, 300, 200, 408, 308, 208, 300, 20_000, Decimal(0))
KILO = ContractRow("", 5000, Decimal("0.5"), "metric", False)
BRG = Lying(1, "BRG", "", "none", 4, 100, 100, 75, 50, "any", "anything", False, "", "", "")
BIG = replace(BRG, line=2, sku="BIG", quantity=1, weight_g=2000, length_mm=390, width_mm=290, height_mm=150)


def proposed(*lying, types=(S, M), terms=NO_TERMS, contracts=(KILO,), **asked):
    return propose(Known(lying, types, contracts, terms), **asked)


def packed(found):
    """Each carton as its type and what is in it."""
    return [f"{c.type}: " + ", ".join(f"{x.quantity} {x.sku}" for x in c.contents) for c in found.cartons]


@pytest.mark.parametrize("lying, terms, cartons", [
    ((BRG,), NO_TERMS, ["S: 4 BRG"]),
    ((BRG, BIG), NO_TERMS, ["M: 4 BRG, 1 BIG"]),
    ((BRG, BIG), Terms("one-sku", 0, 0), ["S: 4 BRG", "M: 1 BIG"]),
    ((BRG, replace(BRG, line=2)), Terms("one-sku", 0, 0), ["S: 4 BRG, 4 BRG"]),
    ((BRG, replace(BRG, line=2)), Terms("one-line", 0, 0), ["S: 4 BRG", "S: 4 BRG"]),
    ((BRG,), Terms("mixed", 300, 0), ["S: 2 BRG", "S: 2 BRG"]),
    ((replace(BRG, quantity=2, ships_alone=True),), NO_TERMS, ["S: 1 BRG", "S: 1 BRG"]),
    ((replace(BRG, goods_class="food"), replace(BRG, sku="OIL", line=2, goods_class="chemicals")), NO_TERMS, ["S: 4 BRG", "S: 4 OIL"]),
    ((replace(BRG, goods_class="food"), replace(BRG, sku="OIL", line=2)), NO_TERMS, ["S: 4 BRG, 4 OIL"]),
    ((replace(BRG, hazard_class="3"), replace(BRG, sku="OIL", line=2, hazard_class="8")), NO_TERMS, ["S: 4 BRG", "S: 4 OIL"]),
    ((replace(BRG, temperature_class="chilled"), replace(BRG, sku="OIL", line=2)), NO_TERMS, ["S: 4 BRG", "S: 4 OIL"]),
])
def test_customer_and_goods_say_what_shares_a_carton(lying, terms, cartons):
    assert sorted(packed(proposed(*lying, terms=terms))) == sorted(cartons)


def test_an_upright_item_is_not_laid_on_its_side():
    tall = replace(BRG, quantity=1, length_mm=50, width_mm=50, height_mm=150)
    assert packed(proposed(tall)) == ["S: 1 BRG"]
    assert packed(proposed(replace(tall, rotation="upright"))) == ["M: 1 BRG"]


def test_nothing_stands_on_what_is_fragile():
    vase = replace(BRG, sku="VASE", quantity=1, length_mm=200, width_mm=150, height_mm=50, rotation="upright", bears="nothing")
    plate = replace(vase, sku="PLATE", line=2, bears="anything")
    [carton] = proposed(vase, plate).cartons
    assert [(r.label, layer.height) for layer in carton.layers for r in layer.laid] == [("PLATE", 0), ("VASE", 50)]
    assert [c.type for c in proposed(vase, replace(vase, line=2)).cartons] == ["S", "S"]


@pytest.mark.parametrize("lying, terms, left_out, cartons", [
    ((BRG, replace(BRG, sku="RAW", line=2, height_mm=None)), NO_TERMS, ["RAW has no sizes: measure it. It is not in the proposal."], ["S: 4 BRG"]),
    ((replace(BRG, weight_g=None, length_mm=0),), NO_TERMS, ["BRG has no sizes and no weight: measure it. It is not in the proposal."], []),
    ((BRG, replace(BRG, sku="ROD", line=2, length_mm=900)), NO_TERMS,
     ["ROD (900 × 75 × 50 mm, 100 g) fits no carton. S: 900 mm are longer than its longest side of 200 mm; M: 900 mm are longer than its longest side of 400 mm."], ["S: 4 BRG"]),
    ((BIG,), Terms("mixed", 0, 150), ["BIG (390 × 290 × 150 mm, 2000 g) fits no carton. S: 390 mm are longer than its longest side of 200 mm."], []),
])
def test_what_cannot_be_proposed_for_is_named_and_the_rest_goes_on(lying, terms, left_out, cartons):
    found = proposed(*lying, terms=terms)
    assert (list(found.left_out), packed(found)) == (left_out, cartons)


def test_a_carton_that_is_too_high_for_the_customer_is_not_proposed_and_why_says_so():
    assert "Not M: 208 mm are higher than the customer takes, 150 mm." in proposed(BRG, terms=Terms("mixed", 0, 150)).why


def test_the_least_billed_comes_first_and_another_way_is_one_choice_away():
    found = proposed(replace(BRG, quantity=16))
    assert [(way.types, way.billed) for way in found.options] == [((("S", 2),), Decimal("2.0")), ((("M", 1),), Decimal("5.5"))]
    other = proposed(replace(BRG, quantity=16), choice=1)
    assert (other.choice, packed(other), other.options) == (1, ["M: 16 BRG"], found.options)
    assert proposed(BRG, choice=7).choice == 0


def test_each_carrier_bills_by_its_own_contract():
    pound = ContractRow("POUND", 139, Decimal(1), "imperial", True)
    found = proposed(BRG, contracts=(KILO, pound), carrier="POUND")
    assert (found.carrier, found.unit, found.carriers, found.cartons[0].billed) == ("POUND", "lb", ("", "POUND"), Decimal(3))
    assert proposed(BRG, contracts=(KILO, pound), carrier="NOBODY").carrier == ""


def test_without_carton_types_or_contract_it_says_what_is_missing():
    assert proposed(BRG, types=()).missing == "carton types" and proposed(BRG, contracts=()).missing == "freight contract"


def test_much_at_once_is_proposed_for_part_by_part():
    lines = [replace(BRG, line=n, sku=f"BRG-{n}", quantity=10) for n in range(1, 60)]
    found = proposed(*lines)
    units = sum(c.units for c in found.cartons)
    assert FEW_UNITS <= units < 200
    assert found.left_out == (f"{590 - units} more units are proposed for when these are packed.",)


def test_the_same_order_is_always_proposed_the_same():
    assert proposed(BRG, BIG) == proposed(BRG, BIG)


def test_the_picture_says_in_words_what_it_shows():
    vase = replace(BRG, sku="VASE", quantity=1, length_mm=200, width_mm=150, height_mm=50, rotation="upright", bears="nothing")
    it = shown(proposed(vase, replace(vase, sku="PLATE", line=2, bears="anything"), types=(S,)).cartons[0])
    assert [p.caption for p in it.pictures] == ["Layer 1, on the floor", "Layer 2, from 50 mm up"]
    assert it.pictures[1].said == "Layer 2 of 2 in carton S: 1 VASE"
    assert it.lines == (("VASE", 0, 1, "2"), ("PLATE", 1, 1, "1"))
    assert it.posted == ("1|1||", "2|1||")


@pytest.fixture
def station(given):
    """Carton types and a contract at HAM, and an order of four bearings and two belts in a tote."""
    item, belt, site = given.item(length_mm=100, width_mm=75, height_mm=50), given.item("BLT", length_mm=180, width_mm=140, height_mm=40, weight_g=200), given.site()
    keep_carton_types([
        KeepCartonType("S", 200, 150, 100, 208, 158, 108, 100, 10_000), KeepCartonType("M", 400, 300, 200, 408, 308, 208, 300, 20_000, sites=("HAM",)),
    ], by="ann")
    keep_freight_contracts([KeepFreightContract(5000, Decimal("0.5"))], by="ann")
    given.customer(), given.stocked(item, site, 50), given.stocked(belt, site, 50)
    order = given.order(("BRG-6204", 4), ("BLT", 2))
    picked(order)
    return order


def test_a_proposal_is_made_of_what_lies_in_totes_and_changes_nothing(station, given):
    before = given.stock()
    found = propose(known(int(station[2:]), "HAM", clock.now()))
    assert packed(found) == ["S: 4 BRG-6204", "S: 2 BLT"]
    assert given.stock() == before and not Carton.objects.exists()
    assert known(1, "HAM", clock.now()) is None


def test_what_was_really_used_is_recorded_on_the_carton(station):
    found = propose(known(int(station[2:]), "HAM", clock.now()))
    first = found.cartons[0]
    contents = tuple(PackLine(line.line, line.quantity) for line in first.contents)
    [told] = pack([Pack(station, "HAM", contents, carton_type=first.type, proposal="followed", weight_g=first.gross_g + 20)], by="ann")
    carton = Carton.objects.get()
    assert (carton.type.code, carton.proposal, carton.expected_g, carton.weight_g) == (first.type, "followed", first.gross_g, first.gross_g + 20)
    assert (told.carton_type, told.proposal) == (first.type, "followed")


@pytest.mark.parametrize("fields, code", [({"carton_type": "XL"}, "carton-type-unknown"), ({"carton_type": "T"}, "carton-too-heavy"), ({"carton_type": "S", "weight_g": 20_000}, "weight-off")])
def test_a_carton_type_must_be_there_and_may_not_be_overloaded(station, fields, code):
    keep_carton_types([KeepCartonType("T", 400, 300, 200, 408, 308, 208, 10, 500)], by="ann")
    assert pack([Pack(station, **fields)], by="ann")[0].code == code


def test_a_carton_type_holds_from_its_day_until_its_day(station):
    today = clock.now().date()
    keep_carton_types([KeepCartonType("S", 200, 150, 100, 208, 158, 108, 100, 10_000, from_on=today, until_on=today), KeepCartonType("M", 1, 1, 1, 1, 1, 1, 0, 1, from_on=today.replace(year=today.year + 1))], by="ann")
    assert {t.code for t in known(int(station[2:]), "HAM", clock.now()).types} == {"S", "M"}
    later = clock.now().replace(year=today.year + 1, month=12, day=1)
    assert [(t.code, t.inner_length_mm) for t in known(int(station[2:]), "HAM", later).types] == [("M", 1)]


def test_packing_without_a_type_asks_no_more_of_the_database(station, given):
    with statements() as plain:
        pack([Pack(station, contents=(PackLine(1, 1),))], by="ann")
    with statements() as typed:
        pack([Pack(station, contents=(PackLine(1, 1),), carton_type="S")], by="ann")
    assert len(typed) == len(plain) + 1
    assert not any("cartontype" in sql for sql in plain)


def test_the_station_shows_the_layers_and_closes_a_carton_as_shown(station, given):
    client = Client()
    client.force_login(given.user("tomasz", "warehouse"))
    page = client.get(f"/pack/{station}/HAM").content.decode()
    assert "Close as shown" in page and 'aria-label="Layer 1 of' in page and "least is billed" in page
    first = propose(known(int(station[2:]), "HAM", clock.now())).cartons[0]
    answer = client.post(f"/pack/{station}/HAM", {"content": list(contents_of(first)), "carton_type": first.type, "proposal": "followed", "weight_g": "", "key": "k1"})
    carton = Carton.objects.get()
    assert answer["Location"] == f"/cartons/{carton.sscc}" and (carton.type.code, carton.proposal) == (first.type, "followed")




def test_what_was_used_is_reported_with_fill_and_divergence(station, given):
    pack([Pack(station, contents=(PackLine(1, 4),), carton_type="S", proposal="followed", weight_g=520), Pack(station, contents=(PackLine(2, 1),), carton_type="S", proposal="other", length_mm=300, width_mm=158, height_mm=108),
          Pack(station)], by="ann")
    today = clock.now().date()
    said = [(r.carton_type, r.cartons, r.followed, r.other, r.unproposed, r.full_percent, r.weighed, r.mean_off_g, r.most_off_g, r.size_differs) for r in cartons_used("HAM", today, today)]
    assert said == [("S", 2, 1, 1, 0, Decimal("41.8"), 1, 20, 20, 1), ("", 1, 0, 0, 1, None, 0, None, None, 0)]
    assert cartons_used("LEJ", today, today) == [] == cartons_used("", today.replace(year=2020), today.replace(year=2021))
    client = Client()
    client.force_login(given.user("tomasz", "warehouse"))
    assert "41.8" in client.get("/pack/cartons-used?site=HAM").content.decode() and "No carton was packed" in client.get("/pack/cartons-used?site=LEJ").content.decode()


def test_the_api_gives_proposal_papers_and_what_was_used(station):
    get = Client(headers={"authorization": f"Bearer {keys.make('floor', ['warehouse'])}"}).get
    first = get(f"/api/v1/orders/{station}/carton-proposal?site=HAM").json()["cartons"][0]
    assert (first["type"], first["layers"][0]["laid"][0]["number"]) == ("S", 1)
    assert get("/api/v1/orders/H-1/carton-proposal?site=HAM").status_code == 404
    [told] = pack([Pack(station, carton_type="M")], by="ann")
    assert get(f"/api/v1/cartons/{told.carton}").json()["carton_type"] == "M"
    assert get(f"/api/v1/cartons/{told.carton}/label.zpl").content.startswith(b"^XA")
    refused = get(f"/api/v1/cartons/{told.carton}/customs")
    assert (refused.status_code, refused.json()["code"]) == (409, "no-customs")
    assert get("/api/v1/orders/H-1/commercial-invoice.pdf").status_code == get("/api/v1/cartons/1/label.zpl").status_code == 404
    today = clock.now().date()
    assert get(f"/api/v1/cartons-used?since={today}&until={today}").json()[0]["carton_type"] == "M"
    assert {t["code"] for t in get("/api/v1/carton-types").json()} == {"S", "M"} and get("/api/v1/freight-contracts").json()[0]["divisor"] == 5000
