"""What can go wrong, each with what the server says about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any, Mapping

import grpc

from flashdiffusion.rpc import status_pb2

_DETAILS = "grpc-status-details-bin"
_PUSHBACK = "grpc-retry-pushback-ms"
_MILLISECONDS = re.compile("-?[0-9]{1,9}")
# What the library says where nobody listens; the end is the system's reason.
_UNREACHED = re.compile(r"[Ff]ailed to connect to remote host: (.+)$")
_UNRESOLVED = re.compile(r"DNS resolution failed|name resolution", re.IGNORECASE)
_DISTRUSTED = re.compile(r"handshake failed: *(.+)$|handshaker shutdown(.*)$", re.IGNORECASE)
# What speaks HTTP/1: by the library's version.
_STRANGE = re.compile(r"Failed parsing HTTP/2|http1\.x server", re.IGNORECASE)


@dataclass(frozen=True)
class Violation:
    """One thing that is wrong with a request."""

    field: str
    description: str


@dataclass
class FlashError(Exception):
    """A refusal or failure. Its text stands alone; the fields are for programs."""

    message: str
    code: grpc.StatusCode = grpc.StatusCode.UNKNOWN
    reason: str = ""
    """Stable name in UPPER_SNAKE_CASE, for example UNKNOWN_OPERATOR; empty if the server gave none."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    violations: tuple[Violation, ...] = ()
    """Everything that is wrong with the request, all at once."""
    retry_after: float | None = None
    """Seconds after which a new try makes sense; negative means never; None if the server did not say."""

    def __str__(self) -> str:
        # The server's text has all of them, unless it was too long.
        unsaid = [violation for violation in self.violations if violation.description not in self.message]
        return "\n".join([self.message, *(f"  {violation.field}: {violation.description}" for violation in unsaid)])


class InvalidRequestError(FlashError):
    """The request is wrong; the same request will always be refused."""


class NotFoundError(FlashError):
    """No such model, solver, operator or reconstruction."""


class BusyError(FlashError):
    """The server, or the caller's share of it, is full; retry_after says when to come back."""


class DeadlineError(FlashError):
    """The time was up, or the server knew at once that it could not be enough."""


class UnavailableError(FlashError):
    """No server could be reached, or none stayed long enough, in spite of every try that the policy allows."""


_KINDS: Mapping[grpc.StatusCode, type[FlashError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidRequestError,
    grpc.StatusCode.NOT_FOUND: NotFoundError,
    grpc.StatusCode.RESOURCE_EXHAUSTED: BusyError,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineError,
    grpc.StatusCode.UNAVAILABLE: UnavailableError,
}


def from_rpc_error(error: Any, address: str) -> FlashError:
    """Reads everything that a failed call carries."""
    code: grpc.StatusCode = error.code()
    trailers = {key: value for key, value in (error.trailing_metadata() or ())}
    info, violations, retry_after = _details(trailers.get(_DETAILS, b""))
    pushback = trailers.get(_PUSHBACK)
    if pushback is not None:
        # What can't be read means that it is not to be asked again (gRFC A6).
        retry_after = (int(pushback) if _MILLISECONDS.fullmatch(pushback) else -1) / 1000
    text = error.details() or code.name
    message = _describe_unavailable(text, address) if code is grpc.StatusCode.UNAVAILABLE else f"{address}: {text}"
    return _KINDS.get(code, FlashError)(
        message=message, code=code, reason=info.reason, metadata=dict(info.metadata), violations=violations, retry_after=retry_after
    )


def of_all(failures: Mapping[str, FlashError]) -> FlashError:
    """What several servers said, by address, of whom none did what was asked: the weightiest of them, with the words of all."""
    # Whatever their order: a refusal says more than that nobody answers, and that more than that one does not know it.
    weights = {grpc.StatusCode.NOT_FOUND: 2, grpc.StatusCode.UNAVAILABLE: 1}
    weightiest = min(failures.values(), key=lambda failure: (weights.get(failure.code, 0), failure.code.value[0]))
    if len(failures) == 1:
        return weightiest
    each = " ".join(failure.message if address in failure.message else f"{address}: {failure.message}" for address, failure in sorted(failures.items()))
    return replace(weightiest, message=f"None of {len(failures)} servers could do it. {each}")


def _describe_unavailable(text: str, address: str) -> str:
    if _STRANGE.search(text):
        return (
            f"What answers at {address} does not speak gRPC, which needs HTTP/2: give the server's gRPC port, 8001 unless it was told another,"
            " and https:// if it has TLS."
        )
    if refused := _UNREACHED.search(text):
        return f"No FlashDiffusion server answers at {address} ({refused[1]})."
    if _UNRESOLVED.search(text):
        return f"No FlashDiffusion server answers at {address} (its name is not known)."
    if distrusted := _DISTRUSTED.search(text):
        return f"No secure connection to {address}: {distrusted[1] or text}."
    return f"{address}: {text}"


def _details(trailer: bytes) -> tuple[status_pb2.ErrorInfo, tuple[Violation, ...], float | None]:
    info, violations, retry_after = status_pb2.ErrorInfo(), [], None
    for detail in status_pb2.Status.FromString(trailer).details:
        name = detail.type_url.rpartition(".")[2]
        if name == "ErrorInfo":
            info = status_pb2.ErrorInfo.FromString(detail.value)
        elif name == "BadRequest":
            wrong = status_pb2.BadRequest.FromString(detail.value).field_violations
            violations += [Violation(violation.field, violation.description) for violation in wrong]
        elif name == "RetryInfo":
            retry_after = status_pb2.RetryInfo.FromString(detail.value).retry_delay.ToTimedelta().total_seconds()
    return info, tuple(violations), retry_after
