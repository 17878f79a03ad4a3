"""A connection keeps enough statements prepared for a server that does everything."""

from django.db import connection

from hanse.edge.prepared import MOST


def test_a_new_connection_keeps_many_statements_prepared(lasting):
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert connection.connection.prepared_max == MOST
