"""Questions about labels, manifests and pickups: what needs a look, what is at risk, what can be closed or fetched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from hanse.journal.asking import rows
from hanse.kernel import clock
from hanse.kernel.rows import as_tuple

ROWS = 50
LONG_ASKED, SOON = timedelta(minutes=10), timedelta(days=3)
"""So long without an answer, and so close to their end, labels need a look."""
LOOKED_AT = timedelta(days=30)
"""So long a void that was refused and a label that expired are shown to whoever looks for lost money."""


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A label of the ledger; `needs` says why somebody should look at it, empty where nobody needs to."""

    label: int
    order: str
    carton: str
    site: str
    zone: str
    carrier: str
    carrier_name: str
    service: str
    state: str
    needs: str
    tracking: str
    amount: Decimal | None
    currency: str
    format: str
    wanted_at: datetime
    bought_at: datetime | None
    expires_on: date | None
    ended_at: datetime | None
    manifest: str
    why: str


@dataclass(frozen=True, slots=True)
class Risk:
    """Money in labels: at risk is what was bought and is not used, lost what was not taken back or expired in the last thirty days."""

    currency: str
    labels: int
    at_risk: Decimal
    lost_labels: int
    lost: Decimal


NEEDS = """
CASE WHEN l.state = 'refused' AND c.handed_over_at IS NULL AND c.opened_at IS NULL
          AND NOT EXISTS (SELECT FROM transport_label n WHERE n.carton_id = l.carton_id AND n.id > l.id) THEN 'refused'
     WHEN l.state = 'void-refused' AND l.ended_at > %(looked_at)s THEN 'void-refused'
     WHEN l.state IN ('asked', 'void-asked') AND coalesce(l.void_asked_at, l.wanted_at) < %(long_ago)s THEN 'no-answer'
     WHEN l.state = 'expired' AND l.ended_at > %(looked_at)s THEN 'expired'
     WHEN l.state = 'bought' AND l.expires_on <= %(soon)s THEN 'expires-soon' ELSE '' END
"""
VIEWS = {
    "look": "l.outcome NOT IN ('used', 'voided', 'withdrawn') AND ({needs}) <> ''", "risk": "l.state IN ('bought', 'void-asked') AND l.bought_at IS NOT NULL",
    "asked": "l.state IN ('asked', 'void-asked')", "used": "l.state = 'used'", "all": "true",
}
LIST = """
SELECT l.id, 'H-' || c.order_id, c.sscc, s.code, s.zone, r.code, r.name, l.service, l.state, {needs}, l.tracking, l.amount, l.currency, l.format, l.wanted_at, l.bought_at,
       l.expires_on, l.ended_at, coalesce(nullif(m.number, ''), 'M-' || m.id, ''), coalesce(nullif(l.why, ''), nullif(l.trouble, ''), l.void_why)
  FROM transport_label l JOIN fulfilment_carton c ON c.id = l.carton_id JOIN network_site s ON s.id = c.site_id JOIN transport_carrier r ON r.id = l.carrier_id
  LEFT JOIN transport_manifest m ON m.id = l.manifest_id
 WHERE {where} AND (%(site)s = '' OR s.code = %(site)s) AND (%(carrier)s = '' OR r.code = %(carrier)s)
   AND (%(q)s = '' OR l.tracking = %(q)s OR c.sscc = %(q)s OR 'H-' || c.order_id = %(q)s) AND (%(before)s = 0 OR l.id < %(before)s)
 ORDER BY l.id DESC LIMIT %(limit)s
"""
RISK = """
SELECT l.currency, count(*) FILTER (WHERE l.outcome = ''), coalesce(sum(l.amount) FILTER (WHERE l.outcome = ''), 0), count(*) FILTER (WHERE l.outcome <> ''),
       coalesce(sum(l.amount) FILTER (WHERE l.outcome <> ''), 0)
  FROM transport_label l
 WHERE l.bought_at IS NOT NULL AND l.outcome NOT IN ('used', 'voided', 'withdrawn') AND (l.outcome = '' OR l.ended_at > %(looked_at)s) GROUP BY 1 ORDER BY 3 DESC, 1
"""
OF_CARTONS = """
SELECT DISTINCT ON (c.id) c.sscc, l.id, l.state, l.tracking, r.code FROM transport_label l JOIN fulfilment_carton c ON c.id = l.carton_id JOIN transport_carrier r ON r.id = l.carrier_id
 WHERE c.sscc = ANY(%(cartons)s) AND l.state <> 'withdrawn' ORDER BY c.id, l.void_asked_at IS NULL DESC, l.id DESC
"""
PAPER = "SELECT format, document, coalesce(nullif(tracking, ''), id::text) FROM transport_label WHERE id = %(label)s AND document IS NOT NULL"


def labels(view: str = "all", site: str = "", carrier: str = "", q: str = "", before: int = 0, limit: int = ROWS + 1) -> list[LabelRow]:
    """Labels, the newest first."""
    sql = LIST.format(needs=NEEDS, where=VIEWS[view].format(needs=NEEDS))
    return rows(LabelRow, sql, **_times(), site=site, carrier=carrier.upper(), q=q, before=before, limit=limit)


def need_a_look() -> int:
    """How many labels need a look; a thousand at the most."""
    return len(labels("look", limit=1000))


def at_risk() -> list[Risk]:
    """The money in labels that nobody used, by currency."""
    return rows(Risk, RISK, looked_at=clock.now() - LOOKED_AT)


def of_cartons(cartons: Sequence[str]) -> dict[str, tuple[int, str, str, str]]:
    """The label of each of these cartons, or the last it had: id, state, number, carrier."""
    return {sscc: (label, state, tracking, carrier) for sscc, label, state, tracking, carrier in rows(as_tuple, OF_CARTONS, cartons=list(cartons))} if cartons else {}


def document(label: int) -> tuple[str, bytes, str] | None:
    """The paper of a label: format, content, name."""
    found = rows(as_tuple, PAPER, label=label)
    return (found[0][0], bytes(found[0][1]), found[0][2]) if found else None


def _times() -> dict[str, datetime | date]:
    now = clock.now()
    return {"looked_at": now - LOOKED_AT, "long_ago": now - LONG_ASKED, "soon": (now + SOON).date()}


# -- manifests and pickups ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """A manifest of a site and a carrier: asked, closed or refused."""

    manifest: int
    site: str
    zone: str
    carrier: str
    carrier_name: str
    day: date
    labels: int
    state: str
    number: str
    asked_at: datetime
    closed_at: datetime | None
    why: str
    actor: str


@dataclass(frozen=True, slots=True)
class OpenDay:
    """A carrier's labels of a site that are on no manifest."""

    carrier: str
    carrier_name: str
    labels: int
    handed_over: int


@dataclass(frozen=True, slots=True)
class PickupRow:
    """A pickup: when, what, its state and the carrier's number; `changing` is the change that is asked for."""

    pickup: int
    site: str
    zone: str
    carrier: str
    carrier_name: str
    day: date
    ready_by: time
    closes_at: time
    parcels: int
    weight_g: int
    instructions: str
    state: str
    number: str
    replaces: int | None
    changing: int | None
    why: str
    asked_at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """How a carrier is called; of secrets the names of their variables."""

    carrier: str
    name: str
    adapter: str
    connector: str
    account: dict[str, str]
    secrets: dict[str, str]
    label_days: int


MANIFEST = """
SELECT m.id, s.code, s.zone, r.code, r.name, m.day, m.labels, CASE WHEN m.closed_at IS NOT NULL THEN 'closed' WHEN m.refused_at IS NOT NULL THEN 'refused' ELSE 'asked' END,
       coalesce(nullif(m.number, ''), 'M-' || m.id), m.asked_at, m.closed_at, coalesce(nullif(m.why, ''), m.trouble), m.actor
  FROM transport_manifest m JOIN network_site s ON s.id = m.site_id JOIN transport_carrier r ON r.id = m.carrier_id
 WHERE (%(site)s = '' OR s.code = %(site)s) AND (%(carrier)s = '' OR r.code = %(carrier)s) AND (%(id)s = 0 OR m.id = %(id)s) AND (%(before)s = 0 OR m.id < %(before)s)
 ORDER BY m.id DESC LIMIT %(limit)s
"""
OPEN_DAYS = """
SELECT r.code, r.name, count(*), count(*) FILTER (WHERE l.state = 'used') FROM transport_label l JOIN fulfilment_carton c ON c.id = l.carton_id
  JOIN network_site s ON s.id = c.site_id AND s.code = %(site)s JOIN transport_carrier r ON r.id = l.carrier_id
 WHERE l.state IN ('bought', 'used') AND l.manifest_id IS NULL GROUP BY r.id ORDER BY r.name
"""
PICKUPS = """
SELECT p.id, s.code, s.zone, r.code, r.name, p.day, p.ready_by, p.closes_at, p.parcels, p.weight_g, p.instructions, p.state, p.number, p.replaces_id,
       (SELECT n.id FROM transport_pickup n WHERE n.replaces_id = p.id AND n.outcome = ''), coalesce(nullif(p.why, ''), p.trouble), p.asked_at, p.actor
  FROM transport_pickup p JOIN network_site s ON s.id = p.site_id JOIN transport_carrier r ON r.id = p.carrier_id
 WHERE (%(site)s = '' OR s.code = %(site)s) AND (%(id)s = 0 OR p.id = %(id)s) AND p.day >= %(since)s AND p.outcome <> 'replaced' AND (%(before)s = 0 OR p.id < %(before)s)
 ORDER BY p.id DESC LIMIT %(limit)s
"""
CONNECTIONS = """
SELECT r.code, r.name, coalesce(n.adapter, ''), coalesce(n.connector, ''), coalesce(n.account, '{}')::json, coalesce(n.secrets, '{}')::json, coalesce(n.label_days, 30)
  FROM transport_carrier r LEFT JOIN transport_connection n ON n.carrier_id = r.id ORDER BY n.adapter IS NULL, r.name
"""
KEPT = timedelta(days=7)
"""So long pickups are shown behind their day."""


def manifests(site: str = "", carrier: str = "", id: int = 0, before: int = 0, limit: int = 20) -> list[ManifestRow]:
    """Manifests, the newest first."""
    return rows(ManifestRow, MANIFEST, site=site, carrier=carrier.upper(), id=id, before=before, limit=limit)


def open_days(site: str) -> list[OpenDay]:
    """What of a site can be closed, by carrier."""
    return rows(OpenDay, OPEN_DAYS, site=site)


def pickups(site: str = "", id: int = 0, before: int = 0, limit: int = 50, since: date | None = None) -> list[PickupRow]:
    """Pickups of the last days and to come, the newest first."""
    return rows(PickupRow, PICKUPS, site=site, id=id, before=before, limit=limit, since=since or (clock.now() - KEPT).date())


def connections() -> list[ConnectionRow]:
    """How each carrier is called, those that are not connected last."""
    return rows(ConnectionRow, CONNECTIONS)
