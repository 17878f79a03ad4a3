"""Choosing a service: by price and promise, together or apart, by hand with a reason; and hand-over takes what was chosen."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from hanse.edge import attention
from hanse.fulfilment.pack import Pack, PackLine, pack
from hanse.fulfilment.tests.floor import packed, picked
from hanse.journal.asking import rows
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.network.keep_surcharges import KeepSurcharge, keep_surcharges
from hanse.network.keep_transit_counts import KeepTransitCount, Took, keep_transit_counts
from hanse.network.offers import Offer
from hanse.network.rating import Step, Tariff
from hanse.partners.models import Address
from hanse.transport import jobs
from hanse.transport.choose_service import ChooseService, Choosing, Standing, choose_service, decide
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.models import Choice
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.record_tracking import Track, record_tracking
from tests.given import statements

from .road import carriers
from .selling import services

D = Decimal
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
ONE = Standing(1, "A", 7, 5, "HAM", "Europe/Berlin", "DE", "", (0, 1, 2, 3, 4), time(16), "DE", "", "18057", (), date(2026, 11, 18), "", 1_000, None, None, None)
TWO = replace(ONE, id=2, sscc="B", gross_g=3_000)
HEAVY = replace(ONE, id=3, sscc="C", gross_g=40_000)
AS_CHOSEN = replace(ONE, was_carrier="ELBE", was_service="SMALL", was_total=D("3.00"), was_for=ONE.promised_on)
BY_HAND = replace(ONE, was_carrier="ELBE", was_service="BIG", was_total=D("5.00"), was_for=ONE.promised_on, by_hand=True)


def sold(service: str, days: int, *steps: tuple[int, str], mode: str = "parcel", most: int = 31_500) -> Offer:
    return Offer(0, "ELBE", service, service, Tariff(mode, "EUR", "A", tuple(Step(to or None, D(price)) for to, price in steps), max_weight_g=most), days, (), (), None, ())


SMALL, BIG = sold("SMALL", 2, (2_000, "3")), sold("BIG", 2, (2_000, "5"), (31_500, "6"))
SLOW, LARGE, PALLET = sold("SLOW", 3, (31_500, "1")), sold("LARGE", 2, (50_000, "30"), most=50_000), sold("PALLET", 2, (0, "30"), mode="freight", most=10**6)
AUTO = ChooseService("H-7", "HAM")


def told(answer) -> str:
    return answer.detail if isinstance(answer, Refused) else answer.told.said()


@pytest.mark.parametrize("ask, cartons, offers, words", [
    (AUTO, [ONE], [SMALL, BIG, SLOW], "ELBE SMALL for 3.00 EUR chosen for 1 carton at HAM: the cheapest that keeps Wed 18 Nov as planned"),
    (AUTO, [ONE, TWO], [BIG, SLOW], "ELBE BIG for 11.00 EUR chosen for 2 cartons at HAM: the cheapest that keeps Wed 18 Nov as planned"),
    (AUTO, [ONE, TWO], [SMALL, BIG], "ELBE SMALL for 3.00 EUR and ELBE BIG for 6.00 EUR chosen for 2 cartons at HAM: the cheapest that keeps Wed 18 Nov as planned"),
    (AUTO, [ONE, HEAVY], [SMALL, PALLET], "ELBE PALLET for 12.30 EUR chosen for 2 cartons at HAM: the cheapest that keeps Wed 18 Nov as planned"),
    (AUTO, [ONE, HEAVY], [SMALL, LARGE], "ELBE SMALL for 3.00 EUR and ELBE LARGE for 30.00 EUR chosen for 2 cartons at HAM: the cheapest that keeps Wed 18 Nov as planned"),
    (AUTO, [ONE, HEAVY], [BIG], "No service takes the cartons of H-7 from HAM: ELBE BIG: too heavy: 40 of at most 31.5 kg; no rate for 40 kg in zone A."),
    (AUTO, [ONE], [], "No service takes the cartons of H-7 from HAM: none is sold."),
    (AUTO, [], [SMALL], "No carton of H-7 stands ready at HAM."),
    (AUTO, [AS_CHOSEN], [SMALL, BIG], "The service chosen for H-7 at HAM stands"),
    (AUTO, [replace(AS_CHOSEN, was_total=D("2.90"))], [SMALL, BIG], "ELBE SMALL for 3.00 EUR chosen for 1 carton at HAM: the cheapest that keeps Wed 18 Nov as planned"),
    (AUTO, [BY_HAND], [SMALL, BIG], "The service chosen for H-7 at HAM stands"),
    (replace(AUTO, anew=True), [BY_HAND], [SMALL, BIG], "ELBE SMALL for 3.00 EUR chosen for 1 carton at HAM: the cheapest that keeps Wed 18 Nov as planned"),
    (replace(AUTO, carrier="elbe", service="big", reason="they asked"), [AS_CHOSEN], [SMALL, BIG], "ELBE BIG for 5.00 EUR chosen for 1 carton at HAM: they asked"),
    (replace(AUTO, carrier="ELBE", service="BIG"), [ONE], [BIG], "Say why it is this service."),
    (replace(AUTO, carrier="ELBE", service="X", reason="so"), [ONE], [BIG], "No service takes the cartons of H-7 from HAM: none is sold."),
    (AUTO, [replace(ONE, promised_on=date(2026, 11, 17))], [SMALL, BIG], "ELBE SMALL for 3.00 EUR chosen for 1 carton at HAM: none keeps Tue 17 Nov: the most likely"),
])
def test_the_cheapest_that_keeps_the_promise_is_chosen_together_unless_apart_is_cheaper(ask, cartons, offers, words):
    [answer] = decide([ask], {("H-7", "HAM"): cartons} if cartons else {}, {("HAM", 5): offers}, MONDAY)
    assert told(answer) == words


def test_what_a_parcel_is_expected_to_be_charged_stands_with_its_choice():
    [answer] = decide([AUTO], {("H-7", "HAM"): [ONE, TWO]}, {("HAM", 5): [BIG]}, MONDAY)
    assert isinstance(answer, Choosing) and [(c.carton.sscc, c.charge.total, c.charge.billed_g) for c in answer.kept] == [("A", D("5.00"), 1_000), ("B", D("6.00"), 3_000)]


def test_what_nobody_said_of_an_address_stands_with_the_price(given):
    order = standing(given)
    keep_surcharges([KeepSurcharge("UPS", service, "residential", date(2026, 1, 1), amount=D(3), home=True) for service in ("STANDARD", "EXPRESS")], by="ann")
    carton = packed(order).carton
    choose_service([ChooseService(order, "HAM")], by="ann")
    unsaid = Choice.objects.get(carton__sscc=carton)
    Address.objects.update(home=True)
    choose_service([ChooseService(order, "HAM", anew=True)], by="ann")
    at_home = Choice.objects.filter(carton__sscc=carton).latest("id")
    assert at_home.total - unsaid.total == 3 and at_home.lines[-1] == ["residential", "3.00"]
    assert [{x["note"] for x in c.candidates} for c in (unsaid, at_home)] == [{"without residential: nobody said that it is a home"}, {"with residential, for it is a home"}]


def standing(given, quantity: int = 5) -> str:
    carriers(), services()
    given.customer(), given.stocked(given.item(), given.site(lanes={"DE": 2}), quantity)
    return given.order(("BRG-6204", quantity))


def test_packed_cartons_get_their_service_and_leave_by_it(given):
    order = standing(given)
    carton = packed(order).carton
    ready = rows(ChooseService, jobs.READY, orders=[int(order[2:])])
    [chosen] = choose_service(ready, by="ann", key="c")
    assert [chosen] == choose_service(ready, by="ann", key="c") and [c.service for c in chosen.cartons] == ["STANDARD"]
    [kept] = Choice.objects.all()
    assert (kept.total, kept.lines, kept.billed_g, kept.zone, kept.by_hand, kept.actor) == (D("4.90"), [["freight", "4.90"]], 500, "DE", False, "ann")
    assert [(c["service"], c["total"], c["why"]) for c in kept.candidates] == [("STANDARD", "4.90", ""), ("EXPRESS", "9.90", "5.00 dearer")]
    assert choose_service(ready, by="ann")[0].said() == f"The service chosen for {order} at HAM stands"
    [gone] = hand_over([HandOver(carton)], by="ann")
    assert (gone.carrier, gone.service) == ("UPS", "STANDARD")


def test_a_person_chooses_another_with_a_reason_and_it_stays(given):
    order = standing(given)
    carton = packed(order).carton
    [chosen] = choose_service([ChooseService(order, "HAM", "UPS", "EXPRESS", "the customer rang")], by="ann")
    [stands] = choose_service([ChooseService(order, "HAM")], by="ann")
    assert chosen.by_hand and stands.said().endswith("stands")
    [gone] = hand_over([HandOver(carton, "UPS")], by="ann")
    assert gone.service == "EXPRESS"


def test_without_a_choice_the_carrier_is_named_and_another_carriers_service_is_not_taken(given):
    order = standing(given)
    carton = packed(order).carton
    [refused] = hand_over([HandOver(carton)], by="ann")
    assert refused.detail == f"Say which carrier takes carton {carton}: no service was chosen for it."
    choose_service([ChooseService(order, "HAM")], by="ann")
    [gone] = hand_over([HandOver(carton, "FEDEX")], by="ann")
    assert (gone.carrier, gone.service) == ("FEDEX", "")


def test_a_carton_that_no_service_takes_needs_a_person_until_somebody_chose(given):
    order = standing(given)
    carton, today = packed(order).carton, clock.now().date()
    assert attention.needs(["service"], today) == [], "choosing takes its time"
    with clock.standing_at(clock.now() + timedelta(minutes=20)):
        [need] = attention.needs(["service"], today)
        assert (need.order, need.subject) == (order, carton) and attention.why(need, today) == f"Carton …{carton[-7:]}, 0.5 kg, stands at the dock"
        choose_service([ChooseService(order, "HAM")], by="ann")
        assert attention.needs(["service"], today) == []


def test_cartons_of_an_order_are_chosen_for_in_a_handful_of_statements(given):
    order = standing(given, 6)
    picked(order)
    for _ in range(3):
        pack([Pack(order, contents=(PackLine(1, 2),))], by="ann")
    with statements() as sent:
        [chosen] = choose_service([ChooseService(order, "HAM")], by="ann")
    assert len(chosen.cartons) == 3 and len(sent) <= 6


def test_what_parcels_took_is_counted_and_makes_the_promise_likely_or_not(given):
    order = standing(given)
    packed(order)
    choose_service([ChooseService(order, "HAM")], by="ann")
    [gone] = hand_over([HandOver(c.carton.sscc, tracking="1Z") for c in Choice.objects.all()], by="ann")
    record_tracking([Track("UPS", "1Z", "AR", clock.now())], by="ann")
    record_proof([RecordProof(gone.parcel)], by="ann")
    with clock.standing_at(clock.now() + timedelta(days=1)):
        assert jobs.count_transit().parcels == 1
    [counted] = given.told("TransitCounted")
    assert (counted.country, counted.carrier, counted.service, list(counted.counts.values())) == ("DE", "UPS", "STANDARD", [1])


def test_a_service_that_never_kept_the_day_is_told_with_its_chance_of_nothing(given):
    order = standing(given)
    keep_transit_counts([KeepTransitCount("HAM", "DE", "UPS", "STANDARD", (Took(30, 40),))], by="ann")
    packed(order)
    choose_service([ChooseService(order, "HAM")], by="ann")
    [kept] = Choice.objects.all()
    [standard] = [c for c in kept.candidates if c["service"] == "STANDARD"]
    assert kept.service == "EXPRESS" and D(standard["probability"]) == 0 and standard["parcels"] == 40


def test_the_carton_page_says_the_service_and_another_is_taken_with_a_reason(given, client):
    order = standing(given)
    carton = packed(order).carton
    client.force_login(given.user("lena", "warehouse"))
    page = f"/cartons/{carton}/service"
    assert "Not chosen yet" in client.get(page, headers={"HX-Request": "true"}).content.decode()
    client.post(page, {"key": "k1"})
    shown = client.get(page).content.decode()
    assert "The cheapest that keeps" in shown and "5.00 dearer" in shown and "4.90" in shown
    assert client.post(page, {"key": "k2", "service": "UPS EXPRESS"}).status_code == 409
    client.post(page, {"key": "k3", "service": "UPS EXPRESS", "reason": "the customer rang"})
    assert "UPS EXPRESS" in client.get(page, headers={"HX-Request": "true"}).content.decode() and "UPS EXPRESS" in client.get("/hand-over?site=HAM").content.decode()
    client.post("/hand-over", {"key": "k4", "site": "HAM", "chosen": carton, "carrier": ""})
    [gone] = given.told("ParcelHandedOver")
    assert (gone.carrier, gone.service) == ("UPS", "EXPRESS")


def test_where_no_services_are_kept_nothing_is_shown_and_nothing_chosen(given, client):
    carriers()
    given.customer(), given.stocked(given.item(), given.site(), 5)
    order = given.order(("BRG-6204", 5))
    carton = packed(order).carton
    client.force_login(given.user("lena", "warehouse"))
    assert client.get(f"/cartons/{carton}/service", headers={"HX-Request": "true"}).content.strip() == b""
    assert rows(ChooseService, jobs.READY, orders=[int(order[2:])]) == []
