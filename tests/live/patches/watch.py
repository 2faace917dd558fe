"""Writes every address that this process asks for into a file, and refuses those beyond loopback.

It looks from inside the interpreter, at every connection and name look-up of every thread.
"""

import errno
import ipaddress
import os
import sys

_LOG = os.open(os.environ["WATCH_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
_HOST_AT = {  # audit event -> where its arguments hold the address or the name
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
}


def _host(told: object) -> str:
    if isinstance(told, tuple):
        told = told[0]
    return told.decode() if isinstance(told, bytes) else str(told or "localhost")


def _stays_here(host: str) -> bool:
    if host.startswith("/") or host == "localhost":  # a Unix socket is a file
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event not in _HOST_AT or arguments[_HOST_AT[event]] is None:
        return
    host = _host(arguments[_HOST_AT[event]])
    os.write(_LOG, f"{event} {host}\n".encode())
    if not _stays_here(host):
        raise OSError(errno.ENETUNREACH, "a test may not leave this machine")


sys.addaudithook(_watch)
