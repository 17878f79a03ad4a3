"""The role check: the server must not run as somebody who could break the rules that the database keeps."""

import psycopg

from .home import HomeError

ROLE = """
SELECT current_user, r.rolsuper OR r.rolbypassrls, pg_get_userbyid(c.relowner) = current_user
  FROM pg_roles r LEFT JOIN pg_class c ON c.oid = to_regclass('journal_event') WHERE r.rolname = current_user
"""


def refuse_superuser(url: str) -> None:
    """Refuse to serve as a superuser or as the owner of the journal, who may both rewrite what happened (D20)."""
    with psycopg.connect(url, autocommit=True) as connection:
        name, mighty, owns = connection.execute(ROLE).fetchone() or ("nobody", True, True)
    if mighty or owns:
        why = "is a superuser or skips row security" if mighty else "owns the tables"
        raise HomeError(f"The role {name} of DATABASE_URL {why}. Serve as a role that owns nothing, and put the owner into DATABASE_OWNER_URL.")
