"""A chat server on the loopback that misbehaves as told: each request takes the next act of its play."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GOOD = "Fact: Metals are good conductors of heat.\nStep: The spoon is metal, so heat reaches its handle."
Act = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: "FakeServer"

    def do_POST(self) -> None:
        """Take the next act; the last one goes on for ever."""
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.server.turn:
            self.server.asked.append(asked)
            self.server.times.append(time.monotonic())
            act = self.server.play.pop(0) if len(self.server.play) > 1 else self.server.play[0]
        act(self)

    def log_message(self, *words: Any) -> None:
        """Say nothing."""

    def begin(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        """Status and headers."""
        self.send_response(status)
        self.send_header("content-type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def event(self, **chunk: Any) -> None:
        """One event of a stream."""
        whole = {
            "id": "x",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m",
            "choices": [],
        } | chunk
        self.wfile.write(f"data: {json.dumps(whole)}\n\n".encode())

    def words(self, text: str, finish: str | None = None) -> None:
        """A piece of the reply."""
        self.event(choices=[{"index": 0, "delta": {"content": text}, "finish_reason": finish}])


class FakeServer(ThreadingHTTPServer):
    """Remembers what it was asked."""

    daemon_threads = True

    def __init__(self, *play: Act) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.play = list(play)
        self.asked: list[dict[str, Any]] = []
        self.times: list[float] = []
        self.turn = threading.Lock()

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.server_port}/v1"


def replies(text: str = GOOD, finish: str = "stop") -> Act:
    """A whole reply in pieces, with its token counts."""

    def act(handler: Handler) -> None:
        handler.begin()
        for piece in (text[:10], text[10:]):
            handler.words(piece)
        handler.words("", finish)
        handler.event(usage={"prompt_tokens": 50, "completion_tokens": 20, "total_tokens": 70})
        handler.wfile.write(b"data: [DONE]\n\n")

    return act


def breaks_off(handler: Handler) -> None:
    """The stream ends in the middle of a sentence."""
    handler.begin()
    handler.words("Fact: Metals are")


def sends_wrong_json(handler: Handler) -> None:
    """Events that are no JSON."""
    handler.begin()
    handler.wfile.write(b"data: {this is not json\n\n")


def sends_a_page(handler: Handler) -> None:
    """What a web server shows to people."""
    handler.begin(kind="text/html")
    handler.wfile.write(b"<html><body>Welcome!</body></html>")


def sends_another_shape(handler: Handler) -> None:
    """JSON, but not a chat completion."""
    handler.begin()
    handler.wfile.write(b'data: {"hello": "world"}\n\ndata: [DONE]\n\n')


def sends_whole(handler: Handler) -> None:
    """The whole completion at once, though a stream was asked for."""
    handler.begin(kind="application/json")
    handler.wfile.write(json.dumps({"choices": [{"message": {"content": GOOD}}]}).encode())


def hangs(handler: Handler) -> None:
    """Longer than any test's timeout."""
    time.sleep(1.5)


def status(code: int, **headers: str) -> Act:
    """An error status."""

    def act(handler: Handler) -> None:
        handler.begin(code, "application/json", **headers)
        handler.wfile.write(b'{"error": {"message": "no"}}')

    return act


@contextmanager
def serving(*play: Act) -> Iterator[FakeServer]:
    """A server for one test."""
    server = FakeServer(*play)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
