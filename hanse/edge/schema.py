"""The schema: migrated by its owner, used by the server's role, which owns nothing.

The server may read and write rows, but it may neither change nor delete what is append-only: the journal,
movements, issued documents, promises, scans and proofs.
"""

import os
import sys

APPEND_ONLY = [
    "journal_event", "inventory_movement", "inventory_count", "orders_promise", "orders_appointment", "orders_requestedunits", "fulfilment_scan", "fulfilment_content", "fulfilment_audit", "fulfilment_despatchadvice",
    "transport_trackingevent", "transport_proof", "transport_choice", "transport_photo", "transport_receivingadvice", "transport_receivedline", "transport_silence", "transport_message", "network_learnedtransit", "billing_invoice", "billing_invoiceline", "billing_payment", "billing_settlement", "billing_match", "billing_voidednumbers", "edge_recovery",
]
GRANT = """
DO $$ DECLARE s text := current_schema(); BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO hanse_app', s);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO hanse_app', s);
  EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO hanse_app', s);
  EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA %I TO hanse_app', s);
END $$
"""


BETWEEN = """This database was made by an earlier hanse and holds only a part of the tables: {}.
Bring it up with that version's last state first (git checkout 58034b4, hanse up), then with this one; or begin with an empty database."""


PATIENTLY = "SET statement_timeout = '1h'; SET idle_in_transaction_session_timeout = '1h'"
"""An index over all that was ever shipped takes longer than a request may, and on a busy machine so does what Python does between two statements."""


def migrate(verbosity: int = 0) -> None:
    """Bring the schema up to date as its owner and grant the server's role what it may do. Changes nothing twice.

    Exits where the database stopped between two of the steps that one migration replaces now.
    """
    from django.core.management import call_command
    from django.db import connection

    if left := _left_between():
        sys.exit(BETWEEN.format(", ".join(left)))
    with connection.cursor() as cursor:  # also in a restored database that is closed until it is recovered
        cursor.execute("SET default_transaction_read_only = off")
        cursor.execute(PATIENTLY)
    call_command("migrate", interactive=False, verbosity=verbosity)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'hanse_app'")
        if cursor.fetchone() is None:
            return
        cursor.execute(GRANT)
        for table in APPEND_ONLY:
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM hanse_app")


def _left_between() -> list[str]:
    """The areas of which some, but not all, of the replaced migrations ran."""
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder
    from django.utils.module_loading import import_string

    ran = set(MigrationRecorder(connection).applied_migrations())
    areas = [app.label for app in apps.get_app_configs() if app.name.startswith("hanse.") and (app.label, "0001_tables") not in ran and any(label == app.label for label, _ in ran)]
    return [area for area in areas if not set(import_string(f"hanse.{area}.migrations.0001_tables.Migration").replaces) <= ran]


def main() -> int:
    """`python -m hanse.edge.schema`: migrate the database of DATABASE_OWNER_URL (else DATABASE_URL)."""
    os.environ["DATABASE_URL"] = os.environ.get("DATABASE_OWNER_URL", os.environ.get("DATABASE_URL", ""))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hanse.edge.settings")
    os.environ["HANSE_POOL"] = "0"
    import django

    django.setup()
    migrate(verbosity=1 if "-v" in sys.argv else 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
