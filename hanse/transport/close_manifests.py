"""Close manifests: the day of a site with a carrier is closed, with all its labels that are on no manifest yet.

The carrier is asked afterwards, until it answers. One at a time of a site and a carrier. If it says no, the labels wait for the next one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple, row

from .events import ManifestAsked


@ask
class CloseManifest:
    """The day of a site with a carrier."""

    site: Code
    carrier: Code


@row
class Open:
    """A site and a carrier with the labels that are on no manifest; `waiting` is the manifest that the carrier has not answered."""

    site: int
    site_code: str
    zone: str
    carrier: int
    carrier_code: str
    connected: bool
    labels: Sequence[int]
    waiting: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A manifest as it is to be written, beside the fact that tells it."""

    id: int
    told: ManifestAsked
    of: Open


Known = Mapping[tuple[str, str], Open]
"""What is open, by site and carrier."""


def decide(asks: Sequence[CloseManifest], known: Known, sites: set[str], carriers: set[str], now: datetime, numbers: Sequence[int]) -> list[Asked | Refused]:
    """Close what has labels; once."""
    answers: list[Asked | Refused] = []
    done: dict[tuple[str, str], int] = {}
    for ask, number in zip(asks, numbers, strict=True):
        site, carrier = ask.site.upper(), ask.carrier.upper()
        wrong = [refuse("site-unknown", at="site", site=ask.site)] if site not in sites else []
        wrong += [refuse("carrier-unknown", at="carrier", carrier=ask.carrier)] if carrier not in carriers else []
        it = known.get((site, carrier))
        if wrong or it is None:
            answers.append(refuse_all(wrong or [refuse("carrier-not-connected", at="carrier", carrier=carrier)]))
        elif waiting := done.get((site, carrier), it.waiting):
            answers.append(refuse("manifest-open", manifest=f"M-{waiting}", site=site, carrier=carrier))
        elif not it.labels:
            answers.append(refuse("nothing-to-manifest", site=site, carrier=carrier))
        else:
            done[site, carrier] = number
            answers.append(Asked(number, ManifestAsked(f"M-{number}", site, carrier, len(it.labels), _today(now, it.zone)), it))
    return answers


def _today(now: datetime, zone: str) -> date:
    """The day at the site."""
    return now.astimezone(ZoneInfo(zone)).date()


LOCK = """
SELECT o.id FROM orders_order o WHERE o.id IN (
  SELECT c.order_id FROM unnest(%(sites)s::text[], %(carriers)s::text[]) AS w(site, carrier)
    JOIN network_site s ON s.code = w.site JOIN transport_carrier r ON r.code = w.carrier
    JOIN transport_label l ON l.carrier_id = r.id AND l.state IN ('bought', 'used') AND l.manifest_id IS NULL JOIN fulfilment_carton c ON c.id = l.carton_id AND c.site_id = s.id)
 ORDER BY o.id FOR NO KEY UPDATE
"""
OPEN = """
SELECT s.id, s.code, s.zone, r.id, r.code, true,
       ARRAY(SELECT l.id FROM transport_label l JOIN fulfilment_carton c ON c.id = l.carton_id AND c.site_id = s.id
              WHERE l.carrier_id = r.id AND l.state IN ('bought', 'used') AND l.manifest_id IS NULL ORDER BY l.id LIMIT 5000),
       (SELECT m.id FROM transport_manifest m WHERE m.site_id = s.id AND m.carrier_id = r.id AND m.closed_at IS NULL AND m.refused_at IS NULL)
  FROM (SELECT DISTINCT site, carrier FROM unnest(%(sites)s::text[], %(carriers)s::text[]) AS w(site, carrier)) w
  JOIN network_site s ON s.code = w.site JOIN transport_carrier r ON r.code = w.carrier JOIN transport_connection n ON n.carrier_id = r.id
"""
NAMES = """
SELECT ARRAY(SELECT code FROM network_site WHERE code = ANY(%(sites)s::text[])), ARRAY(SELECT code FROM transport_carrier WHERE code = ANY(%(carriers)s::text[]))
"""
ASK = """
INSERT INTO transport_manifest (id, site_id, carrier_id, day, labels, asked_at, next_at, actor)
SELECT m.id, m.site, m.carrier, m.day, m.labels, %(now)s::timestamptz, %(now)s::timestamptz, m.actor
  FROM unnest(%(ids)s::bigint[], %(site)s::bigint[], %(carrier)s::bigint[], %(day)s::date[], %(labels)s::int[], %(by)s::text[]) AS m(id, site, carrier, day, labels, actor)
"""
PUT_ON = """
UPDATE transport_label l SET manifest_id = p.manifest FROM unnest(%(label)s::bigint[], %(manifest)s::bigint[]) AS p(label, manifest) WHERE l.id = p.label
"""


@operation
def close_manifests(run: Run, asks: Sequence[CloseManifest]) -> list[ManifestAsked | Refused]:
    """Ask carriers to close the day."""
    pairs = {"sites": [a.site.upper() for a in asks], "carriers": [a.carrier.upper() for a in asks]}
    run.lock(LOCK, **pairs)
    [(sites, carriers)] = run.rows(as_tuple, NAMES, **pairs)
    known = {(o.site_code, o.carrier_code): o for o in run.rows(Open, OPEN, **pairs)}
    decided = decide(asks, known, set(sites), set(carriers), run.now, run.draw("transport_manifest_id_seq", len(asks)))
    asked = [(d, owner[0]) for d, owner in zip(decided, run.owners, strict=True) if isinstance(d, Asked)]
    if asked:
        run.write(
            ASK, ids=[d.id for d, _ in asked], site=[d.of.site for d, _ in asked], carrier=[d.of.carrier for d, _ in asked], day=[d.told.on for d, _ in asked],
            labels=[d.told.labels for d, _ in asked], by=[actor for _, actor in asked],
        )
        on = [(label, d.id) for d, _ in asked for label in d.of.labels]
        run.write(PUT_ON, label=[label for label, _ in on], manifest=[manifest for _, manifest in on])
    return [d.told if isinstance(d, Asked) else d for d in decided]
