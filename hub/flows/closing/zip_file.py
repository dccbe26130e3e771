"""A zip whose bytes follow from its contents alone, with a manifest of their hashes at its end."""

from __future__ import annotations

import contextlib
import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

import attrs

STARTED: Final = (1980, 1, 1, 0, 0, 0)
MANIFEST: Final = "manifiesto.json"
CHUNK: Final = 1 << 16


class HashedFile:
    """A file of the zip that is being written, with the hash of what it got so far."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self.digest = hashlib.sha256()
        self.size = 0

    def write(self, content: bytes) -> int:
        """Write a piece."""
        self.digest.update(content)
        self.size += len(content)
        return self._target.write(content)

    def flush(self) -> None:
        """Nothing: the zip writes on."""


@attrs.define
class PackageZip:
    """The zip; each file is written once, from its beginning to its end."""

    path: Path
    _files: list[dict[str, object]] = attrs.Factory(list)
    _zip: zipfile.ZipFile = attrs.field(init=False)

    def __enter__(self) -> PackageZip:
        self._zip = zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED)
        return self

    def __exit__(self, *_error: object) -> None:
        self._zip.close()

    @contextlib.contextmanager
    def file(self, name: str) -> Iterator[Any]:
        """A file to write into."""
        part = zipfile.ZipInfo(name, STARTED)
        part.compress_type = zipfile.ZIP_DEFLATED
        with self._zip.open(part, "w", force_zip64=True) as target:
            hashed = HashedFile(target)
            yield hashed
        self._files.append({"name": name, "sha256": hashed.digest.hexdigest(), "size": hashed.size})

    def add(self, name: str, path: Path) -> None:
        """A file that is on the disk."""
        with path.open("rb") as source, self.file(name) as target:
            while piece := source.read(CHUNK):
                target.write(piece)

    def add_bytes(self, name: str, content: bytes) -> None:
        """A file that is in memory."""
        with self.file(name) as target:
            target.write(content)

    def close_with(self, manifest: dict[str, object]) -> None:
        """Write the manifest: what it is of, and the hash of each file."""
        text = json.dumps({**manifest, "files": self._files}, ensure_ascii=False, indent=1)
        part = zipfile.ZipInfo(MANIFEST, STARTED)
        part.compress_type = zipfile.ZIP_DEFLATED
        self._zip.writestr(part, f"{text}\n")
