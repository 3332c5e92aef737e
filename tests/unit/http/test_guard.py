"""The guard's table: which Host and Origin may use a local server."""

import pytest

from flowgen.http.guard import Authority, Bound, parse_authority, reached_address, refusal

LOCAL = Bound(host="127.0.0.1", port=8001)
NAMED = Bound(host="box.lan", port=8001)
EVERYWHERE = Bound(host="0.0.0.0", port=8001)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("localhost", Authority(host="localhost", port=None)),
        ("LocalHost.:80", Authority(host="localhost", port=80)),
        ("[::1]:8001", Authority(host="::1", port=8001)),
        ("[::1]", Authority(host="::1", port=None)),
        ("user@localhost", None),
        ("localhost:80:80", None),
        ("localhost:", None),
        ("local host", None),
        ("", None),
    ],
)
def test_an_authority_is_read_or_refused(text: str, expected: Authority | None) -> None:
    assert parse_authority(text) == expected


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8001", "LOCALHOST:9", "127.0.0.1:8001", "127.8.9.1", "[::1]:8001", "localhost."]
)
def test_local_hosts_pass(host: str) -> None:
    assert refusal([host], [], "http", LOCAL, "127.0.0.1") is None


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "192.168.0.2:8001", "127.0.0.1.evil.example", "[::2]", "2130706433"],
)
def test_other_hosts_are_refused(host: str) -> None:
    reason = refusal([host], [], "http", LOCAL, "127.0.0.1")
    assert reason is not None
    assert host in reason


@pytest.mark.parametrize("hosts", [[], ["localhost", "localhost"], ["localhost", "evil.example"]])
def test_there_is_exactly_one_host(hosts: list[str]) -> None:
    assert refusal(hosts, [], "http", LOCAL, "127.0.0.1") is not None


@pytest.mark.parametrize(
    ("bound", "host", "reached", "is_allowed"),
    [
        (NAMED, "box.lan:8001", "10.0.0.5", True),
        (NAMED, "10.0.0.5:8001", "10.0.0.5", False),
        (EVERYWHERE, "10.0.0.5:8001", "10.0.0.5", True),
        (EVERYWHERE, "10.0.0.6:8001", "10.0.0.5", False),
        (EVERYWHERE, "evil.example:8001", "10.0.0.5", False),
        (EVERYWHERE, "0.0.0.0:8001", "127.0.0.1", True),
    ],
)
def test_the_bound_address_passes(bound: Bound, host: str, reached: str, is_allowed: bool) -> None:
    assert (refusal([host], [], "http", bound, reached) is None) is is_allowed


@pytest.mark.parametrize(
    ("host", "origin", "is_allowed"),
    [
        ("localhost:8001", "http://localhost:8001", True),
        ("localhost:8001", "HTTP://LOCALHOST:8001", True),
        ("localhost", "http://localhost", True),
        ("localhost", "http://localhost:80", True),
        ("localhost:8001", "http://localhost:3000", False),
        ("localhost:8001", "http://127.0.0.1:8001", True),
        ("127.0.0.1:8001", "http://[::1]:8001", True),
        ("localhost:8001", "http://10.0.0.5:8001", False),
        ("localhost:8001", "https://localhost", False),
        ("localhost:8001", "https://evil.example", False),
        ("localhost:8001", "http://evil.example:8001", False),
        ("localhost:8001", "null", False),
        ("localhost:8001", "", False),
        ("localhost:8001", "chrome-extension://abc", False),
    ],
)
def test_only_own_pages_may_call(host: str, origin: str, is_allowed: bool) -> None:
    assert (refusal([host], [origin], "http", LOCAL, "127.0.0.1") is None) is is_allowed


@pytest.mark.parametrize(
    ("server", "address"),
    [(("10.0.0.5", 8001), "10.0.0.5"), (("::ffff:10.0.0.5", 8001), "10.0.0.5"), (("::1", 8001), "::1"), (None, None)],
)
def test_the_address_that_was_reached(server: tuple[str, int] | None, address: str | None) -> None:
    assert reached_address(server) == address
