"""The calls and checks that tritonclient.grpc and KServe's client make, with Debian's grpcio and stubs made from this project's protos.

Run by OpenInferenceClientTests: FLASHDIFFUSION_ADDRESS says where the server is, PYTHONPATH where the stubs are.
"""

import io
import os
import queue
import struct
import time
import unittest

import grpc
import grpc_service_pb2 as pb
import grpc_service_pb2_grpc as rpc
import numpy as np
from PIL import Image

MODEL = "starter"
SLOW = "starter:faulty_solver"
SIDE = 64
PATIENCE = 240


def parameter(value):
    """As tritonclient writes request parameters."""
    if isinstance(value, bool):
        return pb.InferParameter(bool_param=value)
    if isinstance(value, int):
        return pb.InferParameter(int64_param=value)
    if isinstance(value, float):
        return pb.InferParameter(double_param=value)
    return pb.InferParameter(string_param=value)


def measurement(seed=1):
    rows, columns = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    clean = np.stack([rows, columns, 0.5 + 0.4 * np.sin(12 * rows)])
    return (clean + 0.1 * np.random.default_rng(seed).standard_normal(clean.shape)).astype(np.float32)


def request(array, raw=True, model=MODEL, identifier="", outputs=(), datatype="FP32", **parameters):
    message = pb.ModelInferRequest(model_name=model, id=identifier)
    tensor = message.inputs.add(name="measurement", datatype=datatype, shape=array.shape)
    if raw:
        message.raw_input_contents.append(array.tobytes())
    else:
        tensor.contents.fp32_contents[:] = array.flatten().tolist()
    for name in outputs:
        message.outputs.add(name=name)
    for name, value in {"operator": "denoising", "noise_std": 0.1, "seed": 5, "ddim_steps": 20, **parameters}.items():
        message.parameters[name].CopyFrom(parameter(value))
    return message


def kserve_request(array, outputs, **parameters):
    """As InferRequest.to_grpc of KServe's client, after InferInput.set_data_from_numpy: sizes and encodings of HTTP's binary extension come along."""
    data = array.tobytes()
    return pb.ModelInferRequest(
        id="kserve",
        model_name=MODEL,
        model_version=None,
        inputs=[{"name": "measurement", "shape": array.shape, "datatype": "FP32", "parameters": {"binary_data_size": parameter(len(data))}}],
        raw_input_contents=[data],
        parameters={name: parameter(value) for name, value in parameters.items()},
        outputs=[{"name": name, "parameters": {"binary_data": parameter(True)}} for name in outputs],
    )


def as_numpy(response, name):
    """As tritonclient's InferResult.as_numpy: only raw contents count, in the order of the outputs."""
    for index, output in enumerate(response.outputs):
        if output.name == name:
            dtype = {"FP32": np.float32, "FP16": np.float16, "UINT8": np.uint8}[output.datatype]
            return np.frombuffer(response.raw_output_contents[index], dtype=dtype).reshape(output.shape)
    return None


def is_final(response):
    return response.parameters["triton_final_response"].bool_param


class Stream:
    """tritonclient's stream: requests from a queue, answers as they come."""

    def __init__(self, stub, *requests, metadata=None):
        self._requests = queue.Queue()
        for message in requests:
            self._requests.put(message)
        self.call = stub.ModelStreamInfer(iter(self._requests.get, None), metadata=metadata, timeout=PATIENCE)

    def close(self):
        self._requests.put(None)

    def all(self):
        self.close()
        return list(self.call)


class InferenceTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Both clients take answers of any size.
        options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
        cls.channel = grpc.insecure_channel(os.environ["FLASHDIFFUSION_ADDRESS"], options=options)
        cls.stub = rpc.GRPCInferenceServiceStub(cls.channel)

    @classmethod
    def tearDownClass(cls):
        cls.channel.close()

    def infer(self, message):
        return self.stub.ModelInfer(message, timeout=PATIENCE)

    def counts(self, model):
        return self.stub.ModelStatistics(pb.ModelStatisticsRequest(name=model)).model_stats[0]

    def refused(self, code, message, *places):
        with self.assertRaises(grpc.RpcError) as caught:
            self.infer(message)
        self.assertEqual(caught.exception.code(), code, caught.exception.details())
        details = dict(caught.exception.trailing_metadata())["grpc-status-details-bin"]
        for place in places:
            self.assertIn(place.encode(), details)
            self.assertIn(place, caught.exception.details())
        return caught.exception

    def test_health_and_metadata(self):
        self.assertTrue(self.stub.ServerLive(pb.ServerLiveRequest()).live)
        self.assertTrue(self.stub.ServerReady(pb.ServerReadyRequest()).ready)
        for name, ready in [(MODEL, True), ("starter:latent_dps", True), ("starter:ThrowingConstructor", False), ("nobody", False), ("starter:nobody", False)]:
            self.assertEqual(self.stub.ModelReady(pb.ModelReadyRequest(name=name)).ready, ready, name)
        server = self.stub.ServerMetadata(pb.ServerMetadataRequest())
        self.assertEqual(server.name, "flashdiffusion")
        self.assertIn("statistics", server.extensions)
        self.assertFalse([name for name in server.extensions if "shared_memory" in name or name in ("trace", "logging")])

    def test_model_metadata_and_config(self):
        metadata = self.stub.ModelMetadata(pb.ModelMetadataRequest(name=MODEL))
        self.assertEqual(metadata.name, MODEL)
        self.assertTrue(metadata.versions)
        self.assertEqual([(tensor.name, tensor.datatype, list(tensor.shape)) for tensor in metadata.inputs][0], ("measurement", "FP32", [3, -1, -1]))
        self.assertEqual([tensor.name for tensor in metadata.outputs], ["picture", "latent", "checkpoint"])
        config = self.stub.ModelConfig(pb.ModelConfigRequest(name=MODEL)).config
        self.assertEqual((config.name, config.max_batch_size, config.model_transaction_policy.decoupled), (MODEL, 0, True))
        self.assertTrue(all(tensor.optional for tensor in config.input if tensor.name != "measurement"))
        for call, message in [(self.stub.ModelMetadata, pb.ModelMetadataRequest(name="nobody")), (self.stub.ModelConfig, pb.ModelConfigRequest(name="starter:nobody"))]:
            with self.assertRaises(grpc.RpcError) as caught:
                call(message)
            self.assertEqual(caught.exception.code(), grpc.StatusCode.NOT_FOUND)

    def test_infer_answers_arrays_in_every_encoding(self):
        array = measurement()
        response = self.infer(request(array, identifier="seven"))
        picture, latent = as_numpy(response, "picture"), as_numpy(response, "latent")
        self.assertEqual(response.id, "seven")
        self.assertEqual(response.model_name, MODEL)
        self.assertTrue(is_final(response))
        self.assertEqual(picture.shape, array.shape)
        self.assertTrue(np.isfinite(picture).all() and np.isfinite(latent).all())
        self.assertFalse(response.outputs[0].HasField("contents"))
        # It is a reconstruction: nearer to the clean picture than the measurement was.
        self.assertGreater(np.abs(array - picture).mean(), 0.02)
        self.assertTrue(all(value.WhichOneof("parameter_choice") in ("bool_param", "int64_param", "string_param") for value in response.parameters.values()))
        for other in [
            request(array, raw=False),
            request(array[None]),
            request(array, model="starter:latent_dps"),
            # KServe's clients may have neither floats nor unsigned numbers.
            request(array, noise_std="0.1", seed="5", ddim_steps="20"),
        ]:
            np.testing.assert_allclose(as_numpy(self.infer(other), "picture"), picture, atol=2e-3)
        only = self.infer(request(array, outputs=["picture"]))
        self.assertEqual([output.name for output in only.outputs], ["picture"])
        half = as_numpy(self.infer(request(array.astype(np.float16), datatype="FP16")), "picture")
        np.testing.assert_allclose(half, picture, atol=0.1)
        file = io.BytesIO()
        pixels = (array.clip(0, 1) * 255).round().astype(np.uint8)
        Image.fromarray(pixels.transpose(1, 2, 0)).save(file, "PNG")
        encoded = request(np.zeros(1, np.uint8), datatype="BYTES")
        encoded.raw_input_contents[0] = struct.pack("<I", len(file.getvalue())) + file.getvalue()
        from_file = as_numpy(self.infer(encoded), "picture")
        from_bytes = as_numpy(self.infer(request(pixels, datatype="UINT8")), "picture")
        np.testing.assert_allclose(from_file, from_bytes, atol=2e-3)

    def test_kserves_request_is_answered_as_tritons(self):
        array = measurement()
        expected = as_numpy(self.infer(request(array)), "picture")
        message = kserve_request(array, ["picture"], operator="denoising", noise_std="0.1", seed=5, ddim_steps=20)
        response = self.infer(message)
        self.assertEqual((response.id, [output.name for output in response.outputs]), ("kserve", ["picture"]))
        np.testing.assert_allclose(as_numpy(response, "picture"), expected, atol=2e-3)
        # A caller of KServe's transformer over HTTP who names no outputs, as tritonclient.http does; to_grpc hands his parameters on.
        passed_on = kserve_request(array, [], operator="denoising", noise_std="0.1", seed=5, ddim_steps=20, binary_data_output=True)
        response = self.infer(passed_on)
        self.assertEqual([output.name for output in response.outputs], ["picture", "latent"])
        np.testing.assert_allclose(as_numpy(response, "picture"), expected, atol=2e-3)
        message.outputs[0].parameters["classification"].int64_param = 3
        self.refused(grpc.StatusCode.INVALID_ARGUMENT, message, "outputs[0].parameters")

    def test_mask_is_an_input(self):
        mask = np.ones((SIDE, SIDE), np.float32)
        mask[16:32, 16:32] = 0
        message = request(measurement() * mask, operator="inpainting", **{"operator.mask_type": "user"})
        message.inputs.add(name="mask", datatype="FP32", shape=mask.shape)
        message.raw_input_contents.append(mask.tobytes())
        self.assertEqual(as_numpy(self.infer(message), "picture").shape, (3, SIDE, SIDE))
        message.inputs[1].shape[:] = [SIDE, SIDE + 1]
        self.refused(grpc.StatusCode.INVALID_ARGUMENT, message, "inputs[1].data")

    def test_kernel_is_an_input(self):
        kernel = np.ones((5, 5), np.float32)
        message = request(measurement(), operator="kernel_blur")
        message.inputs.add(name="kernel", datatype="FP32", shape=kernel.shape)
        message.raw_input_contents.append(kernel.tobytes())
        self.assertEqual(as_numpy(self.infer(message), "picture").shape, (3, SIDE, SIDE))
        message.raw_input_contents[1] = kernel.tobytes()[4:]
        self.refused(grpc.StatusCode.INVALID_ARGUMENT, message, "inputs[1].data")

    def test_bad_requests_are_refused_and_nothing_runs(self):
        array, before = measurement(), self.counts(MODEL)
        invalid = grpc.StatusCode.INVALID_ARGUMENT
        both = request(array)
        both.inputs[0].contents.fp32_contents[:] = array.flatten().tolist()
        self.refused(invalid, both, "inputs[0].contents")
        fewer = request(array)
        fewer.raw_input_contents.append(b"")
        self.refused(invalid, fewer, "raw_input_contents")
        short = request(array)
        short.raw_input_contents[0] = short.raw_input_contents[0][:-4]
        self.refused(invalid, short, "inputs[0].data")
        self.refused(invalid, request(array[:2]), "inputs[0].shape")
        self.refused(invalid, request(array * np.nan), "inputs[0].data")
        self.refused(invalid, request(array, datatype="INT64"), "inputs[0].datatype")
        self.refused(invalid, request(array, outputs=["nothing"]), "outputs[0].name")
        self.refused(invalid, request(array, no_such=1), "parameters[no_such]")
        self.refused(invalid, request(array, noise_std=7.0), "parameters[noise_std]")
        self.refused(invalid, request(array, sampler="fast"), "parameters[sampler]")
        self.refused(invalid, request(array, max_nfe=-1), "parameters[max_nfe]")
        self.refused(invalid, request(array, time_limit=-1.0), "parameters[time_limit]")
        self.refused(invalid, request(array, **{"solver.guidance_scale": -1.0}), "parameters[solver.guidance_scale]")
        self.refused(invalid, pb.ModelInferRequest(model_name=MODEL), "inputs", "parameters[operator]")
        self.refused(grpc.StatusCode.NOT_FOUND, request(array, model="nobody"), "model_name")
        self.refused(grpc.StatusCode.NOT_FOUND, request(array, model="starter:nobody"), "model_name")
        self.refused(grpc.StatusCode.FAILED_PRECONDITION, request(array, model="starter:ThrowingConstructor"), "model_name")
        shared = request(array)
        shared.inputs[0].parameters["shared_memory_region"].string_param = "region"
        self.refused(invalid, shared, "inputs[0].parameters")
        after = self.counts(MODEL)
        self.assertEqual((before.inference_count, before.execution_count), (after.inference_count, after.execution_count))

    def test_stream_answers_every_request_with_latents_and_one_final(self):
        answers = Stream(self.stub, *[request(measurement(number), identifier=str(number), preview_every=1) for number in range(2)]).all()
        for identifier in "01":
            mine = [answer.infer_response for answer in answers if answer.infer_response.id == identifier]
            shown = [response for response in mine[:-1] if as_numpy(response, "latent") is not None]
            # On a crowded machine some are replaced by newer ones before anybody writes them.
            self.assertEqual(len(shown) + shown[-1].parameters["skipped"].int64_param, mine[-1].parameters["step"].int64_param)
            self.assertEqual([is_final(response) for response in mine], [False] * (len(mine) - 1) + [True])
            self.assertEqual(as_numpy(mine[-1], "picture").shape, (3, SIDE, SIDE))
            steps = [response.parameters["step"].int64_param for response in mine]
            self.assertEqual(steps, sorted(steps))
        self.assertFalse([answer for answer in answers if answer.error_message])

    def test_bad_request_on_a_stream_harms_no_other(self):
        answers = Stream(
            self.stub, request(measurement(), identifier="a"), request(measurement(), identifier="b", noise_std=9.0), request(measurement(), identifier="c")
        ).all()
        (bad,) = [answer for answer in answers if answer.error_message]
        self.assertEqual(bad.infer_response.id, "b")
        self.assertEqual(bad.infer_response.parameters["error_code"].int64_param, grpc.StatusCode.INVALID_ARGUMENT.value[0])
        self.assertEqual(bad.infer_response.parameters["error_reason"].string_param, "INVALID_REQUEST")
        finals = [answer.infer_response for answer in answers if is_final(answer.infer_response)]
        self.assertEqual(sorted(response.id for response in finals), ["a", "b", "c"])
        self.assertEqual(len([response for response in finals if as_numpy(response, "picture") is not None]), 2)

    def test_empty_final_response_if_asked_for(self):
        message = request(measurement(), identifier="e", triton_enable_empty_final_response=True)
        answers = [answer.infer_response for answer in Stream(self.stub, message).all()]
        self.assertEqual([is_final(response) for response in answers[-2:]], [False, True])
        self.assertEqual(len(answers[-1].outputs), 0)
        self.assertIsNotNone(as_numpy(answers[-2], "picture"))

    def test_errors_as_statuses_end_the_stream(self):
        stream = Stream(self.stub, request(measurement(), noise_std=9.0), metadata=(("triton_grpc_error", "true"),))
        with self.assertRaises(grpc.RpcError) as caught:
            list(stream.call)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.INVALID_ARGUMENT)
        self.assertIn("parameters[noise_std]", caught.exception.details())

    def test_cancelled_stream_stops_the_work(self):
        before = self.counts(SLOW).response_stats["final"]
        stream = Stream(self.stub, request(measurement(), model=SLOW, preview_every=1, adaptation="full", sampler="ddpm", ddim_steps=0, **{"solver.delay": 50, "solver.fault": "none"}))
        self.assertFalse(next(stream.call).error_message)
        stream.call.cancel()
        stream.close()
        end = time.monotonic() + PATIENCE
        while (after := self.counts(SLOW).response_stats["final"]).cancel.count == before.cancel.count and time.monotonic() < end:
            time.sleep(0.1)
        self.assertEqual(after.cancel.count, before.cancel.count + 1)
        self.assertEqual(after.success.count, before.success.count)
        steps = self.counts(SLOW).execution_count
        time.sleep(0.5)
        self.assertEqual(self.counts(SLOW).execution_count, steps)

    def test_statistics_count_what_the_client_counts(self):
        before = self.counts(MODEL)
        for number in range(3):
            self.infer(request(measurement(number)))
        after = self.counts(MODEL)
        self.assertEqual(after.inference_count, before.inference_count + 3)
        self.assertEqual(after.inference_stats.success.count, before.inference_stats.success.count + 3)
        self.assertGreater(after.inference_stats.compute_infer.ns, before.inference_stats.compute_infer.ns)
        self.assertEqual(sum(batch.compute_infer.count for batch in after.batch_stats), after.execution_count)
        self.assertGreater(after.last_inference, 1_600_000_000_000)
        every = self.stub.ModelStatistics(pb.ModelStatisticsRequest()).model_stats
        self.assertIn("starter:latent_dps", [statistics.name for statistics in every])

    def test_index_names_models_with_solvers(self):
        index = {model.name: model for model in self.stub.RepositoryIndex(pb.RepositoryIndexRequest()).models}
        self.assertEqual((index[MODEL].state, index["starter:latent_dps"].state), ("READY", "READY"))
        self.assertEqual(index["starter:ThrowingConstructor"].state, "UNAVAILABLE")
        self.assertIn("No licence", index["starter:ThrowingConstructor"].reason)
        ready = self.stub.RepositoryIndex(pb.RepositoryIndexRequest(ready=True)).models
        self.assertTrue(ready and all(model.state == "READY" for model in ready))

    def test_what_is_not_offered_says_so(self):
        for call, message in [
            (self.stub.TraceSetting, pb.TraceSettingRequest()),
            (self.stub.LogSettings, pb.LogSettingsRequest()),
            (self.stub.SystemSharedMemoryStatus, pb.SystemSharedMemoryStatusRequest()),
            (self.stub.CudaSharedMemoryRegister, pb.CudaSharedMemoryRegisterRequest(name="region")),
        ]:
            with self.assertRaises(grpc.RpcError) as caught:
                call(message)
            self.assertEqual(caught.exception.code(), grpc.StatusCode.UNIMPLEMENTED)
            self.assertIn("not offered", caught.exception.details())


if __name__ == "__main__":
    unittest.main()
