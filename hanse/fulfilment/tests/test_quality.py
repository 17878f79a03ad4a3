"""Quality at the packing station: scans that a rule wants, weights within tolerance, audits before cartons leave; few lots."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given as over
from hypothesis import strategies as st

from hanse.edge import verify
from hanse.fulfilment.audit import Audit, Box, Found, audit, decide, errors
from hanse.fulfilment.audit import Known as AuditKnown
from hanse.fulfilment.bins import Open, Shelf, choose, undated
from hanse.fulfilment.models import Audit as AuditRow
from hanse.fulfilment.models import Carton, PickedSerial, Scan, Task
from hanse.fulfilment.opening import Inside
from hanse.fulfilment.pack import Pack, PackLine, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.rules import sampled, to_scan, weighs_right
from hanse.fulfilment.scan_at_pack import Expected, ScanAtPack, scan_at_pack
from hanse.fulfilment.scan_at_pack import decide as decide_scan
from hanse.inventory.receive import Receive, receive
from hanse.kernel.refused import Refused
from hanse.network.models import Bin
from hanse.orders.models import Order
from hanse.transport.hand_over import HandOver, hand_over

from .floor import packed, picked, released

BRG, NUT = "BRG-6204", "NUT-08"


def proven():
    assert [(r.name, r.findings) for r in verify.run() if r.findings] == []


@pytest.fixture
def floor(given):
    """Five bearings of an order wait in a tote at HAM."""
    given.item(gtin="4006381333931"), given.item(NUT)
    given.site(), given.customer()
    for sku in (BRG, NUT):
        receive([Receive("HAM", sku, 9, "A-01")], by="ann")
    return given


# -- scans at packing --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule, units, wanted", [("none", 5, 0), ("first", 5, 1), ("first", 0, 0), ("every", 5, 5)])
def test_a_rule_says_how_many_units_are_scanned(rule, units, wanted):
    assert to_scan(rule, units) == wanted


@pytest.mark.parametrize("site, customer, scans, code", [
    ("none", "", (), ""),
    ("first", "", (BRG,), ""),
    ("first", "", ("4006381333931",), ""),
    ("first", "", (), "scans-missing"),
    ("every", "", (BRG,) * 4, "scans-missing"),
    ("every", "", (BRG,) * 5, ""),
    ("every", "", (BRG, BRG, NUT), "wrong-scan"),
    ("none", "every", (BRG,), "scans-missing"),
    ("every", "none", (), ""),
    ("none", "", (NUT,), "wrong-scan"),
])
def test_the_customers_rule_goes_before_the_sites_and_a_wrong_scan_keeps_the_carton_open(floor, site, customer, scans, code):
    from hanse.network.models import Site
    from hanse.partners.models import Party

    Site.objects.update(pack_scan=site), Party.objects.update(pack_scan=customer)
    order = floor.order((BRG, 5))
    picked(order)
    [answer] = pack([Pack(order, contents=(PackLine(1, 5, scans=scans),))], by="ann")
    assert (answer.code if isinstance(answer, Refused) else "") == code
    assert Scan.objects.filter(step="pack", right=True).count() == (0 if code else len(scans))


def test_where_a_rule_wants_scans_nothing_is_packed_unseen(floor):
    from hanse.network.models import Site

    Site.objects.update(pack_scan="first")
    order = floor.order((BRG, 5))
    picked(order)
    assert pack([Pack(order)], by="ann")[0].code == "scans-missing"


@pytest.mark.parametrize("read, right", [("BRG-6204", True), ("brg-6204", True), ("4006381333931", True), ("NUT-08", False), ("S7", True), ("]C1010400638133393110L2", False)])
def test_the_station_says_whether_a_scan_is_of_the_order(read, right):
    waits = [Expected(7, 2, "HAM", BRG, "4006381333931", "L1", ("S7",))]
    assert [a.right for a in decide_scan([ScanAtPack("H-7", "HAM", read)], {(7, "HAM"): waits})] == [right]


def test_wrong_scans_of_the_station_are_kept(floor):
    order = floor.order((BRG, 5))
    picked(order)
    wrong, none = scan_at_pack([ScanAtPack(order, "HAM", NUT), ScanAtPack("H-9", "HAM", NUT)], by="ann")
    assert wrong.said() == f"NUT-08 scanned, which is not of {order}" and none.code == "nothing-to-pack"
    assert list(Scan.objects.filter(step="pack").values_list("read", "right")) == [(NUT, False)]


# -- weights -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale, parts, least, right", [
    (1050, [(1000, 5)], 50, True), (1051, [(1000, 5)], 50, False),
    (1100, [(1000, 10)], 50, True), (1101, [(1000, 10)], 50, False),
    (2150, [(1000, 10), (1000, 5)], 0, True), (2151, [(1000, 10), (1000, 5)], 0, False),
    (1000, [(1000, 0)], 0, True), (1001, [(1000, 0)], 0, False),
])
def test_the_tolerance_is_the_sites_or_that_of_what_is_inside(scale, parts, least, right):
    assert weighs_right(scale, parts, least) is right


def test_an_item_and_a_site_have_tolerances_of_their_own(floor):
    from hanse.catalogue.models import Item
    from hanse.network.models import Site

    order = floor.order((BRG, 5))
    picked(order)
    assert pack([Pack(order, weight_g=560)], by="ann", dry_run=True)[0].code == "weight-off"
    Item.objects.filter(sku=BRG).update(weight_tolerance_percent=12)
    assert not isinstance(pack([Pack(order, weight_g=560)], by="ann", dry_run=True)[0], Refused)
    Item.objects.update(weight_tolerance_percent=None), Site.objects.update(weight_tolerance_g=60)
    assert not isinstance(pack([Pack(order, weight_g=560)], by="ann")[0], Refused)


# -- audits ------------------------------------------------------------------------------------------------------------

CASE = Box(1, "C1", 7, "HAM", False, False)
INSIDE = [Inside(1, "C1", 7, 2, 31, 11, 21, 9, 3, 5, BRG, "L1", "", 3), Inside(1, "C1", 7, 2, 31, 12, 21, 9, 3, 5, BRG, "L2", "", 2), Inside(1, "C1", 7, 2, 31, 13, 21, 10, 4, 6, NUT, "", "", 4)]
KNOWN = AuditKnown({"C1": CASE, "OLD": Box(2, "OLD", 7, "HAM", True, False), "OPEN": Box(3, "OPEN", 7, "HAM", False, True)}, {"C1": INSIDE}, {BRG, NUT, "CAP"})


def in_words(answer):
    return answer.detail if isinstance(answer, Refused) else answer.said().split(": ")[1]


@pytest.mark.parametrize("asks, told", [
    ([Audit("C1", (Found(BRG, 5), Found(NUT, 4)))], ["all as it should be"]),
    ([Audit("C1", (Found(BRG, 3, "L1"), Found(BRG, 2, "L2"), Found(NUT, 4)))], ["all as it should be"]),
    ([Audit("C1", (Found(BRG, 5, "L1"), Found(NUT, 4)))], ["5 BRG-6204 instead of 3, 0 BRG-6204 instead of 2"]),
    ([Audit("C1", (Found(BRG, 4), Found(NUT, 4)))], ["4 BRG-6204 instead of 5"]),
    ([Audit("C1", (Found(BRG, 5),))], ["0 NUT-08 instead of 4"]),
    ([Audit("C1", (Found(BRG, 5), Found(NUT, 3), Found("CAP", 1)))], ["1 CAP instead of 0, 3 NUT-08 instead of 4"]),
    ([Audit("C1", (Found(BRG, 5), Found(NUT, 4)))] * 2, ["all as it should be", "Carton C1 was audited already."]),
    ([Audit("C1", (Found("X", 1), Found("Y", 1)))], ["There is no item X. There is no item Y."]),
    ([Audit("C9", ())], ["There is no carton C9."]),
    ([Audit("OPEN", ())], ["Carton OPEN was opened again; its units are packed anew."]),
    ([Audit("OLD", ())], ["Carton OLD left with its carrier."]),
])
def test_an_audit_compares_what_was_found(asks, told):
    assert [in_words(a) for a in decide(asks, KNOWN)] == told


def test_an_error_counts_to_the_pick_that_took_it():
    [wrong] = decide([Audit("C1", (Found(BRG, 1), Found(NUT, 6), Found("CAP", 1)))], KNOWN)
    assert errors(wrong.findings, INSIDE) == {11: 3, 12: 1, 13: 2}


@over(st.integers(0, 100), st.lists(st.from_regex(r"\A[0-9]{18}\Z"), min_size=1, max_size=50))
def test_the_sampling_plan_is_the_same_for_everybody_and_grows_with_the_share(percent, numbers):
    chosen = [n for n in numbers if sampled(n, percent)]
    assert set(chosen) <= {n for n in numbers if sampled(n, min(100, percent + 1))}
    assert percent or not chosen
    assert percent < 100 or chosen == numbers


def test_the_sampling_plan_chooses_its_share():
    assert abs(sum(sampled(f"{n:018}", 10) for n in range(10_000)) - 1000) < 100


@pytest.fixture
def audited(floor):
    from hanse.network.models import Site

    Site.objects.update(audit_percent=100)
    floor.sent = floor.order((BRG, 5))
    floor.carton = packed(floor.sent).carton
    return floor


def test_a_carton_that_was_chosen_leaves_when_it_was_counted(audited):
    assert hand_over([HandOver(audited.carton, "UPS")], by="ann")[0].errors[0].code == "audit-due"
    [right] = audit([Audit(audited.carton, (Found(BRG, 5),))], by="ann")
    assert right.right and list(AuditRow.objects.values_list("expected", "found")) == [(5, 5)]
    assert not isinstance(hand_over([HandOver(audited.carton, "UPS")], by="ann")[0], Refused)
    proven()


def test_a_carton_that_differs_is_opened_and_packed_anew(audited):
    [wrong] = audit([Audit(audited.carton, (Found(BRG, 4), Found(NUT, 1)))], by="ann", key="a")
    assert [wrong] == audit([Audit(audited.carton, (Found(BRG, 4), Found(NUT, 1)))], by="ann", key="a")
    assert not wrong.right and audited.stock() == {"bin": 13, "tote": 5}
    assert (Task.objects.get().wrong, Task.objects.get().packed, Carton.objects.get().audit, Order.objects.get().status) == (1, 0, "failed", "picking")
    proven()
    [again] = pack([Pack(audited.sent)], by="ann")
    assert again.carton != audited.carton and hand_over([HandOver(audited.carton, "UPS")], by="ann")[0].code == "carton-opened"
    proven()


# -- lots --------------------------------------------------------------------------------------------------------------

SOON, LATER, LAST = date(2027, 1, 1), date(2027, 6, 1), date(2027, 9, 1)


def want(quantity, most=None, has=(), allocation=1, perishable=False):
    return Open(allocation, 1, 1, 1, 1, "MILK", 1, "HAM", quantity, max_lots=most, lots=has, perishable=perishable)


def shelf(lot, free, expires_on=None, bin=0):
    return Shelf(1, 1, bin or ord(lot[-1]), f"A-{lot}", lot, free, 0, expires_on)


def lots(wanted, shelves):
    return [(c.shelf.lot, c.quantity) for c in choose(wanted, shelves)]


@pytest.mark.parametrize("wanted, told", [
    ([want(9)], [("A", 4), ("B", 5)]),
    ([want(9, 1)], [("C", 9)]),
    ([want(9, 2)], [("A", 4), ("B", 5)]),
    ([want(4, 1)], [("A", 4)]),
    ([want(5, 1)], [("B", 5)]),
    ([want(11, 2)], [("A", 4), ("C", 7)]),
    ([want(20, 1)], [("C", 10)]),
    ([want(5, 1, has=("A",))], [("A", 4)]),
    ([want(4, 1), want(4, 1, allocation=2)], [("C", 4), ("C", 4)]),
    ([want(2, 1), want(2, 1, allocation=2)], [("A", 2), ("A", 2)]),
])
def test_a_customer_takes_only_so_many_lots_in_a_shipment(wanted, told):
    assert lots(wanted, [shelf("A", 4, SOON), shelf("B", 5, LATER), shelf("C", 10, LAST)]) == told


@over(st.lists(st.tuples(st.integers(1, 9), st.sampled_from([None, SOON, LATER, LAST])), min_size=1, max_size=6), st.integers(1, 30), st.integers(1, 4))
def test_few_lots_cover_the_need_wherever_any_few_do(stock, need, most):
    shelves = [shelf(chr(65 + n), free, expires) for n, (free, expires) in enumerate(stock)]
    chosen = choose([want(need, most)], shelves)
    assert len({c.shelf.lot for c in chosen}) <= most
    best = sum(sorted((s.free for s in shelves), reverse=True)[:most])
    assert sum(c.quantity for c in chosen) == min(need, best)
    if best >= need:
        taken = {c.shelf.lot for c in chosen}
        left_behind = [s for s in shelves if s.lot not in taken and s.expires_on and all((c.shelf.expires_on or date.max) > s.expires_on for c in chosen)]
        for s in left_behind:
            rest = sum(sorted((x.free for x in shelves if x is not s and (x.expires_on or date.max) >= s.expires_on), reverse=True)[: most - 1])
            assert s.free + rest < need


@over(st.lists(st.tuples(st.integers(1, 9), st.sampled_from([None, SOON, LATER])), min_size=1, max_size=6), st.integers(1, 30), st.booleans())
def test_a_lot_without_expiry_leaves_last_and_warns(stock, need, perishable):
    shelves = [shelf(chr(65 + n), free, expires) for n, (free, expires) in enumerate(stock)]
    chosen = choose([want(need, perishable=perishable)], shelves)
    warned = undated(chosen, shelves)
    dated = [s for s in shelves if s.expires_on]
    assert warned == [c for c in chosen if c.shelf.expires_on is None and (perishable or dated)]
    if any(c.shelf.expires_on is None for c in chosen):
        assert sum(c.quantity for c in chosen if c.shelf.expires_on) == sum(s.free for s in dated)


def test_lots_on_the_floor_count_for_what_is_released_later(given):
    given.item("MILK", tracking="lot"), given.site()
    given.customer(max_lots=1)
    receive([Receive("HAM", "MILK", 4, "A-01", lot="L1", expires_on=SOON), Receive("HAM", "MILK", 9, "A-01", lot="L2", expires_on=LATER)], by="ann")
    order = given.order(("MILK", 3), ("MILK", 3))
    assert {t.lot for t in released(order)} == {"L2"}
    other = given.order(("MILK", 2))
    assert {t.lot for t in released(other)} == {"L1"}


def test_a_lot_must_live_on_after_the_day_of_delivery(given):
    given.item("MILK", tracking="lot"), given.site(lanes={"DE": 3}), given.customer(min_life_days=5)
    receive([Receive("HAM", "MILK", 4, "A-01", lot="L1", expires_on=date(2026, 11, 23)), Receive("HAM", "MILK", 4, "A-01", lot="L2", expires_on=date(2026, 11, 24))], by="ann")
    order = given.order(("MILK", 3))
    assert Order.objects.get().promised_on == date(2026, 11, 19)
    assert [t.lot for t in released(order)] == ["L2"]


def test_a_release_says_that_a_lot_has_no_expiry(given):
    given.item("MILK", tracking="lot", shelf_life_days=20), given.site(), given.customer()
    receive([Receive("HAM", "MILK", 4, "A-01", lot="L1")], by="ann")
    released(given.order(("MILK", 3)))
    [told] = given.told("OrderReleased")
    assert told.said() == "Released at HAM: 3 units in 1 pick tasks. No expiry is known of lot L1 of MILK"


def test_two_tasks_that_name_one_serial_in_one_call_get_it_once_and_a_carton_takes_serials_of_several_tasks(given):
    site = given.site()
    given.item("PUMP", tracking="serial"), given.customer(), Bin.objects.create(site=site, code="A-02", walk=2)
    receive([Receive("HAM", "PUMP", 2, "A-01", serials=("S1", "S2")), Receive("HAM", "PUMP", 2, "A-02", serials=("S3", "S4"))], by="ann")
    order = given.order(("PUMP", 3))
    one, two = sorted(released(order), key=lambda t: t.bin)
    assert (one.quantity, two.quantity) == (2, 1)
    first, again = pick([Pick(one.task, 2, serials=("S1", "S2")), Pick(two.task, 1, serials=("S1",))], by="ann")
    assert not isinstance(first, Refused) and again.code == "serial-elsewhere"
    pick([Pick(two.task, 1, serials=("S3",))], by="ann")
    [no] = pack([Pack(order, contents=(PackLine(1, 2, serials=("S1", "S9")),))], by="ann")
    assert no.code == "serials-missing"
    [both, rest] = pack([Pack(order, contents=(PackLine(1, 2, serials=("S1", "S3")),)), Pack(order)], by="ann")
    assert ({s for u in both.units for s in u.serials}, rest.units[0].serials) == ({"S1", "S3"}, ("S2",))
    proven()


# -- serials -----------------------------------------------------------------------------------------------------------


def test_a_serial_belongs_to_one_pick_and_the_database_knows_no_second(given):
    given.item("PUMP", tracking="serial"), given.site(), given.customer()
    receive([Receive("HAM", "PUMP", 3, "A-01", serials=("S1", "S2", "S3"))], by="ann")
    one, two = given.order(("PUMP", 1)), given.order(("PUMP", 2))
    [first], [second] = released(one), released(two)
    assert not isinstance(pick([Pick(first.task, 1, serials=("S1",), tote="CART")], by="ann")[0], Refused)
    assert pick([Pick(second.task, 2, serials=("S1", "S2"), tote="CART")], by="ann")[0].code == "serial-elsewhere"
    assert not isinstance(pick([Pick(second.task, 2, serials=("S2", "S3"), tote="CART")], by="ann")[0], Refused)
    with pytest.raises(IntegrityError, match="fulfilment_serial_is_of_one_allocation"), transaction.atomic():
        PickedSerial.objects.create(item_id=PickedSerial.objects.first().item_id, code="S1", task_id=second.task)
    [own] = pack([Pack(two)], by="ann")
    assert own.units[0].serials == ("S2", "S3")
    hand_over([HandOver(own.carton, "UPS")], by="ann")
    assert pick([Pick(first.task, 1, serials=("S1",))], by="ann")[0].code == "task-closed"
    assert list(PickedSerial.objects.values_list("code", flat=True)) == ["S1"]
    proven()
