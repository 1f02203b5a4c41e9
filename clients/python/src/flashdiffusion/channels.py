"""Where the servers are."""

from __future__ import annotations

from typing import Any, Sequence, Union

import grpc

Addresses = Union[str, Sequence[str]]
Metadata = Sequence[tuple[str, str]]

_MEGABYTE = 1024 * 1024
_OPTIONS: list[tuple[str, Any]] = [
    # The largest answer is Degrade's: 12 bytes a pixel and two files.
    ("grpc.max_receive_message_length", 128 * _MEGABYTE),
    ("grpc.max_send_message_length", 64 * _MEGABYTE),
    # gRPC's own retries stop silently above its buffer and know no checkpoints: the client has its own.
    ("grpc.enable_retries", 0),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    # A request may wait in silence for its first event; without this, pings end after the second, and a server that vanished is never missed.
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.service_config", '{"loadBalancingConfig": [{"round_robin": {}}]}'),
]


def parse(addresses: Addresses) -> tuple[list[str], bool]:
    """gRPC targets of one or several addresses, and whether they want TLS. ``http://`` and ``https://`` may stand before host and port."""
    targets = [addresses] if isinstance(addresses, str) else list(addresses)
    if not targets:
        raise ValueError("Give at least one address, for example 'localhost:8001'.")
    secure = {target.startswith("https://") for target in targets}
    if len(secure) > 1:
        raise ValueError("Addresses of one client are either all https or none is.")
    for target in targets:
        _check(target)
    return [target.removeprefix("https://").removeprefix("http://").rstrip("/") for target in targets], secure.pop()


def _check(address: str) -> None:
    """gRPC would look for a host of that name, and say that it found none."""
    if address.startswith("dns:") and not address.removeprefix("dns:").isdecimal():
        host = address.removeprefix("dns:///")
        if host == address or not host or "/" in host:
            raise ValueError(f"'{address}' is not a name; write dns:///host:port with three slashes, for example dns:///flashdiffusion:8001.")
        return
    host = address.removeprefix("https://").removeprefix("http://").rstrip("/")
    if not host or any(character.isspace() for character in host) or ("/" in host and not host.startswith("unix:")):
        raise ValueError(f"'{address}' is not a server's address; write host:port, https://host:port or dns:///host:port, for example localhost:8001.")


def open_channels(module: Any, addresses: Addresses, credentials: grpc.ChannelCredentials | None) -> list[tuple[str, Any]]:
    """A channel for each address, opened lazily; module is grpc or grpc.aio."""
    targets, secure = parse(addresses)
    if credentials is None and secure:
        credentials = grpc.ssl_channel_credentials()
    if credentials is None:
        return [(target, module.insecure_channel(target, options=_OPTIONS)) for target in targets]
    return [(target, module.secure_channel(target, credentials, options=_OPTIONS)) for target in targets]
