from __future__ import annotations

import gc
from contextlib import AsyncExitStack
from functools import partial

from schema import upcast
from services.projector.left_behind import LeftBehind
from services.projector.partition import Partition
from services.projector.settings import ProjectorSettings
from services.projector.sharing.membership import Membership, new_name
from services.projector.sharing.sharing import Sharing
from services.projector.store import Store
from services.runtime import health, http, lifecycle, log
from services.runtime.database import Database
from services.runtime.link import Link
from services.runtime.topology import topology


async def serve() -> None:
    settings = ProjectorSettings()
    log.configure("projector", settings.log_level)
    upcast.check_chain()
    # Micro-batches make many objects that live long enough to be looked at in vain: 40 % of the time of reading them.
    gc.set_threshold(100_000, 50, 50)
    name = new_name()
    wanted = topology(settings.partitions, settings.history_days)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(
            Database(
                settings.database_url.get_secret_value(),
                name=name,
                most_connections=settings.partitions + 1,
            )
        )
        store = Store(database)

        link = partial(Link, settings.amqp_url.get_secret_value(), heartbeat_seconds=settings.heartbeat_seconds)

        def work(number: int) -> Link:
            return link(name=f"{name}-{number}", session=Partition(number, store, wanted).session)

        left_behind = await stack.enter_async_context(link(name=name, session=LeftBehind(settings.partitions).session))
        sharing = await stack.enter_async_context(
            Sharing(
                Membership(settings.database_url.get_secret_value(), name, settings.partitions),
                settings.partitions,
                settings.heartbeat_seconds,
                work,
            )
        )

        async def reading() -> bool:
            return left_behind.up and sharing.working

        async def shares() -> bool:
            return sharing.shares

        checks = {"broker": reading, "database": database.answers, "sharing": shares}
        pages = health.pages(checks, health.told(sharing.told))
        await stack.enter_async_context(http.serve(pages, settings.health_host, settings.health_port))
        await lifecycle.stop_signal()


def main() -> None:
    lifecycle.run(serve())


if __name__ == "__main__":
    main()
