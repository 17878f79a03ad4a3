"""Backups of the private PostgreSQL: physical copies, verified when made and when used.

Physical, because the journal's followers rely on transaction numbers going on where they were. A
backup is a plain PostgreSQL base backup with its log, so it is consistent under load and any
database administrator can use it without us. It holds no passwords; a restored home gets new ones.
"""

import shutil
import tempfile
from pathlib import Path

from hanse.edge.postgres_home import ADMIN, PORT, Server, plainly, secret, settle, socket_folder
from hanse.edge.postgres_programs import PostgresError, locate, run


def backup(server: Server, to: Path) -> Path:
    """Copy the running server, as of one moment, into the new folder `to`. What exists is never overwritten."""
    to = Path(to).expanduser().absolute()
    if to.exists():
        raise PostgresError(f"{to} exists, and a backup overwrites nothing: choose a new name.")
    with plainly(to.parent):
        to.parent.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix=f".{to.name}-", dir=to.parent))
    try:
        copy(server, making)
        verify(making)
        making.rename(to)
    finally:
        if making.exists():
            shutil.rmtree(making)
    settle(to.parent)
    return to


def copy(server: Server, to: Path) -> None:
    """Have the server send its files and what it logs meanwhile. The password isn't shown among the arguments."""
    password = secret(server.home, ADMIN).read_text()
    way = ["--host", str(socket_folder(server.home)), "--port", str(PORT), "--username", ADMIN, "--no-password"]
    words = ["--pgdata", str(to), "--wal-method=stream", "--checkpoint=fast"]
    run(server.bin / "pg_basebackup", *way, *words, cwd=to.parent, env={"PGPASSWORD": password})


def verify(folder: Path) -> None:
    """Compare every file with the backup's list of checksums, and read its log to the end."""
    run(locate() / "pg_verifybackup", "--quiet", str(folder), cwd=folder.parent)
