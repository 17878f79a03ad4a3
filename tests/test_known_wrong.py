"""What order systems are known to get wrong, and the test that shows that ours does not.

`ORDERS` is about promises, stock and money, `FLOOR` about picking, packing and shipping, `CARRIERS` about plans and those who carry, `PERFECT` about the
perfect order. A row whose proof stands elsewhere names it there.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from hanse.billing.credit import Credit, credit
from hanse.billing.invoice import Invoice, Units, invoice
from hanse.billing.models import OpenItem
from hanse.billing.receive_payment import ReceivePayment, receive_payment
from hanse.catalogue.keep import KeepItem, keep_items
from hanse.edge import verify
from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release import Release, release
from hanse.fulfilment.tests.floor import packed, picked, released
from hanse.inventory.expect import Expect, expect
from hanse.inventory.receive import Receive, receive
from hanse.journal.principals import HANSE
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.kernel.samples import Share
from hanse.orders.allocate import Allocate, allocate
from hanse.orders.cancel import Cancel, cancel
from hanse.orders.change import Change, ChangeLine, change
from hanse.orders.models import Allocation, Line, Order
from hanse.orders.place import Place, PlaceLine, place
from hanse.perfect_order.assess import Assess, assess
from hanse.perfect_order.models import Verdict
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.models import Parcel, Proof
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.record_tracking import Track, record_tracking
from hanse.transport.tests.road import carriers, on_its_way
from tests.rows import missing
from tests.test_races import at_once

O, F, T, B, I, N, P = (f"hanse/{area}/tests/" for area in ("orders", "fulfilment", "transport", "billing", "inventory", "network", "perfect_order"))  # noqa: E741

ORDERS = {
    "The last unit is sold once, however many want it.": "test_fifty_at_once_on_the_last_unit_sell_it_once",
    "What the lines and kits of a request want of one item is summed before it is promised.":
        f"tests/test_races.py::test_two_lines_of_one_order_on_one_item_are_summed {O}test_kits.py::test_or_refuse_counts_what_kits_and_lines_want_together",
    "Changes of a balance at one instant all count.": "test_what_arrives_at_one_instant_is_all_there",
    "Reservation and balance never drift: quantities are whole, and a stock unit stays what it was.":
        "test_a_stock_unit_stays_what_it_was hanse/edge/tests/test_bodies.py::test_a_quantity_is_a_whole_number_and_nothing_like_it "
        "hanse/edge/tests/test_verify.py::test_a_healthy_company_is_clean_and_each_planted_bug_is_found",
    "Cancelling gives back once, and of an order that left in part only what did not leave.":
        f"tests/test_races.py::test_free_against_cancel_releases_each_unit_once {O}test_cancel.py::test_what_has_left_cannot_be_cancelled_and_it_says_how_many_can "
        "test_cancelling_what_left_in_part_gives_back_what_did_not_leave",
    "A cancelled order takes no stock again.": f"{O}test_cancel.py::test_a_cancelled_order_is_closed_and_takes_no_stock_again",
    "What a cancelled order gives back goes to others that wait.": f"{O}test_backorders.py::test_cancelled_stock_goes_to_the_queue_and_not_back_to_who_gave_it_up",
    "A change moves reservations by what differs and has not left; one that is refused moves nothing.":
        "test_a_change_touches_only_what_has_not_left_and_a_refused_one_touches_nothing",
    "Goods leave from the site that reserved them.": f"test_goods_leave_from_the_site_that_reserved_them {F}test_pick.py::test_units_that_were_short_come_from_another_site",
    "What is allocated at a site is not available there, and sites that do not deliver there do not count.":
        f"{O}test_backorders.py::test_allocation_sees_what_is_already_allocated_there {O}test_backorders.py::test_a_site_that_cannot_deliver_there_gives_nothing",
    "Two from one site and three from another leave as two and three.": "test_an_order_of_two_sites_leaves_each_of_them_with_what_it_owed",
    "What waits still waits when the rest has left, and no site is split off needlessly.":
        f"test_what_waits_still_waits_when_the_rest_has_left {O}test_place.py::test_one_order_is_split_only_where_one_site_is_not_enough",
    "A short pick lowers what can be promised before anything else is told.": f"{I}test_doubt.py::test_a_short_pick_lowers_what_can_be_promised_before_anything_else_is_published",
    "An order's own reservation never stands in its way, and two orders share a lot by quantity.": "test_two_orders_share_a_lot_and_both_leave",
    "A removed line takes its share of the discount along, and the others keep theirs.": "test_a_removed_line_takes_its_share_of_the_discount_along",
    "What is owed is what the order comes to now less what was paid; undoing a change that was not paid for gives nothing back.":
        f"test_undoing_a_change_that_was_not_paid_for_gives_nothing_back {B}test_payments.py::test_money_on_account_is_set_against_a_later_invoice",
    "Each line has a promise, the order the latest of them; by the site's clock, and never in the past.":
        "test_an_order_is_promised_for_its_latest_line_and_never_for_the_past hanse/network/tests/test_calendar.py::test_goods_leave_today_until_the_cut_off_on_the_wall",
}
FLOOR = {
    "Of a kit so much is delivered as its components make whole, by the recipe it was sold with.":
        f"{O}test_kits.py::test_a_short_component_leaves_its_kit_loose_until_it_follows {O}test_kits.py::test_a_recipe_kept_later_changes_nothing_that_is_placed "
        f"{O}test_kits.py::test_a_quote_keeps_the_recipe_of_the_day_it_was_made",
    "Nobody is sent to a bin beyond its stock.": f"{I}test_doubt.py::test_a_bin_is_never_sent_to_again_and_again_beyond_its_stock",
    "No lot that expires earlier is left behind; one without a date leaves last, and it is said.":
        f"{F}test_bins.py::test_no_earlier_lot_is_left_behind_and_nothing_is_taken_twice {F}test_quality.py::test_a_lot_without_expiry_leaves_last_and_warns",
    "A label with an old address does not leave.": f"{T}test_hand_over.py::test_a_label_with_an_old_address_is_printed_again_first",
    "What became of a label that is no longer wanted is known.":
        f"{F}test_answer_change.py::test_carrier_switch_is_asked_of_the_site_and_the_label_shows_the_new_one {T}test_changes.py::test_carrier_switch_that_comes_too_late_goes_with_the_carrier_on_the_label",
    "A carrier's own void of a label is a state.": f"{T}test_labels.py::test_a_void_is_asked_and_its_answer_recorded {T}test_karrio.py::test_labels_are_given_back_pickups_booked_and_parcels_tracked",
    "An edit of packed units is work for the packing station.": f"{F}test_answer_change.py::test_an_edit_of_packed_units_forces_a_repack_task",
    "What a supplier ships to the customer counts by what he says that he shipped, and goes to the address that was locked.":
        f"{T}test_drop_ship.py::test_his_despatch_advice_ships_exactly_what_it_names_and_the_rest_stays_open {T}test_drop_ship.py::test_the_address_he_was_given_stays_until_he_agrees_to_another",
    "No event of a carrier that is late or repeated takes delivered back, and none of one parcel touches another.":
        f"{T}test_states.py::test_no_event_takes_delivered_back {T}test_tracking.py::test_any_order_and_repetition_of_events_ends_the_same test_two_parcels_of_an_order_are_tracked_each_by_itself",
    "A parcel that moves again after it was delivered is looked at by a person.": f"{T}test_states.py::test_canada_post_a_delivered_parcel_that_moves_again_waits_for_a_person",
    "A return under the number of the way out is a leg of its own.": "later: returns",
    "A serial is in one open pick at a time, and the database says so.": f"{F}test_quality.py::test_a_serial_belongs_to_one_pick_and_the_database_knows_no_second",
}

CARRIERS = {
    "What is delivered over counts up to what is owed, so no share is more than all.": f"{P}test_otif.py::test_what_came_in_the_window_counts_up_to_what_is_owed",
    "Where nothing was observed nothing is told, neither all nor none.":
        f"test_of_nothing_there_is_no_share {P}test_carrier_pages.py::test_before_anything_was_due_the_page_says_what_would_fill_it",
    "What comes on its day is in time, whatever the hour, by the day at the door of the receiver.":
        f"{P}test_conditions.py::test_in_time_is_before_the_midnight_of_the_place_it_goes_to {P}test_otif.py::test_the_window_is_widened_by_whole_days",
    "A delivery is judged by when it happened, not by when somebody wrote it down.": "test_a_delivery_is_judged_by_when_it_happened_and_not_by_when_it_was_written_down",
    "A reason why a service does not take a parcel is true: without what it names it is gone.":
        f"{N}test_rating.py::test_each_reason_is_true_without_what_it_names_it_is_gone_and_the_others_stay",
    "Why a job is on no route is true.": "later: routes",
    "Plans go by calendars, over summer time and holidays, and never into the past.":
        f"{N}test_schedule.py::test_back_from_a_day_and_forth_from_a_moment_agree_over_summer_time_and_holidays "
        "test_an_order_is_promised_for_its_latest_line_and_never_for_the_past",
    "A carrier's clock begins with its first scan, and a late hand-over is not its own.":
        f"{T}test_transit.py::test_transit_is_counted_from_the_first_scan_and_once {P}test_lateness.py::test_a_carrier_is_never_blamed_for_a_late_hand_over",
}
PERFECT = {
    "What went out is never unwritten: what is credited stays delivered and invoiced, with counters of its own.": "test_what_is_credited_stays_delivered_and_invoiced",
    "What went out stays as it was, whatever comes back.": f"{T}test_never_came.py::test_a_refused_parcel_comes_back_into_quarantine_and_stays_there",
    "A return changes no verdict but that of the product, with its reason.": "later: returns",
    "What is delivered, lost, sent back, invoiced and credited is counted apart.":
        f"{B}test_rules.py::test_what_was_received_is_known_when_nothing_is_on_its_way {B}test_rules.py::test_any_credits_of_an_invoice_from_its_end_add_up_to_it "
        f"{T}test_never_came.py::test_lost_units_are_sent_again_at_what_they_cost_and_those_that_never_came_are_credited",
    "The first promise is written once; what is judged by is never moved by us.":
        f"{O}test_promising.py::test_what_waits_is_promised_when_it_gets_a_site_and_the_move_is_kept "
        f"{P}test_assess.py::test_a_new_day_that_the_customer_asked_for_is_the_basis_and_ours_never_is",
    "A new finding ends the one before, and what was reported is reported again.":
        f"{P}test_reads.py::test_what_was_reported_then_is_reported_again "
        f"{P}test_assess.py::test_a_verdict_becomes_final_and_a_billing_error_reopens_it_and_what_was_reported_can_be_reported_again "
        f"{P}test_assess.py::test_a_final_verdict_is_reopened_by_a_claim_and_again_by_its_answer",
}


def test_every_row_is_shown_by_a_test_that_is_there():
    assert missing(ORDERS | FLOOR | CARRIERS | PERFECT, __file__) == []


def test_of_nothing_there_is_no_share():
    nothing = Share(0, 0)
    assert (nothing.value, nothing.low, nothing.high) == (None, 0, 1)


def test_a_delivery_is_judged_by_when_it_happened_and_not_by_when_it_was_written_down(given):
    sent = on_its_way(given)
    with clock.standing_at(datetime(2026, 11, 20, 9, tzinfo=UTC)):
        record_proof([RecordProof(sent.parcel, at=datetime(2026, 11, 17, 14, tzinfo=UTC), receiver="F. Reuter", received=5)], by="ann")
        assess([Assess(sent.order)], by="ann")
    assert Verdict.objects.get(known_to=None).in_time is True
    proof = Proof.objects.get()
    assert proof.delivered_at.day == 17 and proof.recorded_at.day == 20


@pytest.fixture
def shop(given):
    """A customer, an item, its site and the carriers."""
    carriers()
    given.customer()
    given.bearing, given.hamburg = given.item(), given.site()
    return given


def proven() -> bool:
    return [(r.name, r.findings) for r in verify.run() if r.findings] == []


def standing(order: str) -> Order:
    return Order.objects.get(pk=int(order[2:]))


def shipped(order: str, site: str | None = None) -> None:
    """All that is reserved of an order leaves, each site's part in a carton."""
    tasks = released(order, site)
    pick([Pick(t.task, t.quantity) for t in tasks], by="ann")
    cartons = pack([Pack(order, s) for s in dict.fromkeys(t.site for t in tasks)], by="ann")
    assert not [a for a in hand_over([HandOver(c.carton, "UPS") for c in cartons], by="ann") if isinstance(a, Refused)]


def test_fifty_at_once_on_the_last_unit_sell_it_once(lasting):
    item, site = lasting.item(), lasting.site()
    lasting.customer()
    receive([Receive("HAM", item.sku, 1, "A-01")], by=HANSE)
    ask = Place("REUTER", (PlaceLine(item.sku, 1),), reserve="or_refuse")
    answers = at_once([lambda: place([ask], by=HANSE)[0] for _ in range(50)])
    assert Counter(getattr(a, "code", "placed") for a in answers) == {"placed": 1, "stock-short": 49}
    assert lasting.free(item, site) == (1, 1) and proven()


def test_what_arrives_at_one_instant_is_all_there(lasting):
    item, site = lasting.item(), lasting.site()
    at_once([lambda: receive([Receive("HAM", item.sku, 3, "A-01")], by=HANSE)] * 20)
    assert lasting.free(item, site) == (60, 0) and lasting.stock() == {"bin": 60} and proven()


def test_a_stock_unit_stays_what_it_was(shop):
    [no] = keep_items([KeepItem("BRG-6204", stock_unit="gram")], by="ann")
    assert no.errors[0].code == "state-conflict"


def test_cancelling_what_left_in_part_gives_back_what_did_not_leave(shop):
    shop.stocked(shop.bearing, shop.hamburg, 3)
    order = shop.order(("BRG-6204", 5))
    shipped(order)
    shop.stocked(shop.bearing, shop.hamburg, 2)
    [told] = cancel([Cancel(order)], by="ann")
    assert sum(line.quantity for line in told.lines) == 2 and cancel([Cancel(order)], by="ann")[0].code == "order-closed"
    assert (standing(order).shipped, standing(order).cancelled) == (3, 2) and shop.free(shop.bearing, shop.hamburg) == (2, 0) and proven()


def test_a_change_touches_only_what_has_not_left_and_a_refused_one_touches_nothing(shop):
    shop.stocked(shop.bearing, shop.hamburg, 3)
    order = shop.order(("BRG-6204", 5))
    shipped(order)
    shop.stocked(shop.bearing, shop.hamburg, 10)
    change([Change(order, (ChangeLine(1, 6),))], by="ann")
    assert shop.free(shop.bearing, shop.hamburg) == (10, 1), "one more is wanted; those that waited wait for their turn"
    before = list(Allocation.objects.order_by("id").values("id", "reserved", "freed", "shipped"))
    change([Change(order, promised_on=date(2026, 12, 24), agreed_by="Mr Reuter")], by="ann")
    [no] = change([Change(order, (ChangeLine(1, 2),), add=(PlaceLine("BRG-6204", 1),))], by="ann")
    assert isinstance(no, Refused)
    assert list(Allocation.objects.order_by("id").values("id", "reserved", "freed", "shipped")) == before and shop.free(shop.bearing, shop.hamburg) == (10, 1)
    assert proven()


def test_goods_leave_from_the_site_that_reserved_them(shop):
    berlin = shop.site("BER")
    shop.stocked(shop.bearing, shop.hamburg, 4)
    order = shop.order(("BRG-6204", 4))
    shop.stocked(shop.bearing, berlin, 9)
    assert release([Release(order, "BER")], by="ann")[0].code == "nothing-to-release"
    picked(order)
    assert isinstance(pack([Pack(order, "BER")], by="ann")[0], Refused)
    assert shop.free(shop.bearing, berlin) == (9, 0) and shop.stock(shop.hamburg) == {"tote": 4} and proven()


def test_an_order_of_two_sites_leaves_each_of_them_with_what_it_owed(shop):
    berlin = shop.site("BER")
    shop.stocked(shop.bearing, shop.hamburg, 2)
    shop.stocked(shop.bearing, berlin, 3)
    order = shop.order(("BRG-6204", 5))
    for site, units in ((shop.hamburg, 2), (berlin, 3)):
        shipped(order, site.code)
        assert shop.stock(site) == {"transit": units} and shop.free(shop.bearing, site) == (0, 0)
    assert sorted(Allocation.objects.values_list("site__code", "shipped")) == [("BER", 3), ("HAM", 2)] and standing(order).status == "shipped" and proven()


def test_what_waits_still_waits_when_the_rest_has_left(shop):
    shop.stocked(shop.bearing, shop.hamburg, 3)
    order = shop.order(("BRG-6204", 5))
    shipped(order)
    row = standing(order)
    assert (row.status, row.shipped, row.ordered - row.reserved + row.freed) == ("part-shipped", 3, 2)
    assert release([Release(order)], by="ann")[0].code == "nothing-to-release" and shop.free(shop.bearing, shop.hamburg) == (0, 0) and proven()


def test_two_orders_share_a_lot_and_both_leave(shop):
    milk = shop.item("MILK", tracking="lot")
    receive([Receive("HAM", "MILK", 5, "A-01", lot="L1", expires_on=date(2027, 1, 1))], by="ann")
    one, two = shop.order(("MILK", 2)), shop.order(("MILK", 3))
    assert shop.free(milk, shop.hamburg) == (5, 5)
    shipped(two), shipped(one)
    assert shop.free(milk, shop.hamburg) == (0, 0) and [standing(o).status for o in (one, two)] == ["shipped", "shipped"] and proven()


def test_a_removed_line_takes_its_share_of_the_discount_along(shop):
    """10.00 off 100.00 and 50.00 and 50.00: the shares are 5.00, 2.50 and 2.50 for good."""
    for sku, price in (("A", "100.00"), ("B", "50.00"), ("C", "50.00")):
        shop.item(sku, price)
    order = shop.order(("A", 1), ("B", 1), ("C", 1), discount=Decimal("10.00"), invoice_rule="order")
    nets = [Decimal("95.00"), Decimal("47.50"), Decimal("47.50")]
    assert list(Line.objects.order_by("position").values_list("net", flat=True)) == nets
    change([Change(order, (ChangeLine(1, 0),))], by="ann")
    assert list(Line.objects.order_by("position").values_list("net", flat=True)) == nets
    assert invoice([Invoice(order)], by="ann")[0].net == Decimal("95.00") and proven()


def test_undoing_a_change_that_was_not_paid_for_gives_nothing_back(shop):
    """Two are billed and paid, a third is added and taken away again: nothing is owed on either side."""
    shop.stocked(shop.bearing, shop.hamburg, 9)
    order = shop.order(("BRG-6204", 2), invoice_rule="order")
    invoice([Invoice(order)], by="ann")
    receive_payment([ReceivePayment("P-1", "REUTER", Decimal("20.00"), "EUR")], by="ann")
    change([Change(order, (ChangeLine(1, 3),))], by="ann")
    [undone] = change([Change(order, (ChangeLine(2, 0),))], by="ann")
    assert not isinstance(undone, Refused)
    assert invoice([Invoice(order)], by="ann")[0].code == "nothing-to-invoice"
    assert [i.amount - i.settled for i in OpenItem.objects.all()] == [0] * OpenItem.objects.count() and shop.told("CreditIssued", "MoneyPaidBack") == []
    assert proven()


def test_an_order_is_promised_for_its_latest_line_and_never_for_the_past(shop):
    """What is there comes tomorrow; what waits for supply comes after that; supply that is overdue is as if it came today."""
    other, late = shop.item("SEAL-20"), shop.item("LATE-1")
    shop.stocked(shop.bearing, shop.hamburg, 5)
    expect([Expect("PO-1", "HAM", other.sku, 5, date(2026, 12, 1)), Expect("PO-2", "HAM", late.sku, 5, date(2026, 11, 2))], by="ann")
    order = shop.order(("BRG-6204", 1), (other.sku, 1))
    lines = list(Line.objects.order_by("position").values_list("promised_on", flat=True))
    assert lines == [date(2026, 11, 17), date(2026, 12, 2)] and standing(order).promised_on == max(lines)
    overdue = standing(shop.order((late.sku, 1))).promised_on
    assert overdue is not None and overdue >= date(2026, 11, 17)


def test_two_parcels_of_an_order_are_tracked_each_by_itself(shop):
    shop.stocked(shop.bearing, shop.hamburg, 3)
    order = shop.order(("BRG-6204", 5))
    first = packed(order)
    hand_over([HandOver(first.carton, "UPS", tracking="1Z-1")], by="ann")
    receive([Receive("HAM", "BRG-6204", 2, "A-01")], by="ann")
    allocate([Allocate(order)], by="ann")
    hand_over([HandOver(packed(order).carton, "UPS", tracking="1Z-2")], by="ann")
    at = clock.now()
    record_tracking([Track("UPS", "1Z-1", "D", at, type="D")], by="ann")
    record_tracking([Track("UPS", "1Z-2", "I", at, type="I"), Track("UPS", "1Z-1", "I", at - timedelta(hours=2), type="I")], by="ann")
    with connection.cursor() as cursor:
        cursor.execute("SELECT tracking, state FROM transport_parcel ORDER BY tracking")
        assert cursor.fetchall() == [("1Z-1", "delivered"), ("1Z-2", "in-transit")]
    assert (standing(order).delivered, standing(order).status) == (3, "shipped") and proven()


def delivered(order: str, at: datetime) -> None:
    """Everything of an order leaves, and is received at an instant."""
    shipped(order)
    record_proof([RecordProof(p, receiver="F. Reuter", received=n, at=at) for p, n in Parcel.objects.values_list("tracking", "units")], by="ann")


def test_what_is_credited_stays_delivered_and_invoiced(shop):
    shop.stocked(shop.bearing, shop.hamburg, 5)
    order = shop.order(("BRG-6204", 5))
    delivered(order, at=clock.now())
    [bill] = invoice([Invoice(order)], by="ann")
    credit([Credit(bill.invoice, "wrong price", (Units(1, 2),))], by="ann")
    line = Line.objects.get()
    assert (line.shipped, line.delivered, line.invoiced, line.credited, line.returned) == (5, 5, 5, 2, 0) and proven()
