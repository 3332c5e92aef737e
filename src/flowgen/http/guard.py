"""Keeps web pages from driving a local server. Knows the headers Host and Origin; refuses to know the routes.

A browser lets any page send requests to this machine, and DNS rebinding lets a page pretend that this server is its
own. So, for every method and path:

- `Host` must name this machine (localhost, 127.0.0.0/8, ::1, with any port, so that tunnels work) or the address that
  was bound. A server bound to all addresses (0.0.0.0, ::) also answers to the address that the connection came to and
  to the machine's own name: names are what rebinding needs, and it cannot have that one.
- `Origin`, if there is one (browsers send it, others need not), must be a page of this very server: its host may stand
  for this server as `Host` may, and its port is that of `Host`. A page on another local port is as foreign as one on
  the web, and so is `null`.
"""

import ipaddress
import re
import socket
from collections.abc import Callable

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from flowgen.domain.values import Value

_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[^:/@\[\]\s]+)(?::(\d{1,5}))?")
_ORIGIN = re.compile(r"(https?)://([^/]+)")
_PORTS = {"http": 80, "https": 443}
_WILDCARDS = {"", "0.0.0.0", "::"}


class Bound(Value, frozen=True):
    """The address that the server listens on, as it was asked for."""

    host: str
    port: int


class Authority(Value, frozen=True):
    """A host without brackets and final dot, in lower case, and its port, None where there is none."""

    host: str
    port: int | None


def parse_authority(text: str) -> Authority | None:
    """Read a Host header's value; None if it is none."""
    found = _AUTHORITY.fullmatch(text.strip().lower())
    if found is None:
        return None
    host, port = found.groups()
    return Authority(host=host.strip("[]").rstrip("."), port=int(port) if port else None)


def is_local(host: str) -> bool:
    """Say whether a host can only be this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def names_us(host: str, bound: Bound, reached: str | None) -> bool:
    """Say whether a Host may stand for this server; `reached` is the address that the connection came to."""
    if is_local(host) or host == bound.host.lower():
        return True
    return bound.host in _WILDCARDS and host in (reached, socket.gethostname().lower())


def refusal(hosts: list[str], origins: list[str], scheme: str, bound: Bound, reached: str | None) -> str | None:
    """Why a request with these headers is refused; None if it is not."""
    authority = parse_authority(hosts[0]) if len(hosts) == 1 else None
    if authority is None or not names_us(authority.host, bound, reached):
        shown = ", ".join(hosts) or "none"
        return f"Host {shown} is not this server; allowed: localhost, 127.0.0.1, [::1] and the address it is bound to."
    for origin in origins:
        page = _page(origin)
        if page is None or not names_us(page.host, bound, reached) or page.port != _port(authority, scheme):
            return f"Origin {origin} is foreign: a web page may not use this server."
    return None


def _page(origin: str) -> Authority | None:
    """Read an Origin, its port filled in; None for what is no web page's."""
    found = _ORIGIN.fullmatch(origin.strip().lower())
    page = parse_authority(found[2]) if found else None
    return Authority(host=page.host, port=_port(page, found[1])) if found and page else None


def _port(authority: Authority, scheme: str) -> int | None:
    return _PORTS.get(scheme) if authority.port is None else authority.port


def reached_address(server: tuple[str, int | None] | None) -> str | None:
    """The address that a connection came to; a socket for both families writes IPv4's as `::ffff:10.0.0.5`."""
    return server[0].removeprefix("::ffff:") if server else None


class Guard:
    """ASGI middleware: `refuse` answers requests that are not meant for this server, before any of it is read."""

    def __init__(self, app: ASGIApp, bound: Bound, refuse: Callable[[str], ASGIApp]) -> None:
        self._app = app
        self._bound = bound
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on or refuse it in the error shape."""
        reason = refusal(
            _values(scope, b"host"),
            _values(scope, b"origin"),
            scope.get("scheme", "http"),
            self._bound,
            reached_address(scope.get("server")),
        )
        if reason is None:
            await self._app(scope, receive, send)
        elif scope["type"] == ScopeType.WEBSOCKET:
            await send({"type": "websocket.close", "code": 1008, "reason": reason[:120]})
        else:
            await self._refuse(reason)(scope, receive, send)


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]
