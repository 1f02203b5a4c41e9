// What a failure says.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { FlashError } from "../dist/errors.js";
import { connect } from "../dist/node.js";

test("a violation is said once, whether the server's text has it or not", () => {
  const violations = [{ field: "seed", description: "Must be a number." }, { field: "crop", description: "Is too large." }];
  const error = new FlashError("here: seed: Must be a number.", { code: "INVALID_ARGUMENT", violations });
  assert.equal(error.message, "here: seed: Must be a number.\n  crop: Is too large.");
  assert.deepEqual(error.violations, violations);
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
