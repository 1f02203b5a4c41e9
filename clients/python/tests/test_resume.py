"""What failures say, and the state machine of resuming: without a server."""

import socket
import threading
import unittest
import zlib
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest import mock

import grpc

from flashdiffusion import Client, FlashError, Operator, ResumePolicy, UnavailableError, Violation
from flashdiffusion.resume import Attempts
from flashdiffusion.turns import Turns
from flashdiffusion.v1 import picture_pb2, reconstruction_events_pb2, reconstruction_pb2, resume_pb2, scheduling_pb2


def checkpoint(step: int, data: bytes = b"state", crc32: int | None = None) -> resume_pb2.Checkpoint:
    return resume_pb2.Checkpoint(step=step, token=b"token%d" % step, data=data, crc32=zlib.crc32(data) if crc32 is None else crc32)


def accepted(sequence: int = 0, seed: int = 5, **fields: object) -> reconstruction_pb2.ReconstructResponse:
    return reconstruction_pb2.ReconstructResponse(sequence=sequence, accepted=reconstruction_events_pb2.Accepted(seed=seed, **fields))


def progress(sequence: int, step: int, saved: resume_pb2.Checkpoint | None = None) -> reconstruction_pb2.ReconstructResponse:
    response = reconstruction_pb2.ReconstructResponse(sequence=sequence)
    response.progress.step = step
    if saved is not None:
        response.progress.checkpoint.CopyFrom(saved)
    return response


def broken(
    code: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE, message: str = "gone", retry_after: float | None = None, reason: str = ""
) -> FlashError:
    return FlashError(message, code, reason=reason, retry_after=retry_after)


class Http1(BaseHTTPRequestHandler):
    def log_message(self, format: str, *_: object) -> None:
        """Says nothing."""


class ErrorTests(unittest.TestCase):
    def test_a_violation_is_said_once(self) -> None:
        violations = (Violation("seed", "Must be a number."), Violation("crop", "Is too large."))
        error = FlashError("here: seed: Must be a number.", violations=violations)
        self.assertEqual("here: seed: Must be a number.\n  crop: Is too large.", str(error))

    def test_where_nobody_listens_is_named(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
        with Client(address) as client, self.assertRaises(UnavailableError) as caught:
            client.degrade(b"no picture is needed", Operator("denoising"))
        self.assertEqual(f"No FlashDiffusion server answers at {address} (Connection refused).", str(caught.exception))


    def test_what_speaks_http_1_is_told_from_a_server(self) -> None:
        with HTTPServer(("127.0.0.1", 0), Http1) as http:
            threading.Thread(target=http.serve_forever, daemon=True).start()
            self.addCleanup(http.shutdown)
            address = f"127.0.0.1:{http.server_port}"
            with Client(address) as client, self.assertRaises(UnavailableError) as caught:
                client.models()
            http.shutdown()
        self.assertIn(f"What answers at {address} does not speak gRPC", str(caught.exception))

    def test_no_address_says_what_one_looks_like(self) -> None:
        for address in ("ftp://there", "a b:c", "", "http://"):
            with self.subTest(address), self.assertRaisesRegex(ValueError, "is not a server's address; write host:port"):
                Client(address)
        for address in ("dns://flash:8001", "dns:flash", "dns:///", "dns:///a/b"):
            with self.subTest(address), self.assertRaisesRegex(ValueError, "is not a name; write dns:///host:port"):
                Client(address)
        for address in ("localhost:8001", "http://h:1/", "https://h", "dns:///flash:8001", "[::1]:8001", "unix:/run/flash.sock"):
            Client(address).close()

    def test_a_name_that_nobody_knows_is_said(self) -> None:
        with Client("dns:///nobody.invalid:8001") as client, self.assertRaises(UnavailableError) as caught:
            client.models()
        self.assertEqual("No FlashDiffusion server answers at dns:///nobody.invalid:8001 (its name is not known).", str(caught.exception))

    def test_of_several_servers_each_is_named(self) -> None:
        addresses = ["127.0.0.1:1", "127.0.0.1:2"]
        with Client(addresses, policy=ResumePolicy(first_delay=0.001)) as client:
            for call in (lambda: client.cancel("one"), lambda: client.fetch("one"), lambda: client.reconstruct(b"no picture", Operator("denoising")).result()):
                with self.assertRaises(UnavailableError) as caught:
                    call()
                self.assertTrue(str(caught.exception).startswith("None of 2 servers could do it."))
                for address in addresses:
                    self.assertIn(f"answers at {address}", str(caught.exception))


class TurnsTests(unittest.TestCase):
    def test_each_in_turn_but_for_those_to_be_left_alone(self) -> None:
        with mock.patch("time.monotonic", return_value=100.0) as now:
            turns = Turns(3)
            self.assertEqual((0, 0), turns.next())
            turns.leave_alone(30)
            self.assertEqual((1, 0), turns.next())
            turns.leave_alone(5)
            self.assertEqual((2, 0), turns.next())
            turns.leave_alone(0)
            # Only it may be asked.
            self.assertEqual((2, 0), turns.next())
            turns.leave_alone(20)
            self.assertEqual((1, 5), turns.next())
            now.return_value = 140.0
            self.assertEqual([(2, 0), (0, 0), (1, 0)], [turns.next() for _ in range(3)])


class AttemptsTests(unittest.TestCase):
    def attempts(self, **policy: object) -> Attempts:
        return Attempts(reconstruction_pb2.ReconstructRequest(model="m"), ResumePolicy(**policy))

    def test_every_stream_has_the_same_request_id_and_asks_for_checkpoints(self) -> None:
        attempts = self.attempts(checkpoint_every_steps=3)
        first, second = attempts.next_request(), attempts.next_request()
        self.assertEqual(36, len(first.request_id))
        self.assertEqual(first.request_id, second.request_id)
        self.assertEqual(3, first.progress.checkpoint_every_steps)
        self.assertFalse(first.HasField("resume_from"))

    def test_goes_on_from_the_newest_intact_checkpoint_with_the_servers_seed(self) -> None:
        attempts = self.attempts()
        attempts.next_request()
        attempts.take(accepted(0, seed=9))
        attempts.take(progress(1, 10, checkpoint(10)))
        attempts.take(progress(2, 20, checkpoint(20, crc32=1)))
        attempts.lost(broken(), "here")
        request = attempts.next_request()
        self.assertEqual(b"token10", request.resume_from.token)
        self.assertEqual(b"state", request.resume_from.checkpoint)
        self.assertEqual(9, request.seed)
        self.assertEqual("m", request.model)

    def test_reader_sees_nothing_twice(self) -> None:
        attempts = self.attempts()
        attempts.next_request()
        self.assertIsNotNone(attempts.take(accepted()))
        self.assertIsNotNone(attempts.take(progress(1, 12, checkpoint(10))))
        attempts.lost(broken(), "here")
        attempts.next_request()
        self.assertIsNone(attempts.take(accepted()))
        self.assertIsNone(attempts.take(progress(1, 11)))
        self.assertIsNone(attempts.take(progress(2, 12)))
        self.assertEqual(13, attempts.take(progress(3, 13)).step)

    def test_gap_in_the_sequence_is_a_break(self) -> None:
        attempts = self.attempts()
        attempts.next_request()
        attempts.take(accepted())
        with self.assertRaises(FlashError) as caught:
            attempts.take(progress(2, 1))
        self.assertEqual(grpc.StatusCode.DATA_LOSS, caught.exception.code)
        self.assertGreater(attempts.lost(caught.exception, "here"), 0)

    def test_gives_up_after_its_tries_but_counts_anew_after_progress(self) -> None:
        attempts = self.attempts(tries=2)
        attempts.next_request()
        attempts.take(accepted())
        for step in (1, 2, 3):
            attempts.lost(broken(), "here")
            attempts.lost(broken(), "here")
            attempts.next_request()
            attempts.take(progress(0, step))
        attempts.lost(broken(), "here")
        attempts.lost(broken(), "here")
        with self.assertRaises(FlashError):
            attempts.lost(broken(), "here")

    def test_waits_longer_each_time_up_to_the_limit(self) -> None:
        attempts = self.attempts(tries=20, first_delay=1.0, largest_delay=4.0)
        delays = [attempts.lost(broken(), "here") for _ in range(8)]
        self.assertTrue(0.5 <= delays[0] <= 1.0 and 1.0 <= delays[1] <= 2.0 and 2.0 <= delays[7] <= 4.0, delays)

    def test_server_says_how_long_to_wait_or_not_to_come_back(self) -> None:
        attempts = self.attempts()
        self.assertEqual(7.5, attempts.lost(broken(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after=7.5), "here"))
        with self.assertRaises(FlashError):
            attempts.lost(broken(retry_after=-1), "here")

    def test_what_is_no_break_is_raised_at_once(self) -> None:
        for code, text in (
            (grpc.StatusCode.INVALID_ARGUMENT, "wrong"),
            (grpc.StatusCode.RESOURCE_EXHAUSTED, "message too large"),
            (grpc.StatusCode.INTERNAL, "SOLVER_FAULT"),
            (grpc.StatusCode.DEADLINE_EXCEEDED, "late"),
        ):
            with self.subTest(code=code), self.assertRaises(FlashError):
                self.attempts().lost(broken(code, text), "here")
        self.assertGreater(self.attempts().lost(broken(grpc.StatusCode.INTERNAL, "Received RST_STREAM with error code 2"), "here"), 0)

    def test_damaged_latent_or_picture_is_a_break(self) -> None:
        latent, picture = progress(1, 3), reconstruction_pb2.ReconstructResponse(sequence=1)
        picture.result.picture.tensor.SetInParent()
        for response, tensor in ((latent, latent.progress.latent), (picture, picture.result.picture.tensor)):
            with self.subTest(response.WhichOneof("event")):
                tensor.data, tensor.crc32 = bytes(8), zlib.crc32(bytes(7))
                tensor.shape.append(2)
                attempts = self.attempts()
                attempts.next_request()
                attempts.take(accepted())
                with self.assertRaises(FlashError) as caught:
                    attempts.take(response)
                self.assertEqual(grpc.StatusCode.DATA_LOSS, caught.exception.code)
                self.assertGreater(attempts.lost(caught.exception, "here"), 0)

    def test_useless_checkpoint_begins_again_with_the_same_seed_unless_exactness_is_required(self) -> None:
        for code, reason in (
            (grpc.StatusCode.FAILED_PRECONDITION, "RESUME_UNFIT"),
            (grpc.StatusCode.FAILED_PRECONDITION, "RESUME_EXPIRED"),
            (grpc.StatusCode.INVALID_ARGUMENT, "RESUME_TOKEN_INVALID"),
            (grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_TOO_TIGHT"),
        ):
            for exact in (False, True):
                with self.subTest(reason, exact=exact):
                    attempts = self.attempts(require_exact=exact)
                    attempts.next_request()
                    attempts.take(accepted(seed=9, checkpoint=checkpoint(0)))
                    if exact:
                        with self.assertRaises(FlashError):
                            attempts.lost(broken(code, reason=reason), "here")
                    else:
                        self.assertEqual(0, attempts.lost(broken(code, reason=reason), "here"))
                        request = attempts.next_request()
                        self.assertEqual((False, 9), (request.HasField("resume_from"), request.seed))

    def test_checkpoint_that_one_server_cant_use_is_kept_for_those_that_were_not_asked(self) -> None:
        for reason in ("RESUME_UNFIT", "RESUME_TOKEN_INVALID"):
            with self.subTest(reason):
                attempts = Attempts(reconstruction_pb2.ReconstructRequest(), ResumePolicy(), servers=3)
                attempts.next_request()
                attempts.take(accepted(seed=9, checkpoint=checkpoint(0)))
                unfit = broken(grpc.StatusCode.FAILED_PRECONDITION, reason=reason)
                # Left alone a while, so that the next one is another.
                self.assertGreater(attempts.lost(unfit, "b"), 0)
                self.assertTrue(attempts.next_request().HasField("resume_from"))
                self.assertGreater(attempts.lost(unfit, "c"), 0)
                self.assertTrue(attempts.next_request().HasField("resume_from"))
                self.assertEqual(0, attempts.lost(unfit, "a"))
                self.assertFalse(attempts.next_request().HasField("resume_from"))

    def test_checkpoint_that_a_server_refuses_twice_or_with_its_last_try_but_one_is_given_up(self) -> None:
        for tries, servers in ((5, ["b", "b"]), (2, ["b", "c"])):
            with self.subTest(tries=tries):
                attempts = Attempts(reconstruction_pb2.ReconstructRequest(), ResumePolicy(tries=tries), servers=9)
                attempts.next_request()
                attempts.take(accepted(seed=9, checkpoint=checkpoint(0)))
                for server in servers:
                    attempts.lost(broken(grpc.StatusCode.FAILED_PRECONDITION, reason="RESUME_UNFIT"), server)
                self.assertFalse(attempts.next_request().HasField("resume_from"))

    def test_what_the_first_server_chose_is_asked_for_and_what_the_caller_chose_stays(self) -> None:
        chosen = accepted(model="other", model_version="2", solver="psld")
        for asked, pinned in ((reconstruction_pb2.ReconstructRequest(), ("other", "2", "psld")), (reconstruction_pb2.ReconstructRequest(model="m"), ("m", "2", "psld"))):
            with self.subTest(asked.model):
                attempts = Attempts(asked, ResumePolicy())
                attempts.next_request()
                attempts.take(chosen)
                attempts.lost(broken(), "here")
                request = attempts.next_request()
                self.assertEqual(pinned, (request.model, request.model_version, request.solver.name))

    def test_the_newest_plan_is_seen_and_what_the_look_gave_stays(self) -> None:
        attempts = self.attempts()
        attempts.next_request()
        attempts.take(accepted(total_steps=60, decoded_mean=picture_pb2.Picture(encoded=b"mean"), mean_residual=1.5))
        attempts.lost(broken(), "here")
        attempts.next_request()
        again = accepted(total_steps=60, resumed=resume_pb2.Resumption(step=10))
        again.accepted.notices.add(code="RESUME_NOT_EXACT")
        self.assertIsNone(attempts.take(again))
        self.assertEqual(["RESUME_NOT_EXACT"], [notice.code for notice in attempts.accepted.notices])
        self.assertEqual((10, 1.5), (attempts.accepted.message.resumed.step, attempts.accepted.message.mean_residual))
        self.assertEqual(b"mean", attempts.accepted.decoded_mean.encoded)

    def test_another_plan_is_seen_from_its_first_step_on(self) -> None:
        attempts = self.attempts()
        attempts.next_request()
        attempts.take(accepted(total_steps=60))
        attempts.take(progress(1, 30))
        attempts.lost(broken(), "here")
        attempts.next_request()
        event = attempts.take(accepted(total_steps=20, cut=scheduling_pb2.Cut(steps_without=60)))
        self.assertEqual((20, 60), (event.total_steps, event.message.cut.steps_without))
        self.assertIs(event, attempts.accepted)
        self.assertEqual(1, attempts.take(progress(1, 1)).step)

    def test_what_is_shortened_while_it_runs_goes_on_to_the_new_end_and_says_so(self) -> None:
        attempts = self.attempts()
        attempts.next_request()
        attempts.take(accepted(total_steps=60))
        seen = []
        for sequence, (step, total) in enumerate(((10, 60), (20, 30), (30, 30)), start=1):
            response = progress(sequence, step)
            response.progress.total_steps = total
            event = attempts.take(response)
            seen.append((event.step, event.total_steps))
        self.assertEqual([(10, 60), (20, 30), (30, 30)], seen)
        last = reconstruction_pb2.ReconstructResponse(sequence=4)
        last.result.picture.encoded = b"picture"
        last.result.notices.add(code="TRAJECTORY_SHORTENED", message="30 steps instead of 60.")
        self.assertEqual([("TRAJECTORY_SHORTENED", "30 steps instead of 60.")], [(notice.code, notice.message) for notice in attempts.take(last).notices])

    def test_time_limit_does_not_begin_anew_after_a_break(self) -> None:
        for timeout, left in ((None, 10), (5.0, 5), (30.0, 10)):
            with self.subTest(timeout=timeout), mock.patch("time.monotonic", return_value=100.0) as now:
                asked = reconstruction_pb2.ReconstructRequest()
                asked.scheduling.time_limit.FromSeconds(10)
                attempts = Attempts(asked, ResumePolicy(), timeout)
                self.assertEqual(timeout and 100 + timeout, attempts.end)
                attempts.next_request()
                attempts.take(accepted())
                attempts.lost(broken(), "here")
                now.return_value = 108.0
                # The request itself stays the same, so that it still means what it began.
                self.assertEqual(asked.scheduling, attempts.next_request().scheduling)
                attempts.take(accepted())
                self.assertEqual(100 + left, attempts.end)

    def test_server_that_lacks_what_it_began_with_sends_it_elsewhere(self) -> None:
        attempts = self.attempts()
        with self.assertRaises(FlashError):
            self.attempts().lost(broken(grpc.StatusCode.NOT_FOUND), "here")
        attempts.next_request()
        attempts.take(accepted())
        self.assertGreater(attempts.lost(broken(grpc.StatusCode.NOT_FOUND), "here"), 0)

    def test_server_without_the_model_is_no_reason_to_begin_again(self) -> None:
        attempts = self.attempts()
        attempts.next_request()
        attempts.take(accepted(checkpoint=checkpoint(0)))
        with self.assertRaises(FlashError):
            attempts.lost(broken(grpc.StatusCode.FAILED_PRECONDITION, reason="NOT_READY"), "here")
