"""Waterfall: offers a load to the next carrier of its routing guide. The only writer of new tenders.

The guide is that of the lane on the day the load was first tendered; the carriers that were asked before are behind it. Where it is at its
end, the load is exhausted and a person has to find a carrier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from hanse.journal.run import Run

from .events import GuideExhausted, TenderSent


@dataclass(frozen=True, slots=True)
class Entry:
    """A carrier of a load's routing guide."""

    load: int
    rank: int
    carrier: int
    carrier_code: str
    rate: Decimal
    currency: str
    answer_minutes: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A load that waits for its next carrier: behind which rank."""

    load: int
    number: str
    after: int


def next_of(guide: Sequence[Entry], after: int) -> Entry | None:
    """The first carrier of a guide behind a rank."""
    return min((e for e in guide if e.rank > after), key=lambda e: e.rank, default=None)


def sent(offer: Offer, entry: Entry, now: datetime) -> TenderSent:
    """What is told of an offer."""
    return TenderSent(offer.number, entry.rank, entry.carrier_code, entry.rate, entry.currency, now + timedelta(minutes=entry.answer_minutes))


PICKED_UP = """
SELECT min(s.handed_over_at) FROM transport_tender t JOIN transport_shipment s ON s.carrier_id = t.carrier_id AND s.site_id = l.site_id AND s.order_id = ANY(l.orders)
   AND (s.bill_id = l.bill_id OR l.bill_id IS NULL AND s.handed_over_at >= l.tendered_at)
 WHERE t.load_id = l.id AND t.result = 'accepted'
"""
"""When a load `l` left with the carrier that accepted it."""
GUIDES = """
SELECT l.id, e.rank, e.carrier_id, c.code, e.rate, e.currency, e.answer_minutes
  FROM transport_load l JOIN transport_guideentry e ON e.site_id = l.site_id AND e.country = l.country AND e.region = l.region AND e.from_on = l.guide_on
  JOIN transport_carrier c ON c.id = e.carrier_id WHERE l.id = ANY(%(load)s::bigint[])
"""
SEND = """
INSERT INTO transport_tender (load_id, rank, carrier_id, rate, currency, sent_at, answer_by)
SELECT t.load, t.rank, t.carrier, t.rate, t.currency, %(now)s::timestamptz, t.answer_by
  FROM unnest(%(load)s::bigint[], %(rank)s::smallint[], %(carrier)s::bigint[], %(rate)s::numeric[], %(currency)s::text[], %(answer_by)s::timestamptz[])
    AS t(load, rank, carrier, rate, currency, answer_by)
"""
EXHAUST = "UPDATE transport_load SET state = 'exhausted' WHERE id = ANY(%(load)s::bigint[])"


def send(run: Run, offers: Sequence[tuple[Offer, Entry]]) -> list[TenderSent]:
    """Write these offers; gives back what is told of each."""
    told = [sent(offer, entry, run.now) for offer, entry in offers]
    if offers:
        run.write(SEND, [entry for _, entry in offers], load=[offer.load for offer, _ in offers], answer_by=[t.answer_by for t in told])
    return told


def go_on(run: Run, offers: Sequence[Offer]) -> list[TenderSent | GuideExhausted]:
    """Offer each load to the carrier behind its rank, or note that nobody is left; one fact for each."""
    if not offers:
        return []
    guides: dict[int, list[Entry]] = {}
    for entry in run.rows(Entry, GUIDES, load=[o.load for o in offers]):
        guides.setdefault(entry.load, []).append(entry)
    return _gone_on(run, offers, guides)


def _gone_on(run: Run, offers: Sequence[Offer], guides: Mapping[int, Sequence[Entry]]) -> list[TenderSent | GuideExhausted]:
    following = [(o, next_of(guides.get(o.load, ()), o.after)) for o in offers]
    told = iter(send(run, [(o, entry) for o, entry in following if entry]))
    if ended := [o.load for o, entry in following if entry is None]:
        run.write(EXHAUST, load=ended)
    return [next(told) if entry else GuideExhausted(o.number, len([e for e in guides.get(o.load, ()) if e.rank <= o.after])) for o, entry in following]
