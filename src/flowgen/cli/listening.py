"""Takes the address before anything is loaded, so that a port in use is a sentence, not a crash. Knows sockets only."""

import errno
import socket

from flowgen.domain.errors import FlowGenError


class CannotListen(FlowGenError):
    """The address cannot be had; not a fault of the model or the server."""

    code = "cannot_listen"


def listen(host: str, port: int) -> socket.socket:
    """Give a listening socket; port 0 takes a free one. Raises CannotListen."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError):
        raise CannotListen(f"Host {host!r} has no address.", hint="Give another --host.") from None
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise _cannot_listen(host, port, error) from None
    return listener


def _cannot_listen(host: str, port: int, error: OSError) -> CannotListen:
    if error.errno == errno.EADDRINUSE:
        return CannotListen(
            f"Port {port} of {host} is in use.", hint="Stop the program that uses it, or give another --port."
        )
    return CannotListen(f"Cannot listen on {host}, port {port}: {error.strerror}.")
