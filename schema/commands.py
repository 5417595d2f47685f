"""What can be asked of a batch. Names are imperative; the type on the wire is data, with a version beside it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from schema.model import Checksum, Count, Filename, GivenEmail, GivenName, Model, SwimmerName, Url, shown
from schema.plain import plain_link

#: More sources than any setting may allow: a bound on one message, not the limit that users meet.
MAX_SOURCES = 100
#: The AMQP header that carries the version of a message's body; 1 where it is absent.
VERSION_HEADER = "x-version"


class FileSource(Model):
    """A PDF whose bytes are in the blob store already."""

    source_type: Literal["file"] = "file"
    checksum: Checksum
    filename: Filename


class UrlSource(Model):
    """A PDF behind a link; the worker fetches it."""

    source_type: Literal["url"] = "url"
    url: Url


Source = Annotated[FileSource | UrlSource, Field(discriminator="source_type")]


def _shown(source: FileSource | UrlSource) -> FileSource | UrlSource:
    if isinstance(source, FileSource):
        return source.model_copy(update={"filename": shown(source.filename)})
    return UrlSource(url=plain_link(source.url))  # which may have become too long


#: As a command brings it. Facts are read as they are: old ones stay what they were.
GivenSource = Annotated[Source, AfterValidator(_shown)]


class Command(Model):
    """A request to change one batch. `batch_id` is chosen by the sender and is the idempotency key."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int] = 1

    batch_id: UUID


class SubmitBatch(Command):
    """Find every swim of one swimmer in these sources."""

    TYPE: ClassVar[str] = "batch.submit"

    swimmer_name: GivenName
    sources: Annotated[tuple[GivenSource, ...], Field(min_length=1, max_length=MAX_SOURCES)]
    client_ip: Annotated[str, StringConstraints(max_length=45, pattern=r"^[0-9a-fA-F.:%]*$")] | None = None
    notification_email: GivenEmail | None = None


class CancelBatch(Command):
    """Stop the work; what is finished stays."""

    TYPE: ClassVar[str] = "batch.cancel"


class RetryBatch(Command):
    """Try failed jobs again: the named ones, or all of them when `job_ids` is left out."""

    TYPE: ClassVar[str] = "batch.retry"

    job_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=MAX_SOURCES)] | None = None


class NotifyBatch(Command):
    """Mail this address when the batch is over, or at once if it is."""

    TYPE: ClassVar[str] = "batch.notify"

    email: GivenEmail


class ExpireBatch(Command):
    """Forget the batch: rows, the log's data and bytes that nothing else refers to."""

    TYPE: ClassVar[str] = "batch.expire"


AnyCommand = SubmitBatch | CancelBatch | RetryBatch | NotifyBatch | ExpireBatch
COMMANDS: dict[str, type[AnyCommand]] = {
    command.TYPE: command for command in (SubmitBatch, CancelBatch, RetryBatch, NotifyBatch, ExpireBatch)
}


class ProcessJob(Model):
    """The message on `heatstream.jobs`: one attempt at one PDF of a batch.

    `first_attempt` is where the count of automatic retries begins: 1, or what a person asked for later.
    """

    TYPE: ClassVar[str] = "job.process"
    VERSION: ClassVar[int] = 1

    batch_id: UUID
    job_id: UUID
    sequence: Annotated[Count, Field(ge=1)]
    attempt: Annotated[Count, Field(ge=1)]
    first_attempt: Annotated[Count, Field(ge=2)] | None = None
    swimmer_name: SwimmerName
    source: Source

    @property
    def tries(self) -> int:
        """Which try this is since the job was last asked for, from 1."""
        return self.attempt - (self.first_attempt or 1) + 1
