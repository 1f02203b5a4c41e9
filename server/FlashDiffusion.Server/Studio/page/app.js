// The page: what is chosen on the left becomes requests, and each request a run on the right.
import { ask, isKeyed, Problem, useKey } from "./api.js";
import { offer } from "./choices.js";
import { isChanging, isReady, naming, showModels, titleOf } from "./models.js";
import { readParameters, setParameter, showParameters } from "./parameters.js";
import { show, toBase64 } from "./pictures.js";
import { Run } from "./run.js";
import { modelsNow, whenServing } from "./serving.js";
import { photographOf, showSizes } from "./sizes.js";
import { snippet } from "./snippets.js";
import { standing } from "./standing.js";
import { readSteps, showSteps } from "./steps.js";

const $ = (selector) => document.querySelector(selector);
const state = { models: [], defaultModel: "", model: undefined, solvers: [], operators: [], picture: undefined, degraded: undefined, stale: true, running: [], grpc: "localhost:8001", language: "curl" };

/** Levels of damage that "easy and hard" puts side by side, for the operators that have one number for it. */
const LEVELS = { gaussian_blur: ["std", 0.8, 2.6], inpainting: ["removed", 0.2, 0.7], super_resolution: ["scale", 2, 4], motion_blur: ["intensity", 0.2, 0.8] };
const NOISE_LEVELS = [0.05, 0.3];
/** Between two looks at models that are on their way. */
const PAUSE_MS = 2000;

let timer;
let degrading = new AbortController();
await begin();

async function begin() {
  try {
    const { studio, defaultSolver, ...served } = await whenServing(wait);
    Object.assign(state, served);
    state.grpc = `${studio.grpcScheme === "https" ? "https://" : ""}${location.hostname}:${studio.grpcPort}`;
    // A kernel can't be given here, so that an operator which must have one can't be chosen.
    fill($("#operator"), state.operators.filter((known) => !known.takesKernel), "inpainting");
    fill($("#solver"), state.solvers, defaultSolver);
    chooseOperator();
    chooseSolver();
    showModel();
    wire();
    watch();
    // One that was chosen while the page waited.
    const [chosen] = $("#file").files;
    await (chosen ? takeFile(chosen) : takeBuiltIn());
  } catch (error) {
    if (await askForKey(error)) {
      return begin();
    }
    tell(error);
    wait("The server did not answer as expected.", false);
  }
}

function wait(text, waiting = true) {
  const line = $("#server");
  line.classList.toggle("waiting", waiting);
  // Said anew it would be read out anew.
  if (line.textContent !== text) {
    line.textContent = text;
  }
}

function wire() {
  $("#setup").addEventListener("submit", (event) => (event.preventDefault(), start([{ title: "Flash", degraded: state.degraded, request: request() }])));
  // A number out of its range in a closed place would keep the form from being sent without a word.
  $("#setup").addEventListener("invalid", (event) => {
    for (let place = event.target.closest("details"); place; place = place.parentElement.closest("details")) {
      place.open = true;
    }
  }, true);
  // What is not a form's own button does not ask by itself for what is missing or out of its range.
  const onRun = (button, run) => $(button).addEventListener("click", () => $("#setup").reportValidity() && run().catch(tell));
  onRun("#baseline", () => start([
    { title: "Flash", degraded: state.degraded, request: { ...request(), adaptation: { mode: "ADAPTATION_MODE_AUTO" } } },
    { title: "Plain, from pure noise", degraded: state.degraded, request: { ...request(), adaptation: { mode: "ADAPTATION_MODE_FULL" } } },
  ]));
  onRun("#compare", compare);
  $("#cancel").addEventListener("click", () => state.running.forEach((run) => run.cancel()));
  $("#builtin").addEventListener("click", () => takeBuiltIn().catch(tell));
  $("#file").addEventListener("change", (event) => takeFile(event.target.files[0]));
  $("#operator").addEventListener("change", () => (chooseOperator(), tune(), degradeSoon()));
  $("#solver").addEventListener("change", () => (chooseSolver(), writeSnippet()));
  $("#adaptation").addEventListener("change", () => (tune(), writeSnippet()));
  // A published preset takes the place of what was tuned.
  $("#solver-parameters").addEventListener("change", (event) => event.target.dataset.name === "preset" && (tune(), writeSnippet()));
  for (const control of ["#noise", "#seed"]) {
    $(control).addEventListener("input", degradeSoon);
  }
  $("#size").addEventListener("input", resize);
  $("#model").addEventListener("change", (event) => chooseModel(event.target.value));
  // Where somebody else loads models, the page knows when it is looked at.
  $("#model").addEventListener("focus", refresh);
  document.addEventListener("visibilitychange", refresh);
  $("#setup").addEventListener("input", () => (($("#start-label").hidden = $("#start").disabled = $("#adaptation").value !== "fixed"), writeSnippet()));
  for (const tab of document.querySelectorAll("[data-language]")) {
    tab.addEventListener("click", () => {
      state.language = tab.dataset.language;
      document.querySelectorAll("[data-language]").forEach((other) => other.setAttribute("aria-selected", other === tab));
      writeSnippet();
    });
  }
  $("#copy").addEventListener("click", () => navigator.clipboard.writeText($("#snippet").textContent).then(() => flash($("#copy"), "Copied"), () => tell(new Problem("The browser does not allow copying here; select the text instead."))));
  const drop = $("#drop");
  for (const kind of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", kind === "dragover");
      if (kind === "drop") {
        takeFile(event.dataTransfer.files[0]);
      }
    });
  }
}

// The built-in picture is cut anew around its subject; any other is cropped to its centre by the server.
function resize() {
  return state.builtIn ? takeBuiltIn().catch(tell) : degradeSoon();
}

async function takeBuiltIn() {
  outdate();
  const choice = (state.builtIn = {});
  const photograph = await fetch(`studio/photograph.png?side=${photographOf(Number($("#size").value))}`).then((response) => (response.ok ? response.blob() : undefined), () => undefined);
  // Another size or picture may have been chosen meanwhile; that choice goes on by itself, and nothing is wrong with it.
  if (state.builtIn !== choice) {
    return;
  }
  if (!photograph) {
    lose();
    throw new Problem("The built-in picture can't be loaded. Is the server still running?");
  }
  await take(photograph, "The built-in photograph: two macaws.");
}

function takeFile(file) {
  if (!file) {
    return;
  }
  if (!["image/png", "image/jpeg", "image/webp"].includes(file.type)) {
    tell(new Problem(`${file.name} is no PNG, JPEG or WebP picture.`));
    return;
  }
  state.builtIn = undefined;
  return take(file, file.name).catch(tell);
}

async function take(blob, name) {
  outdate();
  state.picture = { encoded: await toBase64(blob) };
  $("#picture-name").textContent = name;
  await degrade();
}

function degradeSoon() {
  outdate();
  $("#noise-value").textContent = $("#noise").value;
  clearTimeout(timer);
  timer = setTimeout(() => degrade().catch(tell), 250);
}

// What is shown does not belong to what is chosen any more: nothing starts until it does again.
function outdate() {
  degrading.abort();
  state.stale = true;
  allow();
}

function settle() {
  state.stale = false;
  allow();
}

// What was degraded before does not belong to what is chosen now.
function lose() {
  state.degraded = undefined;
  settle();
  $("#degraded-preview").hidden = true;
  $("#degraded-caption").textContent = "Not degraded: see above.";
}

async function degrade() {
  clearTimeout(timer);
  outdate();
  degrading = new AbortController();
  const { signal } = degrading;
  $("#degraded-caption").textContent = "Degrading…";
  try {
    state.degraded = await ask("v1/pictures:degrade", { picture: state.picture, operator: operator(), seed: seed(), crop: Number($("#size").value) }, signal);
    show($("#degraded-preview"), state.degraded.preview);
    $("#degraded-caption").textContent = "As it will be sent (unclipped numbers, not this picture).";
    settle();
    clearProblem();
  } catch (error) {
    if (!signal.aborted) {
      lose();
      throw error;
    }
  }
  writeSnippet();
}

async function compare() {
  const name = $("#operator").value;
  const [parameter, ...levels] = LEVELS[name] ?? [undefined, ...NOISE_LEVELS];
  const jobs = [];
  for (const [index, level] of levels.entries()) {
    const damaged = operator();
    if (parameter) {
      damaged.parameters = { ...damaged.parameters, [parameter]: { number: level } };
    } else {
      damaged.noiseStd = level;
    }
    const degraded = await ask("v1/pictures:degrade", { picture: state.picture, operator: damaged, seed: seed(), crop: Number($("#size").value) });
    jobs.push({ title: `${index ? "Hard" : "Easy"}: ${parameter ?? "noise"} ${level}`, degraded, request: { ...request(), operator: sized(damaged, degraded), measurement: degraded.measurement } });
  }
  await start(jobs);
}

async function start(jobs) {
  clearProblem();
  $("#no-runs")?.remove();
  const runs = jobs.map((job) => new Run(job.title, job.degraded, state.model.timesteps));
  $("#runs").prepend(...runs.map((run) => run.element));
  // Beside a long form, or below it, they may be out of sight.
  runs[0].element.scrollIntoView({ block: "nearest" });
  state.running = runs;
  allow();
  $("#cancel").disabled = false;
  const ends = await Promise.allSettled(runs.map((run, index) => run.reconstruct(jobs[index].request)));
  state.running = [];
  $("#cancel").disabled = true;
  allow();
  const failure = ends.find((end) => end.status === "rejected");
  if (failure) {
    tell(failure.reason);
    // It may have been the model's.
    refresh();
  }
}

function request() {
  const adaptation = { auto: "ADAPTATION_MODE_AUTO", fixed: "ADAPTATION_MODE_FIXED", full: "ADAPTATION_MODE_FULL" }[$("#adaptation").value];
  return {
    ...naming(state.model, state),
    measurement: state.degraded?.measurement,
    operator: sized(operator(), state.degraded),
    solver: { name: $("#solver").value, parameters: readParameters($("#solver-parameters")) },
    adaptation: { mode: adaptation, ...(adaptation.endsWith("FIXED") && { startTimestep: Number($("#start").value) }) },
    sampling: readSteps($("#sampler")),
    seed: seed(),
    progress: { preview: "PREVIEW_KIND_CHEAP", includeDecodedMean: true },
  };
}

function operator() {
  return { name: $("#operator").value, parameters: readParameters($("#operator-parameters")), noiseStd: Number($("#noise").value), seed: seed() };
}

// With the size of the picture, for the operators whose measurement does not tell it.
function sized(damage, degraded) {
  return operatorOf(damage.name)?.needsPictureSize ? { ...damage, pictureSize: degraded?.operator.pictureSize } : damage;
}

function operatorOf(name) {
  return state.operators.find((known) => known.name === name);
}

function seed() {
  return String(Math.max(0, Math.round(Number($("#seed").value) || 0)));
}

function chooseOperator() {
  const chosen = operatorOf($("#operator").value);
  $("#operator-hint").textContent = chosen?.description ?? "";
  showParameters($("#operator-parameters"), chosen?.parameters ?? [], degradeSoon);
  const level = LEVELS[chosen?.name];
  if (level) {
    setParameter($("#operator-parameters"), level[0], chosen.name === "inpainting" ? 0.4 : level[1]);
  }
}

function chooseSolver() {
  const chosen = state.solvers.find((known) => known.name === $("#solver").value);
  $("#solver-hint").textContent = chosen?.description ?? "";
  state.tune = showParameters($("#solver-parameters"), chosen?.parameters ?? [], writeSnippet);
  tune();
}

/** Shows what the server takes for what nobody sets, and what follows from it. */
function tune() {
  const [damage, start, solver] = [$("#operator").value, $("#adaptation").value, state.solvers.find((known) => known.name === $("#solver").value)];
  const picked = readParameters($("#solver-parameters")).preset?.text;
  const { values, preset } = standing({ model: state.model, solver, operator: damage, full: start === "full", picked });
  state.tune(values);
  showSteps($("#sampler"), state.model.timesteps, preset);
  const predicted = state.model.severityEncoders?.some((known) => known.operator === damage);
  $("#start-hint").textContent = start === "auto" && !predicted ? `${state.model.name} has no severity encoder for ${damage.replaceAll("_", " ")}: this will start from pure noise.` : "";
}

function chooseModel(title) {
  const chosen = state.models.find((known) => titleOf(known) === title);
  if (chosen && isReady(chosen)) {
    state.model = chosen;
    showModel();
    tune();
    writeSnippet();
  }
}

/** Shows the choice of models, and what follows from the one that is chosen, but for the numbers of solvers. */
function showModel() {
  const { model, models, solvers, operators } = state;
  showModels($("#models"), models, model);
  wait(`${titleOf(model)}, ${solvers.length} solvers, ${operators.length} operators`, false);
  $("#start").max = model.timesteps - 1;
  if (showSizes($("#size"), model) && (state.picture || state.builtIn)) {
    resize();
  }
}

/** Asks for the models again while one of them is on its way. */
function watch() {
  setTimeout(() => (state.models.some(isChanging) ? refresh() : Promise.resolve()).then(watch), PAUSE_MS);
}

async function refresh() {
  if (document.hidden) {
    return;
  }
  // What it can't be told now it will be told when it asks for more.
  const now = await modelsNow();
  if (now && JSON.stringify(now) !== JSON.stringify({ models: state.models, defaultModel: state.defaultModel })) {
    const { models } = Object.assign(state, now);
    const chosen = models.find((known) => titleOf(known) === titleOf(state.model));
    // One that was unloaded stays chosen, as it was: a request for it is refused, with the reason.
    state.model = (chosen && !isReady(chosen) ? undefined : chosen ?? models.find(isReady)) ?? state.model;
    showModel();
    tune();
    writeSnippet();
  }
}

function writeSnippet() {
  $("#noise-value").textContent = $("#noise").value;
  const { operator: damage, solver, adaptation, sampling } = request();
  // A measurement that is no picture is no file either: there the call begins with the clean picture, as the page does.
  const crop = operatorOf(damage.name)?.measurementRange === "MEASUREMENT_RANGE_SIGNED" ? Number($("#size").value) : undefined;
  $("#snippet").textContent = snippet(state.language, { origin: location.origin, grpc: state.grpc, keyed: isKeyed(), naming: naming(state.model, state), operator: damage, solver, adaptation, sampling, seed: seed(), crop });
}

function allow() {
  for (const button of ["#run", "#baseline", "#compare"]) {
    $(button).disabled = state.stale || !state.degraded || state.running.length > 0;
  }
}

async function askForKey(error) {
  if (!(error instanceof Problem) || !error.wantsKey) {
    return false;
  }
  const dialog = $("#key-dialog");
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  useKey($("#key").value);
  $("#key").value = "";
  return true;
}

function tell(error) {
  askForKey(error).then((asked) => {
    if (asked) {
      writeSnippet();
    }
    $("#problem").textContent = asked ? "The key is set; try again." : error.message;
    $("#problem").hidden = false;
    $("#problem").scrollIntoView({ block: "nearest" });
  });
}

function clearProblem() {
  $("#problem").hidden = true;
}

function flash(button, text) {
  const before = button.textContent;
  button.textContent = text;
  setTimeout(() => (button.textContent = before), 1500);
}

function fill(select, entries, chosen) {
  offer(select, entries.map(({ name }) => ({ value: name, text: name.replaceAll("_", " ") })), chosen);
}
