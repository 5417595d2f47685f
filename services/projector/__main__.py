from __future__ import annotations

import gc
from contextlib import AsyncExitStack

from schema import upcast
from services.projector.partition import Partition
from services.projector.store import Store
from services.runtime import health, http, lifecycle, log
from services.runtime.database import Database
from services.runtime.link import Link
from services.runtime.settings import Settings
from services.runtime.topology import topology


async def serve() -> None:
    settings = Settings()
    log.configure("projector", settings.log_level)
    upcast.check_chain()
    # Micro-batches make many objects that live long enough to be looked at in vain: 40 % of the time of reading them.
    gc.set_threshold(100_000, 50, 50)
    wanted = topology(settings.partitions, settings.history_days)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(
            Database(
                settings.database_url.get_secret_value(),
                name="heatstream-projector",
                most_connections=settings.partitions + 1,
            )
        )
        store = Store(database)
        links = [
            await stack.enter_async_context(
                Link(
                    settings.amqp_url.get_secret_value(),
                    f"heatstream-projector-{number}",
                    Partition(number, store, wanted).session,
                )
            )
            for number in range(settings.partitions)
        ]

        async def consuming() -> bool:
            return all(link.up for link in links)

        pages = health.pages({"broker": consuming, "database": database.answers})
        await stack.enter_async_context(http.serve(pages, settings.health_host, settings.health_port))
        await lifecycle.stop_signal()


def main() -> None:
    lifecycle.run(serve())


if __name__ == "__main__":
    main()
