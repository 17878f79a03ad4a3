"""The rule book: what happens in each case that is not the usual one, and the test that shows it.

A row names what must be so; where its proof stands elsewhere, it says where.
"""

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from hanse.billing.credit import Credit, credit
from hanse.billing.invoice import Invoice, invoice
from hanse.billing.pay_back import PayBack, pay_back
from hanse.billing.receive_payment import ReceivePayment, receive_payment
from hanse.catalogue.keep_recipes import ComponentGiven, KeepRecipe, keep_recipes
from hanse.catalogue.models import Item
from hanse.edge import verify
from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.recall_lot import RecallLot, recall_lot
from hanse.fulfilment.take_out import TakeOut, take_out
from hanse.fulfilment.tests.floor import packed, picked
from hanse.inventory.count import Count, count
from hanse.inventory.models import CountTask
from hanse.inventory.receive import Receive, receive
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.network.models import Bin, Site
from hanse.orders.models import Order
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.tests.road import carriers
from tests.rows import missing

O, F, T, B, I, E, J, N, S = (f"hanse/{area}/tests/" for area in (  # noqa: E741
    "orders", "fulfilment", "transport", "billing", "inventory", "edge", "journal", "network", "catalogue"))

RULES = {
    "Partial shipment: what is ready leaves as far as the ship rule lets it; freight is charged once, by its share.":
        f"{F}test_release.py::test_holds_and_ship_rules_keep_units_back tests/test_scenarios.py::test_s07_freight_is_shared_over_the_units",
    "Split order: only where one site is not enough, and the order says why.":
        f"{O}test_place.py::test_one_order_is_split_only_where_one_site_is_not_enough {O}test_replanning.py::test_splits_are_undone_where_another_order_can_move_out_of_the_way",
    "Backorder: by priority, promise and age; supply that arrives goes to the first.":
        f"{O}test_jobs.py::test_supply_that_arrives_goes_to_the_first_in_the_queue {O}test_backorders.py::test_of_one_rule_the_queue_decides",
    "Pre-order: never more than is open less the safety share; supply that slips moves the promise and asks.":
        f"{O}test_follow_supply.py::test_a_pre_order_never_has_more_than_the_open_quantity_less_its_safety_share "
        f"{O}test_follow_supply.py::test_a_customer_is_asked_when_the_slip_is_longer_than_his_terms_allow_and_stands_among_the_exceptions",
    "Substitution: by the list, with consent where it says so; the original stays on record.":
        f"{O}test_substitute.py::test_a_substitute_goes_by_the_list {O}test_substitute.py::test_what_was_previewed_is_what_is_done_and_the_original_stays_on_record",
    "Kit: the recipe is frozen, components are reserved together or not at all, one alone is credited by its share.":
        f"{O}test_kits.py::test_a_recipe_kept_later_changes_nothing_that_is_placed {O}test_kits.py::test_components_are_reserved_together_or_not_at_all "
        f"{O}test_kits.py::test_one_component_is_credited_by_its_frozen_share",
    "Kit: a recall of a component names the orders of its kits.": "test_a_recall_of_a_component_names_the_orders_of_its_kits",
    "Serial and lot: a serial is in one pick, a lot lives as long and is one of as few as the customer wants, a wrong scan is refused.":
        f"{F}test_quality.py::test_a_serial_belongs_to_one_pick_and_the_database_knows_no_second {F}test_bins.py::test_what_expires_before_the_customers_minimum_life_stays "
        f"{F}test_quality.py::test_a_customer_takes_only_so_many_lots_in_a_shipment {F}test_pages_browser.py::test_another_lot_and_a_serial_scanned_twice_are_wrong",
    "Short pick: a reason, the bin in doubt and counted, other stock at once, the rest waits.":
        f"{F}test_pick.py::test_a_task_is_answered_once_and_a_short_pick_says_why {F}test_pick.py::test_units_that_were_short_come_from_another_site "
        f"{I}test_doubt.py::test_a_short_pick_lowers_what_can_be_promised_before_anything_else_is_published",
    "A count that finds less than was promised: what is not there is promised to nobody.":
        f"{I}test_count.py::test_a_count_tells_the_truth_and_the_last_in_the_queue_gives_way "
        f"{I}test_count.py::test_tasks_that_claim_what_is_not_there_go_to_another_bin_and_other_sites_supply_the_rest",
    "Over-picking and over-shipping: refused above the tolerance; the excess is billed only where the contract says so.":
        f"{F}test_tolerance.py::test_so_many_more_are_taken_as_terms_bin_and_site_allow {F}test_tolerance.py::test_the_excess_never_takes_what_others_are_promised "
        f"{B}test_over.py::test_the_excess_is_billed_only_where_the_contract_says_so",
    "Wrong item found at the packing station: it goes out, the right one is picked, and both stocks end right.": "test_a_wrong_item_at_the_packing_station_is_swapped_and_both_stocks_end_right",
    "Wrong item found at the customer's.": "later: returns and claims",
    "Address change after release: before the label at once, then asked of the site, after hand-over of the carrier; never silently.":
        f"{F}test_answer_change.py::test_address_change_after_release_before_a_label_is_made_is_done_at_once "
        f"{F}test_answer_change.py::test_address_change_after_release_is_asked_of_the_site_that_labelled "
        f"{T}test_changes.py::test_address_change_after_release_of_what_has_left_is_asked_of_the_carrier",
    "Carrier switch: labelled anew, or gone with the carrier on the label.":
        f"{T}test_changes.py::test_carrier_switch_keeps_the_carton_from_the_old_carrier_and_from_the_new_one_until_it_is_labelled_anew "
        f"{T}test_changes.py::test_carrier_switch_that_comes_too_late_goes_with_the_carrier_on_the_label",
    "Cancel while picking: asked, accepted or too late with its fallback.":
        f"{F}test_answer_change.py::test_cancel_while_picking_is_asked_of_the_site_and_taken_out_of_its_tasks "
        f"{F}test_answer_change.py::test_cancel_while_picking_that_is_too_late_takes_the_fallback tests/test_single_use.py::test_cancel_against_pick",
    "A stop asked for units that are others by then stops those.": f"{F}test_lots.py::test_a_request_to_stop_stops_what_was_found_for_units_that_were_taken_out_meanwhile",
    "Price or tax that changes between order and shipment: what was agreed is billed.": "test_what_was_agreed_is_billed_whatever_the_catalogue_says_by_then",
    "Payment that expires before a late shipment.": "later: payments that are authorised; until then a payment hold keeps the goods here",
    "A payment hold keeps the goods here.": f"{O}test_hold.py::test_a_hold_blocks_only_the_steps_of_its_type",
    "Exchange.": "later: returns",
    "Advance replacement.": "later: warranty",
    "Lost in transit: a parcel nobody tells of is looked for.": f"{E}test_exceptions.py::test_a_parcel_that_nobody_tells_of_or_that_the_carrier_expects_late_needs_a_person "
        f"{T}test_silences.py::test_a_silence_needs_a_person_until_the_parcel_moves_and_the_next_one_is_another",
    "Lost, or found after all: sent again, paid back once.":
        f"{T}test_never_came.py::test_lost_units_are_sent_again_at_what_they_cost_and_those_that_never_came_are_credited {T}test_never_came.py::test_what_is_told_of_a_lost_parcel_finds_it_again",
    "Refused: it comes back into quarantine and is not delivered by what is told later.": f"{T}test_never_came.py::test_a_refused_parcel_comes_back_into_quarantine_and_stays_there",
    "Delivered but not received: what is in doubt waits for a person, a proof settles it.": f"{T}test_states.py::test_a_proof_settles_every_doubt",
    "Sent back by the carrier: it is not delivered by what is told later.": f"{T}test_tracking.py::test_a_parcel_that_was_sent_back_before_waits_for_a_proof",
    "Damaged on arrival: the verdict fails, and the claim on the carrier is proposed with its window.":
        f"{T}test_claims.py::test_a_damage_and_a_shortage_in_a_proof_are_proposed_and_a_person_files_them "
        "hanse/perfect_order/tests/test_conditions.py::test_a_claim_that_is_looked_into_leaves_the_goods_in_doubt_and_one_that_is_paid_settles_it",
    "Partial return of a promotion.": "later: returns",
    "Return without an order.": "later: returns",
    "Return that holds something else.": "later: returns",
    "Warranty that is handed on, swapped or extended.": "later: warranty",
    "Recall: stopped at once wherever it is, every order hit named.":
        f"{F}test_lots.py::test_a_recall_names_who_has_the_units {F}test_lots.py::test_what_is_in_tote_and_carton_stays_there_and_goes_no_further "
        "tests/test_races_lots.py::test_a_carton_leaves_before_the_recall_and_is_named_or_it_stays",
    "Drop-ship that delivers in part: what the supplier says he shipped drives the counters; a late one keeps the rules of promises.":
        f"{T}test_drop_ship.py::test_his_despatch_advice_ships_exactly_what_it_names_and_the_rest_stays_open "
        f"{T}test_drop_ship.py::test_a_supplier_who_ships_late_moves_the_promise_and_asks_consent_where_the_terms_say_so",
    "The same request twice: same key and same body get the first answer, another body is refused.":
        f"{J}test_operation.py::test_the_same_key_with_another_body_is_refused tests/test_single_use.py::test_one_order_with_one_key",
    "Carriers' events twice, late, out of order: the state is that of the whole set.":
        f"{T}test_states.py::test_any_order_and_repetition_tells_the_same {T}test_tracking.py::test_events_of_a_parcel_we_do_not_know_yet_are_taken_in_when_it_appears",
    "Units of measure: whole stock units, packs by their factor, weighed goods billed by what left.":
        f"{E}test_bodies.py::test_a_quantity_is_a_whole_number_and_nothing_like_it {S}test_keep.py::test_items_are_kept_with_their_packs test_goods_by_weight_are_billed_by_what_left",
    "Cut-off, holidays, summer time, two zones: the site's calendar and clock.":
        f"{N}test_calendar.py::test_goods_leave_today_until_the_cut_off_on_the_wall {N}test_calendar.py::test_a_site_rests_on_weekends_and_holidays "
        f"{O}test_quotes.py::test_a_quote_is_accepted_once_and_until_its_day_has_passed_where_the_goods_go test_a_cut_off_is_on_the_wall_on_either_side_of_summer_time",
    "Several currencies: paid back in the currency and at the amount that was paid.": "test_money_goes_back_in_the_currency_that_was_paid",
    "Merge of orders into one parcel: of one customer, address version and what may share a carton; each keeps its own verdict.":
        f"{F}test_consolidate.py::test_what_goes_one_way_and_may_share_a_carton_goes_into_one {F}test_consolidate.py::test_what_may_share_a_carton_is_what_cartons_are_proposed_by "
        "hanse/perfect_order/tests/test_assess.py::test_two_orders_in_one_parcel_keep_their_own_verdicts",
}


def test_every_rule_is_shown_by_a_test_that_is_there():
    assert missing(RULES, __file__) == []


@pytest.fixture
def shop(given):
    """A customer, a site and the carriers."""
    carriers()
    given.customer()
    given.hamburg = given.site()
    return given


def proven() -> bool:
    return [(r.name, r.findings) for r in verify.run() if r.findings] == []


def test_a_recall_of_a_component_names_the_orders_of_its_kits(shop):
    shop.item("SET"), shop.item("MILK", tracking="lot"), shop.item("CUP")
    keep_recipes([KeepRecipe("SET", (ComponentGiven("MILK", 2), ComponentGiven("CUP", 1)))], by="ann")
    receive([Receive("HAM", "MILK", 4, "A-01", lot="L1", expires_on=date(2027, 1, 1)), Receive("HAM", "CUP", 2, "A-01")], by="ann")
    gone, here = shop.order(("SET", 1)), shop.order(("SET", 1))
    hand_over([HandOver(packed(gone).carton, "UPS")], by="ann")
    picked(here)
    [told] = recall_lot([RecallLot("MILK", "L1", "glass")], by="ann")
    assert sorted((h.order, h.place, h.quantity) for h in told.hits) == [(gone, "in transit", 2), (here, "tote", 2)] and proven()


def test_a_wrong_item_at_the_packing_station_is_swapped_and_both_stocks_end_right(shop):
    """A seal lies in the tote instead of one of two bearings: it goes back, a bearing is picked, and two counts put the bins right."""
    bearing, seal = shop.item(), shop.item("SEAL-20")
    shop.user("ewa", "warehouse")
    Bin.objects.create(site=shop.hamburg, code="A-02", walk=2)
    receive([Receive("HAM", "BRG-6204", 5, "A-01"), Receive("HAM", "SEAL-20", 5, "A-02")], by="ann")
    order = shop.order(("BRG-6204", 2))
    picked(order)
    [out] = take_out([TakeOut(order, "BRG-6204", quantity=1, to="missing", reason="it is a SEAL-20")], by="ann")
    assert not isinstance(out, Refused)
    [task] = [t for found in shop.told("OrderReleased") for t in found.tasks][-1:]
    pick([Pick(task.task, 1)], by="ann")
    count([Count("HAM", "BRG-6204", 3, "A-01"), Count("HAM", "SEAL-20", 5, "A-02")], by="ewa")
    assert shop.free(bearing, shop.hamburg) == (3, 0) and shop.free(seal, shop.hamburg) == (5, 0)
    [carton] = pack([Pack(order)], by="ann")
    hand_over([HandOver(carton.carton, "UPS")], by="ann")
    assert Order.objects.get().status == "shipped" and not CountTask.objects.filter(closed_at=None).exists() and proven()


def test_what_was_agreed_is_billed_whatever_the_catalogue_says_by_then(shop):
    shop.stocked(shop.item(tax_rate=Decimal(19)), shop.hamburg, 2)
    order = shop.order(("BRG-6204", 2))
    Item.objects.update(price=Decimal("99.00"), tax_rate=Decimal(7))
    hand_over([HandOver(packed(order).carton, "UPS")], by="ann")
    [bill] = invoice([Invoice(order)], by="ann")
    assert (bill.net, bill.tax) == (Decimal("20.00"), Decimal("3.80")) and proven()


def test_goods_by_weight_are_billed_by_what_left(shop):
    """1,000 grams are ordered at 0.02 a gram; the block weighs 950."""
    shop.stocked(shop.item("CHEESE", "0.02", stock_unit="gram", weight_g=1), shop.hamburg, 950)
    order = shop.order(("CHEESE", 1_000))
    hand_over([HandOver(packed(order).carton, "UPS")], by="ann")
    [bill] = invoice([Invoice(order)], by="ann")
    assert (bill.net, bill.lines[0].quantity) == (Decimal("19.00"), 950) and proven()


@pytest.mark.parametrize("now, leaves", [
    ("2026-10-23T11:59+00:00", date(2026, 10, 26)), ("2026-10-23T12:01+00:00", date(2026, 10, 27)),
    ("2026-10-26T12:59+00:00", date(2026, 10, 27)), ("2026-10-26T13:01+00:00", date(2026, 10, 28)),
])
def test_a_cut_off_is_on_the_wall_on_either_side_of_summer_time(shop, now, leaves):
    """14:00 in Hamburg is 12:00 in summer and 13:00 in winter, by the clock of the world. Goods arrive a working day later."""
    Site.objects.update(cut_off=time(14))
    shop.stocked(shop.item(), shop.hamburg, 2)
    with clock.standing_at(datetime.fromisoformat(now)):
        shop.order(("BRG-6204", 1))
    assert Order.objects.get().promised_on == leaves


def test_money_goes_back_in_the_currency_that_was_paid(shop):
    """A customer in EUR buys in USD: what is credited after it was paid is owed in USD, to the cent, and in no other currency."""
    shop.stocked(shop.item(), shop.hamburg, 2)
    order = shop.order(("BRG-6204", 2), currency="USD")
    hand_over([HandOver(packed(order).carton, "UPS")], by="ann")
    [bill] = invoice([Invoice(order)], by="ann")
    receive_payment([ReceivePayment("P-1", "REUTER", bill.total, "USD")], by="ann")
    credit([Credit(bill.invoice, "sent back")], by="ann")
    [no, yes] = (pay_back([PayBack(ref, "REUTER", bill.total, currency)], by="ann")[0] for ref, currency in (("R-1", "EUR"), ("R-2", "USD")))
    assert isinstance(no, Refused) and (yes.amount, yes.currency) == (bill.total, "USD") and proven()
