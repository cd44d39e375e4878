"""Addresses a site file may name."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.alerts.server import Server, ServerAwayError
from pipeline.alerts.server_url import connector
from pipeline.alerts.stream import RedisSink
from pipeline.errors import StreamError
from tests.alerts.servers import debian_server, wait_until


@pytest.mark.parametrize(
    "url",
    [
        "http://host",
        "redis://host:port",
        "redis://host:99999",
        "redis+sentinel://",
        "redis+sentinel://host",
        "redis+sentinel://host/",
        "redis+sentinel://host:x/main",
        "redis+sentinel://host/main/zero",
        "redis+sentinel://host/main/0/1",
        "redis+sentinel://host/main?colour=red",
        "redis+sentinel://,/main",
    ],
)
def test_an_address_that_cannot_be_understood_is_refused_without_its_password(url: str) -> None:
    secret = url.replace("://", "://user:hunter2@")
    with pytest.raises(StreamError, match=r"^redis\.url: got SHOWN, allowed are redis://[^\n]*$") as caught:
        connector(secret, "SHOWN")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


@given(
    url=st.one_of(
        st.text(max_size=40),
        st.text(max_size=30).map("redis://".__add__),
        st.text(max_size=30).map("redis+sentinel://".__add__),
    )
)
@settings(deadline=None, max_examples=300)
def test_no_address_is_a_traceback(url: str) -> None:
    try:
        connector(url, "shown")
    except StreamError:
        return


def test_options_of_an_address_reach_the_connection() -> None:
    client = connector("redis://viewer:pa%40ss@db.example:6380/3", "shown")()
    settings_of = client.connection_pool.connection_kwargs
    assert (settings_of["host"], settings_of["port"], settings_of["db"]) == ("db.example", 6380, 3)
    assert (settings_of["username"], settings_of["password"]) == ("viewer", "pa@ss")
    assert settings_of["socket_connect_timeout"] == 2.0
    client.close()


def test_sentinels_that_are_away_are_away_and_not_a_refusal() -> None:
    url = "redis+sentinel://:hunter2@127.0.0.1:1,127.0.0.1:2/main"
    sink = RedisSink(Server(connector(url, "redis+sentinel://***"), "redis+sentinel://***"), "s", 1)
    with pytest.raises(ServerAwayError, match="cannot be reached") as caught:
        sink.position("box")
    assert "hunter2" not in str(caught.value)


def test_sentinels_lead_to_the_master(tmp_path: Path) -> None:
    program = str(debian_server())
    master_port, sentinel_port = 26391, 26392
    (tmp_path / "sentinel.conf").write_text(
        f"port {sentinel_port}\nbind 127.0.0.1\nsentinel monitor main 127.0.0.1 {master_port} 1\n"
        "sentinel auth-pass main right\n"
    )
    master = [program, *("--port", str(master_port), "--bind", "127.0.0.1", "--save", "", "--requirepass", "right")]
    sentinel = [program, str(tmp_path / "sentinel.conf"), "--sentinel"]
    processes = [subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL) for command in (master, sentinel)]
    try:
        url = f"redis+sentinel://:right@127.0.0.1:1,127.0.0.1:{sentinel_port}/main/2"
        server = Server(connector(url, "sentinels"), "sentinels")

        def is_there() -> bool:
            try:
                with server.explained("test"):
                    return bool(server.client().ping())
            except StreamError:
                return False

        wait_until(is_there)
        server.client().set("a", "b")
        direct = connector(f"redis://:right@127.0.0.1:{master_port}/2", "direct")()
        assert direct.get("a") == "b"
        direct.close()
        server.close()
    finally:
        for process in processes:
            process.kill()
            process.wait()
