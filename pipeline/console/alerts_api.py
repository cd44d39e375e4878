"""The routes of the page about alerts."""

from fastapi import APIRouter


def router() -> APIRouter:
    """The routes."""
    return APIRouter(prefix="/api", tags=["alerts"])
