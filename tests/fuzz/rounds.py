"""Rounds of mutations of one sample through the sandbox, many in a child, and what became of each."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import TYPE_CHECKING

import pypdfium2  # type: ignore[import-untyped]  # has no type marker

from schema.errors import JobFault
from schema.states import ErrorCode
from services.worker.extraction import reader_child
from tests.fuzz.mutations import mutated, unpacked

if TYPE_CHECKING:
    from services.worker.extraction import Limits, Sandbox

SHEET = "sheet"
#: In one child: a fork for each would cost more than most readings do.
_AT_ONCE = 25
_CHILDREN = 2


@dataclass
class Outcomes:
    """How many mutations ended in a sheet, or in which error; `bugs` says of the rest which and how."""

    ends: Counter[str] = field(default_factory=Counter)
    bugs: list[str] = field(default_factory=list)
    slowest_seconds: float = 0

    def add(self, end: str, seconds: float, name: str) -> None:
        self.ends[end.partition(":")[0]] += 1
        self.slowest_seconds = max(self.slowest_seconds, seconds)
        if end.startswith(ErrorCode.UNKNOWN):
            self.bugs.append(f"{name}: {end}")

    def include(self, other: Outcomes) -> None:
        self.ends += other.ends
        self.bugs += other.bugs
        self.slowest_seconds = max(self.slowest_seconds, other.slowest_seconds)


def fullest_page(pdf: bytes) -> bytes:
    """A PDF of its own of the page with the most text, for a quick round."""
    whole, file = pypdfium2.PdfDocument(pdf), io.BytesIO()
    with contextlib.closing(whole), contextlib.closing(pypdfium2.PdfDocument.new()) as page:
        lengths = [whole[index].get_textpage().count_chars() for index in range(len(whole))]
        page.import_pages(whole, [lengths.index(max(lengths))])
        page.save(file)
    return file.getvalue()


class Mutations:
    """Of one sample: number n is the same damage each time. Every second one is of its streams in the open."""

    def __init__(self, pdf: bytes, seed: int) -> None:
        self._forms, self._seed = (pdf, unpacked(pdf)), seed

    def __getitem__(self, number: int) -> bytes:
        random = Random(f"{self._seed} {number}")  # noqa: S311 - as above
        return mutated(self._forms[number % 2], self._forms[0], random)


async def outcomes(sandbox: Sandbox, name: str, pdf: bytes, seed: int, numbers: range) -> Outcomes:
    """Raises what a sandbox raises of itself; what a PDF did is in the outcomes."""
    found, free = Outcomes(), asyncio.Semaphore(_CHILDREN)

    async def read(some: range) -> None:
        async with free:
            try:
                work = partial(_read, seed=seed, start=some.start, stop=some.stop)
                ends = json.loads(await sandbox.run(work, pdf))
            except JobFault:  # one of them took the child with it
                mutations = Mutations(pdf, seed)
                ends = [await _alone(sandbox, mutations[number]) for number in some]
        for number, (end, seconds) in zip(some, ends, strict=True):
            found.add(end, seconds, f"{name}, seed {seed}, mutation {number}")

    starts = range(numbers.start, numbers.stop, _AT_ONCE)
    await asyncio.gather(*(read(range(start, min(start + _AT_ONCE, numbers.stop))) for start in starts))
    return found


async def _alone(sandbox: Sandbox, pdf: bytes) -> tuple[str, float]:
    began = time.monotonic()
    try:
        await sandbox.read(pdf)
    except JobFault as fault:
        sentence = f": {fault.sentence}" if fault.code is ErrorCode.UNKNOWN else ""
        return f"{fault.code}{sentence}", time.monotonic() - began
    return SHEET, time.monotonic() - began


def _read(pdf: bytes, limits: Limits, *, seed: int, start: int, stop: int) -> bytes:
    """The child's part; a bug of the reader ends it, as it would end a reading."""
    mutations, ends = Mutations(pdf, seed), []
    for number in range(start, stop):
        damaged, began = mutations[number], time.monotonic()
        try:
            reader_child.read(damaged, limits)
            end = SHEET
        except JobFault as fault:
            end = str(fault.code)
        ends.append((end, time.monotonic() - began))
    return json.dumps(ends).encode()
