// What a client must do against a real server, whatever carries its calls: run in Node over gRPC and in Chromium over gRPC-Web.
// Each case gets the client's module's exports, a connect() to the server, and a PNG; it throws if something is wrong.
const operator = { name: "inpainting", parameters: { removed: 0.3 }, noiseStd: 0.05, seed: 4 };
const short = { seed: 4, startTimestep: 5, everySteps: 2 };

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

export const cases = {
  async "catalog lists models, solvers, operators"({ connect }) {
    const client = connect();
    check((await client.models()).models.some((model) => model.name === "starter"), "no starter model");
    check((await client.solvers()).solvers.some((solver) => solver.name === "latent_dps"), "no latent_dps");
    check((await client.operators()).operators.some((known) => known.name === "inpainting"), "no inpainting");
  },

  async "events come in order, with latents and previews"({ connect, png }) {
    const client = connect();
    const degraded = await client.degrade(png, operator, { seed: 4 });
    check(degraded.measurement.numbers.shape.join() === "3,64,64", "measurement's shape");
    const events = [];
    for await (const event of client.reconstruct(degraded.measurement, operator, { ...short, latents: true, latentType: "float16", preview: "cheap" })) {
      events.push(event);
    }
    const [between, result] = [events.slice(1, -1), events.at(-1)];
    // What has no latent says only that the server lives.
    const steps = between.filter((event) => event.latent);
    const kinds = events.map((event) => event.kind).join();
    check(events[0].kind === "accepted" && between.every((event) => event.kind === "progress") && result.kind === "result", kinds);
    // A server whose writer comes late conflates events to the newest, and counts them.
    check(steps.length + steps.at(-1).skipped === 3, `${kinds}, ${steps.at(-1).skipped} skipped`);
    check(events[0].totalSteps === 6 && events[0].seed === 4n, "accepted event");
    check(steps[0].latent.shape.join() === "4,16,16" && steps[0].latent.data.every(Number.isFinite), "latent");
    check(steps[0].preview.toBlob().size > 100, "preview");
    check(result.picture.encoded[0] === 0x89 && result.cost.unetForward === 6, "result");
  },

  async "severity is where the reconstruction starts"({ connect, png }) {
    const client = connect();
    const { measurement } = await client.degrade(png, operator, { seed: 4 });
    const severity = await client.severity(measurement, operator, { decodedMean: true });
    const run = client.reconstruct(measurement, operator, { seed: 4 });
    for await (const event of run) {
      check(event.kind === "accepted" && event.startTimestep === severity.startTimestep, "another start");
      break;
    }
    check(severity.decodedMean !== undefined, "no decoded mean");
  },

  async "cancelling ends the loop"({ connect, png }) {
    const client = connect();
    const { measurement } = await client.degrade(png, operator, { seed: 4 });
    const run = client.reconstruct(measurement, operator, { start: "full", everySteps: 1 });
    let seen = 0;
    for await (const _ of run) {
      if (++seen === 3) {
        run.cancel();
      }
    }
    check(seen < 20, `${seen} events after cancelling`);
    const aborted = client.reconstruct(measurement, operator, { start: "full", signal: AbortSignal.timeout(300) });
    check((await failure(aborted.result())).code === "CANCELLED", "aborted");
  },

  async "a deadline is DEADLINE_EXCEEDED"({ connect, png }) {
    const client = connect();
    const { measurement } = await client.degrade(png, operator, { seed: 4 });
    const error = await failure(client.reconstruct(measurement, operator, { start: "full", timeout: 20 }).result());
    check(error.code === "DEADLINE_EXCEEDED", String(error));
  },

  async "a wrong request says everything that is wrong at once"({ connect, png }) {
    const wrong = { name: "gaussian_blur", parameters: { std: -1, sdt: 2 } };
    const error = await failure(connect().reconstruct(png, wrong).result());
    const fields = error.violations.map((violation) => violation.field);
    check(error.code === "INVALID_ARGUMENT" && error.reason !== "", String(error));
    check(fields.includes("operator.parameters.std") && fields.includes("operator.parameters.sdt"), fields.join());
    check((await failure(connect().reconstruct(png, operator, { solver: "no_such" }).result())).code === "NOT_FOUND", "unknown solver");
  },

  async "a large tensor passes"({ connect }) {
    const data = Float32Array.from({ length: 3 * 512 * 512 }, (_, i) => (i % 512) / 512);
    const { measurement } = await connect().degrade({ shape: [3, 512, 512], data }, { name: "denoising", noiseStd: 0.1 }, { seed: 1 });
    check(measurement.numbers.data.length === data.length, "another size");
  },

  async "detached work goes on when it is left, and can be fetched"({ connect, png, ReconstructionState }) {
    const client = connect();
    const { measurement } = await client.degrade(png, operator, { seed: 4 });
    const run = client.reconstruct(measurement, operator, { seed: 4, startTimestep: 30, detach: true, requestId: crypto.randomUUID() });
    for await (const _ of run) {
      break;
    }
    const { state, result } = await client.fetch(run.requestId, { wait: 60_000 });
    check(state === ReconstructionState.COMPLETED && result.picture.content.case === "encoded", `state ${state}`);
  },

  async "network calls cut the trajectory"({ connect, png }) {
    const run = connect().reconstruct(png, operator, { seed: 4, startTimestep: 40, maxNetworkCalls: 3, timeLimit: 600_000 });
    const { cost } = await run.result();
    check(run.accepted.message.cut?.stepsWithout === 41 && cost.unetForward <= 3, `${run.accepted.message.cut?.stepsWithout}, ${cost.unetForward}`);
  },

  async "a dead address first goes on at the live one"({ connect, png, dead }) {
    const client = connect([dead], { firstDelay: 10 });
    const run = client.reconstruct(png, operator, short);
    check((await run.result()).seed === 4n && run.breaks === 1, `${run.breaks} breaks`);
    check((await client.models()).models.length > 0, "no models");
  },
};
