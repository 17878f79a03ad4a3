"""Servers: a database address that names several, one of which takes writes.

    DATABASE_URL=postgresql://hanse_app:…@db1,db2,db3/hanse

Whoever connects is led to the one that takes writes; a standby is passed over. When the primary dies, its connections break, and
the next ones find the standby that was promoted. One that is silent instead of dead is given up after some seconds.
"""

from psycopg.conninfo import conninfo_to_dict, make_conninfo

LEAD = {"target_session_attrs": "read-write", "connect_timeout": "3", "keepalives_idle": "5", "keepalives_interval": "2", "keepalives_count": "3", "tcp_user_timeout": "10000"}
"""What an address of several servers is given, unless it says otherwise."""


def to_the_primary(url: str) -> str:
    """An address of several servers that leads to the one that takes writes; any other stays as it is."""
    named = conninfo_to_dict(url)
    several = any("," in str(named.get(part, "")) for part in ("host", "hostaddr"))
    return make_conninfo(url, **{name: value for name, value in LEAD.items() if name not in named}) if several else url
