"""A download server on this machine, with small copies of the public archives and with every way to fail."""

import gzip
import hashlib
import io
import pickle
import signal
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Behaviour = Literal["good", "cut", "short", "tampered", "web page", "busy", "silent", "interrupt"]
SILENCE_S = 5.0
BEFORE_INTERRUPT = bytes(64 * 1024)  # two of torchvision's reads


class Mirror(ThreadingHTTPServer):
    """Serves `files` by path; `behaviour` may change between requests, `requests` counts them.

    To interrupt, it sends a part, waits until `bytes_on_disk` reaches it, and only then gives the main thread a SIGINT:
    that thread is then inside the loop that reads, where Python closes what is open.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = files
        self.behaviour: Behaviour = "good"
        self.requests: list[str] = []
        self.closing = threading.Event()
        self.bytes_on_disk: Callable[[], int] = lambda: 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over clients that hang up, which torchvision does when it only looks for a redirect."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        body, behaviour = self.server.files[self.path.lstrip("/")], self.server.behaviour
        if behaviour == "interrupt" and self.server.requests.count(self.path) == 1:
            behaviour = "good"  # torchvision only looks for a redirect, and hangs up by itself
        if behaviour == "busy":
            self.send_error(503)
            return
        if behaviour == "tampered":
            body = body[:-1] + bytes([body[-1] ^ 1])
        if behaviour == "web page":
            body = b"<html>Please log in</html>"
        if behaviour == "interrupt":
            body = 2 * BEFORE_INTERRUPT
        half = body[: len(body) // 2]
        self.send_response(200)
        self.send_header("Content-Length", str(len(half if behaviour == "short" else body)))
        self.end_headers()
        if behaviour in ("good", "tampered", "web page"):
            self.wfile.write(body)
            return
        self.wfile.write(half)
        self.wfile.flush()
        if behaviour == "silent":
            self.server.closing.wait(SILENCE_S)
        if behaviour == "interrupt":
            while self.server.bytes_on_disk() < len(half):
                time.sleep(0.01)
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            self.server.closing.wait(SILENCE_S)

    def log_message(self, *_args: object) -> None:
        """Say nothing: a test's output is its own."""


@contextmanager
def running(mirror: Mirror) -> Iterator[Mirror]:
    thread = threading.Thread(target=mirror.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield mirror
    finally:
        mirror.closing.set()
        mirror.shutdown()
        mirror.server_close()
        thread.join()


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def idx_gz(array: npt.NDArray[np.uint8]) -> bytes:
    """The format of MNIST: magic number, sizes, bytes."""
    header = bytes([0, 0, 8, array.ndim]) + b"".join(size.to_bytes(4, "big") for size in array.shape)
    return gzip.compress(header + array.tobytes(), mtime=0)


class _OldPickler(pickle.Pickler):
    """Writes arrays as numpy did in 2009, with numbers for booleans: newer ones warn when they read that."""

    def reducer_override(self, thing: Any) -> Any:
        if isinstance(thing, np.dtype):
            return np.dtype, ("u1", 0, 1), thing.__reduce__()[2]
        return NotImplemented


def old_pickle(content: object) -> bytes:
    buffer = io.BytesIO()
    _OldPickler(buffer, protocol=2).dump(content)
    return buffer.getvalue()


def tar_gz(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()
