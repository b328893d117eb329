"""A distance between here and a server: what is sent to it arrives a while later, as it does where S3 is elsewhere."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

ROUND_TRIP = 0.03  # seconds, as from a desk to the nearest region


@contextmanager
def away(endpoint: str) -> Iterator[str]:
    """Another address of the server at `http://HOST:PORT`, a round trip away."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    there = urlsplit(endpoint)
    ports: list[int] = []

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection(there.hostname, there.port)
        await asyncio.gather(_pump(reader, forth, ROUND_TRIP), _pump(back, writer, 0))

    async def serve() -> None:
        server = await asyncio.start_server(meet, "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
        ready.set()

    thread = threading.Thread(target=lambda: (loop.create_task(serve()), loop.run_forever()), daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield f"http://127.0.0.1:{ports[0]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, late: float) -> None:
    while data := await reader.read(2**16):
        await asyncio.sleep(late)
        writer.write(data)
        await writer.drain()
    writer.close()
