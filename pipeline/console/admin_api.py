"""The routes of the page about admin."""

from fastapi import APIRouter


def router() -> APIRouter:
    """The routes."""
    return APIRouter(prefix="/api", tags=["admin"])
