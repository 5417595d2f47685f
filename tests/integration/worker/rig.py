from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from aio_pika import Message

from schema.cloudevents import Fact
from schema.errors import JobFault
from schema.events import JobStageEntered
from schema.extraction import Sheet, SheetEntry, Warning  # noqa: A004 - as in its home
from schema.states import ErrorCode
from services.runtime.blobs import Blobs
from services.runtime.clock import new_id
from services.runtime.topology import COMMANDS, EVENTS, declare, topology
from services.worker.extraction import KeptSheet

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

    from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue

    from services.worker.settings import WorkerSettings

PATIENCE_SECONDS = 40
#: Who swims in every sheet that the stub reads.
SWIMMERS = ("Quill, Nora", "Reed, Ada")
PDF = b"%PDF-1.7 a sheet\n"


def checksum_of(pdf: bytes) -> str:
    return hashlib.blake2b(pdf, digest_size=16).hexdigest()


def stages(facts: Iterable[Fact]) -> list[str]:
    """The stages that were entered, in order."""
    return [fact.event.stage for fact in facts if isinstance(fact.event, JobStageEntered)]


class StubReader:
    """Reads nothing but what a test writes into a PDF: `crash`, `encrypted`, `hijacked`, `scan`, `unsure`; a sheet."""

    version = "stub-1"

    def __init__(self) -> None:
        self.reads = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def read(self, pdf: bytes, tell: Callable[[str], None]) -> KeptSheet:
        self.reads += 1
        if b"pictures" in pdf:
            tell("Reading the picture of page 1")
        await self.gate.wait()
        if b"crash" in pdf:
            raise ZeroDivisionError("a bug in the reader")
        if b"encrypted" in pdf:
            raise JobFault(ErrorCode.ENCRYPTED_PDF, "The PDF is locked with a password.")
        if b"scan" in pdf:
            raise JobFault(ErrorCode.NO_TEXT, "No page of this PDF has text.")
        swims = tuple(SheetEntry(event_number="12A", lane=4, swimmer_name=name) for name in SWIMMERS)
        warnings = (Warning(code="pages_without_text", message="So."),) if b"unsure" in pdf else ()
        kept = KeptSheet.of(Sheet(meet_name="Spring Open", venue="Harbour Pool", entries=swims, warnings=warnings))
        return KeptSheet(kept.document.replace(b'"lane":4', b'"lane":X')) if b"hijacked" in pdf else kept


class Rig:
    """A program at the broker's public door: sends commands, hears answers and events, looks into dead queues."""

    def __init__(self, channel: AbstractChannel, blobs: Blobs, reader: StubReader) -> None:
        self.channel, self.blobs, self.reader = channel, blobs, reader
        self.facts: list[Fact] = []
        self._heard = asyncio.Condition()

    async def open(self, settings: WorkerSettings) -> None:
        await declare(self.channel, topology(settings.partitions, settings.history_days))
        tap = await self.channel.declare_queue(exclusive=True)
        await tap.bind(EVENTS, "0")
        await tap.consume(self._hear, no_ack=True)
        self.answers = await self.channel.declare_queue(exclusive=True)

    async def _hear(self, message: AbstractIncomingMessage) -> None:
        async with self._heard:
            self.facts += [Fact.from_cloudevent(one) for one in orjson.loads(message.body)]
            self._heard.notify_all()

    async def until(self, seen: Callable[[list[Fact]], bool]) -> list[Fact]:
        async with asyncio.timeout(PATIENCE_SECONDS), self._heard:
            await self._heard.wait_for(lambda: seen(self.facts))
        return list(self.facts)

    async def until_over(self, batch_id: UUID, jobs: int = 1) -> list[Fact]:
        """The facts of a batch, once so many of its jobs are completed or failed."""
        ends = ("job.completed", "job.failed")
        facts = await self.until(
            lambda all_: sum(fact.batch_id == batch_id and fact.event.TYPE in ends for fact in all_) >= jobs
        )
        return [fact for fact in facts if fact.batch_id == batch_id]

    async def until_stage(self, stage: str, batch_id: UUID, jobs: int = 1) -> None:
        """Return when so many jobs of a batch have entered a stage."""
        await self.until(lambda facts: stages(one for one in facts if one.batch_id == batch_id).count(stage) >= jobs)

    async def upload(self, pdf: bytes) -> dict[str, str]:
        """Put a PDF where the gateway would, and give the source that names it."""

        async def chunks() -> AsyncIterator[bytes]:
            yield pdf

        await self.blobs.keep(await self.blobs.stage(chunks(), len(pdf)))
        return {"source_type": "file", "checksum": checksum_of(pdf), "filename": "sheet.pdf"}

    async def submit(self, *sources: dict[str, str], swimmer: str = "Nora Quill", batch_id: UUID | None = None) -> UUID:
        batch_id = batch_id or new_id()
        await self.send({"batch_id": str(batch_id), "swimmer_name": swimmer, "sources": list(sources)})
        return batch_id

    async def send(
        self,
        body: object,
        exchange: str = COMMANDS,
        key: str = "batch.submit",
        **properties: Any,  # noqa: ANN401 - AMQP's
    ) -> None:
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        wanted = {"type": "batch.submit", "message_id": str(new_id()), "reply_to": self.answers.name, **properties}
        target = await self.channel.get_exchange(exchange) if exchange else self.channel.default_exchange
        await target.publish(Message(content, **wanted), key)

    async def answer(self) -> dict[str, Any]:
        answer: dict[str, Any] = orjson.loads((await self.next_of(self.answers)).body)
        return answer

    async def dead(self, queue: str) -> AbstractIncomingMessage:
        return await self.next_of(await self.channel.get_queue(queue))

    async def next_of(self, queue: AbstractQueue) -> AbstractIncomingMessage:
        """The next message of a queue; waits for it by consuming."""
        came: asyncio.Future[AbstractIncomingMessage] = asyncio.get_running_loop().create_future()

        async def take(message: AbstractIncomingMessage) -> None:
            if came.done():
                await message.nack()
            else:
                came.set_result(message)  # first: another may come while this one is acknowledged
                await message.ack()

        async with asyncio.timeout(PATIENCE_SECONDS):
            tag = await queue.consume(take)
            message = await came
            await queue.cancel(tag)
        return message
