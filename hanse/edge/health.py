"""Health: whether this process lives, and whether it should be sent work."""

import shutil
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

LEAST_FREE = 100 * 1024 * 1024
"""Bytes that must be free where hanse runs; with less it asks for no more work."""
_migrated: set[bool] = set()


def livez(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nobody else."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """Whether work should come here: the database answers, its schema is this program's, there is room on the disk."""
    checks = {"disk": shutil.disk_usage(Path(settings.BASE)).free > LEAST_FREE} | _database()
    ready = all(checks.values())
    return JsonResponse({"ready": ready, **checks}, status=200 if ready else 503, headers={} if ready else {"Retry-After": "2"})


def _database() -> dict[str, bool]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _migrated and not behind():
            _migrated.add(True)
        return {"database": True, "schema": bool(_migrated)}
    except DatabaseError:
        return {"database": False, "schema": False}


def behind() -> list[str]:
    """The migrations that the database still lacks."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
