"""What every answer tells the browser: to load nothing from elsewhere, and to be shown in no other page."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Headers:
    """Adds them to every answer, and a word about caches where the answer has none."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with them."""

        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                if "cache-control" not in headers:
                    # Our files change with the version: a browser asks whether they have.
                    headers["Cache-Control"] = "no-cache" if scope["path"].startswith("/static/") else "no-store"
            await send(message)

        await self._app(scope, receive, send_with if scope["type"] == "http" else send)


class WithoutPrefix:
    """Takes a reverse proxy's prefix off the path, where the proxy has left it on.

    Args:
        app: Knows no prefix.
        prefix: Such as `/smart-alert`; may be empty.
    """

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app, self._prefix = app, prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer without it."""
        path = scope.get("path", "")
        if self._prefix and scope["type"] == "http" and (path == self._prefix or path.startswith(self._prefix + "/")):
            stripped = path.removeprefix(self._prefix) or "/"
            scope = {**scope, "path": stripped, "raw_path": stripped.encode()}
        await self._app(scope, receive, send)
