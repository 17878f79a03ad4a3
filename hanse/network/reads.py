"""Questions about the network: sites with their bins and lanes, and the lanes that lead to a country."""

import json
from typing import Any

from django.db import connection

SITES = """
SELECT s.code, s.name, s.country, s.region, s.zone, s.workdays::int[] AS workdays, s.cut_off, s.priority, s.street, s.postcode, s.city,
       s.gln, s.latitude, s.longitude, s.sscc_prefix, s.active,
       (SELECT count(*) FROM network_bin b WHERE b.site_id = s.id) AS bins,
       (SELECT coalesce(json_agg(json_build_object('country', l.country, 'region', l.region, 'days', l.days, 'cost', l.cost::text,
                                                   'currency', l.currency) ORDER BY l.country, l.region), '[]')::text
          FROM network_lane l WHERE l.site_id = s.id) AS lanes
  FROM network_site s WHERE (%(after)s::text IS NULL OR s.code > %(after)s) ORDER BY s.code LIMIT %(limit)s
"""
LANES = """
SELECT s.id, s.code, l.country, l.region, l.days, l.cost, l.currency
  FROM network_lane l JOIN network_site s ON s.id = l.site_id AND s.active
 WHERE l.country = %(country)s AND l.region IN ('', %(region)s) ORDER BY s.code, l.region = ''
"""


def sites(after: str | None, limit: int) -> list[dict[str, Any]]:
    """Sites by code, `limit` of them behind `after`."""
    return [row | {"lanes": json.loads(row["lanes"])} for row in _rows(SITES, {"after": after, "limit": limit})]


def lanes_to(country: str, region: str = "") -> list[dict[str, Any]]:
    """For each site the lane that leads to a country and region: the region's own, else its country's."""
    best: dict[int, dict[str, Any]] = {}
    for row in _rows(LANES, {"country": country, "region": region}):
        best.setdefault(row["id"], row)
    return list(best.values())


def _rows(sql: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [c.name for c in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
