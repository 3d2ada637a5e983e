#!/usr/bin/env python3
"""readers.py URL_PORT COUNT KEY_FILE FOLDER: readers and a publisher beside an upgrade.

COUNT readers of one topic each reconnect with their cursor, as an EventSource does. One publisher sends a number every 20 ms, and the
same number again until it is answered. FOLDER/open appears when every reader has its stream; FOLDER/stop ends the publishing. Then
each reader must have every number once, in order: the last line says what was lost, repeated, how often readers reconnected, and how
many publishes were not answered at first. The topic is the name of FOLDER.
"""
import asyncio
import json
import pathlib
import sys

port, count = int(sys.argv[1]), int(sys.argv[2])
key = pathlib.Path(sys.argv[3]).read_text().strip()
folder = pathlib.Path(sys.argv[4])
deadline = 60
topic = folder.name
opened = set()
publishing_ends = asyncio.Event()
published = 0
unanswered = 0


class Reader:
    def __init__(self, number):
        self.number, self.cursor, self.got, self.connections, self.gaps = number, "", [], 0, 0

    async def stream(self):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        cursor = f"Last-Event-ID: {self.cursor}\r\n" if self.cursor else ""
        writer.write(f"GET /events?topic={topic} HTTP/1.0\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n{cursor}\r\n".encode())
        self.connections += 1
        try:
            while (line := await reader.readline()) != b"":
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "id":
                    self.cursor = value
                elif name == "event":
                    self.gaps += value == "gap"
                elif name == "data" and value.isdigit():
                    self.got.append(int(value))
                elif line.startswith(b":") or name == "retry":
                    opened.add(self.number)
                if publishing_ends.is_set() and self.got and self.got[-1] == published:
                    return
        finally:
            writer.close()

    async def read(self):
        while not (publishing_ends.is_set() and self.got and self.got[-1] == published):
            try:
                await self.stream()
            except OSError:
                pass
            await asyncio.sleep(0.2)


async def publish(number):
    global unanswered
    body = json.dumps({"topic": topic, "id": f"{topic}-{number}", "data": str(number)}).encode()
    head = f"POST /publish HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAuthorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    while True:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head.encode() + body)
        status = (await reader.readline()).split()[1:2]
        writer.close()
        if status == [b"200"]:
            return
        if status not in ([b"502"], [b"503"]):
            raise SystemExit(f"a publish got {status}")
        unanswered += 1
        await asyncio.sleep(0.1)


async def main():
    global published
    readers = [Reader(n) for n in range(count)]
    tasks = [asyncio.create_task(reader.read()) for reader in readers]
    while len(opened) < count:
        await asyncio.sleep(0.05)
    (folder / "open").touch()
    while not (folder / "stop").exists():
        await publish(published + 1)
        published += 1
        await asyncio.sleep(0.02)
    await publish(published + 1)
    published += 1
    publishing_ends.set()
    await asyncio.wait_for(asyncio.gather(*tasks), deadline)
    wanted = list(range(1, published + 1))
    lost = sum(len(set(wanted) - set(reader.got)) for reader in readers)
    repeated = sum(len(reader.got) - len(set(reader.got)) for reader in readers)
    disordered = sum(sorted(reader.got) != reader.got for reader in readers)
    gaps = sum(reader.gaps for reader in readers)
    again = sum(reader.connections > 1 for reader in readers)
    print(f"published={published} lost={lost} repeated={repeated} disordered={disordered} gaps={gaps} reconnected={again} unanswered={unanswered}")


asyncio.run(asyncio.wait_for(main(), 4 * deadline))
