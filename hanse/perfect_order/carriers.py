"""Questions about carriers: the scorecards of a period, the weeks of their lanes, the parcels behind a figure.

A parcel belongs to the period in which it was due: the first day that one of its lines was promised for, as orders do. What is
read are the commitments due in the period, by index, and their parcels; all is as known now. Parcels that lie in another count
with it. Where the terms end at our door, nothing was promised for the way, so those are left out of what is on time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from hanse.journal.asking import rows
from hanse.kernel import clock
from hanse.kernel.numbers import order_number
from hanse.kernel.samples import Share
from hanse.network.calendar import Calendar, days_between
from hanse.orders.promises import basis
from hanse.transport.states import SOUND
from hanse.transport.waterfall import PICKED_UP

from .conditions import AT_OUR_DOOR
from .dealt import Dealings, dealings
from .scored import MEASURES, Cell, LateHours, Scorecard, Took, Week, scorecards, weeks_before

TREND_WEEKS = 12
"""A carrier's trend shows so many weeks at least."""
LANE = "x.site || ' → ' || x.country"
IN_PERIOD = """l.pickup_until >= %(first)s::date - 1 AND l.pickup_until < %(last)s::date + 2
      AND (l.pickup_until AT TIME ZONE w.zone)::date BETWEEN %(first)s::date AND %(last)s::date"""
SENT = f"""
WITH due AS (
  SELECT v.order_id, v.due_on, v.carrier, v.causes->'time'->>1 AS owner FROM perfect_order_verdict v
   WHERE v.known_to IS NULL AND v.state <> 'void' AND v.due_on >= %(first)s::date AND v.due_on <= %(last)s::date),
sent AS (
  SELECT p.id, p.carton_id, p.tracking, p.units, p.state, s.id AS shipment, s.service, v.order_id, v.due_on, r.id AS carrier_id, r.code AS carrier, w.code AS site, w.id AS site_id, d.country, d.region AS to_region, s.handed_over_at,
         (s.handed_over_at AT TIME ZONE w.zone)::date AS left_on, d.zone,
         CASE WHEN p.delivered_at IS NOT NULL THEN coalesce(f.delivered_at, p.delivered_at) END AS arrived_at, f.parcel_id IS NOT NULL AS proven, f.condition,
         CASE WHEN NOT o.delivery_term = ANY(%(at_our_door)s) THEN ((v.due_on + 1)::timestamp AT TIME ZONE d.zone) END AS due_end,
         CASE WHEN NOT o.delivery_term = ANY(%(at_our_door)s) THEN ((k.requested_on + 1)::timestamp AT TIME ZONE d.zone) END AS requested_end,
         v.carrier = r.code AND v.owner = 'carrier' AS its_hours
    FROM due v JOIN transport_shipment s ON s.order_id = v.order_id JOIN transport_parcel p ON p.shipment_id = s.id AND p.rides_with_id IS NULL
    JOIN transport_carrier r ON r.id = p.carrier_id AND (%(carrier)s = '' OR r.code = %(carrier)s)
    JOIN orders_order o ON o.id = v.order_id JOIN network_site w ON w.id = s.site_id JOIN partners_address d ON d.id = s.address_id
    JOIN LATERAL (SELECT min({basis("l", "l0")}) AS due_on, min(l.requested_on) AS requested_on
                    FROM fulfilment_content c JOIN orders_line l ON l.id = c.line_id LEFT JOIN orders_line l0 ON l0.id = l.substitute_of_id
                   WHERE c.carton_id = p.carton_id AND l.over_of_id IS NULL) k ON k.due_on = v.due_on
    LEFT JOIN LATERAL (SELECT f.parcel_id, f.delivered_at, f.condition FROM transport_proof f WHERE f.parcel_id = p.id ORDER BY f.id DESC LIMIT 1) f ON true)
"""
"""The parcels of commitments that were due in a period; of one carrier, if it is named."""
WEIGHED = "x.weight_g > 0 AND x.cost IS NOT NULL"
ON_TIME = "CASE WHEN x.arrived_at < x.{0} THEN true WHEN x.arrived_at >= x.{0} OR x.{0} <= %(now)s THEN false END"
JUDGED = f"""
judged AS (
  SELECT x.*, {LANE} AS lane, (x.arrived_at AT TIME ZONE x.zone)::date AS came_on, {ON_TIME.format("due_end")} AS promise, {ON_TIME.format("requested_end")} AS request,
         CASE WHEN x.arrived_at < x.due_end THEN true WHEN (x.arrived_at >= x.due_end OR x.due_end <= %(now)s) AND x.its_hours THEN false END AS controllable,
         CASE WHEN x.arrived_at IS NOT NULL AND x.proven
              THEN x.condition = '' OR lower(regexp_replace(btrim(x.condition), '\\s+', ' ', 'g')) = ANY(%(sound)s) END AS sound,
         CASE WHEN x.arrived_at IS NOT NULL THEN true WHEN x.state IN ('lost', 'return-to-sender') THEN false END AS through,
         CASE WHEN f.first_at <= x.arrived_at + interval '24 hours' THEN true WHEN f.first_at IS NOT NULL OR x.arrived_at + interval '24 hours' < %(now)s THEN false END AS proof,
         round(extract(epoch FROM e.seen_at - x.handed_over_at) / 3600, 1) AS first_scan, lane.days AS planned, coalesce(lane.region, '') AS region,
         coalesce(bill.currency, choice.currency, lane.currency, '') AS currency,
         coalesce(bill.amount - claim.paid, choice.total, CASE WHEN lane.carrier IN ('', x.carrier) THEN lane.cost END) AS cost,
         coalesce(bill.amount, choice.total, CASE WHEN lane.carrier IN ('', x.carrier) THEN lane.cost END) AS gross, bill.amount AS freight, bill.accessorials, coalesce(carton.weight_g, carton.expected_g) AS weight_g, claim.claims > 0 AS claimed_for,
         CASE WHEN claim.currency = coalesce(bill.currency, choice.currency, lane.currency, '') THEN claim.amount ELSE 0 END AS claimed
    FROM sent x
    LEFT JOIN fulfilment_carton carton ON carton.id = x.carton_id
    LEFT JOIN LATERAL (SELECT sum(b.amount - b.recovered) AS amount, coalesce(sum(b.amount - b.recovered) FILTER (WHERE b.kind NOT IN ('freight', 'fuel')), 0) AS accessorials, min(i.currency) AS currency
                         FROM transport_freightline b JOIN transport_freightinvoice i ON i.id = b.invoice_id
                        WHERE b.parcel_id = x.id AND b.kind <> 'claims-credit' HAVING count(DISTINCT i.currency) = 1) bill ON true
    LEFT JOIN LATERAL (SELECT h.carrier, h.total, h.currency FROM transport_choice h WHERE h.carton_id = x.carton_id ORDER BY h.id DESC LIMIT 1) choice ON choice.carrier = x.carrier
    LEFT JOIN LATERAL (SELECT count(*) AS claims, coalesce(sum(c.amount), 0) AS amount, coalesce(sum(c.paid) FILTER (WHERE c.currency = bill.currency), 0) AS paid, min(c.currency) AS currency
                         FROM transport_claim c WHERE c.parcel_id = x.id AND c.filed_at IS NOT NULL) claim ON true
    LEFT JOIN LATERAL (SELECT min(f.recorded_at) AS first_at FROM transport_proof f WHERE f.parcel_id = x.id) f ON true
    LEFT JOIN LATERAL (SELECT min(e.happened_at) AS seen_at FROM transport_trackingevent e
                        WHERE e.tracking = x.tracking AND e.carrier_id = x.carrier_id AND e.state <> 'pending' AND e.happened_at >= x.handed_over_at) e ON true
    LEFT JOIN LATERAL (SELECT l.days, l.cost, l.currency, l.carrier, l.region FROM network_lane l
                        WHERE l.site_id = x.site_id AND l.country = x.country AND l.region IN ('', x.to_region) ORDER BY l.region = '' LIMIT 1) lane ON true)
"""
COUNTED = ", ".join(f"count(*) FILTER (WHERE x.{name}), count(x.{name})" for name in MEASURES)
PERIOD = f"""{SENT}, {JUDGED}
SELECT grouping(x.currency, x.left_on, x.first_scan), x.carrier, x.lane, x.site, x.region, x.planned, x.left_on, x.came_on, x.first_scan, x.currency,
       count(*), count(x.cost), coalesce(sum(x.cost), 0), count(x.freight), coalesce(sum(x.weight_g) FILTER (WHERE {WEIGHED}), 0)::bigint,
       coalesce(sum(x.cost) FILTER (WHERE {WEIGHED}), 0), coalesce(sum(x.freight), 0), coalesce(sum(x.accessorials), 0), coalesce(sum(x.gross), 0),
       count(*) FILTER (WHERE x.claimed_for), coalesce(sum(x.claimed), 0), {COUNTED}
  FROM judged x GROUP BY GROUPING SETS ((x.carrier, x.lane, x.currency), (x.carrier, x.lane, x.site, x.region, x.planned, x.left_on, x.came_on), (x.carrier, x.lane, x.first_scan))
"""
COUNTS, DAYS, SCANS = 0b011, 0b101, 0b110
"""Which of the three groupings a row is of: a bit is set for each column that it is not grouped by."""
MONEY = 11
"""So many figures of a grouping stand before those of the measures."""
DEALT = f"""
SELECT c.code, t.n, t.accepted, t.answered, t.response, t.lead, p.n, p.in_window, i.n, i.accurate, k.n, k.days
  FROM transport_carrier c
 CROSS JOIN LATERAL (
   SELECT count(*) AS n, count(*) FILTER (WHERE t.result = 'accepted') AS accepted, count(*) FILTER (WHERE t.result <> 'expired') AS answered,
          percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM t.answered_at - t.sent_at) / 3600) FILTER (WHERE t.result <> 'expired') AS response,
          percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM l.pickup_from - t.sent_at) / 3600) AS lead
     FROM transport_load l JOIN transport_tender t ON t.load_id = l.id AND t.carrier_id = c.id AND t.result IN ('accepted', 'declined', 'expired')
     JOIN network_site w ON w.id = l.site_id WHERE {IN_PERIOD}) t
 CROSS JOIN LATERAL (
   SELECT count(*) AS n, count(*) FILTER (WHERE x.at BETWEEN l.pickup_from AND l.pickup_until) AS in_window
     FROM transport_load l JOIN transport_tender t ON t.load_id = l.id AND t.carrier_id = c.id AND t.result = 'accepted'
     JOIN network_site w ON w.id = l.site_id CROSS JOIN LATERAL ({PICKED_UP}) x(at)
    WHERE {IN_PERIOD} AND l.state = 'accepted' AND (x.at IS NOT NULL OR cardinality(l.orders) > 0 AND l.pickup_until < %(now)s)) p
 CROSS JOIN LATERAL (
   SELECT count(*) AS n, count(*) FILTER (WHERE i.accurate) AS accurate FROM transport_freightinvoice i
    WHERE i.carrier_id = c.id AND i.issued_on BETWEEN %(first)s::date AND %(last)s::date) i
 CROSS JOIN LATERAL (
   SELECT count(*) AS n, percentile_cont(0.5) WITHIN GROUP (ORDER BY k.decided_at::date - k.filed_at::date) AS days FROM transport_claim k
    WHERE k.carrier_id = c.id AND k.decided_at >= %(first)s::date AND k.decided_at < %(last)s::date + 1) k
 WHERE %(carrier)s = '' OR c.code = %(carrier)s
"""
"""A period's tenders by planned pick-up, invoices by their date, and claims by the day they were decided."""
WEEKS = f"""{SENT}
SELECT {LANE}, date_trunc('week', x.due_on)::date, count(*) FILTER (WHERE x.arrived_at < x.due_end), count(*)
  FROM sent x WHERE x.due_end IS NOT NULL AND (x.arrived_at IS NOT NULL OR x.due_end <= %(now)s) GROUP BY 1, 2 ORDER BY 1, 2
"""
BAND = """CASE WHEN x.weight_g IS NULL THEN 'not weighed' WHEN x.weight_g <= 1000 THEN 'up to 1 kg' WHEN x.weight_g <= 5000 THEN 'up to 5 kg'
       WHEN x.weight_g <= 20000 THEN 'up to 20 kg' ELSE 'over 20 kg' END"""
PARTS = f"""{SENT}, {JUDGED}
SELECT g.by, g.key, count(*), count(*) FILTER (WHERE x.promise), count(x.promise)
  FROM judged x CROSS JOIN LATERAL (VALUES ('service', x.service), ('weight', {BAND}), ('month', to_char(x.due_on, 'YYYY-MM'))) g(by, key)
 GROUP BY 1, 2 ORDER BY 1 DESC, CASE WHEN g.by = 'weight' THEN coalesce(min(x.weight_g), 0) END, 2
"""
LATE = """
SELECT v.carrier, v.site || ' → ' || v.country, p->>'owner', sum((p->>'hours')::numeric)
  FROM perfect_order_verdict v CROSS JOIN LATERAL jsonb_array_elements(v.found->'late') p
 WHERE v.known_to IS NULL AND v.state <> 'void' AND v.due_on >= %(first)s::date AND v.due_on <= %(last)s::date AND NOT v.in_time
   AND v.carrier <> '' AND (%(carrier)s = '' OR v.carrier = %(carrier)s) GROUP BY 1, 2, 3 HAVING sum((p->>'hours')::numeric) > 0 ORDER BY 1, 2, 3
"""
BEHIND = f"""{SENT}, {JUDGED}
SELECT x.id, x.tracking, x.shipment, x.order_id, x.lane, x.due_on, x.handed_over_at, x.arrived_at, x.zone, x.state, x.promise, x.request, x.controllable, x.sound, x.through, x.proof, x.first_scan
  FROM judged x WHERE (%(lane)s = '' OR x.lane = %(lane)s) AND {{answer}}
   AND (%(before_on)s::date IS NULL OR (x.due_on, x.id) < (%(before_on)s::date, %(before)s)) ORDER BY x.due_on DESC, x.id DESC LIMIT %(most)s
"""
Answer = Literal["", "yes", "no"]


def period_scorecards(first: date, last: date, carrier: str = "") -> list[Scorecard]:
    """The scorecards of a period, of all carriers that had parcels or of one; the others' figures stand beside each."""
    given = _given(first, last)
    found = rows(lambda *row: row, PERIOD, **given)
    calendars = _calendars() if found else {}
    cells = [_cell(*row) for row in found if row[0] == COUNTS]
    took = {"transit": [_days(calendars, *row) for row in found if row[0] == DAYS and row[7]], "first scan": [_scan(*row) for row in found if row[0] == SCANS and row[8] is not None]}
    late: dict[str, list[LateHours]] = {}
    for code, lane, owner, hours in rows(lambda *row: row, LATE, **given | {"carrier": carrier}):
        late.setdefault(code, []).append(LateHours(lane, owner, hours))
    dealt = {code: _dealings([c for c in cells if c.carrier == code], *it) for code, *it in rows(lambda *row: row, DEALT, **given | {"carrier": carrier})}
    return [card for card in scorecards(names(), cells, took, late, dealt) if carrier in ("", card.carrier)]


def _dealings(
    cells: Sequence[Cell], tendered: int, accepted: int, answered: int, response: float | None, lead: float | None, due: int, in_window: int, invoices: int, accurate: int,
    decided: int, days: float | None,
) -> Dealings:  # fmt: skip
    """How a carrier deals with us: by its tenders, invoices and claims, and by what its parcels cost."""
    rates = {"acceptance": Share(accepted, tendered), "pickup": Share(in_window, due), "billing": Share(accurate, invoices), "claims": Share(sum(c.claims for c in cells), sum(c.parcels for c in cells))}
    medians = {"response": (answered, response), "lead": (tendered, lead), "claim cycle": (decided, days)}
    money = []
    for currency in sorted({c.currency for c in cells if c.priced}):
        of = [c for c in cells if c.currency == currency]
        freight, accessorials, gross, claimed = (sum((getattr(c, name) for c in of), Decimal(0)) for name in ("freight", "accessorials", "gross", "claimed"))
        money += ([("accessorials", currency, accessorials, freight)] if freight else []) + ([("claims value", currency, claimed, gross)] if gross else [])
    return dealings(rates, medians, money)


def _cell(grouped: int, carrier: str, lane: str, site: str, region: str, planned: int, left_on: date, came_on: date, scan: Decimal, currency: str, *n: Any) -> Cell:
    parcels, counts = n[0], n[MONEY:]
    shares = {name: Share(hits, of) for name, hits, of in zip(MEASURES, counts[::2], counts[1::2], strict=True)}
    return Cell(carrier, lane, parcels, shares, currency, *n[1:MONEY])


def _days(calendars: Mapping[str, Calendar], grouped: int, carrier: str, lane: str, site: str, region: str, planned: int | None, left_on: date, came_on: date, *rest: Any) -> Took:
    return Took(carrier, lane, region, planned, days_between(calendars[site], left_on, came_on), rest[2])


def _scan(grouped: int, carrier: str, lane: str, site: str, region: str, planned: int, left_on: date, came_on: date, scan: Decimal, currency: str, parcels: int, *rest: Any) -> Took:
    return Took(carrier, lane, "", None, float(scan), parcels)


def _calendars() -> dict[str, Calendar]:
    return dict(rows(
        lambda code, country, region, workdays, zone: (code, Calendar(country, region, tuple(workdays), zone)),
        "SELECT code, country, region, workdays, zone FROM network_site"))


def names() -> dict[str, str]:
    """The carriers by code."""
    return dict(rows(lambda code, name: (code, name), "SELECT code, name FROM transport_carrier ORDER BY code"))


def lane_weeks(carrier: str, first: date, last: date) -> list[Week]:
    """How many parcels of a carrier were on time to the first promise, by lane and week: twelve weeks at least, whole ones."""
    begins = min(first, weeks_before(last, TREND_WEEKS))
    given = _given(begins - timedelta(days=begins.weekday()), last) | {"carrier": carrier}
    return rows(lambda lane, monday, hits, n: Week(lane, monday, Share(hits, n)), WEEKS, **given)


@dataclass(frozen=True, slots=True)
class Part:
    """A carrier's parcels of one service, one band of weight, or one month, and how they were on time to the first promise."""

    by: str
    key: str
    parcels: int
    on_time: Share


def parts(carrier: str, first: date, last: date) -> list[Part]:
    """How a carrier was on time by service, by weight, and by the month of the due day."""
    return rows(lambda by, key, parcels, hits, n: Part(by, key, parcels, Share(hits, n)), PARTS, **_given(first, last) | {"carrier": carrier})


@dataclass(frozen=True, slots=True)
class CarriedParcel:
    """A parcel behind a figure: when it left, was due and came, and what each measure says of it."""

    id: int
    parcel: str
    shipment: int
    order: str
    lane: str
    due_on: date
    handed_over_at: datetime
    arrived_at: datetime | None
    zone: str
    state: str
    found: dict[str, bool | None]
    first_scan: Decimal | None


def _parcel(id: int, tracking: str, shipment: int, order: int, lane: str, due_on: date, left: datetime, came: datetime | None, zone: str, state: str, *rest: Any) -> CarriedParcel:
    *found, scan = rest
    return CarriedParcel(id, tracking, shipment, order_number(order), lane, due_on, left, came, zone, state, dict(zip(MEASURES, found, strict=True)), scan)


def parcels(
    carrier: str, first: date, last: date, limit: int, *, measure: str = "", answer: Answer = "", lane: str = "", before: tuple[date, int] | None = None,
) -> list[CarriedParcel]:  # fmt: skip
    """The parcels behind a carrier's figure, the latest due first; with a measure those it counts, or its good or its bad ones."""
    wanted = {"": f"x.{measure} IS NOT NULL", "yes": f"x.{measure}", "no": f"NOT x.{measure}"}[answer] if measure in MEASURES else "true"
    given = _given(first, last) | {"carrier": carrier, "lane": lane, "most": limit, "before_on": before[0] if before else None, "before": before[1] if before else 0}
    return rows(_parcel, BEHIND.format(answer=wanted), **given)


def _given(first: date, last: date) -> dict[str, Any]:
    return {"first": first, "last": last, "now": clock.now(), "carrier": "", "at_our_door": sorted(AT_OUR_DOOR), "sound": sorted(SOUND)}
