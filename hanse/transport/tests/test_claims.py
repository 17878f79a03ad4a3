"""Claims: proposed by hanse, filed by a person within the window, acknowledged, paid or declined by the carrier."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from hanse.edge import attention
from hanse.kernel import clock
from hanse.network.models import Service
from hanse.transport import jobs
from hanse.transport.answer_claim import AnswerClaim, Answered, Filed, answer_claim, claim_id
from hanse.transport.answer_claim import decide as decide_answers
from hanse.transport.claim_windows import Agreed, window
from hanse.transport.claimable import Parcel as Claimable
from hanse.transport.dismiss_claim import DismissClaim, dismiss_claim
from hanse.transport.dismiss_claim import decide as decide_dismissals
from hanse.transport.keep_carriers import CodeEntry, KeepCarrier, keep_carriers
from hanse.transport.models import Claim, Shipment
from hanse.transport.open_claim import OpenClaim, Opened, open_claim
from hanse.transport.open_claim import decide as decide_claims
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.record_tracking import Track, record_tracking
from hanse.web.words import in_words

from .road import on_its_way
from .test_jobs import caught_up

D = Decimal

@pytest.mark.parametrize("kind, handed, came, agreed, ends_on, rule", [
    ("damage", date(2026, 12, 14), date(2026, 12, 16), Agreed(), date(2026, 12, 24), "CMR: 7 days from the delivery, without Sundays and holidays"),
    ("damage", date(2026, 12, 17), date(2026, 12, 18), Agreed(), date(2026, 12, 29), "CMR: 7 days from the delivery, without Sundays and holidays"),
    ("shortage", date(2026, 11, 2), date(2026, 11, 3), Agreed(), date(2026, 11, 11), "CMR: 7 days from the delivery, without Sundays and holidays"),
    ("delay", date(2026, 11, 2), date(2026, 11, 3), Agreed(), date(2026, 11, 24), "CMR: 21 days from the delivery"),
    ("loss", date(2026, 1, 1), None, Agreed(), date(2027, 3, 2), "CMR: a year from the sixtieth day after the hand-over"),
    ("loss", date(2026, 1, 1), None, Agreed(loss=60), date(2026, 3, 2), "its service: 60 days from the hand-over"),
    ("damage", date(2026, 11, 2), date(2026, 11, 3), Agreed(damage=15), date(2026, 11, 18), "its service: 15 days from the delivery"),
    ("delay", date(2026, 11, 2), date(2026, 11, 3), Agreed(delay=15), date(2026, 11, 18), "its service: 15 days from the delivery"),
])
def test_a_window_is_that_of_the_service_else_of_cmr(kind, handed, came, agreed, ends_on, rule):
    it = window(kind, handed, came, "DE", "HH", agreed)
    assert it is not None and (it.ends_on, it.rule) == (ends_on, rule)


def test_what_begins_with_the_delivery_has_no_window_before_it():
    assert window("damage", date(2026, 11, 2), None, "DE", "", Agreed()) is None and window("delay", date(2026, 11, 2), None, "DE", "", Agreed(delay=3)) is None


def parcel(came: date | None = date(2026, 11, 16), claims: tuple[str, ...] = (), proof: int | None = None, received: int | None = None, value: str = "50", condition: str = "") -> Claimable:
    return Claimable(1, "1Z-7", 3, "UPS", "H-100001", date(2026, 11, 13), came, "delivered" if came else "lost", "DE", "", D(value), "EUR", 5, proof, received, condition, None, None, None, list(claims))


TODAY = date(2026, 11, 20)


@pytest.mark.parametrize("asks, it, told", [
    ([OpenClaim("1Z-7", "damage", evidence="photo 12")], parcel(), ["Claim C-1 for damage of parcel 1Z-7 filed with UPS, 50.00 EUR"]),
    ([OpenClaim("1Z-7", "damage")] * 2, parcel(proof=4, condition="Box crushed"), ["Claim C-1 for damage of parcel 1Z-7 filed with UPS, 50.00 EUR", "A claim for damage of parcel 1Z-7 was filed already."]),
    ([OpenClaim("1Z-7", "damage")], parcel(), ["Say what shows the damage: a proof of delivery, words, references of photos."]),
    ([OpenClaim("1Z-7", "damage", proof=4)], parcel(proof=4, condition=" In Good  Condition "), ["Say what shows the damage: a proof of delivery, words, references of photos."]),
    ([OpenClaim("1Z-7", "shortage")], parcel(proof=4, received=5), ["Say what shows the shortage: a proof of delivery, words, references of photos. Say how much is claimed."]),
    ([OpenClaim("1Z-7", "shortage")], parcel(proof=4, received=3), ["Claim C-1 for shortage of parcel 1Z-7 filed with UPS, 20.00 EUR"]),
    ([OpenClaim("1Z-7", "loss")], parcel(None), ["Claim C-1 for loss of parcel 1Z-7 filed with UPS, 50.00 EUR"]),
    ([OpenClaim("1Z-7", "loss")], parcel(), ["Parcel 1Z-7 was delivered."]),
    ([OpenClaim("1Z-7", "damage", evidence="x")], parcel(None), ["Parcel 1Z-7 has not been delivered: claim a loss, or wait."]),
    ([OpenClaim("1Z-7", "damage", evidence="x")], parcel(date(2026, 11, 3)), ["It could be claimed until 2026-11-11 (CMR: 7 days from the delivery, without Sundays and holidays)."]),
    ([OpenClaim("1Z-7", "delay")], parcel(), ["Say how much is claimed."]),
    ([OpenClaim("1Z-7", "loss", amount=D(9))], parcel(None, ("loss proposed 8",)), ["Claim C-8 for loss of parcel 1Z-7 filed with UPS, 9.00 EUR"]),
    ([OpenClaim("1Z-7", "loss")], parcel(None, ("loss paid 8",)), ["A claim for loss of parcel 1Z-7 was filed already."]),
    ([OpenClaim("1Z-7", "damage", amount=D("1.00001"), currency="XXZ", proof=9)], parcel(None), [
        "Parcel 1Z-7 has not been delivered: claim a loss, or wait. Say what shows the damage: a proof of delivery, words, references of photos. Proof 9 is not the last one of parcel 1Z-7. An amount has at most four decimals. XXZ is no ISO 4217 currency."]),
    ([OpenClaim("NONE", "loss")], parcel(), ["There is no parcel NONE."]),
])
def test_a_claim_is_filed_once_in_time_and_with_evidence(asks, it, told):
    answers = decide_claims(asks, {"1Z-7": [it]}, iter(range(1, 9)), TODAY)
    assert [a.told.said() if isinstance(a, Opened) else a.detail for a in answers] == told


def test_the_carrier_has_thirty_days_to_acknowledge_and_120_to_decide():
    [it] = decide_claims([OpenClaim("1Z-7", "loss")], {"1Z-7": [parcel(None)]}, iter([1]), TODAY)
    assert (it.draft.acknowledge_by, it.draft.decide_by) == (date(2026, 12, 20), date(2027, 3, 20))


FILED = Filed(7, "filed", D(50), "EUR", "UPS", "1Z-7", "H-100001")


@pytest.mark.parametrize("asks, told", [
    ([AnswerClaim("C-7", "acknowledged"), AnswerClaim("C-7", "paid", D(30))], ["UPS acknowledged claim C-7", "UPS paid 30.00 EUR of 50.00 EUR for claim C-7"]),
    ([AnswerClaim("C-7", "paid"), AnswerClaim("C-7", "declined", reason="x")], ["UPS paid 50.00 EUR of 50.00 EUR for claim C-7", "Claim C-7 is paid."]),
    ([AnswerClaim("C-7", "declined"), AnswerClaim("C-7", "declined", reason="badly packed")], ["Say why.", "UPS declined claim C-7: badly packed"]),
    ([AnswerClaim("C-7", "paid", D(51))], ["50 were claimed, 51 paid."]),
    ([AnswerClaim("C-7", "acknowledged", D(1))], ["An amount is paid: leave it out."]),
    ([AnswerClaim("C-8", "paid"), AnswerClaim("x", "paid")], ["There is no claim C-8.", "There is no claim x."]),
])
def test_a_claim_ends_once_paid_or_declined_with_a_reason(asks, told):
    answers = decide_answers(asks, {7: FILED})
    assert [a.told.said() if isinstance(a, Answered) else a.detail for a in answers] == told


PROPOSED = Filed(8, "proposed", D(50), "EUR", "UPS", "1Z-7", "H-100001", "damage")


@pytest.mark.parametrize("asks, told", [
    ([DismissClaim("C-8", "badly packed by us")], ["Claim C-8 for damage of parcel 1Z-7 dismissed, 50.00 EUR: badly packed by us"]),
    ([DismissClaim("C-8", " "), DismissClaim("C-8", "x"), DismissClaim("C-8", "y")], ["Say why.", "Claim C-8 for damage of parcel 1Z-7 dismissed, 50.00 EUR: x", "Claim C-8 is dismissed."]),
    ([DismissClaim("C-7", "x"), DismissClaim("C-9", "x")], ["Claim C-7 is filed.", "There is no claim C-9."]),
])
def test_only_what_is_proposed_is_dismissed_once_and_with_a_reason(asks, told):
    assert [in_words(a) for a in decide_dismissals(asks, {7: FILED, 8: PROPOSED})] == told


def proposals(parcel):
    """What hanse proposes for a parcel now, and how each answer reads."""
    found = jobs.rows(jobs.ProposeClaim, jobs.CLAIMABLE, tracking=[parcel], sound=sorted(jobs.SOUND))
    return [t.kind for t in jobs.propose_claim(found, by="ann") if hasattr(t, "claim")]


def waiting():
    return [attention.why(n, date(2026, 11, 18)) for n in attention.needs(["claim"], date(2026, 11, 18))]


def test_what_was_dismissed_is_proposed_again_only_when_a_proof_says_something_new(given):
    sent = on_its_way(given)
    record_proof([RecordProof(sent.parcel, at=clock.now(), condition="Crushed")], by="ann")
    assert proposals(sent.parcel) == ["damage"] and [w[:27] for w in waiting()] == [f"Damage of UPS {sent.parcel}: file it"[:27]]
    number = f"C-{Claim.objects.get().id}"
    first, again = (dismiss_claim([DismissClaim(number, "badly packed by us")], by="ann", key="k")[0] for _ in range(2))
    it = Claim.objects.get()
    assert first == again and (it.state, it.reason, it.decided_at is not None, it.filed_at, waiting()) == ("dismissed", "badly packed by us", True, None, [])
    assert answer_claim([AnswerClaim(number, "paid")], by="ann")[0].code == "claim-closed"
    record_proof([RecordProof(sent.parcel, at=clock.now(), condition="Crushed", receiver="M. Vogt")], by="ann")
    assert proposals(sent.parcel) == []
    record_proof([RecordProof(sent.parcel, at=clock.now(), condition="Crushed and wet")], by="ann")
    assert proposals(sent.parcel) == ["damage"]
    it.refresh_from_db()
    assert (it.state, it.reason, it.decided_at, Claim.objects.count()) == ("proposed", "", None, 1)


def test_a_dismissed_loss_stays_so_until_the_parcel_is_lost_once_more_and_a_person_may_file_it_all_the_same(given):
    sent = on_its_way(given)
    keep_carriers([KeepCarrier("UPS", codes=(CodeEntry("LOST", "lost"), CodeEntry("AR", "in-transit")))], by="ann")
    record_tracking([Track("UPS", sent.parcel, "LOST", at=clock.now())], by="ann")
    assert proposals(sent.parcel) == ["loss"]
    dismiss_claim([DismissClaim(f"C-{Claim.objects.get().id}", "not worth it")], by="ann")
    assert proposals(sent.parcel) == []
    for minutes, code in ((1, "AR"), (2, "LOST")):
        record_tracking([Track("UPS", sent.parcel, code, at=clock.now() + timedelta(minutes=minutes))], by="ann")
    assert proposals(sent.parcel) == ["loss"]
    dismiss_claim([DismissClaim(f"C-{Claim.objects.get().id}", "still not")], by="ann")
    [filed] = open_claim([OpenClaim(sent.parcel, "loss")], by="ann")
    it = Claim.objects.get()
    assert (filed.claim, it.state, it.decided_at, it.reason) == (f"C-{it.id}", "filed", None, "")


def test_a_claims_number_carries_its_id():
    assert [claim_id(n) for n in ("C-12", "C-x", "12", "C-")] == [12, 0, 0, 0]


def test_a_damage_and_a_shortage_in_a_proof_are_proposed_and_a_person_files_them(given):
    sent = on_its_way(given)
    record_proof([RecordProof(sent.parcel, at=clock.now(), received=3, condition="Crushed")], by="ann")
    found = jobs.rows(jobs.ProposeClaim, jobs.CLAIMABLE, tracking=[sent.parcel], sound=sorted(jobs.SOUND))
    told = jobs.propose_claim(found, by="ann")
    assert [(t.kind, t.amount, t.claim) for t in told] == [("damage", D(50), f"C-{Claim.objects.first().id}"), ("shortage", D(20), f"C-{Claim.objects.last().id}")]
    assert [t.said() for t in jobs.propose_claim(found, by="ann")] == [f"No claim to propose for parcel {sent.parcel}"] * 2
    [filed] = open_claim([OpenClaim(sent.parcel, "damage")], by="ann")
    it = Claim.objects.get(kind="damage")
    assert (filed.claim, it.state, it.proof_id is not None, it.filed_at is not None) == (f"C-{it.id}", "filed", True, True) and Claim.objects.count() == 2
    [early] = answer_claim([AnswerClaim(f"C-{Claim.objects.get(kind='shortage').id}", "paid")], by="ann")
    assert early.code == "state-conflict"
    first, again = (answer_claim([AnswerClaim(filed.claim, "paid", D(30))], by="ann", key="k")[0] for _ in range(2))
    it.refresh_from_db()
    assert first == again and (it.state, it.paid, it.acknowledged_at is not None, it.decided_at is not None) == ("paid", 30, True, True)


def test_hanse_hears_of_a_lost_parcel_and_proposes_its_claim(lasting):
    sent = on_its_way(lasting)
    keep_carriers([KeepCarrier("UPS", codes=(CodeEntry("LOST", "lost"),))], by="ann")
    record_tracking([Track("UPS", sent.parcel, "LOST", at=clock.now())], by="ann")
    for _ in range(2):
        caught_up("transport: propose claims")
    [told] = lasting.told("ClaimProposed")
    assert (told.kind, told.amount, told.parcel) == ("loss", D(50), sent.parcel) and Claim.objects.get().state == "proposed"


def test_the_days_of_the_parcels_service_count(given):
    sent = on_its_way(given)
    Shipment.objects.update(service="standard")
    Service.objects.create(carrier="UPS", code="standard", claim_loss_days=20, from_on=date(2020, 1, 1))
    [told] = jobs.propose_claim([jobs.ProposeClaim(sent.parcel, "UPS", "loss")], by="ann")
    it = Claim.objects.get()
    assert it.window_rule == "its service: 20 days from the hand-over" and it.window_ends_on == told.until
    with clock.standing_at(clock.now() + timedelta(days=22)):
        assert open_claim([OpenClaim(sent.parcel, "loss")], by="ann")[0].code == "claim-too-late"
