"""What a client of tritonclient's kind does to go on at another server: it keeps the newest output `checkpoint` with the parameter `resume` of the same
response, and sends both with its request again.

Run by OpenInferenceResumeTests: FIRST and SECOND say where two servers of one key are, FIRST_PROCESS which process the first one is, PYTHONPATH where the stubs are.
"""

import base64
import hashlib
import os
import signal
import struct
import unittest
import zlib

import grpc
import grpc_service_pb2 as pb
import grpc_service_pb2_grpc as rpc
import numpy as np
from test_inference import Stream, as_numpy, is_final, measurement, request

KILL_AT = 10
EVERY = 3
PATIENCE = 240


def connect(address):
    options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    return rpc.GRPCInferenceServiceStub(grpc.insecure_channel(address, options=options))


def long_request(array=None, **parameters):
    array = measurement() if array is None else array
    return request(array, identifier="r", start_timestep=900, ddim_steps=60, ddim_eta=0.8, mode="exact", **parameters)


def quick_request(array=None, model="starter:ddim", **parameters):
    """The same by a solver whose steps are cheap, for what needs no server to die in the middle."""
    return long_request(array, model=model, **parameters)


def saved(response):
    """What to keep of a response: (step, token, data), as as_numpy and get_response().parameters give them; None if it has no checkpoint."""
    data = as_numpy(response, "checkpoint")
    if data is None:
        return None
    assert zlib.crc32(data.tobytes()) == response.parameters["checkpoint_crc32"].int64_param
    return response.parameters["checkpoint_step"].int64_param, response.parameters["resume"].string_param, data


def going_on(message, checkpoint, encoded=False, **parameters):
    """The request with a checkpoint: set_data_from_numpy of the array as it came, or one element of type BYTES."""
    again = pb.ModelInferRequest()
    again.CopyFrom(message)
    _, token, data = checkpoint
    if encoded:
        again.inputs.add(name="checkpoint", datatype="BYTES", shape=[1])
        again.raw_input_contents.append(struct.pack("<I", data.size) + data.tobytes())
    else:
        again.inputs.add(name="checkpoint", datatype="UINT8", shape=data.shape)
        again.raw_input_contents.append(data.tobytes())
    again.parameters["resume"].string_param = token
    for name, value in parameters.items():
        again.parameters[name].bool_param = value
    return again


def digest(response):
    return hashlib.sha256(as_numpy(response, "picture").tobytes() + as_numpy(response, "latent").tobytes()).hexdigest()


class ResumeTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.first, cls.second = connect(os.environ["FIRST"]), connect(os.environ["SECOND"])
        cls.whole = [answer.infer_response for answer in Stream(cls.second, long_request()).all()]
        cls.steps = cls.whole[-1].parameters["step"].int64_param
        cls.quick = [answer.infer_response for answer in Stream(cls.second, quick_request(checkpoint_every=EVERY)).all()]
        checkpoints = [kept for kept in map(saved, cls.quick) if kept is not None]
        cls.checkpoint = checkpoints[len(checkpoints) // 2]

    def refused(self, message):
        with self.assertRaises(grpc.RpcError) as caught:
            self.second.ModelInfer(message, timeout=PATIENCE)
        return caught.exception

    def test_a_killed_server_costs_no_bit(self):
        kept, killed = None, False
        with self.assertRaises(grpc.RpcError) as caught:
            for answer in Stream(self.first, long_request(checkpoint_every=EVERY, preview_every=1)).call:
                self.assertEqual(answer.error_message, "")
                kept = saved(answer.infer_response) or kept
                if answer.infer_response.parameters["step"].int64_param >= KILL_AT and not killed:
                    killed = True
                    os.kill(int(os.environ["FIRST_PROCESS"]), signal.SIGKILL)
        self.assertIn(caught.exception.code(), (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED, grpc.StatusCode.INTERNAL))
        self.assertGreaterEqual(kept[0], KILL_AT - EVERY)
        self.assertLess(kept[0], self.steps)

        answers = [answer.infer_response for answer in Stream(self.second, going_on(long_request(checkpoint_every=EVERY), kept, require_exact=True)).all()]

        final = answers[-1]
        self.assertTrue(is_final(final))
        self.assertEqual(digest(final), digest(self.whole[-1]))
        self.assertEqual(final.parameters["resumed_step"].int64_param, kept[0])
        self.assertTrue(final.parameters["resumed_exact"].bool_param)
        # Counted over both servers, and each step once.
        self.assertEqual(final.parameters["step"].int64_param, self.steps)
        self.assertEqual(final.parameters["unet_forward"].int64_param, self.whole[-1].parameters["unet_forward"].int64_param)
        # It may go on once more, from where it is by then.
        self.assertEqual([again[0] for again in map(saved, answers) if again][0], kept[0])

    def test_checkpoints_come_as_often_as_asked_for(self):
        steps = [kept[0] for kept in map(saved, self.quick) if kept is not None]
        # Of a reader that lags only the newest waits, so one may be missing.
        self.assertEqual(steps, [step for step in range(0, self.steps + 1, EVERY) if step in steps])
        self.assertEqual(steps[0], 0)
        self.assertGreater(len(steps), 3)
        self.assertFalse([response for response in self.whole if "resume" in response.parameters or as_numpy(response, "checkpoint") is not None])

    def test_one_response_goes_on_as_well_in_both_encodings(self):
        for encoded in (False, True):
            answer = self.second.ModelInfer(going_on(quick_request(), self.checkpoint, encoded, require_exact=True), timeout=PATIENCE)
            self.assertEqual(digest(answer), digest(self.quick[-1]))
            self.assertEqual(answer.parameters["resumed_step"].int64_param, self.checkpoint[0])

    def test_what_was_touched_is_refused_as_what_it_is(self):
        step, token, data = self.checkpoint
        damaged = data.copy()
        damaged[damaged.size // 2] ^= 1
        self.assertEqual(self.refused(going_on(quick_request(), (step, token, damaged))).code(), grpc.StatusCode.DATA_LOSS)
        forged = bytearray(base64.b64decode(token))
        forged[len(forged) // 2] ^= 1
        invalid = self.refused(going_on(quick_request(), (step, base64.b64encode(forged).decode(), data)))
        self.assertEqual(invalid.code(), grpc.StatusCode.INVALID_ARGUMENT)
        self.assertIn("parameters[resume]", invalid.details())
        # On a stream it ends its request alone.
        answers = Stream(self.second, going_on(quick_request(), (step, token, damaged)), quick_request(measurement(2))).all()
        self.assertEqual([answer.infer_response.parameters["error_code"].int64_param for answer in answers if answer.error_message], [grpc.StatusCode.DATA_LOSS.value[0]])
        self.assertEqual(len([answer for answer in answers if is_final(answer.infer_response)]), 2)

    def test_another_request_is_refused_where_it_differs(self):
        for message, place in [
            (quick_request(measurement(7)), "inputs[0]"),
            (quick_request(noise_std=0.2), "parameters[operator]"),
            (quick_request(seed=6), "parameters[seed]"),
            (request(measurement(), model="starter:ddim", seed=5, ddim_steps=20, mode="exact"), "parameters[sampler]"),
            (quick_request(model="starter:latent_dps"), "model_name"),
        ]:
            refusal = self.refused(going_on(message, self.checkpoint))
            self.assertEqual(refusal.code(), grpc.StatusCode.INVALID_ARGUMENT)
            self.assertIn(place, refusal.details())


if __name__ == "__main__":
    unittest.main()
