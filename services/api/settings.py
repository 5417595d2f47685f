from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, IPvAnyNetwork, StringConstraints, field_validator, model_validator
from pydantic_settings import NoDecode

from services.api.keys.needs import Asked
from services.runtime.settings import Settings

Origin = Annotated[str, StringConstraints(pattern=r"^(\*|https?://[0-9a-z.:\[\]-]+)$")]


class ApiSettings(Settings):
    """What the gateway reads from its environment beside what every service does."""

    http_host: str = Field("127.0.0.1", description="Address that the gateway listens on.")
    http_port: int = Field(8080, ge=0, le=65535, description="Its port; 0 takes a free one.")
    beat_seconds: float = Field(15, gt=0, le=300, description="Silence on a stream before a `: beat` is sent.")
    poll_seconds: float = Field(2, gt=0, le=60, description="How soon a stream notices what a lost wake-up hid.")
    stream_buffer: int = Field(256, ge=1, le=100_000, description="Events a slow client may owe before it is cut off.")
    read_after_write_seconds: float = Field(
        2, ge=0, le=30, description="How long a read waits for a batch that was just submitted."
    )
    broker_wait_seconds: float = Field(2, ge=0, le=30, description="How long a submit waits for an absent broker.")
    cors_origins: Annotated[frozenset[Origin], NoDecode] = Field(
        frozenset(),
        description="Sites whose pages may use the gateway, comma-separated: `https://swims.example`, or `*` for any.",
    )
    keys: Asked = Field(
        Asked.OFF,
        description="Who needs a key: `off`, nobody; `submit`, who hands in or changes something; `all`, who reads a "
        "batch, too. For `/api/admin` everybody does. [How](docs/security.md).",
    )
    keys_file: str = Field(
        "", description="The file of keys, as `heatstream keys` makes it; read anew when it changes."
    )
    trusted_proxies: Annotated[frozenset[IPvAnyNetwork], NoDecode] = Field(
        frozenset(),
        description="Networks of proxies whose `X-Forwarded-For` is believed, comma-separated: `10.0.0.0/8`, `::1`.",
    )
    requests_a_minute: int = Field(
        12_000, ge=0, description="Reads and orders of one address, and as many at once; 0 counts none."
    )
    sheets_a_minute: int = Field(
        1200, ge=0, description="Sheets that one address hands in, once for each swimmer; 0 counts none."
    )
    discoveries_a_minute: int = Field(120, ge=0, description="Meet pages that one address has read; 0 counts none.")
    streams_a_minute: int = Field(12_000, ge=0, description="Streams that one address opens; 0 counts none.")
    streams_an_address: int = Field(5000, ge=0, description="Streams open to one address at a time; 0 counts none.")
    uploads_at_once: int = Field(32, ge=1, description="Uploads that are taken in at a time; others wait.")
    connections_at_once: int = Field(10_000, ge=10, description="Connections; beyond, 503.")
    head_seconds: float = Field(10, gt=0, description="A request's head must be whole within.")
    body_silence_seconds: float = Field(20, gt=0, description="Longest silence in the middle of a body.")
    body_bytes_a_second: int = Field(1000, ge=0, description="Least pace of a body after its first 30 seconds.")
    body_minutes: float = Field(30, gt=0, description="Longest that a body may take.")
    idle_seconds: int = Field(30, ge=1, description="Silence after which a connection without a request is closed.")
    reader_seconds: float = Field(60, gt=0, description="Who takes nothing of an answer for so long is cut.")
    database_connections: int = Field(8, ge=1, le=100, description="Connections to PostgreSQL for reads.")

    @field_validator("cors_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split_lists(cls, value: object) -> object:
        return cls._split(value)

    @model_validator(mode="after")
    def _what_is_asked_for_is_kept_somewhere(self) -> Self:
        if self.keys is not Asked.OFF and not self.keys_file:
            raise ValueError("HEATSTREAM_KEYS asks for keys: say in HEATSTREAM_KEYS_FILE where they are")
        return self

    @property
    def keys_path(self) -> Path | None:
        return Path(self.keys_file) if self.keys_file else None

    @property
    def max_pdf_bytes(self) -> int:
        return self.max_pdf_mb * 1_000_000

    @property
    def max_body_bytes(self) -> int:
        """All PDFs at their limit, and a megabyte for the fields around them."""
        return self.max_pdfs * self.max_pdf_bytes + 1_000_000
