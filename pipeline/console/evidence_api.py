"""The route that serves evidence: nothing but an event's own files, in whole or in part."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query
from fastapi.responses import FileResponse, Response, StreamingResponse

from pipeline.console.byte_range import RangeError, byte_range
from pipeline.console.context import Console, ConsoleOf
from pipeline.console.event_ids import EventId
from pipeline.console.evidence_files import local_file
from pipeline.console.evidence_names import NAME_PATTERN
from pipeline.console.guard import Operator
from pipeline.console.refusals import Refused, not_found

_KINDS = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "mp4": "video/mp4"}
_HEADERS = {"Cache-Control": "private, max-age=3600", "Content-Disposition": "inline"}
"""A name holds its content's hash: what was had need not be asked for again."""
_FileName = Annotated[str, Path(pattern=NAME_PATTERN, description="a file's name, as an event has it")]
_CONTENT: dict[str, object] = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _KINDS.values()}


def add_routes(routes: APIRouter) -> None:
    """Add them."""

    @routes.get(
        "/evidence/{event}/{name}",
        response_class=Response,
        responses={
            200: {"content": _CONTENT, "description": "The file"},
            206: {"content": _CONTENT, "description": "A part of it"},
            416: {"description": "The file is shorter"},
        },
    )
    def evidence(
        user: Operator,
        console: ConsoleOf,
        event: EventId,
        name: _FileName,
        *,
        width: Annotated[int | None, Query(ge=16, le=1280, description="at most so wide, a picture only")] = None,
        asked: Annotated[str | None, Header(alias="Range")] = None,
    ) -> Response:
        """A picture or a clip of an event."""
        del user
        path, kind = local_file(console.site, event, name), _KINDS[name.rpartition(".")[2]]
        if path is None:
            return _from_store(console, event, name, kind, asked)
        small = console.live.small.of(path, width) if width is not None and kind != "video/mp4" else None
        if small is not None:
            return Response(small, media_type="image/jpeg", headers=_HEADERS)
        return FileResponse(path, media_type=kind, headers=_HEADERS)


def _from_store(console: Console, event: str, name: str, kind: str, asked: str | None) -> Response:
    store, site = console.live.store, console.site
    size = store.size(site, event, name)
    if size is None:
        raise not_found(f"evidence {event}/{name}: there is none of this name, or it was removed as old")
    try:
        first, count = byte_range(asked, size)
    except RangeError as error:
        raise Refused(416, str(error), {"Content-Range": f"bytes */{size}"}) from error
    headers = _HEADERS | {"Accept-Ranges": "bytes", "Content-Length": str(count)}
    content = store.part(site, event, name, first, count)
    if count == size:
        return StreamingResponse(content, media_type=kind, headers=headers)
    headers["Content-Range"] = f"bytes {first}-{first + count - 1}/{size}"
    return StreamingResponse(content, 206, media_type=kind, headers=headers)
