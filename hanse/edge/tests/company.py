"""A small company in which everything happened once: what `hanse verify` must find clean, and bugs are planted in."""

from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from hanse.billing.credit import Credit, credit
from hanse.billing.credit_goods import CreditGoods, credit_goods
from hanse.billing.invoice import Invoice, Units, invoice
from hanse.billing.pay_back import PayBack, pay_back
from hanse.billing.propose_credit import ProposeCredit, propose_credit
from hanse.billing.receive_payment import ReceivePayment, receive_payment
from hanse.catalogue.keep_recipes import ComponentGiven, KeepRecipe, keep_recipes
from hanse.edge.take_exceptions import TakeException, take_exceptions
from hanse.fulfilment import planning
from hanse.fulfilment.answer_change import AnswerChange, answer_change
from hanse.fulfilment.consolidate import Consolidate, consolidate
from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release import Release, release
from hanse.fulfilment.release_wave import ReleaseWave, release_wave
from hanse.fulfilment.tests.floor import packed, picked, released
from hanse.inventory.expect import Expect, expect
from hanse.inventory.keep_drop_ships import KeepDropShip, keep_drop_ships
from hanse.inventory.keep_faces import KeepFace, keep_faces
from hanse.inventory.receive import Receive, receive
from hanse.inventory.replenish import Replenish, replenish
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.network.models import Bin, Site
from hanse.orders.accept_quotes import AcceptQuote, accept_quotes
from hanse.orders.answer_consent import AnswerConsent, answer_consent
from hanse.orders.book_appointments import BookAppointment, book_appointments
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.change import Change, change
from hanse.orders.follow_supply import FollowSupply, follow_supply
from hanse.orders.hold import Hold, hold
from hanse.orders.make_quotes import MakeQuote, make_quotes
from hanse.orders.place import Place, PlaceLine, place
from hanse.orders.place_drafts import PlaceDraft, place_drafts
from hanse.orders.place_due import PlaceDue, place_due
from hanse.orders.save_drafts import SaveDraft, save_drafts
from hanse.orders.start_recurring import StartRecurring, start_recurring
from hanse.partners.keep_otif import KeepOtif, keep_otif
from hanse.partners.models import Party
from hanse.perfect_order.assess import Assess, assess
from hanse.perfect_order.foresee import Foresee, foresee
from hanse.perfect_order.learn import Learn, learn
from hanse.transport.accept_freight_line import AcceptFreightLine, accept_freight_line
from hanse.transport.answer_dispute import AnswerDispute, answer_dispute
from hanse.transport.answer_tender import AnswerTender, answer_tender
from hanse.transport.book_pickups import BookPickup, book_pickups
from hanse.transport.calling import call_carriers
from hanse.transport.choose_service import ChooseService, choose_service
from hanse.transport.close_manifests import CloseManifest, close_manifests
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.keep_routing_guide import GuideCarrier, KeepRoutingGuide, keep_routing_guide
from hanse.transport.open_claim import OpenClaim, open_claim
from hanse.transport.pay_freight_invoice import PayFreightInvoice, pay_freight_invoice
from hanse.transport.receive_freight_invoice import BilledLine, ReceiveFreightInvoice, receive_freight_invoice
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.record_refusal import RecordRefusal, record_refusal
from hanse.transport.record_tracking import Track, record_tracking
from hanse.transport.report_lost import ReportLost, report_lost
from hanse.transport.take_back import TakeBack, take_back
from hanse.transport.take_despatch_advice import AdvisedCarton, AdvisedUnits, TakeDespatchAdvice, take_despatch_advice
from hanse.transport.tender import Tender, tender
from hanse.transport.tests.desk import simulated
from hanse.transport.tests.road import carriers
from hanse.transport.tests.selling import services
from hanse.transport.void_labels import VoidLabel, void_labels
from hanse.transport.want_labels import WantLabel, want_labels


def told(answers: list[Any]) -> list[Any]:
    """The answers, none of them a no."""
    assert not [a for a in answers if isinstance(a, Refused)], answers
    return answers


def a_company(given: Any) -> None:
    """Orders of every kind: one delivered, paid and part credited; one on its way; one on the floor; one waiting, on hold; one cancelled;
    one of which a unit was stopped when it was packed already; two of kits; one that a supplier ships; one of which more went out than ordered, one closed as short; two that left as one parcel; three parcels that never came. Beside them what the desk and the floor keep."""
    carriers()
    plain, lots, serials = given.item("PLAIN", tax_rate=Decimal(19)), given.item("LOT", tracking="lot"), given.item("SERIAL", tracking="serial")
    site = given.site()
    Bin.objects.create(site=site, code="B-02", walk=2)
    given.customer()
    told(receive([Receive("HAM", plain.sku, 60, "A-01"), Receive("HAM", lots.sku, 20, "B-02", lot="L1"),
                  Receive("HAM", serials.sku, 3, "A-01", serials=("S1", "S2", "S3"))], by="ann"))
    done = given.order(("PLAIN", 5), ("LOT", 2), ("SERIAL", 2), freight=Decimal("4.90"))
    part, way, floor = given.order(("PLAIN", 4)), given.order(("PLAIN", 7)), given.order(("PLAIN", 9))
    waiting, gone = given.order(("PLAIN", 100)), given.order(("PLAIN", 3))
    told(pick([Pick(t.task, t.quantity, serials=("S1", "S2") if t.sku == "SERIAL" else ()) for t in released(done)], by="ann"))
    picked(way)
    [first, second] = told(pack([Pack(done), Pack(way)], by="ann", key="packing"))
    services()
    told(choose_service([ChooseService(way, "HAM")], by="ann"))
    told(hand_over([HandOver(first.carton, "UPS", tracking="1Z-1"), HandOver(second.carton, "UPS", tracking="1Z-2")], by="ann"))
    at = clock.now()
    told(record_tracking([Track("UPS", "1Z-1", "D", at, type="D"), Track("UPS", "1Z-2", "I", at, type="I")], by="ann"))
    told(record_proof([RecordProof("1Z-1", receiver="Reuter", at=at)], by="ann"))
    _stop(part)
    tasks = released(floor)
    told(pick([Pick(tasks[0].task, 4, "bin empty")], by="ann"))
    told(hold([Hold(waiting, "price", "checks the price")], by="ann"))
    told(cancel([Cancel(gone), Cancel(waiting, (CancelLine(1, 10),))], by="ann"))
    told(assess([Assess(done)], by="ann"))
    with clock.standing_at(at + timedelta(minutes=1)):
        _money(done, way, waiting)
        told(assess([Assess(done), Assess(way)], by="ann"))
    _kits(given)
    _desk(given, waiting)
    _floor(given)
    _drop_ship(given)
    _tolerance(given)
    _together(given)
    _never_came(given)
    _labels(given)
    with clock.standing_at(at + timedelta(minutes=2)):
        told(foresee([Foresee(waiting), Foresee(way)], by="ann"))
        told(learn([Learn(at.date() + timedelta(days=week * 7 - at.weekday())) for week in (0, 1)], by="ann"))
    _freight(given)


def _stop(order: str) -> None:
    packed(order)
    [asked] = told(cancel([Cancel(order, (CancelLine(1, 1),), fallback="intercept")], by="ann"))
    told(answer_change([AnswerChange(asked.asked[0].request, True)], by="ann"))


def _money(done: str, way: str, waiting: str) -> None:
    told(invoice([Invoice(done, lines=(Units(1, 2),)), Invoice(done)], by="ann", key="billing"))
    told(invoice([Invoice(way)], by="ann"))
    told(receive_payment([ReceivePayment("P-1", "REUTER", Decimal("60.00"), "EUR")], by="ann"))
    told(credit([Credit("INV-2026-000001", "scratched", (Units(1, 1),))], by="ann"))
    told(pay_back([PayBack("R-1", "REUTER", Decimal("5.00"), "EUR")], by="ann"))


def _kits(given: Any) -> None:
    """Two kits have left and are billed, a third waits; of two others that were released one was stopped."""
    for sku in ("KIT", "BOLT", "PART"):
        given.item(sku)
    told(keep_recipes([KeepRecipe("KIT", (ComponentGiven("BOLT", 1), ComponentGiven("PART", 2)))], by="ann"))
    told(receive([Receive("HAM", "BOLT", 5, "A-01"), Receive("HAM", "PART", 9, "A-01")], by="ann"))
    stopped, kits = given.order(("KIT", 2)), given.order(("KIT", 3))
    picked(stopped)
    [asked] = told(cancel([Cancel(stopped, (CancelLine(1, 1),), fallback="intercept")], by="ann"))
    told(answer_change([AnswerChange(asked.asked[0].request, True)], by="ann"))
    picked(kits)
    told(hand_over([HandOver(told(pack([Pack(kits)], by="ann"))[0].carton, "UPS", tracking="1Z-3")], by="ann"))
    told(invoice([Invoice(kits)], by="ann"))


def _desk(given: Any, waiting: str) -> None:
    """A quote that was accepted and one that was not, a recurring order with its first day, an exception that is looked after, and two orders
    that wait for late supply: one was asked about it, the other agreed."""
    given.item("LATE"), given.customer("ASKS", consent_days=1)
    today, order = clock.now().date(), Place("REUTER", (PlaceLine("PART", 1), PlaceLine("KIT", 1)))
    quotes = told(make_quotes([MakeQuote(order, today + timedelta(days=9))] * 2, by="ann"))
    told(accept_quotes([AcceptQuote(quotes[0].quote)], by="ann"))
    [again] = told(start_recurring([StartRecurring(order, "FREQ=WEEKLY", today)], by="ann"))
    told(place_due([PlaceDue(again.recurring, today)], by="ann"))
    told(take_exceptions([TakeException("hold", f"{waiting}/price")], by="ann"))
    told(expect([Expect("PO-9", "HAM", "LATE", 5, today + timedelta(days=7))], by="ann"))
    late = [p.order for p in told(place([Place("ASKS", (PlaceLine("LATE", 2),))] * 2, by="ann"))]
    told(expect([Expect("PO-9", "HAM", "LATE", due_on=today + timedelta(days=20))], by="ann"))
    told(follow_supply([FollowSupply("LATE")], by="ann"))
    told(answer_consent([AnswerConsent(late[0], 1, "agreed", "Ms Asks")], by="ann"))
    told(change([Change(late[1], promised_on=today + timedelta(days=30), by_customer=True)], by="ann"))
    told(book_appointments([BookAppointment(late[1], clock.now(), clock.now() + timedelta(hours=2))], by="ann"))
    told(keep_otif([KeepOtif("ASKS", today)], by="ann"))


def _floor(given: Any) -> None:
    """A pick face that is being filled, and a wave of an order with its tour."""
    item, site = given.item("FACE"), Site.objects.get(code="HAM")
    Bin.objects.create(site=site, code="R-09", role="reserve", walk=9)
    told(receive([Receive("HAM", item.sku, 9, "R-09"), Receive("HAM", item.sku, 1, "B-02")], by="ann"))
    told(keep_faces([KeepFace("HAM", "B-02", item.sku, 1, 4)], by="ann"))
    given.order((item.sku, 1))
    [wave] = told(release_wave([ReleaseWave("HAM", method="single")], by="ann"))
    planning.plan("HAM", wave.wave, "single")
    told(replenish([Replenish("HAM")], by="ann"))


def _drop_ship(given: Any) -> None:
    """A supplier ships two of three units that a draft became an order of; another draft is still written."""
    given.item("THEIRS")
    Party.objects.create(code="MAYER", name="Mayer", roles=["supplier"])
    given.site("MUC", {"DE": 2}, supplier="MAYER")
    told(keep_drop_ships([KeepDropShip("MUC", "THEIRS", 2, 8)], by="ann"))
    [draft, _] = told(save_drafts([SaveDraft({"customer": "REUTER", "lines": [{"sku": "THEIRS", "quantity": 3}]}), SaveDraft({})], by="ann"))
    [placed] = told(place_drafts([PlaceDraft(draft.draft)], by="ann"))
    [asked] = told(release([Release(placed.order)], by="ann"))
    carton = AdvisedCarton((AdvisedUnits("THEIRS", 2),), tracking="1Z-D")
    told(take_despatch_advice([TakeDespatchAdvice(asked.tasks[0].supplier_order, "A-1", "UPS", (carton,))], by="ann"))
    told(invoice([Invoice(placed.order)], by="ann"))


def _tolerance(given: Any) -> None:
    """One more than ordered has left and is billed; of another order one was nowhere to be found."""
    given.customer("LAX", over_percent=10, under_percent=10, bills_over=True), given.item("BULK")
    told(receive([Receive("HAM", "BULK", 30, "B-02")], by="ann"))
    over, under = (given.order(("BULK", 10), customer="LAX") for _ in range(2))
    [more], [less] = released(over), released(under)
    told(pick([Pick(more.task, 11), Pick(less.task, 9, "bin empty")], by="ann"))
    told(hand_over([HandOver(told(pack([Pack(over)], by="ann"))[0].carton, "UPS", tracking="1Z-4")], by="ann"))
    told(invoice([Invoice(over)], by="ann"))


def _freight(given: Any) -> None:
    """Of a carrier's bill a line is in dispute, one was credited in part, one is accepted; of two loads one is accepted; a claim is filed."""
    now, lane = clock.now(), {"site": "HAM", "country": "DE"}
    lines = [BilledLine(tracking, Decimal(amount)) for tracking, amount in (("1Z-4", "5.00"), ("1Z-5", "9.00"), ("NOBODY", "3.00"), ("1Z-4", "5.00"))]
    told(receive_freight_invoice([ReceiveFreightInvoice("UPS", "F-1", now.date(), "EUR", tuple(lines))], by="ann"))
    told(answer_dispute([AnswerDispute("UPS", "F-1", 2, "credit", Decimal(3))], by="ann"))
    told(accept_freight_line([AcceptFreightLine("UPS", "F-1", 3, "ours after all")], by="ann"))
    told(pay_freight_invoice([PayFreightInvoice("UPS", "F-1", "bank 9")], by="ann"))
    told(keep_routing_guide([KeepRoutingGuide(**lane, carriers=(GuideCarrier("UPS", Decimal(400)),))], by="ann"))
    loads = told(tender([Tender(now + timedelta(hours=5), now + timedelta(hours=7), **lane)] * 2, by="ann"))
    told(answer_tender([AnswerTender(loads[0].load, "UPS", "accept")], by="ann"))
    told(open_claim([OpenClaim("1Z-4", "loss")], by="ann"))


def _together(given: Any) -> None:
    given.item("PAIR")
    told(receive([Receive("HAM", "PAIR", 3, "A-01")], by="ann"))
    outer, inner = packed(given.order(("PAIR", 2))), packed(given.order(("PAIR", 1)))
    told(consolidate([Consolidate(inner.carton, outer.carton)], by="ann"))
    told(hand_over([HandOver(outer.carton, "UPS", tracking="1Z-5")], by="ann"))
    told(invoice([Invoice(c.order) for c in (outer, inner)], by="ann", key="together"))


def _never_came(given: Any) -> None:
    """One parcel was refused and came back, one was lost, one was lost and found again."""
    given.item("GONE")
    told(receive([Receive("HAM", "GONE", 3, "A-01")], by="ann"))
    cartons = [packed(given.order(("GONE", 1))) for _ in range(3)]
    told(hand_over([HandOver(c.carton, "UPS", tracking=f"1Z-G{n}") for n, c in enumerate(cartons)], by="ann", key="gone"))
    told(invoice([Invoice(c.order) for c in cartons], by="ann", key="gone"))
    told(record_refusal([RecordRefusal(f"1Z-G{n}", "damaged") for n in range(3)], by="ann"))
    told(take_back([TakeBack("1Z-G0")], by="ann"))
    told(report_lost([ReportLost(f"1Z-G{n}", "not in the depot") for n in (1, 2)], by="ann"))
    with clock.standing_at(clock.now() + timedelta(minutes=2)):
        told(record_tracking([Track("UPS", "1Z-G2", "AR", clock.now())], by="ann"))
    told(propose_credit([ProposeCredit(cartons[1].order)], by="ann"))
    told(credit_goods([CreditGoods("1Z-G1", cartons[1].order)], by="ann"))
def _labels(given: Any) -> None:
    """Of two labels one left with its parcel, on a manifest that was closed, the other was given back; a pickup is booked."""
    given.item("POST")
    told(receive([Receive("HAM", "POST", 2, "A-01")], by="ann"))
    used, back = (packed(given.order(("POST", 1))) for _ in range(2))
    simulated("FEDEX")
    wanted = told(want_labels([WantLabel(c.carton, "FEDEX", "standard") for c in (used, back)], by="ann"))
    call_carriers()
    told(hand_over([HandOver(used.carton, "FEDEX")], by="ann"))
    told(void_labels([VoidLabel(wanted[1].label)], by="ann"))
    told(close_manifests([CloseManifest("HAM", "FEDEX")], by="ann"))
    told(book_pickups([BookPickup("HAM", "FEDEX", clock.now().date() + timedelta(days=1), time(15), time(18), 1)], by="ann"))
    call_carriers()
    told(invoice([Invoice(used.order)], by="ann", key="labelled"))


def an_hour_later() -> Any:
    """The clock an hour on: what had fifteen minutes has had them."""
    return clock.standing_at(clock.now() + timedelta(hours=1))
