"""The asyncio client: the same calls as ``flashdiffusion.Client``, awaited."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Callable

import grpc
import grpc.aio

from flashdiffusion.aio_reconstruction import AsyncReconstruction
from flashdiffusion.answers import Degraded, Severity
from flashdiffusion.channels import Addresses, Metadata, open_channels
from flashdiffusion.errors import FlashError, from_rpc_error, of_all
from flashdiffusion.headers import checked
from flashdiffusion.operators import Operator
from flashdiffusion.options import Options
from flashdiffusion.pictures import PictureSource
from flashdiffusion.resume import ResumePolicy
from flashdiffusion.settling import Finality, FinalityOf, any_answer, of_reconstruction
from flashdiffusion.v1 import catalog_pb2, catalog_pb2_grpc, reconstruction_pb2, reconstruction_pb2_grpc

__all__ = ["AsyncClient", "AsyncReconstruction"]


class AsyncClient:
    """As ``flashdiffusion.Client``; belongs to the event loop that it was made in."""

    def __init__(
        self,
        addresses: Addresses = "localhost:8001",
        *,
        credentials: grpc.ChannelCredentials | None = None,
        metadata: Metadata = (),
        policy: ResumePolicy = ResumePolicy(),
        timeout: float = 60.0,
    ) -> None:
        self._metadata, self._policy, self._timeout = checked(metadata), policy, timeout
        self._channels = open_channels(grpc.aio, addresses, credentials)

    def reconstruct(
        self, measurement: PictureSource, operator: Operator | None = None, options: Options = Options(), *, timeout: float | None = None
    ) -> AsyncReconstruction:
        """Starts a reconstruction; ``async for`` over it, or await ``result()``. timeout is for the whole of it, in seconds."""
        return self.stream(options.to_request(measurement, operator), timeout=timeout)

    def stream(self, request: reconstruction_pb2.ReconstructRequest, *, timeout: float | None = None) -> AsyncReconstruction:
        """The same for a request of the contract that you filled in yourself."""
        stubs = [(target, reconstruction_pb2_grpc.ReconstructionServiceStub(channel).Reconstruct) for target, channel in self._channels]
        return AsyncReconstruction(stubs, request, self._policy, self._metadata, timeout)

    async def severity(
        self, measurement: PictureSource, operator: Operator, *, model: str = "", latent: bool = False, decoded_mean: bool = False
    ) -> Severity:
        """How severe the damage is, and where a reconstruction would start."""
        request = Severity.request(measurement, operator, model, latent, decoded_mean)
        return Severity.from_message(await self._reconstruction("EstimateSeverity", request))

    async def degrade(self, picture: PictureSource, operator: Operator, *, seed: int | None = None, crop: int = 0) -> Degraded:
        """Degrades a clean picture on the server, to try it or to make test data."""
        return Degraded.from_message(await self._reconstruction("Degrade", Degraded.request(picture, operator, seed, crop)))

    async def fetch(self, request_id: str, *, wait: float = 0.0) -> reconstruction_pb2.GetReconstructionResponse:
        """Where a reconstruction stands that was sent with this request_id, with its result; waits up to so many seconds (60 at most)."""
        request = reconstruction_pb2.GetReconstructionRequest(request_id=request_id)
        request.wait.FromNanoseconds(int(wait * 1e9))
        answer: reconstruction_pb2.GetReconstructionResponse = await self._reconstruction("GetReconstruction", request, self._timeout + wait, of_reconstruction)
        return answer

    async def cancel(self, request_id: str) -> reconstruction_pb2.CancelReconstructionResponse:
        """Ends a reconstruction for all who follow it, on every server that knows it: a break may have moved it."""
        request = reconstruction_pb2.CancelReconstructionRequest(request_id=request_id)
        answer: reconstruction_pb2.CancelReconstructionResponse = await self._reconstruction("CancelReconstruction", request, finality=of_reconstruction, ask_all=True)
        return answer

    async def models(self) -> catalog_pb2.ListModelsResponse:
        """Models with their state and severity encoders."""
        answer: catalog_pb2.ListModelsResponse = await self._catalog("ListModels", catalog_pb2.ListModelsRequest())
        return answer

    async def solvers(self) -> catalog_pb2.ListSolversResponse:
        """Solvers with their parameters."""
        answer: catalog_pb2.ListSolversResponse = await self._catalog("ListSolvers", catalog_pb2.ListSolversRequest())
        return answer

    async def operators(self) -> catalog_pb2.ListOperatorsResponse:
        """Forward operators with their parameters."""
        answer: catalog_pb2.ListOperatorsResponse = await self._catalog("ListOperators", catalog_pb2.ListOperatorsRequest())
        return answer

    async def close(self) -> None:
        """Closes the connections; calls in progress are cancelled."""
        await asyncio.gather(*(channel.close() for _, channel in self._channels))

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _reconstruction(self, method: str, request: Any, timeout: float | None = None, finality: FinalityOf = any_answer, ask_all: bool = False) -> Any:
        return await self._unary(lambda channel: getattr(reconstruction_pb2_grpc.ReconstructionServiceStub(channel), method), request, timeout, finality, ask_all)

    async def _catalog(self, method: str, request: Any) -> Any:
        return await self._unary(lambda channel: getattr(catalog_pb2_grpc.CatalogServiceStub(channel), method), request, None)

    async def _unary(self, stub: Callable[[Any], Callable[..., Any]], request: Any, timeout: float | None, finality: FinalityOf = any_answer, ask_all: bool = False) -> Any:
        limit = timeout if timeout is not None else self._timeout
        end = time.monotonic() + limit
        failures: dict[str, FlashError] = {}
        known = None
        counts, refused = Finality.PERHAPS_MOVED, False
        for target, channel in self._channels:
            try:
                answer = await stub(channel)(request, timeout=limit if ask_all else max(0.0, end - time.monotonic()), metadata=self._metadata)
                says = finality(answer)
                if says is Finality.LAST_WORD and not ask_all:
                    return answer
                if says >= counts:
                    known, counts = answer, says
            except grpc.RpcError as error:
                failures[target] = failure = from_rpc_error(error, target)
                if failure.code not in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.NOT_FOUND}:
                    refused = True
                    if not ask_all:
                        raise failure from None
        if known is not None and not refused:
            return known
        raise of_all(failures)
