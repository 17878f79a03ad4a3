"""Disk: small file systems of one's own that fill up and have room again. They need root, and Linux."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

LEFT = 4096
"""Bytes that a full file system still has: a page."""


def may_mount() -> bool:
    """Whether this process may make file systems of its own."""
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("mount"):
        return False
    return subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0


class SmallDisk:
    """A file system in memory at a folder."""

    def __init__(self, folder: Path, megabytes: int):
        self.folder, self.megabytes = folder, megabytes
        folder.mkdir(parents=True, exist_ok=True)
        _mount("-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "hanse-faults", str(folder))

    def fill(self) -> None:
        """Let there be no more room."""
        _mount("-o", f"remount,size={shutil.disk_usage(self.folder).used + LEFT}", str(self.folder))

    def give_room(self) -> None:
        """As large as it was."""
        _mount("-o", f"remount,size={self.megabytes}m", str(self.folder))

    def gone(self) -> None:
        """Take it away with all that is on it."""
        subprocess.run(["umount", "-l", str(self.folder)], check=True, capture_output=True)


def _mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True, capture_output=True)
