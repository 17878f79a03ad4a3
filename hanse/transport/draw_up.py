"""Draw up: a bill of lading for shipments that leave a site together with one carrier for one address.

Its fields are those of the standard form of VICS. A shipment is on one bill at most, together with those that share a parcel with it. What the bill says of cartons, weights and
dangerous goods is read from the shipments when it is printed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import MaxLen, MinLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Id, Short, Text, ask
from hanse.kernel.gs1 import gsin
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import row

from .events import BillDrawnUp


@ask
class DrawUp:
    """A bill of lading for these shipments. Freight is paid by us, by the receiver (collect), or by a third party that is named."""

    shipments: Annotated[tuple[Id, ...], MinLen(1), MaxLen(500)]
    terms: Literal["prepaid", "collect", "third-party"] = "prepaid"
    bill_to: Short = ""
    trailer: Short = ""
    seal: Short = ""
    pro: Short = ""
    loaded_by: Literal["shipper", "driver"] = "shipper"
    counted_by: Literal["shipper", "driver-pallets", "driver-pieces"] = "shipper"
    instructions: Text = ""


@row
class Loaded:
    """A shipment as a bill of lading takes it; `shares` are those that share a parcel with it."""

    id: int
    site: int
    site_code: str
    prefix: str
    carrier: int
    carrier_code: str
    address: int
    on_bill: str
    shares: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A bill as it is to be written, beside the fact that tells it."""

    id: int
    ask: DrawUp
    told: BillDrawnUp
    first: Loaded


def decide(asks: Sequence[DrawUp], shipments: Mapping[int, Loaded], numbers: Sequence[int]) -> list[Drawn | Refused]:
    """Draw up each bill whose shipments go one way and are on no other."""
    answers: list[Drawn | Refused] = []
    taken = {s.id: s.on_bill for s in shipments.values() if s.on_bill}
    for ask, number in zip(asks, numbers, strict=True):
        ids = tuple(dict.fromkeys(ask.shipments))
        if wrong := _wrong(ask, ids, shipments, taken, number):
            answers.append(refuse_all(wrong))
            continue
        first = shipments[ids[0]]
        told = BillDrawnUp(gsin(first.prefix, number), first.site_code, first.carrier_code, ids, ask.terms, ask.trailer, ask.seal, ask.pro)
        taken |= dict.fromkeys(ids, told.bill)
        answers.append(Drawn(number, ask, told, first))
    return answers


def _wrong(ask: DrawUp, ids: Sequence[int], shipments: Mapping[int, Loaded], taken: Mapping[int, str], number: int) -> list[Refused]:
    wrong = [refuse("shipment-unknown", at="shipments", shipment=f"S-{n}") for n in ids if n not in shipments]
    wrong += [refuse("on-a-bill", at="shipments", shipment=f"S-{n}", bill=taken[n]) for n in ids if n in taken]
    found = [shipments[n] for n in ids if n in shipments]
    if not ids:
        wrong.append(refuse("values-refused", at="shipments", why="A bill of lading is for something."))
    if len({(s.site, s.carrier, s.address) for s in found}) > 1:
        wrong.append(refuse("values-refused", at="shipments", why="The shipments of a bill of lading leave one site with one carrier for one address. Draw up a bill for each."))
    for s in found:
        wrong += [refuse("values-refused", at="shipments", why=f"S-{n} shares a parcel with S-{s.id}: name both.") for n in s.shares if n not in ids]
    if ask.terms == "third-party" and not ask.bill_to.strip():
        wrong.append(refuse("values-refused", at="bill_to", why="Name the third party that pays the freight."))
    if found and number >= 10 ** (16 - len(found[0].prefix)):
        wrong.append(refuse("values-refused", at="shipments", why=f"The company prefix of {found[0].site_code} has no numbers left for bills of lading."))
    return wrong


LOCK = """
SELECT o.id FROM orders_order o WHERE o.id IN (SELECT order_id FROM transport_shipment WHERE id = ANY(%(shipment)s::bigint[])) ORDER BY o.id FOR NO KEY UPDATE
"""
LOADED = """
SELECT s.id, s.site_id, n.code, n.sscc_prefix, s.carrier_id, c.code, s.address_id, coalesce(b.number, ''),
       ARRAY(SELECT DISTINCT y.shipment_id FROM transport_parcel x JOIN transport_parcel y ON y.tracking = x.tracking AND y.carrier_id = x.carrier_id
              WHERE x.shipment_id = s.id AND y.shipment_id <> s.id ORDER BY 1)
  FROM transport_shipment s JOIN network_site n ON n.id = s.site_id JOIN transport_carrier c ON c.id = s.carrier_id LEFT JOIN transport_bill b ON b.id = s.bill_id
 WHERE s.id = ANY(%(shipment)s::bigint[])
"""
DRAW = """
INSERT INTO transport_bill (id, number, site_id, carrier_id, address_id, trailer, seal, pro, terms, bill_to, loaded_by, counted_by, instructions, drawn_at, actor)
SELECT b.id, b.number, b.site, b.carrier, b.address, b.trailer, b.seal, b.pro, b.terms, b.bill_to, b.loaded_by, b.counted_by, b.instructions, %(now)s::timestamptz, b.actor
  FROM unnest(%(ids)s::bigint[], %(number)s::text[], %(site)s::bigint[], %(carrier)s::bigint[], %(address)s::bigint[], %(trailer)s::text[], %(seal)s::text[],
              %(pro)s::text[], %(terms)s::text[], %(bill_to)s::text[], %(loaded_by)s::text[], %(counted_by)s::text[], %(instructions)s::text[], %(by)s::text[])
    AS b(id, number, site, carrier, address, trailer, seal, pro, terms, bill_to, loaded_by, counted_by, instructions, actor)
"""
PUT_ON = """
UPDATE transport_shipment s SET bill_id = p.bill FROM unnest(%(shipment)s::bigint[], %(bill)s::bigint[]) AS p(shipment, bill) WHERE s.id = p.shipment
"""


@operation
def draw_up(run: Run, asks: Sequence[DrawUp]) -> list[BillDrawnUp | Refused]:
    """Draw up bills of lading."""
    named = sorted({n for a in asks for n in a.shipments})
    run.lock(LOCK, shipment=named)
    decided = decide(asks, {s.id: s for s in run.rows(Loaded, LOADED, shipment=named)}, run.draw("transport_bill_id_seq", len(asks)))
    drawn = [(d, owner[0]) for d, owner in zip(decided, run.owners, strict=True) if isinstance(d, Drawn)]
    if drawn:
        _write(run, [d for d, _ in drawn], [actor for _, actor in drawn])
    return [d.told if isinstance(d, Drawn) else d for d in decided]


def _write(run: Run, drawn: Sequence[Drawn], actors: Sequence[str]) -> None:
    run.write(
        DRAW, [d.ask for d in drawn], ids=[d.id for d in drawn], number=[d.told.bill for d in drawn], site=[d.first.site for d in drawn],
        carrier=[d.first.carrier for d in drawn], address=[d.first.address for d in drawn], by=list(actors),
    )
    on = [(n, d.id) for d in drawn for n in d.told.shipments]
    run.write(PUT_ON, shipment=[n for n, _ in on], bill=[bill for _, bill in on])
