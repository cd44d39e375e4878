"""The embedded server, in its own processes, killed in every way there is."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from pipeline.alerts.embedded import FOLDER, EmbeddedRedis
from pipeline.errors import StateError
from tests.alerts.servers import wait_until

OWNER = """
import sys, time
from pathlib import Path
from pipeline.alerts.embedded import EmbeddedRedis
server = EmbeddedRedis(Path(sys.argv[1]), time.sleep)
client = server.client()
client.xadd("s", {"from": "owner"})
print(client.info("server")["process_id"], flush=True)
if sys.argv[2] == "leave":
    sys.exit()
sys.stdin.read()
server.close()
"""


def owner(state: Path, way: str = "stay") -> tuple[subprocess.Popen[bytes], int]:
    """Another process that has started the server and written one entry, and the server's id."""
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(state), way], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def end(process: subprocess.Popen[bytes]) -> None:
    process.communicate()


def server_pid(redis: EmbeddedRedis) -> int:
    with redis.client() as client:
        return int(client.info("server")["process_id"])


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_what_was_written_is_there_the_next_time(tmp_path: Path) -> None:
    for count in (1, 2, 3):
        with EmbeddedRedis(tmp_path, time.sleep) as redis, redis.client() as client:
            client.xadd("s", {"a": "1"})
            assert client.xlen("s") == count


def test_it_writes_its_append_only_file_always_and_listens_to_nobody_else(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path, time.sleep) as redis, redis.client() as client:
        assert client.config_get("append*")["appendonly"] == "yes"
        assert client.config_get("appendfsync") == {"appendfsync": "always"}
        assert client.config_get("port") == {"port": "0"}
        assert (tmp_path / FOLDER / "redis.sock").stat().st_mode & 0o777 == 0o700


def test_it_stops_with_its_owner(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path, time.sleep) as redis:
        pid = server_pid(redis)
        assert redis.is_owner
    assert not is_alive(pid)


def test_nothing_is_started_before_it_is_used(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path, time.sleep):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("way", ["leave", "kill"])
def test_it_stops_when_its_owner_forgets_it_or_is_killed(tmp_path: Path, way: str) -> None:
    process, pid = owner(tmp_path, "leave" if way == "leave" else "stay")
    if way == "kill":
        process.send_signal(signal.SIGKILL)
    end(process)
    wait_until(lambda: not is_alive(pid))
    with EmbeddedRedis(tmp_path, time.sleep) as redis, redis.client() as client:
        assert client.xlen("s") == 1
        assert redis.is_owner


def test_a_second_process_joins_and_takes_over_when_the_owner_has_gone(tmp_path: Path) -> None:
    process, pid = owner(tmp_path)
    with EmbeddedRedis(tmp_path, time.sleep) as redis:
        with redis.client() as client:
            assert client.xlen("s") == 1
            assert not redis.is_owner
        end(process)
        wait_until(lambda: not is_alive(pid))
        with redis.client() as client:
            assert client.xlen("s") == 1
        assert redis.is_owner


def test_one_that_joined_does_not_stop_it(tmp_path: Path) -> None:
    process, pid = owner(tmp_path)
    with EmbeddedRedis(tmp_path, time.sleep) as redis:
        assert server_pid(redis) == pid
    assert is_alive(pid)
    end(process)


def test_it_survives_its_own_kill_9(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path, time.sleep) as redis:
        with redis.client() as client:
            client.xadd("s", {"a": "1"})
            os.kill(server_pid(redis), signal.SIGKILL)
            wait_until(lambda: not _answers(client.ping))
        with redis.client() as client:
            assert client.xlen("s") == 1


def _answers(ping: object) -> bool:
    try:
        return callable(ping) and bool(ping())
    except (RedisConnectionError, OSError):
        return False


def test_a_server_that_outlived_owner_and_guard_is_stopped_before_another_starts(tmp_path: Path) -> None:
    process, pid = owner(tmp_path)
    family = _descendants(process.pid)
    for killed in (process.pid, *(other for other in family if other != pid)):
        os.kill(killed, signal.SIGKILL)
    end(process)
    assert is_alive(pid)
    with EmbeddedRedis(tmp_path, time.sleep) as redis:
        assert server_pid(redis) != pid
        assert redis.client().xlen("s") == 1
    assert not is_alive(pid)


def _descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    return [found for child in children for found in (int(child), *_descendants(int(child)))]


@pytest.mark.parametrize("damage", ["cut", "zeros", "stale"])
def test_it_recovers_from_its_own_stale_or_damaged_files(tmp_path: Path, damage: str) -> None:
    process, pid = owner(tmp_path)
    with EmbeddedRedis(tmp_path, time.sleep) as redis, redis.client() as client:
        client.xadd("s", {"second": "entry"})
    process.send_signal(signal.SIGKILL)
    end(process)
    folder = tmp_path / FOLDER
    wait_until(lambda: not is_alive(pid))
    file = folder / "appendonly.aof"
    if damage == "cut":
        os.truncate(file, file.stat().st_size - 5)
    elif damage == "zeros":
        with file.open("ab") as end_of_file:
            end_of_file.write(bytes(4096))
    else:
        (folder / "redis.sock").touch()
        (folder / "temp-rewriteaof-99.aof").write_bytes(b"half")
        (folder / "server.json").write_text('{"socket": "/nowhere", "owner": 1}')
    with EmbeddedRedis(tmp_path, time.sleep) as redis, redis.client() as client:
        assert client.xlen("s") == (1 if damage == "cut" else 2)
    assert not (folder / "temp-rewriteaof-99.aof").exists()
    assert (folder / "appendonly.aof.damaged").exists() == (damage == "zeros")


def test_a_long_path_is_no_hindrance(tmp_path: Path) -> None:
    state = tmp_path / ("临淄" * 20) / ("x y'\"" * 8)
    with EmbeddedRedis(state, time.sleep) as redis, redis.client() as client:
        client.xadd("s", {"a": "1"})
        with EmbeddedRedis(state, time.sleep) as second, second.client() as other:
            assert other.xlen("s") == 1
    assert (state / FOLDER / "appendonly.aof").is_file()


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("a file in its place")
    with (
        EmbeddedRedis(tmp_path, time.sleep) as redis,
        pytest.raises(StateError, match=r"^[^\n]*cannot be written: [^\n]*$"),
    ):
        redis.client()


def test_a_file_that_is_none_of_ours_is_told_with_the_servers_words(tmp_path: Path) -> None:
    (tmp_path / FOLDER / "appendonly.aof").mkdir(parents=True)
    with EmbeddedRedis(tmp_path, time.sleep) as redis, pytest.raises(StateError, match=r"does not start: [^\n]+$"):
        redis.client()
