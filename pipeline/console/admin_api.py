"""The routes of the administrators' page: accounts, and what users did."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import AwareDatetime, BaseModel, Field

from pipeline.console.accounts import LEAST_LETTERS, MOST_LETTERS, NAME, AccountConflictError, NoAccountError, Role
from pipeline.console.context import ConsoleOf
from pipeline.console.guard import Admin
from pipeline.console.login_api import address_of
from pipeline.console.refusals import conflict, not_found, unprocessable
from pipeline.errors import UsageError

NewPassword = Annotated[str, Field(min_length=LEAST_LETTERS, max_length=MOST_LETTERS)]
Name = Annotated[str, Path(max_length=64)]
_LARGEST_ID = 2**53


class AccountRequest(BaseModel):
    """A new account."""

    name: Annotated[str, Field(pattern=NAME)]
    role: Role
    password: NewPassword


class RoleRequest(BaseModel):
    """What somebody may do from now on."""

    role: Role


class NewPasswordRequest(BaseModel):
    """A new password for somebody."""

    password: NewPassword


class AccountAnswer(BaseModel):
    """An account, without its password."""

    name: str
    role: Role
    made_at: AwareDatetime
    changed_at: AwareDatetime


class DeedAnswer(BaseModel):
    """What a user did: one line of the audit log."""

    id: int
    at: datetime
    user: str
    action: str
    subject: str
    detail: str
    address: str


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api", tags=["admin"])

    @routes.get("/accounts")
    def accounts(user: Admin, console: ConsoleOf) -> list[AccountAnswer]:
        del user
        return [AccountAnswer(name=one.name, role=one.role, made_at=one.made_at, changed_at=one.changed_at)
                for one in console.accounts.all()]  # fmt: skip

    @routes.post("/accounts", status_code=201)
    def add(asked: AccountRequest, user: Admin, console: ConsoleOf, request: Request) -> list[AccountAnswer]:
        with _answered():
            console.accounts.add(asked.name, asked.role, asked.password)
        console.audit.write(user, "admin.add", asked.name, asked.role, address_of(request))
        return accounts(user, console)

    @routes.put("/accounts/{name}/role")
    def role(name: Name, asked: RoleRequest, user: Admin, console: ConsoleOf, request: Request) -> list[AccountAnswer]:
        with _answered():
            console.accounts.give_role(name, asked.role)
        console.audit.write(user, "admin.role", name, asked.role, address_of(request))
        return accounts(user, console)

    @routes.put("/accounts/{name}/password")
    def password(
        name: Name, asked: NewPasswordRequest, user: Admin, console: ConsoleOf, request: Request
    ) -> list[AccountAnswer]:
        with _answered():
            console.accounts.give_password(name, asked.password)
        console.audit.write(user, "admin.password", name, "", address_of(request))
        return accounts(user, console)

    @routes.delete("/accounts/{name}")
    def remove(name: Name, user: Admin, console: ConsoleOf, request: Request) -> list[AccountAnswer]:
        with _answered():
            console.accounts.remove(name)
        console.audit.write(user, "admin.remove", name, "", address_of(request))
        return accounts(user, console)

    @routes.get("/audit")
    def audit(
        user: Admin,
        console: ConsoleOf,
        before: Annotated[int | None, Query(ge=0, le=_LARGEST_ID)] = None,
        of: Annotated[str, Query(max_length=64)] = "",
        most: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> list[DeedAnswer]:
        del user
        return [
            DeedAnswer(
                id=one.id,
                at=one.at,
                user=one.user,
                action=one.action,
                subject=one.subject,
                detail=one.detail,
                address=one.address,
            )
            for one in console.audit.read(before, of, most)
        ]

    return routes


@contextmanager
def _answered() -> Iterator[None]:
    try:
        yield
    except NoAccountError as error:
        raise not_found(str(error)) from error
    except AccountConflictError as error:
        raise conflict(str(error)) from error
    except UsageError as error:
        raise unprocessable(str(error)) from error
