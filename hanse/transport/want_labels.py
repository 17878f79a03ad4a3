"""Want labels: ask carriers for the labels of cartons.

What is asked is written down here; the carrier is called afterwards, with the label's key, until it answers. A carton has
one label at a time. One that lies in another needs none: both leave under the label of the outer one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hanse.journal.operation import draws, operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.numbers import order_number
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple, row

from .events import LabelWanted


@ask
class WantLabel:
    """The label of a carton. Without a carrier and a service those that were chosen for the carton are taken."""

    carton: Code
    carrier: Code | None = None
    service: Short = ""


@row
class Unlabelled:
    """A carton that a label is wanted for; `label` is the state of the one it has."""

    id: int
    sscc: str
    order: int
    gone: bool
    opened: bool
    outer: str
    carrier: str
    outdated: bool
    weight_g: int
    label: str
    address: int = 0
    chosen: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A label as it is to be written, beside the fact that tells it."""

    told: LabelWanted
    carton: int
    address: int
    carrier: int
    adapter: str


Connected = Mapping[str, tuple[int, str]]
"""The carriers we know: id and adapter, empty where nobody said how to call them."""


def decide(asks: Sequence[WantLabel], cartons: Mapping[str, Unlabelled], carriers: Connected, numbers: Sequence[int]) -> list[Wanted | Refused]:
    """Ask for each label in turn; a carton that got one has one."""
    answers: list[Wanted | Refused] = []
    taken: set[str] = set()
    for ask, number in zip(asks, numbers, strict=True):
        carton = cartons.get(ask.carton)
        if carton is None:
            answers.append(refuse("carton-unknown", at="carton", carton=ask.carton))
            continue
        code = (ask.carrier or carton.carrier or carton.chosen).upper()
        service = ask.service or (carton.service if code == carton.chosen else "")
        if wrong := _wrong(carton, code, service, carriers, "asked" if carton.sscc in taken else carton.label):
            answers.append(refuse_all(wrong))
            continue
        taken.add(carton.sscc)
        carrier, adapter = carriers[code]
        answers.append(Wanted(LabelWanted(order_number(carton.order), number, carton.sscc, code, service), carton.id, carton.address, carrier, adapter))
    return answers


def _wrong(carton: Unlabelled, code: str, service: str, carriers: Connected, label: str) -> list[Refused]:
    """All that stands against a label of this carton."""
    if carton.gone:
        return [refuse("handed-over", at="carton", carton=carton.sscc, carrier="its carrier")]
    if carton.opened:
        return [refuse("carton-opened", at="carton", carton=carton.sscc)]
    wrong = [refuse("carton-inside", at="carton", carton=carton.sscc, outer=carton.outer)] if carton.outer else []
    if label:
        wrong.append(refuse("label-wanted", at="carton", carton=carton.sscc, state=label.replace("-", " ")))
    if carton.outdated:
        wrong.append(refuse("label-outdated", at="carton", order=order_number(carton.order), carton=carton.sscc))
    if not code:
        wrong.append(refuse("values-refused", at="carrier", why=f"Name the carrier of carton {carton.sscc}: none was chosen for it."))
    elif code not in carriers:
        wrong.append(refuse("carrier-unknown", at="carrier", carrier=code))
    elif not carriers[code][1]:
        wrong.append(refuse("carrier-not-connected", at="carrier", carrier=code))
    if code and carton.carrier not in ("", code):
        wrong.append(refuse("other-carrier", at="carrier", carton=carton.sscc, labelled=carton.carrier, carrier=code))
    if not service:
        wrong.append(refuse("values-refused", at="service", why=f"Name the service for carton {carton.sscc}: none was chosen for it."))
    if not carton.weight_g:
        wrong.append(refuse("values-refused", at="carton", why=f"Nobody knows what carton {carton.sscc} weighs. Weigh it first."))
    return wrong


LOCK = """
SELECT o.id FROM orders_order o WHERE o.id IN (SELECT order_id FROM fulfilment_carton WHERE sscc = ANY(%(carton)s::text[])) ORDER BY o.id FOR NO KEY UPDATE
"""
CARTONS = """
SELECT c.id, c.sscc, c.order_id, c.handed_over_at IS NOT NULL, c.opened_at IS NOT NULL, coalesce(u.sscc, ''), c.carrier,
       (c.address_id, c.carrier) IS DISTINCT FROM (o.ship_to_id, o.carrier), coalesce(c.weight_g, c.expected_g, 0),
       coalesce((SELECT l.state FROM transport_label l WHERE l.carton_id = c.id AND l.void_asked_at IS NULL AND l.outcome IN ('', 'used')), ''), c.address_id,
       coalesce(h.carrier, ''), coalesce(h.service, '')
  FROM fulfilment_carton c JOIN orders_order o ON o.id = c.order_id LEFT JOIN fulfilment_carton u ON u.id = c.inside_id
  LEFT JOIN LATERAL (SELECT h.carrier, h.service FROM transport_choice h WHERE h.carton_id = c.id ORDER BY h.id DESC LIMIT 1) h ON true
 WHERE c.sscc = ANY(%(carton)s::text[])
"""
CARRIERS = "SELECT r.code, r.id, coalesce(c.adapter, '') FROM transport_carrier r LEFT JOIN transport_connection c ON c.carrier_id = r.id WHERE r.code = ANY(%(codes)s::text[])"
WANT = """
INSERT INTO transport_label (id, carton_id, address_id, carrier_id, service, adapter, key, wanted_at, actor, next_at)
SELECT w.id, w.carton, w.address, w.carrier, w.service, w.adapter, w.key, %(now)s::timestamptz, w.actor, %(now)s::timestamptz
  FROM unnest(%(ids)s::bigint[], %(cartons)s::bigint[], %(addresses)s::bigint[], %(carriers)s::bigint[], %(service)s::text[], %(adapters)s::text[], %(keys)s::text[], %(by)s::text[])
    AS w(id, carton, address, carrier, service, adapter, key, actor)
"""


@operation
@draws(lambda asks: {"transport_label_id_seq": len(asks)})
def want_labels(run: Run, asks: Sequence[WantLabel]) -> list[LabelWanted | Refused]:
    """Ask carriers for the labels of cartons."""
    run.lock(LOCK, asks)
    cartons = {c.sscc: c for c in run.rows(Unlabelled, CARTONS, asks)}
    named = {a.carrier.upper() for a in asks if a.carrier} | {code.upper() for c in cartons.values() for code in (c.carrier, c.chosen) if code}
    carriers = {code: (id, adapter) for code, id, adapter in run.rows(as_tuple, CARRIERS, codes=sorted(named))}
    decided = decide(asks, cartons, carriers, run.draw("transport_label_id_seq", len(asks)))
    wanted = [(d, owner[0]) for d, owner in zip(decided, run.owners, strict=True) if isinstance(d, Wanted)]
    if wanted:
        run.write(
            WANT, [d.told for d, _ in wanted], ids=[d.told.label for d, _ in wanted], cartons=[d.carton for d, _ in wanted], addresses=[d.address for d, _ in wanted], carriers=[d.carrier for d, _ in wanted],
            adapters=[d.adapter for d, _ in wanted], keys=[f"{d.told.carton}-{d.told.label}" for d, _ in wanted], by=[actor for _, actor in wanted],
        )
    return [d.told if isinstance(d, Wanted) else d for d in decided]
