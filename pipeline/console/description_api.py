"""The description of the routes, for programs and for who writes them."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from pipeline.console.guard import Operator


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api", tags=["description"])

    @routes.get("/openapi.json", response_class=JSONResponse)
    def openapi(user: Operator, request: Request) -> JSONResponse:
        del user
        return JSONResponse(request.app.openapi())

    return routes
