"""Rooms: the bins that could take what arrives, and the suggestion made of them. For operations and pages alike."""

from collections.abc import Callable, Sequence
from typing import Any

from hanse.kernel.rows import as_tuple

from .suggesting import Room, Suggestion, suggest

ROOMS = """
WITH want AS (
  SELECT * FROM unnest(%(site)s::bigint[], %(item)s::bigint[], %(lot)s::text[]) WITH ORDINALITY AS w(site, item, lot, nr)
), homed AS (
  SELECT w.*, h.code AS home, h.zone_id, h.x_m, h.y_m
    FROM want w
    LEFT JOIN LATERAL (
      SELECT n.code, n.zone_id, n.x_m, n.y_m
        FROM (SELECT f.bin_id AS account, 0 AS turn FROM inventory_face f WHERE f.item_id = w.item AND f.site_id = w.site
               UNION ALL SELECT b.account_id, 1 FROM inventory_balance b WHERE b.item_id = w.item AND b.on_hand > 0) k
        JOIN inventory_account a ON a.id = k.account AND a.kind = 'bin' AND a.site_id = w.site
        JOIN network_bin n ON n.site_id = a.site_id AND n.code = a.code AND n.role <> 'dock'
       ORDER BY k.turn, n.walk, n.code LIMIT 1) h ON true
), holding AS (
  SELECT w.nr, a.id AS account, a.code, f.most, coalesce(sum(b.on_hand) FILTER (WHERE b.lot = w.lot), 0)::bigint AS holds, coalesce(sum(b.on_hand), 0)::bigint AS units,
         coalesce(bool_or(b.in_doubt), false) AS in_doubt
    FROM want w JOIN inventory_account a ON a.site_id = w.site AND a.kind = 'bin'
     AND a.id IN (SELECT f.bin_id FROM inventory_face f WHERE f.item_id = w.item UNION ALL SELECT b.account_id FROM inventory_balance b WHERE b.item_id = w.item AND b.on_hand > 0)
    LEFT JOIN inventory_face f ON f.bin_id = a.id AND f.item_id = w.item
    LEFT JOIN inventory_balance b ON b.account_id = a.id AND b.item_id = w.item
   GROUP BY w.nr, a.id, a.code, f.most, w.lot
), found AS (
  SELECT h.nr, n.id AS bin, h.holds,
         h.most - h.units - coalesce((SELECT sum(t.quantity) FROM inventory_movetask t JOIN want w ON w.nr = h.nr AND w.item = t.item_id
                                       WHERE t.target_id = h.account AND t.closed_at IS NULL), 0)::bigint AS room
    FROM holding h JOIN want w ON w.nr = h.nr JOIN network_bin n ON n.site_id = w.site AND n.code = h.code AND n.role <> 'dock'
   WHERE NOT h.in_doubt AND (h.holds > 0 OR h.most IS NOT NULL)
   UNION ALL
  SELECT w.nr, e.id, 0, NULL
    FROM homed w JOIN LATERAL (
      SELECT n.id FROM network_bin n LEFT JOIN inventory_account a ON a.site_id = n.site_id AND a.kind = 'bin' AND a.code = n.code
       WHERE n.site_id = w.site AND n.role <> 'dock' AND NOT EXISTS (SELECT 1 FROM inventory_balance b WHERE b.account_id = a.id AND b.on_hand > 0)
         AND NOT EXISTS (SELECT 1 FROM inventory_face f WHERE f.bin_id = a.id)
       ORDER BY n.zone_id IS DISTINCT FROM w.zone_id, n.role = 'pick-face', abs(n.x_m - w.x_m) + abs(n.y_m - w.y_m), n.walk, n.code LIMIT 1) e ON true
)
SELECT w.nr, n.code, n.role, coalesce(z.code, ''), f.holds, f.room, coalesce(w.home, ''), coalesce(y.code, ''),
       coalesce(abs(n.x_m - w.x_m) + abs(n.y_m - w.y_m), 0), n.walk
  FROM found f JOIN homed w ON w.nr = f.nr JOIN network_bin n ON n.id = f.bin
  LEFT JOIN network_zone z ON z.id = n.zone_id LEFT JOIN network_zone y ON y.id = w.zone_id
 ORDER BY 1, 2
"""


def suggestions(rows: Callable[..., list[Any]], wanted: Sequence[tuple[int, int, str, int]]) -> list[Suggestion]:
    """A bin for each (site, item, lot, quantity); `rows` asks the database."""
    found: dict[int, list[Room]] = {}
    for nr, *room in rows(as_tuple, ROOMS, site=[w[0] for w in wanted], item=[w[1] for w in wanted], lot=[w[2] for w in wanted]) if wanted else []:
        found.setdefault(nr, []).append(Room(*room))
    return [suggest(found.get(nr, []), quantity) for nr, (*_, quantity) in enumerate(wanted, 1)]
