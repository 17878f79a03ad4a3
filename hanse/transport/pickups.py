"""Pickups: what several operations read and write of them. The rows are locked in the order of their keys."""

from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from hanse.journal.run import Run
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import row


@row
class Kept:
    """A pickup with its site and carrier."""

    id: int
    site: int
    site_code: str
    zone: str
    carrier: int
    carrier_code: str
    day: date
    state: str
    number: str
    replaces: int | None
    changing: int | None
    calls: int


LOCK = "SELECT p.id FROM transport_pickup p WHERE p.id = ANY(%(pickup)s::bigint[]) OR p.id IN (SELECT replaces_id FROM transport_pickup WHERE id = ANY(%(pickup)s::bigint[])) ORDER BY p.id FOR NO KEY UPDATE"
PICKUPS = """
SELECT p.id, p.site_id, s.code, s.zone, p.carrier_id, r.code, p.day, p.state, p.number, p.replaces_id,
       (SELECT n.id FROM transport_pickup n WHERE n.replaces_id = p.id AND n.outcome = ''), p.calls
  FROM transport_pickup p JOIN network_site s ON s.id = p.site_id JOIN transport_carrier r ON r.id = p.carrier_id WHERE p.id = ANY(%(pickup)s::bigint[])
"""
ASK = """
INSERT INTO transport_pickup (id, site_id, carrier_id, day, ready_by, closes_at, parcels, weight_g, instructions, replaces_id, asked_at, next_at, actor)
SELECT p.id, p.site, p.carrier, p.day, p.ready_by, p.closes_at, p.parcels, p.weight_g, p.instructions, p.replaces, %(now)s::timestamptz, %(now)s::timestamptz, p.actor
  FROM unnest(%(ids)s::bigint[], %(sites)s::bigint[], %(carriers)s::bigint[], %(day)s::date[], %(ready_by)s::time[], %(closes_at)s::time[], %(parcels)s::int[],
              %(weight_g)s::bigint[], %(instructions)s::text[], %(replaced)s::bigint[], %(by)s::text[])
    AS p(id, site, carrier, day, ready_by, closes_at, parcels, weight_g, instructions, replaces, actor)
"""
END = """
UPDATE transport_pickup p SET outcome = e.outcome, ended_at = %(now)s::timestamptz, why = e.why, next_at = NULL, trouble = ''
  FROM unnest(%(pickup)s::bigint[], %(outcome)s::text[], %(why)s::text[]) AS e(pickup, outcome, why) WHERE p.id = e.pickup
"""


def lock_and_read(run: Run, pickups: Sequence[int]) -> dict[int, Kept]:
    """Lock these pickups and those they replace, then read them."""
    wanted = sorted(set(pickups))
    run.lock(LOCK, pickup=wanted)
    return {p.id: p for p in run.rows(Kept, PICKUPS, pickup=wanted)}


def wrong_window(on: date, ready_by: time, closes_at: time, zone: str, now: datetime) -> list[Refused]:
    """What is wrong with a window: it ends before it begins, or it is over."""
    wrong = []
    if ready_by >= closes_at:
        wrong.append(refuse("values-refused", at="closes_at", why="The dock closes after the parcels are ready. Give a later time."))
    elif datetime.combine(on, closes_at, ZoneInfo(zone)) <= now:
        wrong.append(refuse("values-refused", at="on", why="This window is over. Give a later one."))
    return wrong


def end(run: Run, ends: Sequence[tuple[int, str, str]]) -> None:
    """These pickups end so: pickup, outcome, why."""
    if ends:
        run.write(END, pickup=[p for p, _, _ in ends], outcome=[how for _, how, _ in ends], why=[why for _, _, why in ends])
