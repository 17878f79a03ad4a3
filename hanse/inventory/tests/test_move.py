"""Moving between bins: what is claimed stays, what moves keeps its lot and serial."""

from hanse.inventory.ledger import Claim, Place, claim, places
from hanse.inventory.models import Balance, Serial
from hanse.inventory.move import Move, move
from hanse.inventory.receive import Receive, receive
from hanse.network.models import Bin


def in_bins(site) -> dict[str, int]:
    return dict(Balance.objects.filter(account__site=site, account__kind="bin", on_hand__gt=0).values_list("account__code", "on_hand"))


def test_put_away_takes_units_from_the_dock_to_a_bin(given):
    item, site = given.item(), given.site()
    given.stocked(item, site, 10, "DOCK")
    [moved] = move([Move(site.code, item.sku, 4, to_bin="A-01")], by="ann")
    assert in_bins(site) == {"DOCK": 6, "A-01": 4} and given.free(item, site) == (10, 0)
    assert moved.said() == "4 BRG-6204 moved at HAM from DOCK to A-01"


def test_later_moves_take_what_earlier_ones_brought_and_no_more(given):
    item, site = given.item(), given.site()
    given.stocked(item, site, 5, "DOCK")
    Bin.objects.create(site=site, code="B-01")
    answers = move([
        Move(site.code, item.sku, 5, to_bin="A-01"), Move(site.code, item.sku, 3, to_bin="B-01", from_bin="A-01"),
        Move(site.code, item.sku, 3, to_bin="B-01", from_bin="A-01"), Move(site.code, item.sku, 1, to_bin="A-01", from_bin="A-01"),
    ], by="ann")
    assert [a.said() for a in answers[2:]] == ["A-01 holds 2 BRG-6204, 0 of them for pick tasks; 3 wanted.", "The units are in that bin already."]
    assert in_bins(site) == {"A-01": 2, "B-01": 3}


def test_what_pick_tasks_have_claimed_stays(given):
    item, site = given.item(), given.site()
    given.stocked(item, site, 10, "DOCK")
    with given.run() as run:
        dock = Place("bin", site.pk, "DOCK")
        claim(run, [Claim(places(run, [dock])[dock], item.pk, "", 8)])
    no, moved = move([Move(site.code, item.sku, 3, to_bin="A-01"), Move(site.code, item.sku, 2, to_bin="A-01")], by="ann")
    assert no.said() == "DOCK holds 10 BRG-6204, 8 of them for pick tasks; 3 wanted."
    assert in_bins(site) == {"DOCK": 8, "A-01": 2} and moved.quantity == 2


def test_serials_move_with_their_units(given):
    item, site = given.item("PHONE", tracking="serial"), given.site()
    Bin.objects.create(site=site, code="DOCK")
    receive([Receive(site.code, "PHONE", 2, serials=("S1", "S2"))], by="ann")
    moved, no = move([Move(site.code, "PHONE", 1, to_bin="A-01", serials=("S1",)), Move(site.code, "PHONE", 1, to_bin="A-01", serials=("S1",))], by="ann")
    assert moved.serials == ("S1",) and no.said() == "Serial S1 of PHONE is not in DOCK."
    assert dict(Serial.objects.filter(item=item).values_list("code", "account__code")) == {"S1": "A-01", "S2": "DOCK"}
