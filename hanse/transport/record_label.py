"""Record label: a carrier sold a label.

What was recorded is not recorded again. A second number for the same wish was sold beside the first: it gets a row of its own and is
given back at once. So is a label that came when nobody wanted it any more.
"""

import base64
import binascii
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import MaxLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Currency, Id, Money, Short, ask
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .events import LabelBought, LabelKnown
from .labels import Kept, lock_and_read

MOST_BYTES = 2_000_000


@ask
class RecordLabel:
    """A label that a carrier sold: its number, its price, its document as base64, and the carrier's own name for it, if that is another than the number."""

    label: Id
    tracking: Code
    amount: Money
    currency: Currency
    document: Annotated[str, MaxLen(MOST_BYTES)]
    format: Literal["PDF", "ZPL", "PNG", "GIF", "EPL"] = "PDF"
    reference: Short = ""


@dataclass(frozen=True, slots=True)
class Bought:
    """A label as it is to be written: on the row it was wanted by, or as a spare one."""

    told: LabelBought
    ask: RecordLabel
    of: Kept
    expires_on: date


Used = Collection[tuple[str, int]]
"""Numbers of labels and parcels in use, by carrier."""


def decide(asks: Sequence[RecordLabel], labels: Mapping[int, Kept], used: Used, today: date, spares: Sequence[int]) -> list[Bought | LabelKnown | Refused]:
    """Record each label once; a second number is a spare one."""
    answers: list[Bought | LabelKnown | Refused] = []
    got = {k.id: k.tracking for k in labels.values() if k.bought}
    taken, numbers = set(used), iter(spares)
    for ask in asks:
        label = labels.get(ask.label)
        if label is None:
            answers.append(refuse("label-unknown", at="label", label=ask.label))
            continue
        if got.get(label.id) == ask.tracking:
            answers.append(LabelKnown(label.number, label.id, "bought" if label.state == "asked" else label.state))
            continue
        if wrong := _wrong(ask, label, taken):
            answers.append(refuse_all(wrong))
            continue
        spare = label.id in got or label.state in ("refused", "withdrawn")
        got.setdefault(label.id, ask.tracking)
        taken.add((ask.tracking, label.carrier))
        told = LabelBought(label.number, next(numbers) if spare else label.id, label.sscc, label.carrier_code, label.service, ask.tracking, ask.amount, ask.currency.upper(), spare)
        answers.append(Bought(told, ask, label, today + timedelta(days=label.label_days)))
    return answers


def _wrong(ask: RecordLabel, label: Kept, taken: Used) -> list[Refused]:
    wrong = []
    if (ask.tracking, label.carrier) in taken:
        wrong.append(refuse("tracking-used", at="tracking", tracking=ask.tracking, carrier=label.carrier_code))
    if not ask.currency.isascii() or not ask.currency.isalpha():
        wrong.append(refuse("currency-unknown", at="currency", currency=ask.currency))
    try:
        base64.b64decode(ask.document, validate=True)
    except (binascii.Error, ValueError):
        wrong.append(refuse("values-refused", at="document", why="The document is not base64."))
    return wrong


USED = """
SELECT l.tracking, l.carrier_id FROM transport_label l WHERE l.tracking = ANY(%(tracking)s::text[]) AND l.id <> ALL(%(label)s::bigint[])
 UNION ALL
SELECT p.tracking, p.carrier_id FROM transport_parcel p WHERE p.tracking = ANY(%(tracking)s::text[])
   AND NOT EXISTS (SELECT 1 FROM transport_label l WHERE l.tracking = p.tracking AND l.carrier_id = p.carrier_id)
"""
RECORD = """
UPDATE transport_label l SET bought_at = %(now)s::timestamptz, tracking = b.tracking, reference = b.reference, amount = b.amount, currency = b.currency,
       document = decode(b.document, 'base64'), format = b.format, expires_on = b.expires_on, calls = 0, trouble = '',
       next_at = CASE WHEN l.void_asked_at IS NOT NULL THEN %(now)s::timestamptz END
  FROM unnest(%(label)s::bigint[], %(tracking)s::text[], %(reference)s::text[], %(amount)s::numeric[], %(currency)s::text[], %(document)s::text[], %(format)s::text[],
              %(expires_on)s::date[]) AS b(label, tracking, reference, amount, currency, document, format, expires_on)
 WHERE l.id = b.label
"""
SPARE = """
INSERT INTO transport_label (id, carton_id, address_id, carrier_id, service, adapter, key, wanted_at, actor, bought_at, tracking, reference, amount, currency, document, format, expires_on,
                             void_asked_at, void_why, next_at)
SELECT b.id, l.carton_id, l.address_id, l.carrier_id, l.service, l.adapter, l.key || '-' || b.id, l.wanted_at, l.actor, %(now)s::timestamptz, b.tracking, b.reference, b.amount, b.currency,
       decode(b.document, 'base64'), b.format, b.expires_on, %(now)s::timestamptz, 'sold a second time', %(now)s::timestamptz
  FROM unnest(%(spare)s::bigint[], %(label)s::bigint[], %(tracking)s::text[], %(reference)s::text[], %(amount)s::numeric[], %(currency)s::text[], %(document)s::text[], %(format)s::text[],
              %(expires_on)s::date[]) AS b(id, label, tracking, reference, amount, currency, document, format, expires_on)
  JOIN transport_label l ON l.id = b.label
"""


@operation
def record_label(run: Run, asks: Sequence[RecordLabel]) -> list[LabelBought | LabelKnown | Refused]:
    """Record labels that carriers sold."""
    labels = lock_and_read(run, [a.label for a in asks])
    used = set(run.rows(as_tuple, USED, asks))
    doubtful = [a for a in asks if (k := labels.get(a.label)) and k.state != "asked"]
    repeated = len(asks) - len({a.label for a in asks})
    spares = run.draw("transport_label_id_seq", len(doubtful) + repeated) if doubtful or repeated else []
    decided = decide(asks, labels, used, run.now.date(), spares)
    bought = [d for d in decided if isinstance(d, Bought)]
    _write(run, RECORD, [d for d in bought if not d.told.spare])
    _write(run, SPARE, [d for d in bought if d.told.spare])
    return [d.told if isinstance(d, Bought) else d for d in decided]


def _write(run: Run, sql: str, bought: Sequence[Bought]) -> None:
    """Write labels with their documents."""
    if bought:
        given: dict[str, list[Decimal] | list[date] | list[int] | list[str]] = {
            "label": [d.of.id for d in bought], "currency": [d.told.currency for d in bought], "expires_on": [d.expires_on for d in bought],
            "reference": [d.ask.reference or d.ask.tracking for d in bought]}
        if bought[0].told.spare:
            given["spare"] = [d.told.label for d in bought]
        run.write(sql, [d.ask for d in bought], **given)
