from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx2

from schema.views import Problem
from services.runtime.clock import now
from services.runtime.keys import key_file
from services.runtime.keys.key import make

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from services.runtime.keys.scope import Scope


PDF = b"%PDF-1.7\n" + b"swim " * 1000
LINK = "https://example.org/heats.pdf"
NOWHERE = "127.0.0.1:9"
Form = list[tuple[str, Any]]


def text(name: str, value: str | bytes) -> tuple[str, Any]:
    return name, (None, value)


def pdf(content: bytes = PDF, filename: str = "heats.pdf") -> tuple[str, Any]:
    return "pdfs", (filename, content, "application/pdf")


GOOD: Form = [text("swimmer", "Maya Lindqvist"), pdf()]


def kept(path: Path) -> set[str]:
    """The names of everything in the blob store."""
    return {str(file.relative_to(path)) for file in path.rglob("*") if file.is_file()}


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - a folder tells nobody what happens in it
            await asyncio.sleep(0.01)


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    read = Problem.model_validate_json(answer.content)
    assert read.status == answer.status_code
    assert read.detail
    return read.status, read.type.removeprefix("/problems/")


def key_of(path: Path, *scopes: Scope) -> str:
    """A new key in a file of keys."""
    with key_file.changing(path) as keys:
        told, kept = make(f"key {len(keys)}", frozenset(scopes), at=now())
        keys[kept.id] = kept
    return told


def shown(key: str) -> dict[str, str]:
    """The header that shows a key."""
    return {"Authorization": f"Bearer {key}"}
