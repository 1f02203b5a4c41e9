// Streams and calls as servers play them that a test makes up: silence, replicas of which one knows, signals that outlive the calls.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import * as grpc from "@grpc/grpc-js";
import { FlashClient } from "../dist/client.js";
import { FlashError } from "../dist/errors.js";
import { ReconstructionService, ReconstructResponseSchema } from "../dist/gen/flashdiffusion/v1/reconstruction_pb.js";
import { ReconstructionState } from "../dist/gen/flashdiffusion/v1/reconstruction_state_pb.js";
import { connect } from "../dist/node.js";

const request = () => create(ReconstructionService.method.reconstruct.input);
const response = (kind, value, sequence = 0n) => create(ReconstructResponseSchema, { sequence, event: { case: kind, value } });
const accepted = response("accepted", { seed: 5n });
const result = response("result", { picture: { content: { case: "encoded", value: Uint8Array.of(1) } } });
const REFUSED = -1;
const { RUNNING, COMPLETED, FAILED, CANCELLED } = ReconstructionState;
const FOREVER = Infinity;
const broken = () => new FlashError("gone", { code: "UNAVAILABLE" });
const listeners = (signal) => getEventListeners(signal, "abort").length;

/** A server without a network: plays one list of acts a stream, waiting, saying or failing. */
class Played {
  address = "played";
  streams = 0;
  timeouts = [];
  constructor(...acts) {
    this.acts = acts;
  }

  async *serverStream(_, __, { signal, timeout }) {
    this.timeouts.push(timeout);
    for (const act of this.acts[this.streams++]) {
      if (act instanceof Error) {
        throw act;
      }
      if (typeof act !== "number") {
        yield act;
        continue;
      }
      await new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, Math.min(act, 60_000));
        const end = () => (clearTimeout(timer), reject(new FlashError("cancelled", { code: "CANCELLED" })));
        signal.addEventListener("abort", end);
        if (signal.aborted) {
          end();
        }
      });
    }
  }

  close() {}
}

const client = (...acts) => {
  const server = new Played(...acts);
  return [server, new FlashClient([server], { firstDelay: 1, silence: 200 })];
};

test("the first event may come later than silence allows", async () => {
  const [server, flash] = client([1000, result], [result]);
  const run = flash.stream(request());
  await run.result();
  assert.deepEqual([run.breaks, server.streams], [0, 1]);
});

test("silence after the first event is a break", async () => {
  const [server, flash] = client([accepted, FOREVER], [result]);
  const run = flash.stream(request());
  await run.result();
  assert.deepEqual([run.breaks, server.streams], [1, 2]);
});

test("a time limit bounds the streams after a break", async () => {
  const [server, flash] = client([accepted], [result]);
  const limited = create(ReconstructionService.method.reconstruct.input, { scheduling: { timeLimit: durationFromMs(60_000) } });
  await flash.stream(limited).result();
  assert.equal(server.timeouts[0], undefined);
  assert.ok(server.timeouts[1] > 0 && server.timeouts[1] <= 60_000);
});

test("another server is asked while one is full", async () => {
  const full = (retryAfter) => new FlashError("full", { code: "RESOURCE_EXHAUSTED", retryAfter });
  const [first, second] = [new Played([full(600_000)]), new Played([full(20)], [result])];
  // A wait of ten minutes would be longer than this.
  const run = new FlashClient([first, second]).stream(request(), { timeout: 300_000 });
  await run.result();
  assert.deepEqual([run.breaks, first.streams, second.streams], [2, 1, 2]);
});

test("a signal holds nothing of the runs that are over", async () => {
  const { signal } = new AbortController();
  const [, flash] = client([broken()], [broken()], [result]);
  await flash.stream(request(), { signal }).result();
  for await (const _ of client([accepted, FOREVER])[1].stream(request(), { signal })) {
    assert.equal(listeners(signal), 1);
    break;
  }
  await assert.rejects(client([new FlashError("wrong", { code: "INVALID_ARGUMENT" })])[1].stream(request(), { signal }).result());
  assert.equal(listeners(signal), 0);
});

test("a signal ends a run, whether it is aborted before or meanwhile", async () => {
  const [server, flash] = client([accepted, FOREVER]);
  await assert.rejects(flash.stream(request(), { signal: AbortSignal.abort() }).result(), { code: "CANCELLED" });
  assert.equal(server.streams, 0);
  const controller = new AbortController();
  for await (const _ of flash.stream(request(), { signal: controller.signal })) {
    controller.abort();
  }
  assert.equal(server.streams, 1);
});

/** Over gRPC, a server that knows reconstructions by their names. */
async function served(t, knows) {
  const { getReconstruction, cancelReconstruction } = ReconstructionService.method;
  const cancelled = [];
  const unary = (method) => ({
    path: `/${ReconstructionService.typeName}/${method.name}`, requestStream: false, responseStream: false,
    requestDeserialize: (bytes) => fromBinary(method.input, bytes), responseSerialize: (message) => Buffer.from(toBinary(method.output, message)),
  });
  const get = unary(getReconstruction);
  const cancel = unary(cancelReconstruction);
  const failure = (state) => (state === FAILED ? { reason: "SOLVER_FAULT" } : undefined);
  const answer = (output, end) => ({ request: { requestId } }, done) => {
    if (!(requestId in knows)) {
      return done({ code: grpc.status.NOT_FOUND, details: "unknown" });
    }
    if (knows[requestId] === REFUSED) {
      return done({ code: grpc.status.PERMISSION_DENIED, details: "somebody else's" });
    }
    if (end && knows[requestId] === RUNNING) {
      cancelled.push(requestId);
      knows[requestId] = CANCELLED;
    }
    done(null, create(output, { state: knows[requestId], failure: end ? undefined : failure(knows[requestId]) }));
  };
  const server = new grpc.Server();
  server.addService({ get, cancel }, {
    get: answer(getReconstruction.output, false),
    cancel: answer(cancelReconstruction.output, true),
  });
  const port = await new Promise((resolve, reject) => server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))));
  t.after(() => server.forceShutdown());
  return { address: `127.0.0.1:${port}`, cancelled };
}

for (const [where, left] of [["a server that does not know it", {}], ["one where it ended with its stream", { moved: CANCELLED }]]) {
  test(`fetch and cancel find what a break moved from ${where}, and release the signal`, async (t) => {
    for (const reverse of [false, true]) {
      const servers = [await served(t, { ...left }), await served(t, { moved: RUNNING })];
      const addresses = servers.map((server) => server.address);
      const flash = connect(reverse ? addresses.reverse() : addresses);
      t.after(() => flash.close());
      const { signal } = new AbortController();
      assert.equal((await flash.fetch("moved", { signal })).state, RUNNING);
      assert.equal((await flash.cancel("moved", { signal })).state, CANCELLED);
      assert.deepEqual(servers[1].cancelled, ["moved"]);
      assert.equal((await flash.fetch("moved", { signal })).state, CANCELLED);
      await assert.rejects(flash.cancel("nobody's", { signal }), { code: "NOT_FOUND" });
      assert.equal(listeners(signal), 0);
    }
  });
}

test("cancel reaches all and says the same, whatever the order", async (t) => {
  for (const reverse of [false, true]) {
    const servers = [await served(t, { one: COMPLETED }), await served(t, { one: RUNNING })];
    const addresses = servers.map((server) => server.address);
    const flash = connect(reverse ? addresses.reverse() : addresses);
    t.after(() => flash.close());
    assert.equal((await flash.cancel("one")).state, COMPLETED);
    assert.deepEqual(servers[1].cancelled, ["one"]);
  }
});

test("cancel reaches all although one refuses, whatever the order", async (t) => {
  for (const reverse of [false, true]) {
    const servers = [await served(t, { one: REFUSED }), await served(t, { one: RUNNING })];
    const addresses = servers.map((server) => server.address);
    const flash = connect(reverse ? addresses.reverse() : addresses);
    t.after(() => flash.close());
    await assert.rejects(flash.cancel("one"), { code: "PERMISSION_DENIED" });
    assert.deepEqual(servers[1].cancelled, ["one"]);
  }
});

test("who is not there may know it, whatever the order", async (t) => {
  const { address } = await served(t, {});
  for (const addresses of [[address, "127.0.0.1:1"], ["127.0.0.1:1", address]]) {
    const flash = connect(addresses);
    t.after(() => flash.close());
    await assert.rejects(flash.cancel("one"), (error) => error.code === "UNAVAILABLE" && error.message.includes(`${address}: unknown`) && error.message.includes("answers at 127.0.0.1:1"));
  }
});

test("fetch says why it failed where a break moved it, whatever the order", async (t) => {
  const addresses = [(await served(t, { moved: CANCELLED })).address, (await served(t, { moved: FAILED })).address];
  for (const order of [addresses, addresses.toReversed()]) {
    const flash = connect(order);
    t.after(() => flash.close());
    const { state, failure } = await flash.fetch("moved");
    assert.deepEqual([state, failure?.reason], [FAILED, "SOLVER_FAULT"]);
  }
});
