"""The routes of the page about cameras."""

from fastapi import APIRouter


def router() -> APIRouter:
    """The routes."""
    return APIRouter(prefix="/api", tags=["cameras"])
