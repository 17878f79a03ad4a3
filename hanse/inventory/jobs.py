"""What stock does by itself: each night the counts of the plans, every ten minutes the pick faces that are low."""

from django.db import connection
from procrastinate.contrib.django import app

from hanse.journal.principals import HANSE

from .count_by_plan import CountByPlan, count_by_plan
from .replenish import Replenish, replenish

PLANNED = "SELECT DISTINCT s.code FROM inventory_countplan p JOIN network_site s ON s.id = p.site_id WHERE s.active ORDER BY 1"
FACED = "SELECT DISTINCT s.code FROM inventory_face f JOIN network_site s ON s.id = f.site_id WHERE s.active ORDER BY 1"


def _sites(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [code for (code,) in cursor.fetchall()]


@app.periodic(cron="37 3 * * *")
@app.task(queueing_lock="count by plan", pass_context=False)
def count_by_plans(timestamp: int) -> None:
    """Each night: raise the counts that the plans of all sites ask for."""
    count_by_plan([CountByPlan(site) for site in _sites(PLANNED)], by=HANSE)


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="replenish", pass_context=False)
def replenish_faces(timestamp: int) -> None:
    """Every ten minutes: fill the pick faces that are at their least or below."""
    replenish([Replenish(site) for site in _sites(FACED)], by=HANSE)
