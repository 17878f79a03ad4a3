"""Measuring in a process of its own: the one that was called may belong to another database."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo

from .company import HOUSE, Databases, company_of_hanse, made
from .hands import _tell
from .in_batches import hanse_environment


def told_by(module: str, home: Path, environment: Mapping[str, str], quick: bool) -> list[dict[str, Any]]:
    """The rows that a module of the bench measures in a process of its own."""
    command = [sys.executable, "-m", f"hanse.bench.{module}", str(home), *(["quick"] if quick else [])]
    told = subprocess.run(command, env=os.environ | environment, cwd=HOUSE, check=True, stdout=subprocess.PIPE, text=True).stdout
    rows: list[dict[str, Any]] = json.loads(told.splitlines()[-1])
    return rows


def told_apart(module: str, name: str, home: Path, quick: bool) -> list[dict[str, Any]]:
    """The same in a fresh database of that name, on a server that is stopped again if it did not run before."""
    from hanse.edge import postgres

    started = postgres.status(home) is None
    try:
        databases = made(home)
        owner, app = company_of_hanse(databases.server, name)
        return told_by(module, home, hanse_environment(databases) | {"DATABASE_URL": app, "DATABASE_OWNER_URL": owner}, quick)
    finally:
        if started:
            postgres.stop(home)


def tell(measured: Callable[[Databases, bool], Iterator[dict[str, Any]]], home: str, quick: str = "") -> None:
    """In that process: measure, and print the rows as JSON."""
    import django

    django.setup()
    from hanse.edge import postgres

    server = postgres.start(Path(home))
    owner, floor = os.environ["DATABASE_OWNER_URL"], make_conninfo(server.owner_url, dbname="floor_bench")
    _tell(list(measured(Databases(server, os.environ["DATABASE_URL"], owner, floor), bool(quick))))
