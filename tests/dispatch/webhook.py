"""A web server that takes what Apprise's json:// sends, as a city's messenger would."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class Webhook:
    """Remembers what it was sent. `status` is what it answers, once `may_answer` is set."""

    def __init__(self) -> None:
        self.status = 200
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.got: list[dict[str, object]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.may_answer.wait(60)
                if hook.status == 200:
                    hook.take(json.loads(body))
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                del format, args

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def take(self, body: dict[str, object]) -> None:
        self.got.append(body)

    @property
    def url(self) -> str:
        return f"json://user:geheim@127.0.0.1:{self._server.server_address[1]}/hook"

    @property
    def titles(self) -> list[str]:
        return [str(one["title"]) for one in self.got]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.may_answer.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
