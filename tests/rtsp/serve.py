"""An RTSP server: GStreamer's, for the tests. Runs with the system's Python, which has its bindings (python3-gi).

Its one argument is JSON, see `Wanted`. It prints `port N` once it listens, and stops with its standard input: no server
outlives its test.
"""

import json
import sys
from collections.abc import Callable, Iterable
from typing import TypedDict

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402 - their versions are chosen first


class Served(TypedDict):
    """One stream: GStreamer's pipeline, and the caps that the element `size` gets after so many seconds; 0: never."""

    launch: str
    is_shared: bool
    resize_after_s: float
    later_caps: str


class Wanted(TypedDict):
    """What is served where: port 0 is any, an empty user is anybody."""

    port: int
    user: str
    password: str
    is_digest: bool
    streams: dict[str, Served]


def resize_later(stream: Served) -> Callable[[GstRtspServer.RTSPMediaFactory, GstRtspServer.RTSPMedia], None]:
    """What to call as the stream's media is made."""

    def configured(_factory: GstRtspServer.RTSPMediaFactory, media: GstRtspServer.RTSPMedia) -> None:
        size = media.get_element().get_by_name("size")

        def resize() -> bool:
            size.set_property("caps", Gst.Caps.from_string(stream["later_caps"]))
            return False

        GLib.timeout_add(int(stream["resize_after_s"] * 1000), resize)

    return configured


def make_factory(stream: Served) -> GstRtspServer.RTSPMediaFactory:
    """What makes the media of a path."""
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(stream["launch"])
    factory.set_shared(stream["is_shared"])
    if stream["resize_after_s"]:
        factory.connect("media-configure", resize_later(stream))
    return factory


def protect(
    server: GstRtspServer.RTSPServer, factories: Iterable[GstRtspServer.RTSPMediaFactory], wanted: Wanted
) -> None:
    """Lets only this user in."""
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "user")
    if wanted["is_digest"]:
        gi.require_version("GstRtsp", "1.0")
        from gi.repository import GstRtsp  # noqa: PLC0415 - needed here alone

        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(wanted["user"], wanted["password"], token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(wanted["user"], wanted["password"]), token)
    server.set_auth(auth)
    for factory in factories:
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role("user", "media.factory.access", True)
        permissions.add_permission_for_role("user", "media.factory.construct", True)
        factory.set_permissions(permissions)


def main() -> None:
    """Serves until standard input is closed."""
    wanted: Wanted = json.loads(sys.argv[1])
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(wanted["port"]))
    factories = {path: make_factory(stream) for path, stream in wanted["streams"].items()}
    for path, factory in factories.items():
        server.get_mount_points().add_factory(f"/{path}", factory)
    if wanted["user"]:
        protect(server, factories.values(), wanted)
    if not server.attach(None):
        sys.exit("cannot listen")
    loop = GLib.MainLoop()
    GLib.io_add_watch(GLib.IOChannel.unix_new(0), GLib.PRIORITY_DEFAULT, GLib.IOCondition.HUP, lambda *_: loop.quit())
    sys.stdout.write(f"port {server.get_bound_port()}\n")
    sys.stdout.flush()
    loop.run()


main()
