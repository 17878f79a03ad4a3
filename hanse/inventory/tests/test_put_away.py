"""Put-away: what arrived goes where it is suggested, or elsewhere with a reason."""

from decimal import Decimal

import pytest

from hanse.inventory.keep_faces import KeepFace, keep_faces
from hanse.inventory.put_away import PutAway, put_away
from hanse.inventory.receive import Receive, receive
from hanse.inventory.suggesting import Room, suggest
from hanse.network.keep import KeepSite, keep_sites
from hanse.network.place import BinGiven


@pytest.mark.parametrize("rooms, bin, why", [
    ([Room("A-1", "pick-face", "A", 3, 7), Room("R-1", "reserve", "A", 40)], "A-1", "pick face of the item with room for 7"),
    ([Room("A-1", "pick-face", "A", 3, 4), Room("R-1", "reserve", "A", 40)], "R-1", "holds 40 of the same item and lot"),
    ([Room("A-1", "pick-face", "A", 0, 9), Room("R-1", "reserve", "A", 0)], "A-1", "pick face of the item with room for 9"),
    ([Room("R-1", "reserve", "B", 0, None, "A-1", "A", Decimal(2)), Room("R-2", "reserve", "A", 0, None, "A-1", "A", Decimal(8))], "R-2", "empty, 8 m from A-1 in zone A"),
    ([Room("A-2", "pick-face", "A", 0, None, "A-1", "A", Decimal(2)), Room("R-2", "reserve", "A", 0, None, "A-1", "A", Decimal(8))], "R-2", "empty, 8 m from A-1 in zone A"),
    ([Room("A-2", "pick-face", "", 0, walk=4), Room("A-3", "pick-face", "", 0, walk=2)], "A-3", "empty, the first on the walk"),
    ([Room("A-1", "pick-face", "A", 3, 4)], "", "No empty bin near by and none that holds this item: choose one."),
])
def test_the_same_item_and_lot_first_then_an_empty_bin_near_its_face(rooms, bin, why):
    found = suggest(rooms, 5)
    assert (found.bin, found.why) == (bin, why)


@pytest.fixture
def hall(given):
    given.item(), given.item("LOTTED", tracking="lot"), given.site()
    keep_sites([KeepSite("HAM", bins=(
        BinGiven("DOCK", role="dock"), BinGiven("A-01", "A", walk=1), BinGiven("R-01", "A", Decimal(3), role="reserve", walk=8),
        BinGiven("R-02", "B", Decimal(1), role="reserve", walk=9)))], by="ann")
    keep_faces([KeepFace("HAM", "A-01", "BRG-6204", 2, 10)], by="ann")
    return given


def test_what_arrived_is_put_where_it_is_suggested(hall):
    receive([Receive("HAM", "BRG-6204", 30)], by="ann")
    [first] = put_away([PutAway("HAM", "BRG-6204", 8, "A-01")], by="ann")
    assert (first.suggested, first.why) == ("A-01", "pick face of the item with room for 10")
    [second] = put_away([PutAway("HAM", "BRG-6204", 12, "R-01")], by="ann")
    assert second.why == "empty, 3 m from A-01 in zone A"
    [third] = put_away([PutAway("HAM", "BRG-6204", 10, "R-01")], by="ann")
    assert third.why == "holds 12 of the same item and lot"
    assert third.said() == "10 BRG-6204 put away at HAM into R-01"


def test_another_bin_needs_a_reason(hall):
    receive([Receive("HAM", "BRG-6204", 30)], by="ann")
    [no] = put_away([PutAway("HAM", "BRG-6204", 8, "R-02")], by="ann")
    assert no.said() == "A-01 is suggested: pick face of the item with room for 10. Say why you choose another."
    [told] = put_away([PutAway("HAM", "BRG-6204", 8, "R-02", reason="face is blocked")], by="ann", key="k")
    assert told.said() == "8 BRG-6204 put away at HAM into R-02 instead of A-01: face is blocked"
    assert put_away([PutAway("HAM", "BRG-6204", 8, "R-02", reason="face is blocked")], by="ann", key="k") == [told]


def test_lots_are_not_mixed(hall):
    receive([Receive("HAM", "LOTTED", 5, lot="L1"), Receive("HAM", "LOTTED", 5, lot="L2")], by="ann")
    put_away([PutAway("HAM", "LOTTED", 2, "R-01", lot="L1", reason="here")], by="ann")
    same, other = put_away([PutAway("HAM", "LOTTED", 3, "R-01", lot="L1"), PutAway("HAM", "LOTTED", 5, "R-02", lot="L2", reason="there")], by="ann")
    assert (same.suggested, same.why) == ("R-01", "holds 2 of the same item and lot")
    assert other.suggested == "R-02" and other.why == "empty, 2 m from R-01"


def test_all_that_is_wrong_is_said_at_once(hall):
    [short] = put_away([PutAway("HAM", "BRG-6204", 3, "A-01")], by="ann")
    [many] = put_away([PutAway("HAM", "LOTTED", 3, "X-1")], by="ann")
    assert short.code == "bin-short" and [f.code for f in many.errors] == ["bin-unknown", "lot-missing"]
