"""Writes the contract's documents. JSON Schemas of older versions stay as they are: they were on the wire."""

from __future__ import annotations

from tests.contract.documents import SCHEMAS, documents

SCHEMAS.mkdir(exist_ok=True)
for path, text in documents().items():
    path.write_text(text)
