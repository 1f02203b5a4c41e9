// The interop grid's cells for the TypeScript client, whatever carries its calls: the same in Node over gRPC and in Chromium over gRPC-Web.
// Each gets the client's exports with those of "flashdiffusion/v1", connect() to addresses of which the first will be killed, a photograph, the
// step to be killed at, and reached() to say so.
const blur = { name: "gaussian_blur", parameters: { std: 1.5 }, noiseStd: 0.05 };
const slow = { solver: "faulty_solver", solverParameters: { fault: "none", delay: 200 }, start: "full", everySteps: 1, seed: 3 };
const long = {
  solver: "faulty_solver", solverParameters: { fault: "none", delay: 100 }, startTimestep: 900, ddimSteps: 60, ddimEta: 0.8, seed: 3,
  exact: true, everySteps: 1, pictureFormat: "tensor", resultLatent: true,
};

function check(condition, text) {
  if (!condition) {
    throw new Error(text);
  }
}

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("It should have been refused.");
}

// Asked for once, so that nothing lies between the word to go and the stream that a server is killed under.
let measurement;
const degraded = async ({ client, photo }) => (measurement ??= (await client.degrade(photo, blur, { seed: 11 })).measurement);

export const cells = {
  async "unary"(given) {
    const { client, ReconstructionState } = given;
    check((await client.models()).models.some((model) => model.name === "starter"), "no starter model");
    check((await client.solvers()).solvers.some((solver) => solver.name === "latent_dps"), "no latent_dps");
    check((await client.operators()).operators.some((known) => known.name === "inpainting"), "no inpainting");
    const measurement = await degraded(given);
    check(measurement.numbers.shape.join() === "3,64,64", "measurement's shape");
    const severity = await client.severity(measurement, blur, { decodedMean: true, latent: true });
    check(severity.latent.shape.join() === "4,16,16" && severity.decodedMean !== undefined, "severity");
    const run = client.reconstruct(measurement, blur, { solver: "ae", seed: 3 });
    const result = await run.result();
    const fetched = await client.fetch(run.requestId, { wait: 30_000 });
    check(fetched.state === ReconstructionState.COMPLETED, `state ${fetched.state}`);
    check(fetched.result.picture.content.value.length === result.picture.encoded.length, "another picture");
    return { calls: ["ListModels", "ListSolvers", "ListOperators", "Degrade", "EstimateSeverity", "GetReconstruction"] };
  },

  async "streaming"(given) {
    const options = { solver: "ddim", startTimestep: 300, ddimSteps: 20, seed: 3, everySteps: 1, latents: true, preview: "cheap" };
    const events = [];
    for await (const event of given.client.reconstruct(await degraded(given), blur, options)) {
      events.push(event);
    }
    const [first, ...between] = events;
    const last = between.pop();
    check(first.kind === "accepted" && last.kind === "result", "first and last");
    check(between.length > 0 && between.every((event) => event.kind === "progress"), "between");
    check(between.every((event, i) => i === 0 || event.step > between[i - 1].step), "steps");
    check(between.every(({ latent }) => latent.shape.join() === "4,16,16" && latent.data.every(Number.isFinite)), "latents");
    check(between[0].preview.toBlob().size > 100 && last.picture.encoded[0] === 0x89, "pictures");
    check(last.cost.steps === first.totalSteps, "cost");
    return { calls: ["Reconstruct"] };
  },

  async "cancel"(given) {
    const { client, ReconstructionState } = given;
    const left = client.reconstruct(await degraded(given), blur, slow);
    let seen = 0;
    for await (const _ of left) {
      if (++seen === 3) {
        left.cancel();
      }
    }
    check(seen < 20, `${seen} events after cancelling`);
    const { state } = await client.fetch(left.requestId, { wait: 60_000 });
    check(state === ReconstructionState.CANCELLED, `state ${state} after cancelling`);
    const named = client.reconstruct(await degraded(given), blur, slow);
    const ended = await failure((async () => {
      for await (const event of named) {
        if (event.kind === "accepted") {
          const answer = await client.cancel(named.requestId);
          check(answer.state === ReconstructionState.CANCELLED, `state ${answer.state} by name`);
        }
      }
    })());
    check(ended.reason === "CANCELLED_ON_REQUEST", String(ended));
    return { calls: ["CancelReconstruction"] };
  },

  async "deadline"(given) {
    const late = await failure(given.client.reconstruct(await degraded(given), blur, { ...slow, timeout: 100 }).result());
    check(late.code === "DEADLINE_EXCEEDED", String(late));
    return {};
  },

  async "bad input"({ client, photo }) {
    const wrong = { name: "gaussian_blur", parameters: { std: -1, sdt: 2 } };
    for (const error of [await failure(client.reconstruct(photo, wrong).result()), await failure(client.degrade(photo, wrong))]) {
      const fields = error.violations.map((violation) => violation.field);
      check(error.code === "INVALID_ARGUMENT" && error.reason === "INVALID_REQUEST", String(error));
      check(fields.includes("operator.parameters.std") && fields.includes("operator.parameters.sdt"), fields.join());
    }
    return {};
  },

  async "large tensors"({ client }) {
    const data = Float32Array.from({ length: 3 * 1024 * 1024 }, (_, i) => i / (3 * 1024 * 1024));
    const { measurement } = await client.degrade({ shape: [3, 1024, 1024], data }, { name: "denoising", noiseStd: 0.1 }, { seed: 1 });
    const noise = Math.sqrt(measurement.numbers.data.reduce((sum, number, i) => sum + (number - data[i]) ** 2, 0) / data.length);
    check(Math.abs(noise - 0.1) < 0.01, `noise ${noise}`);
    return { text: `${data.byteLength >> 20} MiB each way` };
  },

  async "resume after a kill"(given) {
    const { both, killAt, reached } = given;
    const run = both.reconstruct(await degraded(given), blur, long);
    let last = 0;
    for await (const event of run) {
      if (event.kind === "progress") {
        check(event.step > last, "a step was shown twice");
        if (last < killAt && killAt <= event.step) {
          reached(event.step);
        }
        last = event.step;
      }
      if (event.kind === "result") {
        check(run.breaks >= 1, "nothing broke");
        return { text: `${run.breaks} break`, bits: await digest(event.message.picture.content.value.data, event.message.latent.data) };
      }
    }
    throw new Error("no result");
  },
};

async function digest(...parts) {
  const bytes = await crypto.subtle.digest("SHA-256", await new Blob(parts.map((part) => new Uint8Array(part))).arrayBuffer());
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
