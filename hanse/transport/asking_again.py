"""Asking again: after a restore what carriers were asked for is asked once more at once, with the same keys; what they sold meanwhile they say again."""

from hanse.journal.run import Run

LABELS = "UPDATE transport_label SET next_at = %(now)s::timestamptz WHERE next_at > %(since)s::timestamptz"
MANIFESTS = "UPDATE transport_manifest SET next_at = %(now)s::timestamptz WHERE next_at > %(since)s::timestamptz"
PICKUPS = "UPDATE transport_pickup SET next_at = %(now)s::timestamptz WHERE next_at > %(since)s::timestamptz"


def ask_again(run: Run) -> None:
    """Wait for nobody's claim or pause: who had them is gone."""
    for sql in (LABELS, MANIFESTS, PICKUPS):
        run.write(sql, since=run.now)
