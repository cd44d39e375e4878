"""The routes of the page about rules."""

from fastapi import APIRouter


def router() -> APIRouter:
    """The routes."""
    return APIRouter(prefix="/api", tags=["rules"])
