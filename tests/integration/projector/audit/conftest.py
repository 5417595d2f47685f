from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from services.projector.store import Store
from services.runtime.database import Database
from tests.conftest import TEMPLATE, database, execute
from tests.integration.projector.audit.book import Book

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from deploy.local.servers import Servers


@pytest.fixture(scope="module")
async def told(private_servers: Servers) -> AsyncIterator[Book]:
    """One for all tests of a file: to make a database takes longer than most of them."""
    name, owner = f"test_{uuid4().hex}", private_servers.database_url
    await execute(owner, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    async with Database(database(owner, name), name="test") as pool:
        book = Book(database(owner, name), Store(pool))
        await book.tell()
        yield book
    await execute(owner, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def book(told: Book) -> Iterator[Book]:
    """The four batches of `Book.tell`, for a test to do with as it likes."""
    with told.undone():
        yield told
