from __future__ import annotations

from contextlib import AsyncExitStack

from schema import upcast
from services.runtime import health, http, lifecycle, log
from services.worker.extraction.extractor import LocalExtractor
from services.worker.extraction.ocr.recognition import Recogniser
from services.worker.extraction.sandbox import Sandbox
from services.worker.settings import WorkerSettings
from services.worker.worker import working


async def serve() -> None:
    settings = WorkerSettings()
    log.configure("worker", settings.log_level)
    upcast.check_chain()
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(settings.sandbox_limits))
        recogniser = None if settings.ocr == "off" else Recogniser.where_installed(sandbox, settings.ocr_limits)
        reader = LocalExtractor(sandbox, recogniser)
        taking = await stack.enter_async_context(working(settings, reader))
        # The database is no part of being ready: the worker works on without.
        pages = health.pages({"broker": taking})
        await stack.enter_async_context(http.serve(pages, settings.health_host, settings.health_port))
        await lifecycle.stop_signal()


def main() -> None:
    lifecycle.run(serve())


if __name__ == "__main__":
    main()
