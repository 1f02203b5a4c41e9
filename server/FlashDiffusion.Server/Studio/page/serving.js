// What the server can do, asked for until there are a model and a solver to do it with.
import { ask } from "./api.js";
import { isMeant, isReady, titleOf } from "./models.js";

const PAUSE_MS = 1000;
const LOADING = "Models are loading; this page goes on by itself as soon as one is ready.";

/** Questions for the models, and the newest of them that was answered. */
let asked = 0;
let answered = 0;

/**
 * Waits for a solver and for the model that a request without a name means; where that one is not even being loaded, any other that is ready will do.
 * say receives what it waits for, in words; what does not pass by itself is thrown. Of solvers and operators it returns those that are ready.
 */
export async function whenServing(say) {
  for (;;) {
    try {
      const models = await ask("v1/models");
      const model = first(models);
      if (model) {
        const [solvers, operators, studio] = await Promise.all([ask("v1/solvers"), ask("v1/operators"), ask("studio/server.json")]);
        if (solvers.solvers?.some(isReady)) {
          const { defaultSolver } = solvers;
          return { ...listed(models), model, solvers: solvers.solvers.filter(isReady), defaultSolver, operators: (operators.operators ?? []).filter(isReady), studio };
        }
        say(none("solver", solvers.solvers ?? []));
      } else {
        say(lacking(models));
      }
    } catch (error) {
      if (!error.passes) {
        throw error;
      }
      say(error.reason === "SERVER_STARTING" ? LOADING : `${error.message} This page tries again by itself.`);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** The models as they are now; undefined where the server does not say, or has said something newer meanwhile. */
export async function modelsNow() {
  const turn = ++asked;
  const answer = await ask("v1/models").catch(() => undefined);
  if (!answer || turn < answered) {
    return undefined;
  }
  answered = turn;
  return listed(answer);
}

/** Models, and the name that an empty one means. */
function listed({ models = [], defaultModel = "" }) {
  return { models, defaultModel };
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
  return none("model", models, answer.defaultModel);
}

function none(kind, entries, named) {
  const why = entries.map((entry) => `${titleOf(entry)}: ${entry.reason || entry.state}`).join("; ");
  const what = why ? `No ${kind} is ready (${why})` : `The server has no ${kind}${named ? ` '${named}'` : ""}`;
  return `${what}; this page goes on by itself as soon as one is.`;
}
