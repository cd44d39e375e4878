"""The routes of the page about statistics."""

from fastapi import APIRouter


def router() -> APIRouter:
    """The routes."""
    return APIRouter(prefix="/api", tags=["statistics"])
