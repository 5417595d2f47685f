from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from schema import upcast
from services.runtime import health, http, lifecycle, log
from services.runtime.topology import topology
from services.worker.ai_permits import Permits
from services.worker.extraction.ai.extractor import AiExtractor
from services.worker.extraction.extractor import LocalExtractor
from services.worker.extraction.ocr.recognition import Recogniser
from services.worker.extraction.sandbox import Sandbox
from services.worker.settings import WorkerSettings
from services.worker.worker import working

if TYPE_CHECKING:
    from services.worker.extraction.ai.options import AiOptions


async def serve() -> None:
    settings = WorkerSettings()
    log.configure("worker", settings.log_level)
    upcast.check_chain()
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(settings.sandbox_limits))
        recogniser = None if settings.ocr == "off" else Recogniser.where_installed(sandbox, settings.ocr_limits)
        reader = LocalExtractor(sandbox, recogniser)
        ai = None if settings.ai_options is None else await _ai(stack, settings, settings.ai_options, sandbox)
        taking = await stack.enter_async_context(working(settings, reader, ai))
        # The database is no part of being ready: the worker works on without.
        pages = health.pages({"broker": taking})
        await stack.enter_async_context(http.serve(pages, settings.health_host, settings.health_port))
        await lifecycle.stop_signal()


async def _ai(stack: AsyncExitStack, settings: WorkerSettings, options: AiOptions, sandbox: Sandbox) -> AiExtractor:
    from services.worker.extraction.ai.endpoint import Endpoint  # noqa: PLC0415 - its SDK takes seconds to import

    wanted = topology(settings.partitions, settings.history_days)
    permits = Permits(settings.amqp_url.get_secret_value(), wanted, settings.ai_calls)
    turn = (await stack.enter_async_context(permits)).held
    return AiExtractor(await stack.enter_async_context(Endpoint(options)), sandbox, options, turn)


def main() -> None:
    lifecycle.run(serve())


if __name__ == "__main__":
    main()
