from __future__ import annotations

import os
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from services.runtime.settings import Settings
from services.worker.download import DownloadLimits
from services.worker.extraction.ai.options import AiOptions
from services.worker.extraction.limits import Limits
from services.worker.extraction.ocr.recognition import OcrLimits
from services.worker.mail.options import Letterhead, MailOptions, sender_of
from services.worker.mail.server import MailServer


class WorkerSettings(Settings):
    """What the worker reads besides; bounds of a download and of one child process that reads a stranger's PDF."""

    job_slots: int = Field(os.cpu_count() or 1, ge=1, le=64, description="Jobs that one worker runs at a time.")
    batch_jobs: int = Field(
        3, ge=1, le=1000, description="Jobs of one batch at a time, of all workers together, while other batches wait."
    )
    max_pages: int = Field(300, ge=1, le=5000, description="Pages of one PDF.")
    sandbox_memory_mb: int = Field(1024, ge=128, le=16384, description="Memory of the process that reads a PDF.")
    sandbox_cpu_seconds: int = Field(30, ge=1, le=600, description="Processor time that it gets for one PDF.")
    sandbox_wall_seconds: float = Field(45, gt=0, le=600, description="Time after which it is killed.")
    ocr: Literal["auto", "off"] = Field("auto", description="Read pictures where tesseract is installed; or never.")
    ocr_languages: str = Field(
        "eng",
        pattern=r"^\w+(\+\w+)*$",
        description="Languages of sheets, as installed with it: `eng+deu`.",
    )
    ocr_max_pages: int = Field(60, ge=1, le=1000, description="Pictures that are read in one PDF.")
    ocr_seconds: float = Field(60, gt=0, le=600, description="Longest reading of one column of a picture.")
    ai_base_url: str = Field(
        "",
        pattern="^(https?://.*)?$",
        description="An AI for sheets without text, by OpenAI's API.",
    )
    ai_key: SecretStr = Field(SecretStr(""), description="Its key.")
    ai_model: str = Field("", description="Its model, one that gives structured output.")
    ai_takes: Literal["pdf", "pictures"] = Field("pdf", description="What it is given: the PDF, or its pages drawn.")
    ai_max_pages: int = Field(40, ge=1, le=500, description="Pages that are drawn for it.")
    ai_seconds: float = Field(120, gt=0, le=600, description="Longest upload to it, and longest answer.")
    ai_calls: int = Field(10, ge=1, le=1000, description="Calls to it at a time, of all workers together.")
    ai_file_hours: int = Field(24, ge=1, le=720, description="How long it keeps an upload for further swimmers.")
    download_total_seconds: float = Field(60, gt=0, le=600, description="Longest download, redirects included.")
    mail_from: str = Field("", description="Who mails are from: `Heatstream <swims@swims.example>`.")
    public_url: str = Field(
        "", pattern=r"^(https?://[^\s?#]+)?$", description="Where people reach the gateway: mails link to it."
    )
    mail_seconds: float = Field(60, gt=0, le=600, description="Longest wait for one answer of the mail server.")
    janitor_seconds: float = Field(30, gt=0, le=3600, description="Between rounds that mend what was left hanging.")
    lost_seconds: float = Field(900, ge=60, le=86400, description="Silence after which a batch's jobs are sent again.")
    orphan_hours: float = Field(24, ge=1, le=8760, description="Age at which bytes of no live batch are deleted.")

    @model_validator(mode="after")
    def _an_ai_has_a_model(self) -> Self:
        if self.ai_base_url and not self.ai_model:
            raise ValueError("ai_base_url wants an ai_model: which of its models reads the sheets")
        return self

    @model_validator(mode="after")
    def _a_mail_has_a_sender_and_a_link(self) -> Self:
        if self.mails and not (self.mail_from and self.public_url):
            raise ValueError("smtp_url wants a mail_from and a public_url: who writes, and what mails link to")
        _ = self.mail_options  # a URL or an address that says nothing is found at start
        return self

    @property
    def mail_options(self) -> MailOptions | None:
        """None where no mail server is configured."""
        if not self.mails:
            return None
        return MailOptions(
            server=MailServer.of(self.smtp_url.get_secret_value()),
            head=Letterhead(sender_of(self.mail_from), self.public_url.rstrip("/")),
            answer_seconds=self.mail_seconds,
        )

    @property
    def ai_options(self) -> AiOptions | None:
        """None where no AI is configured."""
        if not self.ai_base_url:
            return None
        return AiOptions(
            base_url=self.ai_base_url,
            model=self.ai_model,
            key=self.ai_key,
            takes=self.ai_takes,
            seconds=self.ai_seconds,
            pages=self.ai_max_pages,
            file_hours=self.ai_file_hours,
        )

    @property
    def download_limits(self) -> DownloadLimits:
        return DownloadLimits(
            most_bytes=self.max_pdf_mb * 1_000_000,
            connect_seconds=self.download_connect_seconds,
            read_seconds=self.download_read_seconds,
            total_seconds=self.download_total_seconds,
            most_redirects=self.max_redirects,
        )

    @property
    def ocr_limits(self) -> OcrLimits:
        return OcrLimits(pages=self.ocr_max_pages, seconds=self.ocr_seconds, languages=self.ocr_languages)

    @property
    def sandbox_limits(self) -> Limits:
        return Limits(
            memory_bytes=self.sandbox_memory_mb * 1_000_000,
            cpu_seconds=self.sandbox_cpu_seconds,
            wall_seconds=self.sandbox_wall_seconds,
            pages=self.max_pages,
        )
