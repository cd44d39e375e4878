"""What goes wrong in a route, as an answer of one line."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from pipeline.console.refusals import ErrorAnswer, Refused
from pipeline.errors import SmartAlertError, UsageError

_AS_JSON = {"application/json": {"schema": ErrorAnswer.model_json_schema()}}
"""Also of a route that answers with a picture or a table."""
REFUSALS: dict[int | str, dict[str, object]] = {
    status: {"description": HTTPStatus(status).phrase, "content": _AS_JSON}
    for status in (400, 401, 403, 404, 405, 409, 413, 422, 429, 503)
}
"""What any route may answer in place of what it is there for."""


def answer_mishaps(app: FastAPI) -> None:
    """Make every mistake an answer."""

    @app.exception_handler(Refused)
    def refused(_: Request, error: Refused) -> JSONResponse:
        return JSONResponse({"error": error.text}, error.status, error.headers)

    @app.exception_handler(HTTPException)
    def plain(_: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"error": str(error.detail)}, error.status_code, error.headers)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        return JSONResponse({"error": f"{place}: {first['msg']}"}, 422)

    @app.exception_handler(SmartAlertError)
    def ours(_: Request, error: SmartAlertError) -> JSONResponse:
        # What the call is wrong about, or what is away now.
        return JSONResponse({"error": str(error)}, 400 if isinstance(error, UsageError) else 503)

    @app.exception_handler(Exception)
    def broken(_: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"error": f"mistake in the program: {type(error).__name__}"}, 500)
