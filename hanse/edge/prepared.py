"""Prepared: how many statements a connection keeps prepared. A server that does everything sends some 300 different ones;
with the driver's hundred it would plan the large ones again and again."""

from typing import Any

MOST = 400


def keep_prepared(connection: Any, **_: Any) -> None:
    """Tell a new connection how many to keep."""
    connection.connection.prepared_max = MOST
