"""Row "Triton" of the interop grid: the calls of tritonclient.grpc, with stubs made from this project's copy of the protocol."""

import asyncio
import os
import queue
from pathlib import Path
from typing import Any

import grpc
import grpc_service_pb2 as pb
import grpc_service_pb2_grpc as rpc
import numpy as np
from grid_row import KILL_AT, SERVERS, check, digest, run_cells, say

SLOW = "starter:faulty_solver"
# This protocol can't degrade a picture: the measurement that the other clients get from the server comes in a file.
MEASUREMENT = np.frombuffer(Path(os.environ["GRID_MEASUREMENT"]).read_bytes(), np.float32).reshape(3, 64, 64)
ADMINISTRATORS = {
    "RepositoryModelLoad": pb.RepositoryModelLoadRequest(model_name="starter"), "RepositoryModelUnload": pb.RepositoryModelUnloadRequest(model_name="starter"),
}
NOT_OFFERED = {
    "SystemSharedMemoryStatus": pb.SystemSharedMemoryStatusRequest(), "SystemSharedMemoryRegister": pb.SystemSharedMemoryRegisterRequest(),
    "SystemSharedMemoryUnregister": pb.SystemSharedMemoryUnregisterRequest(), "CudaSharedMemoryStatus": pb.CudaSharedMemoryStatusRequest(),
    "CudaSharedMemoryRegister": pb.CudaSharedMemoryRegisterRequest(), "CudaSharedMemoryUnregister": pb.CudaSharedMemoryUnregisterRequest(),
    "TraceSetting": pb.TraceSettingRequest(), "LogSettings": pb.LogSettingsRequest(),
}


def request(model: str, array: Any = MEASUREMENT, **parameters: Any) -> Any:
    message = pb.ModelInferRequest(model_name=model, raw_input_contents=[array.tobytes()])
    message.inputs.add(name="measurement", datatype="FP32", shape=array.shape)
    given = {"operator": "gaussian_blur", "operator.std": 1.5, "noise_std": 0.05, "seed": 3, **parameters}
    for name, value in given.items():
        field = {str: "string_param", int: "int64_param", float: "double_param"}[type(value)]
        setattr(message.parameters[name], field, value)
    return message


def slow(delay: int = 200, **parameters: Any) -> Any:
    return request(SLOW, **{"solver.fault": "none", "solver.delay": delay, "preview_every": 1, "adaptation": "full", **parameters})


def tensor(response: Any, name: str) -> bytes:
    at = [output.name for output in response.outputs].index(name)
    return bytes(response.raw_output_contents[at])


def failure(call: Any, *arguments: Any, **options: Any) -> Any:
    try:
        call(*arguments, **options)
    except grpc.RpcError as error:
        return error
    raise AssertionError("It should have been refused.")


class Cells:
    def __init__(self) -> None:
        options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
        self.stubs = [rpc.GRPCInferenceServiceStub(grpc.insecure_channel(server, options=options)) for server in SERVERS]
        self.stub = self.stubs[0]

    def stream(self, stub: Any, message: Any) -> Any:
        """As tritonclient: requests from a queue, which stays open while answers come."""
        requests: queue.Queue[Any] = queue.Queue()
        requests.put(message)
        return requests, stub.ModelStreamInfer(iter(requests.get, None), timeout=240)

    async def unary(self) -> dict[str, Any]:
        name = "starter:ae"
        check(self.stub.ServerLive(pb.ServerLiveRequest()).live and self.stub.ServerReady(pb.ServerReadyRequest()).ready, "not ready")
        check(self.stub.ModelReady(pb.ModelReadyRequest(name=name)).ready, "model not ready")
        check(self.stub.ServerMetadata(pb.ServerMetadataRequest()).name == "flashdiffusion", "server's name")
        check(self.stub.ModelMetadata(pb.ModelMetadataRequest(name=name)).inputs[0].name == "measurement", "metadata")
        check(self.stub.ModelConfig(pb.ModelConfigRequest(name=name)).config.model_transaction_policy.decoupled, "config")
        check(name in [model.name for model in self.stub.RepositoryIndex(pb.RepositoryIndexRequest()).models], "index")
        answer = self.stub.ModelInfer(request(name), timeout=240)
        check(len(tensor(answer, "picture")) == MEASUREMENT.nbytes and answer.parameters["triton_final_response"].bool_param, answer.parameters)
        check(self.stub.ModelStatistics(pb.ModelStatisticsRequest(name=name)).model_stats[0].inference_count >= 1, "statistics")
        for method, message in NOT_OFFERED.items():
            refused = failure(getattr(self.stub, method), message)
            check(refused.code() == grpc.StatusCode.UNIMPLEMENTED and "not offered" in refused.details(), f"{method}: {refused}")
        for method, message in ADMINISTRATORS.items():
            refused = failure(getattr(self.stub, method), message)
            check(refused.code() == grpc.StatusCode.PERMISSION_DENIED and "administrators" in refused.details(), f"{method}: {refused}")
        return {
            "calls": ["ServerLive", "ServerReady", "ModelReady", "ServerMetadata", "ModelMetadata", "ModelConfig", "RepositoryIndex", "ModelInfer", "ModelStatistics", *NOT_OFFERED, *ADMINISTRATORS],
            "text": f"refused in words: shared memory, traces and logs ({len(NOT_OFFERED)} calls, not offered), loading ({len(ADMINISTRATORS)}, at the port for administrators)",
        }

    async def streaming(self) -> dict[str, Any]:
        requests, call = self.stream(self.stub, request("starter:ddim", start_timestep=300, ddim_steps=20, preview_every=1))
        requests.put(None)
        answers = [answer.infer_response for answer in call]
        steps = [answer.parameters["step"].int64_param for answer in answers]
        check(len(answers) > 1 and len(answers) + answers[-2].parameters["skipped"].int64_param > 3 and steps == sorted(steps), steps)
        check(all(len(tensor(answer, "latent")) == 4 * 4 * 16 * 16 for answer in answers), "latents")
        check([answer.parameters["triton_final_response"].bool_param for answer in answers] == [False] * (len(answers) - 1) + [True], "final")
        return {"calls": ["ModelStreamInfer"]}

    async def cancel(self) -> dict[str, Any]:
        def cancelled() -> int:
            stats: int = self.stub.ModelStatistics(pb.ModelStatisticsRequest(name=SLOW)).model_stats[0].response_stats["final"].cancel.count
            return stats

        before = cancelled()
        requests, call = self.stream(self.stub, slow())
        check(not next(call).error_message, "refused")
        call.cancel()
        requests.put(None)
        for _ in range(600):
            if cancelled() == before + 1:
                return {}
            await asyncio.sleep(0.1)
        raise AssertionError("The server goes on after the cancel.")

    async def deadline(self) -> dict[str, Any]:
        late = failure(self.stub.ModelInfer, slow(), timeout=0.1)
        check(late.code() == grpc.StatusCode.DEADLINE_EXCEEDED, late)
        return {}

    async def bad_input(self) -> dict[str, Any]:
        error = failure(self.stub.ModelInfer, request("starter", **{"operator.std": -1.0, "noise_std": 9.0}))
        details = dict(error.trailing_metadata())["grpc-status-details-bin"]
        check(error.code() == grpc.StatusCode.INVALID_ARGUMENT, error)
        for word in (b"google.rpc.BadRequest", b"INVALID_REQUEST", b"parameters[operator.std]", b"parameters[noise_std]"):
            check(word in details, (word, details))
        return {}

    async def large(self) -> dict[str, Any]:
        picture = np.linspace(0, 1, 3 * 512 * 512, dtype=np.float32).reshape(3, 512, 512)
        answer = self.stub.ModelInfer(request("starter:ae", picture), timeout=240)
        check(len(tensor(answer, "picture")) == picture.nbytes, answer.outputs)
        return {"text": f"{picture.nbytes >> 20} MiB each way, the model's largest picture"}

    async def resume(self) -> dict[str, Any]:
        message = slow(100, mode="exact", start_timestep=900, ddim_steps=60, ddim_eta=0.8, adaptation="fixed", checkpoint_every=3)
        requests, call = self.stream(self.stub, message)
        broken, kept, told = None, None, False
        try:
            for answer in call:
                check(not answer.error_message, answer.error_message)
                kept = answer.infer_response if "resume" in answer.infer_response.parameters else kept
                step = answer.infer_response.parameters["step"].int64_param
                if step >= KILL_AT and not told:
                    told = True
                    say(reached=step)
        except grpc.RpcError as error:
            broken = error
        finally:
            requests.put(None)
        check(broken is not None and broken.code() == grpc.StatusCode.UNAVAILABLE, broken)
        # What its clients do: they send the newest checkpoint with its token, and everything else as it was.
        at = kept.parameters["checkpoint_step"].int64_param
        data = tensor(kept, "checkpoint")
        message.inputs.add(name="checkpoint", datatype="UINT8", shape=[len(data)])
        message.raw_input_contents.append(data)
        message.parameters["resume"].string_param = kept.parameters["resume"].string_param
        message.parameters["require_exact"].bool_param = True
        requests, call = self.stream(self.stubs[1], message)
        requests.put(None)
        result = [answer.infer_response for answer in call][-1]
        check(result.parameters["resumed_step"].int64_param == at and at > 0, (at, result.parameters))
        return {"text": f"by hand, from the last checkpoint, of step {at}", "bits": digest(tensor(result, "picture"), tensor(result, "latent"))}


CELLS = Cells()
asyncio.run(run_cells({
    "unary": CELLS.unary, "streaming": CELLS.streaming, "cancel": CELLS.cancel, "deadline": CELLS.deadline, "bad input": CELLS.bad_input,
    "large tensors": CELLS.large, "resume after a kill": CELLS.resume,
}))
