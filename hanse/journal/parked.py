"""Parked facts: what a follower could not take in ten times, heard again once the cause is mended, or done by hand."""

from django.db import connection, transaction

from .follow import COLUMNS, FOLLOWERS, _told

CLAIM = "SELECT follower, event_id FROM journal_parkedfact WHERE id = %s AND resolved_at IS NULL FOR UPDATE"
FACT = f"SELECT {COLUMNS} FROM journal_event WHERE id = %s"
RESOLVE = "UPDATE journal_parkedfact SET resolved_at = now() WHERE id = %s AND resolved_at IS NULL"


def hear_again(parked: int) -> bool:
    """Let its follower take a parked fact in; the effect and the resolution commit together.

    False if it was resolved meanwhile. Raises what the follower raises, and then it stays parked.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, [parked])
        row = cursor.fetchone()
        if row is None:
            return False
        name, event = row
        cursor.execute(FACT, [event])
        FOLLOWERS[name].act([_told(cursor.fetchone())])
        cursor.execute(RESOLVE, [parked])
    return True


def resolve(parked: int) -> bool:
    """Note that a parked fact needs nothing more: somebody did by hand what should have followed."""
    with connection.cursor() as cursor:
        cursor.execute(RESOLVE, [parked])
        return cursor.rowcount == 1
