"""X12: a tender goes out as a 204, a 990 answers it, an 861 tells what was received; kept as it came, answered once, findings by segment."""

import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from hanse.kernel import clock, x12
from hanse.kernel.x12 import BadX12
from hanse.transport import edi, freight_reads
from hanse.transport.answer_tender import AnswerTender
from hanse.transport.cancel_tender import CancelTender, cancel_tender
from hanse.transport.keep_message import KeepMessage, decide
from hanse.transport.keep_routing_guide import GuideCarrier, KeepRoutingGuide, keep_routing_guide
from hanse.transport.models import Load, Message, Proof, ReceivedLine
from hanse.transport.tender import Tender, tender
from hanse.web.words import in_words

from .road import carriers, on_its_way

DATA = Path(os.environ.get("HANSE_DATA", "nowhere"))
AT = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)


def message(kind, *body, control=77):
    return x12.write(("02", "UPS"), ("ZZ", "HANSE"), control, AT, "GF" if kind == "990" else "RC", kind, [b.split("*") for b in body])


def transaction(kind, *body):
    [it] = x12.read(message(kind, *body))
    return it.transactions[0]


@pytest.mark.parametrize("body, told", [
    (["B1*UPS*L-7*20261116*A", "N9*P8*PU-9"], AnswerTender("L-7", "UPS", "accept", "PU-9")),
    (["B1*UPS*L-7**D", "K1*no truck*until Friday"], AnswerTender("L-7", "UPS", "decline", reason="no truck until Friday")),
    (["B1*UPS*L-7**D"], AnswerTender("L-7", "UPS", "decline", reason="no reason given in the 990")),
    (["B1***X"], ["Segment 4: the SCAC (B101) is missing.", "Segment 4: the load (B102) is missing.", "Segment 4: accept or decline (B104) is missing."]),
    (["B1*UPS*L-7**B"], ["Segment 4: B104 is B; A accepts, D declines."]),
])
def test_a_990_accepts_or_declines_a_load(body, told):
    try:
        assert edi.answer_of(transaction("990", *body)) == told
    except BadX12 as bad:
        assert bad.findings == told


@pytest.mark.parametrize("body, told", [
    (["BRA*RA-1*20261116*00*1", "DTM*050*20261116*1430", "PRF*PO-7", "RCD*1*3*EA***2*EA*02", "LIN**VP*BRG-6204"], [("", "BRG-6204", 3, 2, 0, "")]),
    (["BRA*RA-1*20261116*00*1", "REF*VN*H-100001", "REF*2I*1Z-7", "RCD*1*3*EA***1*EA*01*1*EA*02", "RCD*2*4*EA***1*EA*07"], [("1", "", 3, 1, 1, "damaged"), ("2", "", 4, 0, 0, "")]),
    (["BRA**x", "RCD*1*3.5*EA***1*EA*03", "RCD*1*1*EA***1*EA*01*1*EA*05"], [
        "Segment 4: the number of the advice (BRA01) is missing.", "Segment 4: x  is no day and time such as 20261116 1430.", "Segment 5: RCD02 is 3.5, no whole number of units.",
        "Segment 5: RCD08 is 03; 01, 02, 04, 05, 07, 08 are read.", "Segment 6: units of a line are rejected for one reason, not for damaged and wrong-item."]),
    (["BRA*RA-1*20261116"], ["Segment 3: there is no line (RCD) in it."]),
])
def test_an_861_tells_units_received_short_and_rejected_by_line(body, told):
    try:
        it = edi.advised(transaction("861", *body))
        assert [("" if x.sku else x.number, x.sku, x.received, x.short, x.rejected, x.reason) for x in it.lines] == told
        assert it.number == "RA-1" and it.at == (datetime(2026, 11, 16, 14, 30, tzinfo=UTC) if it.theirs else datetime(2026, 11, 16, tzinfo=UTC))
    except BadX12 as bad:
        assert bad.findings == told


def test_a_message_is_kept_once_and_whole():
    assert [type(a).__name__ for a in decide([KeepMessage("ISA"), KeepMessage("ISA"), KeepMessage("a\x00")], {})] == ["MessageKept", "MessageKnown", "Refused"]


@pytest.fixture
def load(given):
    """A load from HAM to DE: UPS is asked, then USPS."""
    carriers()
    given.site(), given.customer()
    keep_routing_guide([KeepRoutingGuide("HAM", "DE", (GuideCarrier("UPS", Decimal(400), answer_minutes=60), GuideCarrier("USPS", Decimal(450), answer_minutes=60)))], by="ann")
    now = clock.now()
    [told] = tender([Tender(now + timedelta(hours=6), now + timedelta(hours=8), site="HAM", country="DE", note="ring the bell")], by="ann")
    return told.load


def test_a_tender_is_a_204_and_its_990_answers_it_once(given, load):
    out = edi.tender_message(freight_reads.load(load), "HANSE")
    [sent] = x12.read(out)
    assert (sent.sender, sent.receiver, sent.transactions[0].kind, sent.transactions[0].first("B2").at(4)) == ("HANSE", "UPS", "204", load)
    assert out == edi.tender_message(freight_reads.load(load), "HANSE")
    came = message("990", f"B1*UPS*{load}**A", "N9*P8*PU-9")
    first, again = (edi.take(came, "ann") for _ in range(2))
    assert first == again and [in_words(t.answer) for t in first] == [f"UPS accepted load {load}, pick-up number PU-9"]
    assert Load.objects.get().state == "accepted" and Message.objects.get().body == came and len(given.told("MessageKept")) == 1
    [other] = edi.take(message("990", f"B1*UPS*{load}**D"), "ann")
    assert other.findings == ("Segment 3: interchange 000000077 of UPS came before with other contents.",)
    cancel_tender([CancelTender(load, "not needed")], by="ann")
    [cancelled] = x12.read(edi.tender_message(freight_reads.load(load), "HANSE"))
    assert cancelled.transactions[0].first("B2A").at(1) == "01"


def test_a_990_that_declines_has_the_next_carrier_asked(given, load):
    [told] = edi.take(message("990", f"B1*UPS*{load}**D", "K1*no truck"), "ann")
    assert in_words(told.answer) == f"UPS declined load {load}: no truck"
    [late] = edi.take(message("990", f"B1*UPS*{load}**A", control=78), "ann")
    assert late.answer.code == "tender-closed" and freight_reads.load(load).tenders[-1].carrier == "USPS"


def test_an_861_is_the_consignees_own_word(given):
    order = on_its_way(given).order
    came = message("861", "BRA*RA-1*20261116*00*1", f"REF*VN*{order}", "RCD*1*3*EA***2*EA*02", "LIN**VP*BRG-6204")
    first, again = (edi.take(came, "ann") for _ in range(2))
    assert first == again and [in_words(t.answer) for t in first] == ["REUTER received 3 units, receiving advice RA-1, 2 missing"]
    assert (ReceivedLine.objects.get().short, Proof.objects.get().source) == (2, "receiving advice")


@pytest.mark.parametrize("body, finding", [
    (["RCD*1*3*EA", "LIN**VP*NONE"], "Segment 6: NONE is no line of"), (["RCD*9*3*EA"], "Segment 6: line 9 is no line of"),
])
def test_what_cannot_be_found_is_told_by_segment(given, body, finding):
    order = on_its_way(given).order
    [told] = edi.take(message("861", "BRA*RA-1*20261116*00*1", f"REF*VN*{order}", *body), "ann")
    [nobody] = edi.take(message("861", "BRA*RA-1*20261116*00*1", "PRF*PO-404", *body, control=78), "ann")
    [strange] = edi.take(message("850", "BEG*00", control=79), "ann")
    assert told.findings[0].startswith(finding) and nobody.findings == ("Segment 4: no customer has an order PO-404; our own number stands in REF VN.",)
    assert strange.findings == ("Segment 3: 850 is not read here; 990 and 861 are.",)


@pytest.mark.skipif(not (DATA / "messages_edi").is_dir(), reason="HANSE_DATA names no folder with messages_edi")
def test_the_sample_990_is_read():
    [it] = x12.read((DATA / "messages_edi/x12/990-MGCTLYST-SAMPLE.EDI").read_text())
    assert edi.answer_of(it.transactions[0]) == AnswerTender("75027674", "SCAC", "accept")
