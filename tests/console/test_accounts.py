"""Accounts, sessions and the audit log, without a browser."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from pipeline.console.accounts import AccountConflictError, Accounts, NoAccountError, Role, User
from pipeline.console.audit import Audit
from pipeline.console.console_file import ConsoleFile
from pipeline.console.moments import moment
from pipeline.console.sessions import Sessions
from pipeline.errors import StateError, UsageError

HOUR_NS = 3600 * 1_000_000_000
START_NS = 1_767_600_000 * 1_000_000_000
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass
class Clock:
    """The test says what time it is."""

    t_ns: int = START_NS

    def __call__(self) -> int:
        return self.t_ns

    def moment(self) -> datetime:
        return moment(self.t_ns)


class Room:
    """All that is kept in one file."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.file = ConsoleFile(folder / "state" / "console.sqlite")
        self.accounts = Accounts(self.file, self.clock.moment, CHEAP)
        self.sessions = Sessions(self.file, self.clock, 12 * HOUR_NS)
        self.audit = Audit(self.file, self.clock.moment)
        self.accounts.add("ada", Role.ADMIN, "correct horse")


@pytest.fixture
def here(tmp_path: Path) -> Room:
    return Room(tmp_path)


def test_the_right_password_alone_lets_in(here: Room) -> None:
    assert here.accounts.checked("ada", "correct horse") == User("ada", Role.ADMIN)
    assert here.accounts.checked("ada", "correct horse ") is None
    assert here.accounts.checked("ada", "") is None
    assert here.accounts.checked("bob", "correct horse") is None
    assert here.accounts.checked("ada' OR '1'='1", "correct horse") is None


def test_no_password_and_no_sessions_secret_stands_in_the_file(here: Room) -> None:
    session = here.sessions.begin(User("ada", Role.ADMIN))
    kept = b"".join(path.read_bytes() for path in here.file.path.parent.iterdir())
    assert b"$argon2id$" in kept
    assert b"correct horse" not in kept
    assert session.token.encode() not in kept
    assert session.csrf.encode() not in kept
    assert here.file.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("password", ["", "123456789", "x" * 257])
def test_a_password_that_is_too_short_or_long_is_refused(here: Room, password: str) -> None:
    with pytest.raises(UsageError, match="allowed: 10 to 256"):
        here.accounts.add("bob", Role.OPERATOR, password)
    with pytest.raises(UsageError, match="allowed: 10 to 256"):
        here.accounts.give_password("ada", password)
    assert [one.name for one in here.accounts.all()] == ["ada"]


@pytest.mark.parametrize("name", ["", "a b", "../x", "a\n", "<b>", "x" * 65, "a/b"])
def test_a_name_that_could_be_something_else_is_refused(here: Room, name: str) -> None:
    with pytest.raises(UsageError, match="no name"):
        here.accounts.add(name, Role.OPERATOR, "correct horse")


def test_a_name_is_given_once_and_the_last_administrator_stays(here: Room) -> None:
    with pytest.raises(AccountConflictError, match="there is one already"):
        here.accounts.add("ada", Role.OPERATOR, "correct horse")
    with pytest.raises(AccountConflictError, match="last administrator"):
        here.accounts.remove("ada")
    with pytest.raises(AccountConflictError, match="last administrator"):
        here.accounts.give_role("ada", Role.ENGINEER)
    here.accounts.add("王工", Role.ADMIN, "correct horse")
    here.accounts.give_role("ada", Role.ENGINEER)
    assert [(one.name, one.role) for one in here.accounts.all()] == [("ada", Role.ENGINEER), ("王工", Role.ADMIN)]
    for act in (here.accounts.remove, lambda name: here.accounts.give_password(name, "correct horse")):
        with pytest.raises(NoAccountError, match="there is none"):
            act("bob")


def test_a_session_ends_without_a_sign_of_life_and_after_a_week_in_any_case(here: Room) -> None:
    token = here.sessions.begin(User("ada", Role.ADMIN)).token
    here.clock.t_ns += 12 * HOUR_NS
    assert here.sessions.of(token) is not None
    here.clock.t_ns += 12 * HOUR_NS
    assert here.sessions.of(token) is not None, "the sign of life before is not noted"
    here.clock.t_ns += 12 * HOUR_NS + 1
    assert here.sessions.of(token) is None
    token, began_ns = here.sessions.begin(User("ada", Role.ADMIN)).token, here.clock.t_ns
    while here.clock.t_ns - began_ns < 7 * 24 * HOUR_NS:
        here.clock.t_ns += 12 * HOUR_NS
        assert here.sessions.of(token) is not None
    here.clock.t_ns += 1
    assert here.sessions.of(token) is None


def test_sessions_outlast_a_restart_and_are_told_apart(here: Room) -> None:
    one, other = here.sessions.begin(User("ada", Role.ADMIN)), here.sessions.begin(User("ada", Role.ADMIN))
    again = Sessions(ConsoleFile(here.file.path), here.clock, 12 * HOUR_NS)
    assert again.of(one.token) == one
    assert one.csrf != other.csrf
    assert one.says(one.csrf)
    assert not one.says(other.csrf)
    assert not one.says("")
    again.end(one)
    assert here.sessions.of(one.token) is None
    assert here.sessions.of(other.token) == other
    assert here.sessions.of("") is None


def test_a_new_role_holds_at_once_and_a_new_password_or_no_account_ends_the_sessions(here: Room) -> None:
    here.accounts.add("bob", Role.OPERATOR, "correct horse")
    session = here.sessions.begin(User("bob", Role.OPERATOR))
    here.accounts.give_role("bob", Role.ENGINEER)
    found = here.sessions.of(session.token)
    assert found is not None
    assert found.user == User("bob", Role.ENGINEER)
    here.accounts.give_password("bob", "another horse")
    assert here.sessions.of(session.token) is None
    session = here.sessions.begin(User("bob", Role.ENGINEER))
    here.accounts.remove("bob")
    assert here.sessions.of(session.token) is None


def test_the_audit_log_gives_the_newest_lines_first_and_page_by_page(here: Room) -> None:
    for number in range(5):
        here.clock.t_ns += HOUR_NS
        here.audit.write(User("ada" if number % 2 else "bob", Role.ADMIN), "fences.save", f"camera-{number}", "why")
    deeds = here.audit.read(most=3)
    assert [one.subject for one in deeds] == ["camera-4", "camera-3", "camera-2"]
    assert [one.subject for one in here.audit.read(before=deeds[-1].id)] == ["camera-1", "camera-0"]
    assert [one.subject for one in here.audit.read(user="ada")] == ["camera-3", "camera-1"]
    assert deeds[0].at == datetime.fromtimestamp(START_NS / 1e9 + 5 * 3600, UTC)


def test_a_file_of_a_later_version_is_left_alone(here: Room) -> None:
    with here.file.writing() as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StateError, match="later version"):
        ConsoleFile(here.file.path)


def test_a_file_that_is_no_database_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "console.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(StateError, match="cannot be used now") as told:
        ConsoleFile(tmp_path / "console.sqlite")
    assert "\n" not in str(told.value)
