"""How the private PostgreSQL is set: durable, closed to the network, silent about rows; and how its log is kept, if it is.

The file is written anew at each start.
"""

import shlex
from pathlib import Path

from hanse.edge.postgres_home import ARCHIVE, LOG, PORT, socket_folder

SETTINGS = {
    "listen_addresses": "", "port": PORT, "max_connections": 100, "password_encryption": "scram-sha-256",
    "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "wal_compression": "on",
    "max_wal_size": "2GB", "checkpoint_timeout": "15min", "random_page_cost": 1.1, "jit": "off",
    "shared_buffers": "256MB", "effective_cache_size": "4GB", "work_mem": "16MB", "maintenance_work_mem": "256MB",
    "timezone": "UTC", "log_timezone": "UTC", "lc_messages": "C",
    "logging_collector": "on", "log_filename": "server-%a.log", "log_rotation_age": "1d",
    "log_rotation_size": 0, "log_truncate_on_rotation": "on",
    # Rows and statements hold people's data, and logs must not.
    "log_error_verbosity": "terse", "log_min_error_statement": "panic",
}  # fmt: skip
ARCHIVED = {"archive_mode": "on", "archive_timeout": "60s"}
"""With an archive at most a minute of work is on this disk alone."""
KEEP = (
    "if test -f {log}/%f.gz; then gzip -cd {log}/%f.gz | cmp -s - %p; "
    "else gzip -c1 %p > {log}/%f.part && sync {log}/%f.part && mv {log}/%f.part {log}/%f.gz && sync {log}; fi"
)
"""A piece of the log is kept whole or not at all, and never written over by another of its name."""
FETCH = "test -f {log}/%f.gz && gzip -cd {log}/%f.gz > %p"


def settings(home: Path, **more: object) -> str:
    """The server's configuration. `ALTER SYSTEM` overrules it."""
    places = {"unix_socket_directories": socket_folder(home), "log_directory": home / "log"}
    link = home / ARCHIVE
    kept = ARCHIVED | {"archive_command": shell(KEEP, link.readlink())} if link.is_symlink() else {}
    told = SETTINGS | places | kept | more
    lines = (f"{name} = '{str(value).replace(chr(39), chr(39) * 2)}'" for name, value in told.items())
    return "# Written by hanse at each start; use ALTER SYSTEM for settings of your own.\n" + "\n".join(lines) + "\n"


def shell(command: str, archive: Path) -> str:
    """A command of the server on an archive's log, whatever the folder is called."""
    return command.format(log=shlex.quote(str(archive / LOG)).replace("%", "%%"))
