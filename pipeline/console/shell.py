"""The page that all pages are shown in, and the files it is made of. Neither holds anything about the site."""

from html import escape
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles

PAGES = ("alerts", "cameras", "fences", "rules", "statistics", "admin")
"""The first step of a page's address."""
_STATIC = Path(__file__).with_name("static")


def mount(app: FastAPI, prefix: str) -> None:
    """Add the files and the pages' addresses.

    Args:
        app: To add them to.
        prefix: The path below which browsers reach the console, without a slash at its end.
    """
    base = f"{prefix}/"
    shell = (_STATIC / "shell.html").read_text(encoding="utf-8").replace("{{base}}", escape(base))
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")

    def page() -> HTMLResponse:
        return HTMLResponse(shell)

    def first() -> RedirectResponse:
        return RedirectResponse(base + PAGES[0])

    app.add_api_route("/", first, include_in_schema=False)
    for name in PAGES:
        app.add_api_route(f"/{name}", page, include_in_schema=False, response_class=HTMLResponse)
        app.add_api_route(f"/{name}/{{rest:path}}", page, include_in_schema=False, response_class=HTMLResponse)
