from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

WEB = Path(__file__).parent / "web"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
STYLE, FIRST_MODULE, SHELL, OFFLINE = "style.css", "main.js", "index.html", "offline.js"
_STATIC_IMPORT = re.compile(r'^(?:import|export) [^;]*?from "\./([\w/]+\.js)";', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the page, the same compressed, and a tag that changes with it."""

    media_type: str
    plain: bytes
    gzipped: bytes
    tag: str

    @classmethod
    def of(cls, media_type: str, content: bytes) -> Self:
        tag = hashlib.blake2b(content, digest_size=8).hexdigest()
        return cls(media_type, content, gzip.compress(content, mtime=0), f'W/"{tag}"')


class Assets:
    """The files of the page, read once: they have one version together, so that none meets another of an older page.

    There is no build step; only the style sheets are put together, because a phone pays for each request.
    """

    def __init__(self, folder: Path = WEB) -> None:
        files = {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.suffix in MEDIA_TYPES and path.parent.name != "styles"
        }
        files[STYLE] = b"\n".join(path.read_bytes() for path in sorted((folder / "styles").glob("*.css")))
        self.shell = (folder / SHELL).read_text()
        self.languages = sorted(Path(name).stem for name in files if name.startswith("texts/"))
        whole = hashlib.blake2b(self.shell.encode(), digest_size=8)
        for name, content in files.items():
            whole.update(f"{name} {len(content)} ".encode() + content)
        self.version = whole.hexdigest()
        self.first = tuple(dict.fromkeys(_reached(FIRST_MODULE, files)))
        worker = files.pop(OFFLINE)
        addresses = [f"/web/{self.version}/{name}" for name in files]
        said = f"const VERSION = {json.dumps(self.version)}, FILES = {json.dumps(addresses)};\n"
        self.offline = Asset.of(MEDIA_TYPES[".js"], said.encode() + worker)
        self._files = {name: Asset.of(MEDIA_TYPES[Path(name).suffix], content) for name, content in files.items()}

    def get(self, name: str) -> Asset | None:
        return self._files.get(name)


def _reached(name: str, files: dict[str, bytes]) -> Iterator[str]:
    """The module and all that it imports at once: what the first view needs, so that it is asked for in one go."""
    yield name
    for imported in _STATIC_IMPORT.findall(files[name].decode()):
        yield from _reached(imported, files)
