"""Pack: cartons hold what was picked, weigh what they should, and have a number of their own."""

import pytest

from hanse.fulfilment.models import Content
from hanse.fulfilment.pack import Closed, Known, Pack, PackLine, Waiting, decide, drawn_sscc, pack
from hanse.inventory.models import Account, Serial
from hanse.kernel.gs1 import wrong_key

from .floor import counters, picked, released

BRG = Waiting(1, 7, 9, 3, 1, 5, "BRG-6204", "none", 100, 2, "HAM", "4012345", 31, "", 5)
NUT = Waiting(2, 7, 10, 4, 2, 6, "NUT-08", "none", 1000, 2, "HAM", "4012345", 31, "", 2)
FAR = Waiting(3, 8, 11, 5, 1, 5, "BRG-6204", "none", None, 3, "LEJ", "4012345", 32, "", 4)
NEAR = Waiting(4, 8, 12, 5, 1, 5, "BRG-6204", "none", None, 2, "HAM", "4012345", 31, "", 1)
SSCC = "106141412345678908"


def in_words(answer):
    return answer.told.said().split(": ")[1] if isinstance(answer, Closed) else answer.detail


@pytest.mark.parametrize("asks, told", [
    ([Pack("H-7")], ["5 BRG-6204, 2 NUT-08"]),
    ([Pack("H-7"), Pack("H-7")], ["5 BRG-6204, 2 NUT-08", "Nothing of H-7 is picked and waits to be packed at any site."]),
    ([Pack("H-7", contents=(PackLine(1, 2), PackLine(2, 1))), Pack("H-7")], ["2 BRG-6204, 1 NUT-08", "3 BRG-6204, 1 NUT-08"]),
    ([Pack("H-7", contents=(PackLine(1, 6), PackLine(3, 1)))], ["5 of H-7 line 1 wait to be packed; 6 asked. 0 of H-7 line 3 wait to be packed; 1 asked."]),
    ([Pack("H-7", contents=())], ["A carton holds something."]),
    ([Pack("H-7", weight_g=2620)], ["5 BRG-6204, 2 NUT-08"]),
    ([Pack("H-7", weight_g=2626)], ["The scale says 2626 g, 2500 g are expected. Check the content."]),
    ([Pack("H-7", weight_g=2826, tare_g=300)], ["5 BRG-6204, 2 NUT-08"]),
    ([Pack("H-7", contents=(PackLine(1, 1),), weight_g=151)], ["The scale says 151 g, 100 g are expected. Check the content."]),
    ([Pack("H-7", sscc=SSCC)], ["5 BRG-6204, 2 NUT-08"]),
    ([Pack("H-7", contents=(PackLine(1, 1),), sscc=SSCC), Pack("H-7", sscc=SSCC)], ["1 BRG-6204", f"Carton {SSCC} exists already."]),
    ([Pack("H-7", sscc="106141412345678900")], ["106141412345678900 is no SSCC: the check digit should be 8."]),
    ([Pack("H-8")], ["Units of H-8 wait at HAM and LEJ: say which."]),
    ([Pack("H-8", "LEJ", weight_g=9)], ["4 BRG-6204"]),
    ([Pack("H-9")], ["There is no order H-9."]),
])
def test_a_carton_holds_what_was_picked_and_weighs_what_it_should(asks, told):
    known = Known({7: (1, ""), 8: (1, "")}, {7: [BRG, NUT], 8: [FAR, NEAR]}, {}, set(), range(1, 9))
    assert [in_words(answer) for answer in decide(asks, known)] == told


def test_drawn_numbers_are_sscc_and_carry_on_behind_a_long_prefix():
    drawn = [drawn_sscc("4012345678", n) for n in (1, 999_999, 1_000_000, 1_000_001)]
    assert [wrong_key(d, (18,)) for d in drawn] == [""] * 4 and len(set(drawn)) == 4
    assert (drawn[0][0], drawn[2][0]) == ("3", "4")


def test_what_is_packed_leaves_the_tote_and_is_counted(given):
    given.customer(), given.stocked(given.item(), given.site(), 9)
    order = given.order(("BRG-6204", 5))
    picked(order)
    first, second = pack([Pack(order, contents=(PackLine(1, 2),), weight_g=200), Pack(order)], by="ann")
    assert given.stock() == {"bin": 4, "carton": 5}
    assert counters(order)["packed"] == 5
    assert (first.expected_g, second.units[0].quantity, wrong_key(first.carton, (18,))) == (200, 3, "")
    assert list(Content.objects.order_by("id").values_list("carton__sscc", "quantity")) == [(first.carton, 2), (second.carton, 3)]
    assert pack([Pack(order, sscc=first.carton)], by="ann")[0].code == "nothing-to-pack"


def test_serials_go_into_the_carton_one_by_one(given):
    from hanse.fulfilment.pick import Pick, pick

    item, site = given.item(tracking="serial"), given.site()
    given.customer(), given.stocked(item, site, 3)
    for code in ("S1", "S2", "S3"):
        Serial.objects.create(item=item, code=code, account=Account.objects.get(kind="bin"))
    order = given.order((item.sku, 3))
    [task] = released(order)
    pick([Pick(task.task, 3, serials=("S1", "S2", "S3"))], by="ann")
    [few] = pack([Pack(order, contents=(PackLine(1, 1),))], by="ann")
    assert few.code == "serials-missing"
    one, rest = pack([Pack(order, contents=(PackLine(1, 1, serials=("S2",)),)), Pack(order)], by="ann")
    assert (one.units[0].serials, rest.units[0].serials) == (("S2",), ("S1", "S3"))
    assert set(Serial.objects.values_list("code", "account__code")) == {("S1", rest.carton), ("S2", one.carton), ("S3", rest.carton)}


def test_the_same_key_twice_packs_once(given):
    given.customer(), given.stocked(given.item(), given.site(), 5)
    order = given.order(("BRG-6204", 5))
    picked(order)
    first, second = (pack([Pack(order)], by="ann", key="k") for _ in range(2))
    assert first == second and given.stock() == {"carton": 5}
