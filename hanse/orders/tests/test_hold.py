"""Holds: one of a type at a time, each blocks only the steps of its type."""

from hanse.orders.allocate import Allocate, allocate
from hanse.orders.hold import Hold, hold
from hanse.orders.holds import blocking
from hanse.orders.models import Order
from hanse.orders.place import Place, PlaceLine, place
from hanse.orders.release_hold import ReleaseHold, release_hold


def test_a_hold_blocks_only_the_steps_of_its_type():
    assert blocking(["credit"], "release") == ["credit"]
    assert blocking(["credit"], "allocate") == []
    assert blocking(["price"], "hand-over") == []
    assert blocking(["made up"], "invoice") == ["made up"]


def test_a_hold_stands_until_it_is_released(given):
    given.item()
    given.customer()
    [order] = place([Place("REUTER", (PlaceLine("BRG-6204", 1),))], by="ann")
    yes, twice, other = hold([Hold(order.order, "credit", "over limit"), Hold(order.order, "credit"), Hold(order.order, "fraud")], by="ann")
    assert (yes.type, twice.code, other.type) == ("credit", "hold-stands", "fraud")
    assert Order.objects.get().holds == ["credit", "fraud"]
    [no] = allocate([Allocate(order.order)], by="ann")
    assert (no.code, no.detail) == ("on-hold", f"{order.order} is on fraud hold. Release the hold first.")
    release_hold([ReleaseHold(order.order, "fraud", "known customer")], by="ann")
    assert Order.objects.get().holds == ["credit"]
    [gone] = release_hold([ReleaseHold(order.order, "fraud")], by="ann")
    assert gone.code == "hold-unknown"
    [bad] = hold([Hold(order.order, "mood")], by="ann")
    assert bad.code == "values-refused"
