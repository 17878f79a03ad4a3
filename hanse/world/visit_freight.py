"""A visit's freight: what carriers bill for the last weeks, with the usual mistakes, a claim, and loads that are tendered."""

import json
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from hanse.journal.asking import rows
from hanse.journal.principals import Principal
from hanse.kernel import clock
from hanse.transport.answer_dispute import AnswerDispute, answer_dispute
from hanse.transport.answer_tender import AnswerTender, answer_tender
from hanse.transport.keep_freight_terms import KeepFreightTerms, keep_freight_terms
from hanse.transport.keep_routing_guide import GuideCarrier, KeepRoutingGuide, keep_routing_guide
from hanse.transport.open_claim import OpenClaim, open_claim
from hanse.transport.pay_freight_invoice import PayFreightInvoice, pay_freight_invoice
from hanse.transport.propose_claim import ProposeClaim, propose_claim
from hanse.transport.receive_freight_invoice import BilledLine, ReceiveFreightInvoice, receive_freight_invoice
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.tender import Tender, tender

SENT = """
SELECT c.code, p.tracking, coalesce(h.lines::text, json_build_array(json_build_array('freight', round(l.cost, 2)::text))::text), coalesce(k.weight_g, k.expected_g, 1000), p.delivered_at IS NOT NULL
  FROM transport_parcel p JOIN transport_carrier c ON c.id = p.carrier_id JOIN transport_shipment s ON s.id = p.shipment_id JOIN partners_address d ON d.id = s.address_id
  JOIN fulfilment_carton k ON k.id = p.carton_id
  LEFT JOIN LATERAL (SELECT x.total, x.lines FROM transport_choice x WHERE x.carton_id = p.carton_id AND x.carrier = c.code ORDER BY x.id DESC LIMIT 1) h ON true
  LEFT JOIN LATERAL (SELECT x.cost FROM network_lane x WHERE x.site_id = s.site_id AND x.country = d.country AND x.region IN ('', d.region) AND x.carrier IN ('', c.code)
                      ORDER BY x.region = '' LIMIT 1) l ON true
 WHERE p.rides_with_id IS NULL AND coalesce(h.total, l.cost) > 0 AND s.handed_over_at BETWEEN %(since)s AND %(before)s ORDER BY p.id
"""
Billable = tuple[str, list[tuple[str, Decimal]], int, bool]
"""A parcel by its number: what it is expected to be charged line by line, its weight, and whether it came."""


def freight(day: date, dock: Principal, finance: Principal, carriers: list[str], site: str) -> None:
    """All of it, as of the last day of the past."""
    sent: dict[str, list[Billable]] = defaultdict(list)
    for carrier, tracking, charged, weight_g, delivered in rows(lambda *row: row, SENT, since=clock.now() - timedelta(days=30), before=clock.now() - timedelta(days=3)):
        sent[carrier].append((tracking, [(kind, Decimal(amount)) for kind, amount in json.loads(charged)], weight_g, delivered))
    keep_freight_terms([KeepFreightTerms(code, Decimal(1), Decimal("0.05")) for code in carriers], by=finance)
    bills = [ReceiveFreightInvoice(code, f"{day:%y%m}-{100 + n}", day - timedelta(2 + n), "EUR", _lines(of[n::2], wrong=n == 0)) for code, of in sorted(sent.items()) for n in (0, 1) if of[n::2]]
    taken = [t for t in receive_freight_invoice(bills, by=finance) if hasattr(t, "disputed")]
    pay_freight_invoice([PayFreightInvoice(t.carrier, t.number, f"bank {t.number}") for t in taken if not t.disputed], by=finance)
    answer_dispute([AnswerDispute(t.carrier, t.number, t.lines, "credit", None, "billed by mistake") for t in taken[:1]], by=finance)
    _claims([(code, *p) for code, of in sorted(sent.items()) for p in of if p[3]][:3], dock)
    _loads(dock, carriers, site)


def _lines(parcels: list[Billable], wrong: bool) -> tuple[BilledLine, ...]:
    """As expected; or with a weight rounded too high now and then, and the last one a second time."""
    lines = []
    for n, (tracking, charged, weight_g, _) in enumerate(parcels):
        heavy = wrong and n % 11 == 5
        lines += [
            BilledLine(tracking, amount + (Decimal("1.80") if heavy and kind == "freight" else 0), kind, billed_g=weight_g + 3_000 if heavy and kind == "freight" else None)
            for kind, amount in charged]
    return (*lines, lines[-1]) if wrong else tuple(lines)


def _claims(parcels: list[tuple[str, str, list[tuple[str, Decimal]], int, bool]], dock: Principal) -> None:
    """Three parcels came damaged: one claim is filed, two are to file."""
    record_proof([RecordProof(tracking, code, clock.now() - timedelta(hours=5), receiver="Receiving dock", condition="carton crushed", source="receiver") for code, tracking, *_ in parcels], by=dock)
    propose_claim([ProposeClaim(tracking, code, "damage") for code, tracking, *_ in parcels], by=dock)
    open_claim([OpenClaim(tracking, "damage", code, evidence="Photos 4411 and 4412 of the receiving dock") for code, tracking, *_ in parcels[:1]], by=dock)


def _loads(dock: Principal, carriers: list[str], site: str) -> None:
    """Two lanes with routing guides; of three loads one is accepted, one waits for the answer, one nobody took."""
    guide = tuple(GuideCarrier(code, Decimal(420 + 18 * n), answer_minutes=240) for n, code in enumerate(carriers[:3]))
    keep_routing_guide([KeepRoutingGuide(site, country, guide) for country in ("DE", "DK")], by=dock)
    start = clock.now() + timedelta(hours=20)
    loads = tender([Tender(start, start + timedelta(hours=2), site=site, country=country, packages=14 + n, weight_g=180_000) for n, country in enumerate(("DE", "DE", "DK"))], by=dock)
    named = [t.load for t in loads if hasattr(t, "load")]
    answer_tender([AnswerTender(named[0], carriers[0], "decline", reason="no truck in the region"), *(AnswerTender(named[-1], code, "decline", reason="does not go there") for code in carriers[:1])], by=dock)
    answer_tender([AnswerTender(named[0], carriers[-1], "accept", "PU-20417")], by=dock)
    for code in carriers[1:3]:
        answer_tender([AnswerTender(named[-1], code, "decline", reason="does not go there")], by=dock)
