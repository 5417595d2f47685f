from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """What every service reads from its environment (`HEATSTREAM_…`), once, at start. Units are in the names."""

    model_config = SettingsConfigDict(env_prefix="HEATSTREAM_", frozen=True, extra="ignore", hide_input_in_errors=True)

    amqp_url: SecretStr = Field(SecretStr("amqp://guest:guest@127.0.0.1:5672/"), description="The broker.")
    database_url: SecretStr = Field(
        SecretStr("postgresql://127.0.0.1:5432/heatstream"), description="PostgreSQL, as this service's own role."
    )
    blob_url: str = Field(
        "file:///var/lib/heatstream/blobs", description="Where PDF bytes are kept: `file://…`, or `s3://bucket/prefix`."
    )
    partitions: int = Field(
        1,
        ge=1,
        le=256,
        description="Event partitions: the same number for every service, changed only with empty queues.",
    )
    history_days: int = Field(
        35, ge=1, le=3650, description="How long `heatstream.history` reaches back; fixed once the stream exists."
    )
    max_pdfs: int = Field(15, ge=1, le=100, description="PDFs in one batch.")
    max_pdf_mb: int = Field(25, ge=1, le=100, description="Size of one PDF.")
    smtp_url: SecretStr = Field(
        SecretStr(""),
        description="The mail server: `smtp://user:password@host:587`, `smtps://…`; without one no mail is offered. "
        "`?starttls=always` (with a password), `auto` (without) or `never`.",
    )
    download_connect_seconds: float = Field(5, gt=0, le=60, description="A link's host must answer within.")
    download_read_seconds: float = Field(15, gt=0, le=60, description="Longest silence in the middle of a fetch.")
    max_redirects: int = Field(5, ge=0, le=20, description="Redirects that are followed, each checked anew.")
    allowed_hosts: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(),
        description="Hosts exempt from the address guard, comma-separated: `name` (ports 80 and 443) or `name:port`.",
    )
    drain_seconds: float = Field(8, gt=0, description="How long running work may take to finish after SIGTERM.")
    grace_seconds: float = Field(10, gt=0, description="When the platform kills; must be longer than the drain.")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$", description="Lowest level that is logged.")
    health_host: str = Field("127.0.0.1", description="Address of the health pages of worker and projector.")
    health_port: int = Field(0, ge=0, le=65535, description="Their port; 0 takes a free one.")

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return frozenset(host.strip().lower() for host in value.split(",") if host.strip())
        return value

    @model_validator(mode="after")
    def _drain_ends_before_the_kill(self) -> Settings:
        if self.drain_seconds >= self.grace_seconds:
            raise ValueError("drain_seconds must be shorter than grace_seconds, or the platform kills running work")
        return self

    @property
    def mails(self) -> bool:
        """Whether a batch may ask for a mail."""
        return bool(self.smtp_url.get_secret_value())
