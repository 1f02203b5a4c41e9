// What a failure says.
import assert from "node:assert/strict";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { test } from "node:test";
import { FlashError } from "../dist/errors.js";
import { checkedHeaders } from "../dist/headers.js";
import { connect } from "../dist/node.js";
import { readDetails } from "../dist/status-details.js";

test("a violation is said once, whether the server's text has it or not", () => {
  const violations = [{ field: "seed", description: "Must be a number." }, { field: "crop", description: "Is too large." }];
  const error = new FlashError("here: seed: Must be a number.", { code: "INVALID_ARGUMENT", violations });
  assert.equal(error.message, "here: seed: Must be a number.\n  crop: Is too large.");
  assert.deepEqual(error.violations, violations);
});

test("a key with the line's end of its file is taken, and one that can't be sent is not repeated", () => {
  assert.deepEqual(checkedHeaders({ Authorization: "Bearer KEY\n" }), { authorization: "Bearer KEY" });
  for (const headers of [{ authorization: "Bearer SECRET\nSECRET" }, { authorization: undefined }, { "SECRET KEY": "authorization" }]) {
    assert.throws(() => connect("localhost:1", { headers }), (error) => error instanceof TypeError && /^headers: /.test(error.message) && !error.message.includes("SECRET"));
  }
});

test("a port that nobody listens at is named in one sentence", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((listening) => taken.once("listening", listening));
  const { port } = taken.address();
  await new Promise((closed) => taken.close(closed));
  const client = connect(`127.0.0.1:${port}`);
  await assert.rejects(client.degrade(Uint8Array.of(1), { name: "denoising" }), (error) => {
    assert.equal(error.code, "UNAVAILABLE");
    assert.match(error.message, new RegExp(`^No FlashDiffusion server answers at 127\\.0\\.0\\.1:${port} \\(connect ECONNREFUSED[^)]*\\)\\.$`));
    return true;
  });
  client.close();
});

test("a port that speaks HTTP/1 is told from one of gRPC", async (t) => {
  const http = createHttpServer((_, answer) => answer.end("no gRPC")).listen(0, "127.0.0.1");
  await new Promise((listening) => http.once("listening", listening));
  t.after(() => http.close());
  const address = `127.0.0.1:${http.address().port}`;
  const client = connect(address);
  t.after(() => client.close());
  await assert.rejects(client.models(), (error) => {
    assert.equal(error.code, "UNAVAILABLE");
    assert.ok(error.message.startsWith(`What answers at ${address} does not speak gRPC`), error.message);
    return true;
  });
});

test("an address that is none is refused before anything is sent", () => {
  for (const address of ["ftp://there", "a b:c", "", "http://"]) {
    assert.throws(() => connect(address), { name: "TypeError", message: /is not a server's address; write host:port/ }, address);
  }
  for (const address of ["dns://flash:8001", "dns:flash", "dns:///", "dns:///a/b"]) {
    assert.throws(() => connect(address), { name: "TypeError", message: /is not a name; write dns:\/\/\/host:port/ }, address);
  }
  for (const address of ["localhost:8001", "http://h:1/", "https://h", "dns:///flash:8001", "[::1]:8001", "unix:/run/flash.sock"]) {
    connect(address).close();
  }
});

test("a name that nobody knows is said", async (t) => {
  const client = connect("dns:///nobody.invalid:8001");
  t.after(() => client.close());
  await assert.rejects(client.models(), { code: "UNAVAILABLE", message: "No FlashDiffusion server answers at dns:///nobody.invalid:8001 (its name is not known)." });
});

test("of several servers each is named", async (t) => {
  const addresses = ["127.0.0.1:1", "127.0.0.1:2"];
  const client = connect(addresses, { firstDelay: 1 });
  t.after(() => client.close());
  for (const call of [() => client.cancel("one"), () => client.fetch("one"), () => client.reconstruct(Uint8Array.of(1), { name: "denoising" }).result()]) {
    await assert.rejects(call(), (error) => {
      assert.equal(error.code, "UNAVAILABLE");
      assert.match(error.message, /^None of 2 servers could do it\./);
      addresses.forEach((address) => assert.ok(error.message.includes(`answers at ${address}`), error.message));
      return true;
    });
  }
});

test("a number that is not whole is refused by its option's name", async (t) => {
  const client = connect("127.0.0.1:1");
  t.after(() => client.close());
  const picture = Uint8Array.of(1);
  const operator = { name: "denoising" };
  for (const [option, call] of [
    ["crop", () => client.degrade(picture, operator, { crop: 1.5 })],
    ["crop", () => client.degrade(picture, operator, { crop: Number.NaN })],
    ["seed", () => client.degrade(picture, operator, { seed: 1.5 })],
    ["seed", () => client.degrade(picture, operator, { seed: -1 })],
    ["seed", () => client.reconstruct(picture, operator, { seed: 2 ** 60 }).result()],
    ["operator.seed", () => client.degrade(picture, { ...operator, seed: 1.5 })],
    ["everySteps", () => client.reconstruct(picture, operator, { everySteps: 1.5 }).result()],
    ["ddimSteps", () => client.reconstruct(picture, operator, { ddimSteps: 2.5 }).result()],
    ["startTimestep", () => client.reconstruct(picture, operator, { startTimestep: 0.1 }).result()],
    ["maxNetworkCalls", () => client.reconstruct(picture, operator, { maxNetworkCalls: 0.5 }).result()],
  ]) {
    await assert.rejects(call(), (error) => error.name === "TypeError" && error.message.startsWith(`${option} must be`), option);
  }
});

test("a push-back that can't be read means not to come back", () => {
  for (const pushback of ["soon", "", "1e3", "NaN", " 5"]) {
    assert.equal(readDetails("UNAVAILABLE", [], pushback).retryAfter, -1, pushback);
  }
  assert.deepEqual(["1500", "-1", undefined, null].map((pushback) => readDetails("UNAVAILABLE", [], pushback).retryAfter), [1500, -1, undefined, undefined]);
});
