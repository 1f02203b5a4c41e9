// The models of the server: which of them can be chosen, and how a request says it.
import { offer } from "./choices.js";

const WHY_NOT = {
  SERVING_STATE_LOADING: "loading",
  SERVING_STATE_FAILED: "can't be used",
  SERVING_STATE_UNLOADING: "being unloaded",
  SERVING_STATE_UNLOADED: "unloaded",
};

export function isReady({ state }) {
  return state === "SERVING_STATE_READY";
}

/** Whether it will be something else without anybody's doing. */
export function isChanging({ state }) {
  return state === "SERVING_STATE_LOADING" || state === "SERVING_STATE_UNLOADING";
}

/** Whether a request without a name may mean it. */
export function isMeant(model, { defaultModel }) {
  return !defaultModel || isNamed(model, defaultModel);
}

/** Name and version, by which it is found again in another answer. */
export function titleOf({ name, version }) {
  return `${name} ${version}`;
}

/** Shows the models as choices, where there is more than one; place holds the select, a hint and what can't be chosen. */
export function showModels(place, models, chosen) {
  const others = models.filter((model) => !isReady(model));
  place.hidden = models.length < 2;
  offer(place.querySelector("select"), models.map((model) => {
    const title = titleOf(model);
    return isReady(model) ? { value: title, text: title } : { value: title, text: `${title} (${whyNot(model)})`, disabled: true };
  }), titleOf(chosen));
  place.querySelector(".hint").textContent = chosen.description ?? "";
  const more = place.querySelector("details");
  more.hidden = others.length === 0;
  more.querySelector("summary").textContent = `${others.length} that can't be chosen now`;
  more.querySelector("ul").replaceChildren(...others.map((model) =>
    Object.assign(document.createElement("li"), { textContent: `${titleOf(model)}: ${model.reason || whyNot(model)}` })));
}

/** How a request says the model: nothing where there is no other one and no name means it, its version where there is more than one; answer is the server's. */
export function naming(model, answer) {
  const { name, version } = model;
  const versions = answer.models.filter((known) => isNamed(known, name)).length;
  return answer.models.length < 2 && isMeant(model, answer) ? {} : { model: name, ...(versions > 1 && { modelVersion: version }) };
}

function isNamed(model, name) {
  return model.name.toLowerCase() === name.toLowerCase();
}

function whyNot({ state }) {
  return WHY_NOT[state] ?? "not ready";
}
