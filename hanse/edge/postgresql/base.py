"""Django's PostgreSQL with one difference: a commit waits for its synchronous standby as long as it takes.

PostgreSQL answers *committed*, with a mere warning, when a timeout ends the wait for the standby: what was acknowledged then would be
lost with the primary. So a statement's timeout ends where the commit begins. It travels with the commit, in the same message.
"""

from django.db.backends.postgresql import base
from django.db.backends.utils import debug_transaction
from psycopg.pq import TransactionStatus

COMMIT = "SET LOCAL statement_timeout = 0; COMMIT"


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to a server that may have standbys."""

    def _commit(self) -> None:
        if self.connection is None or self.connection.info.transaction_status != TransactionStatus.INTRANS:
            super()._commit()  # type: ignore[misc]
            return
        with debug_transaction(self, "COMMIT"), self.wrap_database_errors:
            self.connection.execute(COMMIT, prepare=False)
