"""The gateway for Python programs: `gateway.Gateway`, and `async_gateway.AsyncGateway` for asyncio."""
