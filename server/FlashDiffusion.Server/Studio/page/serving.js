// What the server can do, asked for until there is a model to do it with.
import { ask } from "./api.js";

const PAUSE_MS = 1000;
const LOADING = "Models are loading; this page goes on by itself as soon as one is ready.";

/** Waits for the model that a request without a name means. say receives what it waits for, in words; what does not pass by itself is thrown. */
export async function whenServing(say) {
  for (;;) {
    try {
      const models = await ask("v1/models");
      const model = (models.models ?? []).find((known) => known.state === "SERVING_STATE_READY" && isMeant(known, models));
      if (model) {
        const [solvers, operators, studio] = await Promise.all([ask("v1/solvers"), ask("v1/operators"), ask("studio/server.json")]);
        return { model, solvers, operators, studio };
      }
      say(lacking(models));
    } catch (error) {
      if (!error.passes) {
        throw error;
      }
      say(error.reason === "SERVER_STARTING" ? LOADING : `${error.message} This page tries again by itself.`);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function isMeant(model, { defaultModel }) {
  return !defaultModel || model.name.toLowerCase() === defaultModel.toLowerCase();
}

function lacking(answer) {
  const models = (answer.models ?? []).filter((known) => isMeant(known, answer));
  if (models.some((known) => known.state === "SERVING_STATE_LOADING")) {
    return LOADING;
  }
  const why = models.map(({ name, version, reason, state }) => `${name} ${version}: ${reason || state}`).join("; ");
  const what = why ? `No model is ready (${why})` : `The server has no model${answer.defaultModel ? ` '${answer.defaultModel}'` : ""}`;
  return `${what}; this page goes on by itself as soon as one is.`;
}
