"""The console as an application: the routes of all its pages, and what stands before them."""

from collections.abc import Callable

from fastapi import APIRouter, FastAPI

from pipeline.console import (
    admin_api,
    alerts_api,
    cameras_api,
    description_api,
    fences_api,
    live_api,
    login_api,
    missed_api,
    rules_api,
    shell,
    silences_api,
    statistics_api,
    versions_api,
)
from pipeline.console.context import Console
from pipeline.console.guard import Guard
from pipeline.console.headers import Headers, WithoutPrefix
from pipeline.console.login_limit import LoginLimit
from pipeline.console.mishaps import REFUSALS, answer_mishaps

_ROUTERS: tuple[Callable[[], APIRouter], ...] = (
    live_api.router,
    alerts_api.router,
    cameras_api.router,
    fences_api.router,
    rules_api.router,
    silences_api.router,
    versions_api.router,
    statistics_api.router,
    missed_api.router,
    admin_api.router,
    description_api.router,
)
"""A page's routes are a line here."""


def create_app(console: Console) -> FastAPI:
    """The application of a console that is open; it is not closed by it."""
    app = FastAPI(
        title="Smart Alert console",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        responses=REFUSALS,
        separate_input_output_schemas=False,
    )
    app.state.console = console
    answer_mishaps(app)
    app.include_router(login_api.router(LoginLimit()))
    for router in _ROUTERS:
        app.include_router(router())
    shell.mount(app, console.site.console.prefix)
    # The last one added is met first.
    app.add_middleware(Guard, console=console)
    app.add_middleware(Headers)
    app.add_middleware(WithoutPrefix, prefix=console.site.console.prefix)
    return app
