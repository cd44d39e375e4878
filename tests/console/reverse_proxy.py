"""A reverse proxy as a process of its own: below a prefix, with the address of the browser in a header.

    python reverse_proxy.py FD TARGET PREFIX strip|keep

FD is a listening socket; TARGET is host:port. What comes is handed on as it arrives, so a stream of events flows.
"""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

CLIENT = "203.0.113.7"
"""Where every browser is, as the proxy tells it."""


@contextmanager
def reverse_proxy(listener: socket.socket, target: str, prefix: str, *, strips: bool) -> Iterator[None]:
    """Serve a socket for as long as the block lasts."""
    how = "strip" if strips else "keep"
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__)), str(listener.fileno()), target, prefix, how], pass_fds=[listener.fileno()]
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def main() -> None:
    """Hand every connection on."""
    listener = socket.socket(fileno=int(sys.argv[1]))
    while True:
        browser, _ = listener.accept()
        threading.Thread(target=_serve, args=(browser,), daemon=True).start()


def _serve(browser: socket.socket) -> None:
    """One request a connection: the answer ends with it."""
    target, prefix, how = sys.argv[2:]
    host, port = target.split(":")
    with closing(browser), suppress(OSError):
        head, rest = _head(browser)
        if not head:
            return
        first, *lines = head.split("\r\n")
        method, path, version = first.split(" ")
        path = (path.removeprefix(prefix) or "/") if how == "strip" else path
        kept = [line for line in lines if line.split(":")[0].lower() not in ("connection", "host", "x-forwarded-for")]
        own = [f"Host: {target}", "Connection: close", f"X-Forwarded-For: {CLIENT}", "X-Forwarded-Proto: http"]
        with socket.create_connection((host, int(port))) as console:
            console.sendall("\r\n".join([f"{method} {path} {version}", *kept, *own, "", ""]).encode() + rest)
            threading.Thread(target=_pump, args=(browser, console), daemon=True).start()
            _pump(console, browser)


def _head(browser: socket.socket) -> tuple[str, bytes]:
    read = b""
    while b"\r\n\r\n" not in read:
        more = browser.recv(65536)
        if not more:
            return "", b""
        read += more
    head, _, rest = read.partition(b"\r\n\r\n")
    return head.decode("latin-1"), rest


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while more := source.recv(65536):
            sink.sendall(more)
        sink.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    main()
