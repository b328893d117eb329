"""A disk that forgets, at a power cut, whatever nobody has had written: what `fsync` saw is what survives."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path


class Disk:
    """Give `sync` to a DirectoryStorage. `watch`, if there is one, is called after each sync, as a power cut might be.

    A name survives if its folder was synced while it had it; its content is what the file had at its last sync, and
    empty before (which is what ext4 and XFS leave of a file that was renamed and never synced).
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._names: dict[int, dict[str, int]] = {}
        self._content: dict[int, bytes] = {}
        self.watch: Callable[[], None] = lambda: None
        root.mkdir(parents=True, exist_ok=True)

    def sync(self, handle: int) -> None:
        status = os.fstat(handle)
        path = Path(f"/proc/self/fd/{handle}").readlink()
        if stat.S_ISDIR(status.st_mode):
            self._names[status.st_ino] = {entry.name: entry.inode() for entry in os.scandir(path)}
        else:
            self._content[status.st_ino] = path.read_bytes()
        self.watch()

    def survivors(self) -> dict[str, bytes]:
        """What a power cut would leave now, by path below the root; unfinished files aside."""
        return dict(self._below(self._root.stat().st_ino, ""))

    def _below(self, folder: int, path: str) -> list[tuple[str, bytes]]:
        found: list[tuple[str, bytes]] = []
        for name, inode in self._names.get(folder, {}).items():
            if inode in self._names:
                found += self._below(inode, f"{path}{name}/")
            elif not name.endswith(".unfinished"):
                found.append((f"{path}{name}", self._content.get(inode, b"")))
        return found
