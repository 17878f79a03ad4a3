"""Claimable: parcels as claims see them, and the only writer of claims.

What a parcel is worth is the net price of the units in it; the cartons that lay in it count with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hanse.journal.run import Run

from .claim_windows import Agreed
from .states import is_damaged


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel to claim for: whose it is, when it left and came, what it was worth, what its last proof says, and its claims."""

    id: int
    tracking: str
    carrier: int
    carrier_code: str
    order: str
    handed_over_on: date
    delivered_on: date | None
    state: str
    country: str
    region: str
    value: Decimal
    currency: str
    units: int
    proof: int | None
    received: int | None
    condition: str
    loss_days: int | None
    damage_days: int | None
    delay_days: int | None
    claims: list[str]

    @property
    def agreed(self) -> Agreed:
        return Agreed(self.loss_days, self.damage_days, self.delay_days)

    def state_of(self, kind: str) -> str:
        """How its claim of a kind stands; empty where there is none, `outdated` where it was dismissed before something new was known."""
        return next((c.split()[1] for c in self.claims if c.split()[0] == kind), "")

    def claim_of(self, kind: str) -> int | None:
        """Its claim of a kind."""
        return next((int(c.split()[2]) for c in self.claims if c.split()[0] == kind), None)

    def shows(self, kind: str) -> bool:
        """Whether its last proof shows that it was damaged, or came short."""
        if kind == "shortage":
            return self.received is not None and self.received < self.units
        return kind == "damage" and is_damaged(self.condition)

    def worth(self, kind: str) -> Decimal:
        """What may be claimed: all of it, of a shortage the missing units' part."""
        if kind == "shortage" and self.received is not None and self.units:
            return (self.value * (self.units - self.received) / self.units).quantize(Decimal("0.01"))
        return self.value.quantize(Decimal("0.01"))


NEWS = """x.state = 'dismissed' AND CASE x.kind WHEN 'loss' THEN p.lost_at IS DISTINCT FROM x.lost_at
 ELSE (f.condition, f.received) IS DISTINCT FROM (SELECT (q.condition, q.received) FROM transport_proof q WHERE q.id = x.proof_id) END"""
"""Whether a claim `x` was dismissed before what is known now of its parcel `p` and the last proof `f` of it: lost once more, or proven otherwise."""
PARCELS = f"""
SELECT p.id, p.tracking, p.carrier_id, c.code, 'H-' || s.order_id, (s.handed_over_at AT TIME ZONE n.zone)::date, (coalesce(f.delivered_at, p.delivered_at) AT TIME ZONE d.zone)::date,
       p.state, d.country, d.region, coalesce(v.value, 0), o.currency, v.units::bigint, f.id, f.received, coalesce(f.condition, ''), w.claim_loss_days, w.claim_damage_days, w.claim_delay_days,
       ARRAY(SELECT x.kind || ' ' || CASE WHEN {NEWS} THEN 'outdated' ELSE x.state END || ' ' || x.id FROM transport_claim x WHERE x.parcel_id = p.id ORDER BY x.id)
  FROM transport_parcel p JOIN transport_carrier c ON c.id = p.carrier_id JOIN transport_shipment s ON s.id = p.shipment_id JOIN orders_order o ON o.id = s.order_id
  JOIN network_site n ON n.id = s.site_id JOIN partners_address d ON d.id = s.address_id
 CROSS JOIN LATERAL (SELECT sum(k.quantity * l.net / l.ordered) AS value, sum(k.quantity) AS units
                       FROM transport_parcel y JOIN fulfilment_content k ON k.carton_id = y.carton_id JOIN orders_line l ON l.id = k.line_id
                      WHERE y.id = p.id OR y.rides_with_id = p.id) v
  LEFT JOIN LATERAL (SELECT x.id, x.received, x.delivered_at, x.condition FROM transport_proof x WHERE x.parcel_id = p.id ORDER BY x.id DESC LIMIT 1) f ON true
  LEFT JOIN LATERAL (SELECT x.claim_loss_days, x.claim_damage_days, x.claim_delay_days FROM network_service x
                      WHERE x.carrier = c.code AND x.code = s.service AND x.from_on <= s.handed_over_at::date AND (x.until_on IS NULL OR x.until_on >= s.handed_over_at::date)
                      ORDER BY x.from_on DESC LIMIT 1) w ON true
 WHERE p.tracking = ANY(%(tracking)s::text[]) AND p.rides_with_id IS NULL ORDER BY p.id
"""
LOCK = "SELECT id FROM transport_parcel WHERE tracking = ANY(%(tracking)s::text[]) AND rides_with_id IS NULL ORDER BY id FOR NO KEY UPDATE"
PROPOSE = """
INSERT INTO transport_claim AS x (id, parcel_id, carrier_id, kind, amount, currency, proof_id, window_ends_on, window_rule, proposed_at, actor)
SELECT c.id, c.parcel, c.carrier, c.kind, c.amount, c.currency, c.proof, c.ends_on, c.rule, %(now)s::timestamptz, c.actor
  FROM unnest(%(id)s::bigint[], %(parcel)s::bigint[], %(carrier)s::bigint[], %(kind)s::text[], %(amount)s::numeric[], %(currency)s::text[], %(proof)s::bigint[], %(ends_on)s::date[],
              %(rule)s::text[], %(by)s::text[]) AS c(id, parcel, carrier, kind, amount, currency, proof, ends_on, rule, actor)
    ON CONFLICT (parcel_id, kind) DO UPDATE SET state = 'proposed', amount = excluded.amount, currency = excluded.currency, proof_id = excluded.proof_id, window_ends_on = excluded.window_ends_on,
       window_rule = excluded.window_rule, proposed_at = excluded.proposed_at, decided_at = NULL, reason = '', actor = excluded.actor WHERE x.state = 'dismissed'
"""
FILE = """
INSERT INTO transport_claim AS x (id, parcel_id, carrier_id, kind, state, amount, currency, evidence, proof_id, window_ends_on, window_rule, filed_at, acknowledge_by, decide_by, actor)
SELECT c.id, c.parcel, c.carrier, c.kind, 'filed', c.amount, c.currency, c.evidence, c.proof, c.ends_on, c.rule, %(now)s::timestamptz, c.acknowledge_by, c.decide_by, c.actor
  FROM unnest(%(id)s::bigint[], %(parcel)s::bigint[], %(carrier)s::bigint[], %(kind)s::text[], %(amount)s::numeric[], %(currency)s::text[], %(evidence)s::text[], %(proof)s::bigint[],
              %(ends_on)s::date[], %(rule)s::text[], %(acknowledge_by)s::date[], %(decide_by)s::date[], %(by)s::text[])
    AS c(id, parcel, carrier, kind, amount, currency, evidence, proof, ends_on, rule, acknowledge_by, decide_by, actor)
    ON CONFLICT (parcel_id, kind) DO UPDATE SET state = 'filed', amount = excluded.amount, currency = excluded.currency, evidence = excluded.evidence, proof_id = excluded.proof_id,
       filed_at = excluded.filed_at, decided_at = NULL, reason = '', acknowledge_by = excluded.acknowledge_by, decide_by = excluded.decide_by, actor = excluded.actor
"""


def lock_and_read(run: Run, tracking: Sequence[str]) -> dict[str, list[Parcel]]:
    """Lock parcels by their id; each with what a claim needs, by tracking number."""
    named = sorted(set(tracking))
    run.lock(LOCK, tracking=named)
    found: dict[str, list[Parcel]] = {}
    for parcel in run.rows(Parcel, PARCELS, tracking=named):
        found.setdefault(parcel.tracking, []).append(parcel)
    return found


@dataclass(frozen=True, slots=True)
class Draft:
    """A claim to be written: proposed, or filed with its deadlines."""

    id: int
    parcel: int
    carrier: int
    kind: str
    amount: Decimal
    currency: str
    proof: int | None
    ends_on: date
    rule: str
    evidence: str = ""
    acknowledge_by: date | None = None
    decide_by: date | None = None


def propose(run: Run, drafts: Sequence[Draft]) -> None:
    """Write claims that hanse proposes; one that was dismissed becomes it."""
    if drafts:
        run.write(PROPOSE, drafts, by=[run.actor] * len(drafts))


def file(run: Run, drafts: Sequence[Draft], actors: Sequence[str]) -> None:
    """Write claims that a person files; one that was proposed or dismissed becomes it."""
    if drafts:
        run.write(FILE, drafts, by=list(actors))
