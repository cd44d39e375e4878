"""Figures of a period, from the ledger and the logs, as JSON and as CSV."""

from fastapi import APIRouter


def router() -> APIRouter:
    """The routes."""
    return APIRouter(prefix="/api", tags=["statistics"])
