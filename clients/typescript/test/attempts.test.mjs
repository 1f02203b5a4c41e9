// The state machine of resuming, without a transport.
import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Attempts, DEFAULT_POLICY } from "../dist/attempts.js";
import { FlashError } from "../dist/errors.js";
import { ReconstructRequestSchema, ReconstructResponseSchema } from "../dist/gen/flashdiffusion/v1/reconstruction_pb.js";
import { crc32 } from "../dist/tensors.js";

const state = new TextEncoder().encode("state");
const checkpoint = (step, crc = crc32(state)) => ({ step, token: Uint8Array.of(step), data: state, crc32: crc });
const accepted = (sequence, fields = {}) =>
  create(ReconstructResponseSchema, { sequence: BigInt(sequence), event: { case: "accepted", value: { seed: 9n, ...fields } } });
const progress = (sequence, step, saved) =>
  create(ReconstructResponseSchema, { sequence: BigInt(sequence), event: { case: "progress", value: { step, ...(saved ? { checkpoint: saved } : {}) } } });
const broken = (code = "UNAVAILABLE", details = {}) => new FlashError("gone", { code, ...details });
const attempts = (policy = {}) => {
  const made = new Attempts(create(ReconstructRequestSchema, { model: "m" }), { ...DEFAULT_POLICY, ...policy });
  made.nextRequest();
  return made;
};

test("every stream has the same request id and asks for checkpoints", () => {
  const run = attempts({ checkpointEverySteps: 3 });
  const [first, second] = [run.nextRequest(), run.nextRequest()];
  assert.match(first.requestId, /^[0-9a-f-]{36}$/);
  assert.equal(first.requestId, second.requestId);
  assert.equal(first.progress.checkpointEverySteps, 3);
  assert.equal(first.resumeFrom, undefined);
});

test("goes on from the newest intact checkpoint with the server's seed", () => {
  const run = attempts();
  run.take(accepted(0));
  run.take(progress(1, 10, checkpoint(10)));
  run.take(progress(2, 20, checkpoint(20, 1)));
  run.lost(broken(), "here");
  const request = run.nextRequest();
  assert.deepEqual([...request.resumeFrom.token], [10]);
  assert.equal(request.seed, 9n);
  assert.equal(request.model, "m");
});

test("the reader sees nothing twice", () => {
  const run = attempts();
  assert.ok(run.take(accepted(0)));
  assert.ok(run.take(progress(1, 12, checkpoint(10))));
  run.lost(broken(), "here");
  run.nextRequest();
  assert.equal(run.take(accepted(0)), undefined);
  assert.equal(run.take(progress(1, 11)), undefined);
  assert.equal(run.take(progress(2, 13)).step, 13);
});

test("a gap in the sequence is a break", () => {
  const run = attempts();
  run.take(accepted(0));
  let gap;
  assert.throws(() => run.take(progress(2, 1)), (error) => (gap = error).code === "DATA_LOSS");
  assert.ok(run.lost(gap, "here") > 0);
});

test("gives up after its tries but counts anew after progress", () => {
  const run = attempts({ tries: 2 });
  run.take(accepted(0));
  for (const step of [1, 2, 3]) {
    run.lost(broken(), "here");
    run.lost(broken(), "here");
    run.nextRequest();
    run.take(progress(0, step));
  }
  run.lost(broken(), "here");
  run.lost(broken(), "here");
  assert.throws(() => run.lost(broken(), "here"), FlashError);
});

test("the server says how long to wait, or not to come back", () => {
  assert.equal(attempts().lost(broken("RESOURCE_EXHAUSTED", { retryAfter: 7500 }), "here"), 7500);
  assert.throws(() => attempts().lost(broken("UNAVAILABLE", { retryAfter: -1 }), "here"), FlashError);
});

test("what is no break is thrown at once", () => {
  for (const code of ["INVALID_ARGUMENT", "RESOURCE_EXHAUSTED", "INTERNAL", "DEADLINE_EXCEEDED", "NOT_FOUND"]) {
    assert.throws(() => attempts().lost(broken(code), "here"), FlashError, code);
  }
  assert.throws(() => attempts().lost(broken("CANCELLED", { reason: "CANCELLED_ON_REQUEST" }), "here"), FlashError);
  assert.ok(attempts().lost(broken("CANCELLED"), "here") > 0);
});

test("a useless checkpoint begins again with the same seed, unless exactness is required", () => {
  for (const [code, reason] of [["FAILED_PRECONDITION", "RESUME_UNFIT"], ["FAILED_PRECONDITION", "RESUME_EXPIRED"], ["INVALID_ARGUMENT", "RESUME_TOKEN_INVALID"], ["DEADLINE_EXCEEDED", "DEADLINE_TOO_TIGHT"]]) {
    for (const requireExact of [false, true]) {
      const run = attempts({ requireExact });
      run.take(accepted(0, { checkpoint: checkpoint(0) }));
      if (requireExact) {
        assert.throws(() => run.lost(broken(code, { reason }), "here"), FlashError, reason);
      } else {
        assert.equal(run.lost(broken(code, { reason }), "here"), 0);
        const { resumeFrom, seed } = run.nextRequest();
        assert.deepEqual([resumeFrom, seed], [undefined, 9n], reason);
      }
    }
  }
});

test("a checkpoint that one server can't use is kept for those that were not asked", () => {
  const unfit = broken("FAILED_PRECONDITION", { reason: "RESUME_UNFIT" });
  const refused = (tries, servers, refusing) => {
    const run = new Attempts(create(ReconstructRequestSchema), { ...DEFAULT_POLICY, tries }, undefined, servers);
    run.nextRequest();
    run.take(accepted(0, { checkpoint: checkpoint(0) }));
    return refusing.map((server) => [run.lost(unfit, server) > 0, run.nextRequest().resumeFrom !== undefined]);
  };
  assert.deepEqual(refused(5, 3, ["b", "c", "a"]), [[true, true], [true, true], [false, false]]);
  // One that refuses again says that no other is to be had, and beginning again needs a try.
  assert.deepEqual(refused(5, 9, ["b", "b"]), [[true, true], [false, false]]);
  assert.deepEqual(refused(2, 9, ["b", "c"]), [[true, true], [false, false]]);
});

test("what the first server chose is asked for, and what the caller chose stays", () => {
  for (const [asked, pinned] of [[{}, ["other", "2", "psld"]], [{ model: "m" }, ["m", "2", "psld"]]]) {
    const run = new Attempts(create(ReconstructRequestSchema, asked), DEFAULT_POLICY);
    run.nextRequest();
    run.take(accepted(0, { model: "other", modelVersion: "2", solver: "psld" }));
    run.lost(broken(), "here");
    const { model, modelVersion, solver } = run.nextRequest();
    assert.deepEqual([model, modelVersion, solver.name], pinned);
  }
});

test("the newest plan is seen, and what the look gave stays", () => {
  const run = attempts();
  run.take(accepted(0, { totalSteps: 60, meanResidual: 1.5, decodedMean: { content: { case: "encoded", value: state } } }));
  run.lost(broken(), "here");
  run.nextRequest();
  assert.equal(run.take(accepted(0, { totalSteps: 60, resumed: { step: 10 }, notices: [{ code: "RESUME_NOT_EXACT" }] })), undefined);
  const { notices, message, decodedMean } = run.accepted;
  assert.deepEqual([notices[0].code, message.resumed.step, message.meanResidual, decodedMean.encoded], ["RESUME_NOT_EXACT", 10, 1.5, state]);
});

test("another plan is seen from its first step on", () => {
  const run = attempts();
  run.take(accepted(0, { totalSteps: 60 }));
  run.take(progress(1, 30));
  run.lost(broken(), "here");
  run.nextRequest();
  const event = run.take(accepted(0, { totalSteps: 20, cut: { stepsWithout: 60 } }));
  assert.deepEqual([event.totalSteps, event.message.cut.stepsWithout], [20, 60]);
  assert.equal(run.accepted, event);
  assert.equal(run.take(progress(1, 1)).step, 1);
});

test("what is shortened while it runs goes on to the new end, and says so", () => {
  const run = attempts();
  run.take(accepted(0, { totalSteps: 60 }));
  const seen = [[10, 60], [20, 30], [30, 30]];
  const events = seen.map(([step, totalSteps], index) =>
    run.take(create(ReconstructResponseSchema, { sequence: BigInt(index + 1), event: { case: "progress", value: { step, totalSteps } } })));
  assert.deepEqual(events.map(({ step, totalSteps }) => [step, totalSteps]), seen);
  const value = { picture: { content: { case: "encoded", value: state } }, notices: [{ code: "TRAJECTORY_SHORTENED", message: "30 steps instead of 60." }] };
  const { notices } = run.take(create(ReconstructResponseSchema, { sequence: 4n, event: { case: "result", value } }));
  assert.deepEqual(notices.map(({ code, message }) => [code, message]), [["TRAJECTORY_SHORTENED", "30 steps instead of 60."]]);
});

test("a time limit does not begin anew after a break", () => {
  for (const [timeout, first] of [[undefined, 10_000], [5_000, 5_000], [30_000, 10_000]]) {
    const began = performance.now();
    const asked = create(ReconstructRequestSchema, { scheduling: { timeLimit: durationFromMs(10_000) } });
    const run = new Attempts(asked, DEFAULT_POLICY, timeout && began + timeout);
    run.nextRequest();
    run.take(accepted(0));
    const { end } = run;
    assert.ok(end >= began + first && end <= performance.now() + first);
    run.lost(broken(), "here");
    // The request itself stays the same, so that it still means what it began.
    assert.deepEqual(run.nextRequest().scheduling, asked.scheduling);
    run.take(accepted(0));
    assert.equal(run.end, end);
  }
});

test("a server that lacks what it began with sends it elsewhere", () => {
  const run = attempts();
  run.take(accepted(0));
  assert.ok(run.lost(broken("NOT_FOUND"), "here") > 0);
});

test("a server without the model is no reason to begin again", () => {
  const run = attempts();
  run.take(accepted(0, { checkpoint: checkpoint(0) }));
  assert.throws(() => run.lost(broken("FAILED_PRECONDITION", { reason: "NOT_READY" }), "here"), FlashError);
});

test("a damaged latent or picture is a break", () => {
  const tensor = { shape: [1n], data: state.slice(0, 4), crc32: crc32(state) };
  const picture = { content: { case: "tensor", value: tensor } };
  for (const event of [{ case: "progress", value: { step: 1, latent: tensor } }, { case: "result", value: { picture } }]) {
    const run = attempts();
    run.take(accepted(0));
    let damage;
    assert.throws(() => run.take(create(ReconstructResponseSchema, { sequence: 1n, event })), (error) => (damage = error).code === "DATA_LOSS", event.case);
    assert.ok(run.lost(damage, "here") > 0);
  }
});
