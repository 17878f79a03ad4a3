"""Sending: an operation's statements on their way to the database.

The driver's own cursor can do much that an operation never asks for, and looks at each statement anew. Of a lone order's time that
was a tenth. Here a statement is prepared once for each connection, its values go as text or as the driver writes them, and rows are
read by the driver's own loaders.
"""

from collections.abc import Sequence
from itertools import count
from typing import Any

from django.db import connection
from psycopg import Connection, OperationalError
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, TransactionStatus

BEGIN = {False: b"BEGIN", True: b"BEGIN; SET LOCAL plan_cache_mode = force_generic_plan"}
"""By whether statements keep their plans: left alone, the database would plan each anew for a lone ask."""
MOST_PREPARED = 400
"""For each connection: more than all operations together have, as a connection keeps what it prepared for as long as it lives."""
GOOD = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)

_numbers = count(1)


class Sender:
    """A cursor for the statements of one transaction, with numbers for names as PostgreSQL knows them. It begins the transaction.

    What is prepared stands in the driver's own list, the longest unused first: whenever it rolls back a transaction it forgets all statements, ours
    as well, so a mere "no" is undone behind its back (`undo_all`). The driver shows that list to nobody; `test_sending` holds it.
    """

    def __init__(self, driver: "Connection[Any]", keeps_plans: bool = False):
        self._server, self._adapt = driver.pgconn, Transformer(driver)
        driver.prepared_max = MOST_PREPARED
        self._known = driver._prepared._names
        self._result: Any = None
        if not driver.autocommit and self._server.transaction_status == TransactionStatus.IDLE:
            self._checked(self._server.exec_(BEGIN[keeps_plans]))

    def execute(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Send a statement and wait for its end."""
        sent = self._adapt.dump_sequence(values, [PyFormat.AUTO] * len(values))
        kept: Any = (sql, self._adapt.types)
        if name := self._known.get(kept):
            self._known.move_to_end(kept)
        else:
            name = self._prepare(*kept)
        self._result = self._checked(self._server.exec_prepared(name, sent, self._adapt.formats))  # type: ignore[arg-type]

    def fetchall(self) -> list[tuple[Any, ...]]:
        """The rows that came."""
        self._adapt.set_pgresult(self._result)
        return self._adapt.load_rows(0, self._result.ntuples, tuple)

    def fetchone(self) -> tuple[Any, ...] | None:
        """The first row, if one came."""
        return next(iter(self.fetchall()), None)

    def undo(self, savepoint: str | None) -> None:
        """Roll back to a savepoint, or the whole transaction."""
        self._checked(self._server.exec_(b'ROLLBACK TO SAVEPOINT "%s"' % savepoint.encode() if savepoint else b"ROLLBACK"))

    def close(self) -> None:
        """Nothing is held."""

    def _prepare(self, sql: str, types: tuple[int, ...] | None) -> bytes:
        name = b"hanse_%d" % next(_numbers)
        self._checked(self._server.prepare(name, sql.encode(), types))
        self._known[sql, types] = name  # type: ignore[index]
        if len(self._known) > MOST_PREPARED:
            self._checked(self._server.exec_(b"DEALLOCATE " + self._known.popitem(last=False)[1]))
        return name

    def _checked(self, result: Any) -> Any:
        if result.status in GOOD:
            return result
        if self._server.status == ConnStatus.BAD or result.error_field(DiagnosticField.SQLSTATE) is None:  # the line is lost: the server itself always says a state
            raise OperationalError(result.get_error_message())
        raise error_from_result(result)


def undo_all() -> None:
    """Undo all that was written in the transaction, or since its innermost savepoint, and let it end as usual.

    A refusal is no failure: were it left to the driver, each would cost the connection all its prepared statements.
    """
    begun = connection.savepoint_ids[-1] if connection.savepoint_ids else None
    with connection.wrap_database_errors:
        Sender(connection.connection).undo(begun)


def sender(keeps_plans: bool = False) -> Any:
    """A cursor for a transaction's statements, as Django wraps its own."""
    with connection.wrap_database_errors:
        made = Sender(connection.connection, keeps_plans)
    return connection.make_cursor(made)  # type: ignore[arg-type]
