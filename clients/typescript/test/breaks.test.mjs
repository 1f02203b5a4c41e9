// A stream that breaks between a client and a server, which says nothing of it.
import assert from "node:assert/strict";
import { createServer, connect as open } from "node:net";
import { test } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { ReconstructionService, ReconstructResponseSchema } from "../dist/gen/flashdiffusion/v1/reconstruction_pb.js";
import { connect } from "../dist/node.js";

const { reconstruct } = ReconstructionService.method;
const response = (kind, value, sequence) => create(ReconstructResponseSchema, { sequence, event: { case: kind, value } });
const result = { picture: { content: { case: "encoded", value: Uint8Array.of(1) } } };
/** Settings, as if they were of one stream. */
const BAD_FRAME = Uint8Array.of(0, 0, 0, 4, 0, 0, 0, 0, 5);

/** A server that says a result on the second stream only. */
async function served(t) {
  const server = new grpc.Server();
  const streams = [];
  server.addService({
    reconstruct: {
      path: `/${ReconstructionService.typeName}/${reconstruct.name}`, requestStream: false, responseStream: true,
      requestDeserialize: (bytes) => fromBinary(reconstruct.input, bytes), responseSerialize: (message) => Buffer.from(toBinary(reconstruct.output, message)),
    },
  }, {
    reconstruct: (call) => {
      call.write(response("accepted", { totalSteps: 5 }, 0n));
      if (streams.push(call) > 1) {
        call.write(response("result", result, 1n));
        call.end();
      }
    },
  });
  const bound = await new Promise((resolve, reject) => server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, at) => (error ? reject(error) : resolve(at))));
  t.after(() => server.forceShutdown());
  return { bound, streams };
}

/** What lies between, and can say to the client what is no HTTP/2. */
async function between(t, bound) {
  const clients = [];
  const proxy = createServer((client) => {
    const server = open(bound, "127.0.0.1");
    clients.push(client);
    for (const [socket, other] of [[client, server], [server, client]]) {
      socket.on("error", () => socket.destroy()).on("close", () => other.destroy());
    }
    client.pipe(server);
    server.pipe(client);
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => proxy.once("listening", listening));
  t.after(() => (proxy.close(), clients.forEach((client) => client.destroy())));
  return { address: `127.0.0.1:${proxy.address().port}`, spoil: () => clients.at(-1).write(BAD_FRAME) };
}

test("a protocol error in the middle of a stream is a break", async (t) => {
  const { bound, streams } = await served(t);
  const { address, spoil } = await between(t, bound);
  const flash = connect(address, { firstDelay: 1 });
  t.after(() => flash.close());
  const run = flash.stream(create(reconstruct.input));
  const kinds = [];
  for await (const event of run) {
    kinds.push(event.kind);
    if (event.kind === "accepted") {
      spoil();
    }
  }
  assert.deepEqual([kinds, run.breaks, streams.length], [["accepted", "result"], 1, 2]);
});

test("a protocol error in the middle of a stream is said as it came", async (t) => {
  const { bound } = await served(t);
  const { address, spoil } = await between(t, bound);
  const flash = connect(address, { tries: 0 });
  t.after(() => flash.close());
  await assert.rejects(async () => {
    for await (const event of flash.stream(create(reconstruct.input))) {
      assert.equal(event.kind, "accepted");
      spoil();
    }
  }, (error) => error.message.startsWith(`${address}: `) && /protocol error/i.test(error.message));
});
