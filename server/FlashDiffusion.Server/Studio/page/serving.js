// What the server can do, asked for until there is a model to do it with.
import { ask } from "./api.js";
import { isMeant, isReady, titleOf } from "./models.js";

const PAUSE_MS = 1000;
const LOADING = "Models are loading; this page goes on by itself as soon as one is ready.";

/**
 * Waits for the model that a request without a name means; where that one is not even being loaded, any other that is ready will do. say receives what
 * it waits for, in words; what does not pass by itself is thrown.
 */
export async function whenServing(say) {
  for (;;) {
    try {
      const models = await ask("v1/models");
      const model = first(models);
      if (model) {
        const [solvers, operators, studio] = await Promise.all([ask("v1/solvers"), ask("v1/operators"), ask("studio/server.json")]);
        return { models: models.models, model, solvers, operators, studio };
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

function first(answer) {
  const models = answer.models ?? [];
  const meant = models.filter((known) => isMeant(known, answer));
  return meant.find(isReady) ?? (meant.some(isLoading) ? undefined : models.find(isReady));
}

function isLoading({ state }) {
  return state === "SERVING_STATE_LOADING";
}

function lacking(answer) {
  const models = (answer.models ?? []).filter((known) => isMeant(known, answer));
  if (models.some(isLoading)) {
    return LOADING;
  }
  const why = models.map((model) => `${titleOf(model)}: ${model.reason || model.state}`).join("; ");
  const what = why ? `No model is ready (${why})` : `The server has no model${answer.defaultModel ? ` '${answer.defaultModel}'` : ""}`;
  return `${what}; this page goes on by itself as soon as one is.`;
}
