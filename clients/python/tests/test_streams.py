"""Streams and calls over gRPC, from servers that a test plays: silence, servers that vanish, replicas of which one knows."""

import signal
import subprocess
import sys
import threading
import unittest
from pathlib import Path
from unittest import mock

import grpc

from flashdiffusion import Accepted, AsyncClient, BusyError, Client, DeadlineError, FlashError, NotFoundError, ResumePolicy, Result, UnavailableError, channels
from flashdiffusion.v1 import reconstruction_pb2, reconstruction_state_pb2
from tests.fake_server import FOREVER, REFUSED, FakeServer, full

RUNNING, CANCELLED = reconstruction_state_pb2.RECONSTRUCTION_STATE_RUNNING, reconstruction_state_pb2.RECONSTRUCTION_STATE_CANCELLED
FAILED, COMPLETED = reconstruction_state_pb2.RECONSTRUCTION_STATE_FAILED, reconstruction_state_pb2.RECONSTRUCTION_STATE_COMPLETED
ACCEPTED = reconstruction_pb2.ReconstructResponse(sequence=0)
ACCEPTED.accepted.seed = 5
RESULT = reconstruction_pb2.ReconstructResponse(sequence=0)
RESULT.result.picture.encoded = b"a file"
QUICK = ResumePolicy(first_delay=0.01, silence=0.3)
LATE = [1.5, RESULT]
SILENT = [ACCEPTED, FOREVER]
DAMAGED = reconstruction_pb2.ReconstructResponse(sequence=0)
DAMAGED.result.picture.tensor.data = b"\x00\x00\x80\x3f"
DAMAGED.result.picture.tensor.crc32 = 1
REQUEST = reconstruction_pb2.ReconstructRequest()


class HeaderTests(unittest.TestCase):
    """What a key may be that was read out of a file, and that one that can't be sent is never repeated."""

    def test_a_name_in_capitals_and_a_line_end_are_taken(self) -> None:
        server = FakeServer([RESULT])
        self.addCleanup(server.stop)
        with Client(server.address, metadata=[("Authorization", "Bearer KEY\n")]) as client:
            client.stream(REQUEST).result()

    def test_a_key_that_cant_be_sent_is_not_repeated(self) -> None:
        for metadata in ([("authorization", "Bearer SECRET\nSECRET")], [("authorization", b"SECRET")], [("SECRET KEY", "authorization")]):
            for kind in (Client, AsyncClient):
                with self.subTest(metadata=metadata, kind=kind), self.assertRaises(ValueError) as raised:
                    kind("localhost:1", metadata=metadata)  # type: ignore[arg-type]
                self.assertNotIn("SECRET", str(raised.exception))
                self.assertIn("metadata", str(raised.exception))


class StreamTests(unittest.TestCase):
    def play(self, *streams: object) -> tuple[FakeServer, Client]:
        server = FakeServer(*streams)
        self.addCleanup(server.stop)
        client = Client(server.address, policy=QUICK)
        self.addCleanup(client.close)
        return server, client

    def test_first_event_may_come_later_than_silence_allows(self) -> None:
        server, client = self.play(LATE, [RESULT])
        run = client.stream(REQUEST)
        run.result()
        self.assertEqual((0, 1), (run.breaks, len(server.requests)))

    def test_silence_after_the_first_event_is_a_break(self) -> None:
        server, client = self.play(SILENT, [RESULT])
        run = client.stream(REQUEST)
        self.assertEqual([Accepted, Result], [type(event) for event in run])
        self.assertEqual((1, 2), (run.breaks, len(server.requests)))

    def test_time_limit_bounds_the_streams_after_a_break(self) -> None:
        limited = reconstruction_pb2.ReconstructRequest()
        limited.scheduling.time_limit.FromMilliseconds(1500)
        _, client = self.play([ACCEPTED], [FOREVER])
        with self.assertRaises(DeadlineError):
            client.stream(limited).result()

    def test_damaged_picture_is_a_break_and_asked_for_again(self) -> None:
        server, client = self.play([DAMAGED], [RESULT])
        self.assertEqual(b"a file", client.stream(REQUEST).result().picture.encoded)
        self.assertEqual(2, len(server.requests))

    def test_server_that_vanished_is_noticed_before_the_first_event(self) -> None:
        """By pings, which must go on for as long as nothing is said: here ten of them and more, then a server that stands still."""
        command = [sys.executable, "-m", "tests.fake_server"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        self.addCleanup(server.stdout.close)
        address = server.stdout.readline().strip()
        often = [(name, {"grpc.keepalive_time_ms": 200, "grpc.keepalive_timeout_ms": 2000}.get(name, value)) for name, value in channels._OPTIONS]
        with mock.patch.object(channels, "_OPTIONS", often), Client(address, policy=ResumePolicy(tries=0)) as client:
            run = client.stream(REQUEST, timeout=60)
            timer = threading.Timer(3, server.send_signal, [signal.SIGSTOP])
            timer.start()
            self.addCleanup(timer.cancel)
            with self.assertRaises(UnavailableError):
                run.result()


class ReplicaTests(unittest.TestCase):
    def test_another_is_asked_while_one_is_full(self) -> None:
        servers = [FakeServer([full("600000")]), FakeServer([full("20")], [RESULT])]
        for server in servers:
            self.addCleanup(server.stop)
        with Client([server.address for server in servers], policy=QUICK) as client:
            # A wait of ten minutes would be longer than this.
            run = client.stream(REQUEST, timeout=300)
            run.result()
        self.assertEqual((2, 1, 2), (run.breaks, *(len(server.requests) for server in servers)))

    def test_pushback_that_cant_be_read_ends_the_tries(self) -> None:
        for pushback in ("soon", "", "1e3", "nan", "1_000"):
            with self.subTest(pushback):
                server = FakeServer([full(pushback)])
                self.addCleanup(server.stop)
                with Client(server.address, policy=QUICK) as client, self.assertRaises(BusyError) as caught:
                    client.stream(REQUEST).result()
                self.assertLess(caught.exception.retry_after, 0)

    def test_fetch_and_cancel_find_what_a_break_moved(self) -> None:
        """From a server that has forgotten it or never knew, and from one where it ended with the stream."""
        for left in ({}, {"moved": CANCELLED}):
            for order in (1, -1):
                with self.subTest(left=left, order=order):
                    servers = [FakeServer(knows=left), FakeServer(knows={"moved": RUNNING})]
                    for server in servers:
                        self.addCleanup(server.stop)
                    with Client([server.address for server in servers[::order]]) as client:
                        self.assertEqual(RUNNING, client.fetch("moved").state)
                        self.assertEqual(CANCELLED, client.cancel("moved").state)
                        self.assertEqual(["moved"], servers[1].cancelled)
                        self.assertEqual(CANCELLED, client.fetch("moved").state)
                        with self.assertRaises(NotFoundError):
                            client.fetch("nobody's")

    def test_cancel_reaches_all_and_says_the_same(self) -> None:
        for order in (1, -1):
            servers = [FakeServer(knows={"one": COMPLETED}), FakeServer(knows={"one": RUNNING})]
            for server in servers:
                self.addCleanup(server.stop)
            with self.subTest(order=order), Client([server.address for server in servers[::order]]) as client:
                self.assertEqual(COMPLETED, client.cancel("one").state)
                self.assertEqual(["one"], servers[1].cancelled)

    def test_cancel_reaches_all_although_one_refuses(self) -> None:
        for order in (1, -1):
            servers = [FakeServer(knows={"one": REFUSED}), FakeServer(knows={"one": RUNNING})]
            for server in servers:
                self.addCleanup(server.stop)
            with self.subTest(order=order), Client([server.address for server in servers[::order]]) as client:
                with self.assertRaises(FlashError) as caught:
                    client.cancel("one")
                self.assertEqual(grpc.StatusCode.PERMISSION_DENIED, caught.exception.code)
                self.assertEqual(["one"], servers[1].cancelled)

    def test_who_is_not_there_may_know_it(self) -> None:
        server = FakeServer()
        self.addCleanup(server.stop)
        for addresses in ([server.address, "127.0.0.1:1"], ["127.0.0.1:1", server.address]):
            with self.subTest(addresses), Client(addresses) as client, self.assertRaises(UnavailableError) as caught:
                client.cancel("one")
            self.assertIn(f"{server.address}: There is no reconstruction of this name.", str(caught.exception))
            self.assertIn("answers at 127.0.0.1:1", str(caught.exception))

    def test_fetch_says_why_it_failed_where_a_break_moved_it(self) -> None:
        """Whatever the order: CANCELLED is only what the break left behind."""
        servers = [FakeServer(knows={"moved": CANCELLED}), FakeServer(knows={"moved": FAILED})]
        for server in servers:
            self.addCleanup(server.stop)
        for order in (1, -1):
            with self.subTest(order=order), Client([server.address for server in servers[::order]]) as client:
                answer = client.fetch("moved")
                self.assertEqual((FAILED, "SOLVER_FAULT"), (answer.state, answer.failure.reason))


class AsyncTests(unittest.IsolatedAsyncioTestCase):
    async def play(self, *streams: object) -> tuple[FakeServer, AsyncClient]:
        server = FakeServer(*streams)
        self.addCleanup(server.stop)
        client = AsyncClient(server.address, policy=QUICK)
        self.addAsyncCleanup(client.close)
        return server, client

    async def test_first_event_may_come_later_than_silence_allows(self) -> None:
        server, client = await self.play(LATE, [RESULT])
        run = client.stream(REQUEST)
        await run.result()
        self.assertEqual((0, 1), (run.breaks, len(server.requests)))

    async def test_another_is_asked_while_one_is_full(self) -> None:
        servers = [FakeServer([full("600000")]), FakeServer([full("20")], [RESULT])]
        for server in servers:
            self.addCleanup(server.stop)
        async with AsyncClient([server.address for server in servers], policy=QUICK) as client:
            run = client.stream(REQUEST, timeout=300)
            await run.result()
        self.assertEqual((2, 1, 2), (run.breaks, *(len(server.requests) for server in servers)))

    async def test_time_limit_bounds_the_streams_after_a_break(self) -> None:
        limited = reconstruction_pb2.ReconstructRequest()
        limited.scheduling.time_limit.FromMilliseconds(1500)
        _, client = await self.play([ACCEPTED], [FOREVER])
        with self.assertRaises(DeadlineError):
            await client.stream(limited).result()

    async def test_silence_after_the_first_event_is_a_break(self) -> None:
        server, client = await self.play(SILENT, [RESULT])
        run = client.stream(REQUEST)
        self.assertEqual([Accepted, Result], [type(event) async for event in run])
        self.assertEqual((1, 2), (run.breaks, len(server.requests)))

    async def test_fetch_and_cancel_find_what_a_break_moved(self) -> None:
        for left in ({}, {"moved": CANCELLED}):
            for order in (1, -1):
                with self.subTest(left=left, order=order):
                    servers = [FakeServer(knows=left), FakeServer(knows={"moved": RUNNING})]
                    for server in servers:
                        self.addCleanup(server.stop)
                    async with AsyncClient([server.address for server in servers[::order]]) as client:
                        self.assertEqual(RUNNING, (await client.fetch("moved")).state)
                        self.assertEqual(CANCELLED, (await client.cancel("moved")).state)
                        self.assertEqual(["moved"], servers[1].cancelled)
                        self.assertEqual(CANCELLED, (await client.fetch("moved")).state)
                        with self.assertRaises(NotFoundError):
                            await client.cancel("nobody's")

    async def test_fetch_says_why_it_failed_where_a_break_moved_it(self) -> None:
        servers = [FakeServer(knows={"moved": CANCELLED}), FakeServer(knows={"moved": FAILED})]
        for server in servers:
            self.addCleanup(server.stop)
        for order in (1, -1):
            with self.subTest(order=order):
                async with AsyncClient([server.address for server in servers[::order]]) as client:
                    answer = await client.fetch("moved")
                    self.assertEqual((FAILED, "SOLVER_FAULT"), (answer.state, answer.failure.reason))
