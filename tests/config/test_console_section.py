"""The section `console` of a site file."""

from pathlib import Path

import pytest

from pipeline.config.resolved import ConsoleSettings
from tests.config.site_files import SITE, faults, load, write_site

PAGE = "allowed: such as https://control.example or https://control.example/smart-alert"
PROXY = "allowed: such as 10.0.0.5 or 10.0.0.0/8"
LISTEN = "host:port such as 127.0.0.1:8600, 0.0.0.0:8600 or [::1]:8600"


def test_without_a_section_it_listens_on_this_machine_alone(tmp_path: Path) -> None:
    settings = load(write_site(tmp_path, SITE)).console
    assert settings == ConsoleSettings(listen=("127.0.0.1", 8600), origin="", prefix="")
    assert settings.trusted_proxies == ("127.0.0.1", "::1")
    assert settings.idle_ns == 12 * 3600 * 10**9


@pytest.mark.parametrize(
    ("address", "origin", "prefix"),
    [
        ("https://control.example", "https://control.example", ""),
        ("https://Control.example/", "https://control.example", ""),
        ("http://10.0.0.5:8080/city/smart-alert/", "http://10.0.0.5:8080", "/city/smart-alert"),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]", "/x"),
    ],
)
def test_an_address_is_an_origin_and_a_prefix(tmp_path: Path, address: str, origin: str, prefix: str) -> None:
    section = (
        f"console: {{listen: '[::]:443', address: '{address}', trusted_proxies: [10.0.0.0/8, 10.0.0.5], idle: 30m}}"
    )
    settings = load(write_site(tmp_path, f"{SITE}\n{section}\n")).console
    assert settings == ConsoleSettings(("::", 443), origin, prefix, ("10.0.0.0/8", "10.0.0.5"), 30 * 60 * 10**9)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("listen: off", f'console.listen: no address to listen on (got "off", allowed: {LISTEN})'),
        ("listen: '8600'", f'console.listen: no address to listen on (got "8600", allowed: {LISTEN})'),
        ("address: control.example", f'console.address: no address of a page (got "control.example", {PAGE})'),
        ("address: 'http://a/b?c'", f'console.address: no address of a page (got "http://a/b?***", {PAGE})'),
        ("trusted_proxies: [proxy]", f'console.trusted_proxies[0]: no address of a machine (got "proxy", {PROXY})'),
        ("idle: 10s", 'console.idle: too short a time (got "10s", allowed: 1m or longer, such as 12h)'),
        ("port: 8600", 'console.port: unknown key (got "port", allowed: address, idle, listen, trusted_proxies)'),
    ],
)
def test_each_mistake_is_told_in_its_own_words(tmp_path: Path, written: str, told: str) -> None:
    line = SITE.count("\n") + 2
    assert faults(write_site(tmp_path, f"{SITE}\nconsole: {{{written}}}\n")) == [f"site.yaml:{line}: {told}"]
