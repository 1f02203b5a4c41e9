// The page: what is chosen on the left becomes requests, and each request a run on the right.
import { ask, isKeyed, Problem, useKey } from "./api.js";
import { readParameters, setParameter, showParameters } from "./parameters.js";
import { show, toBase64 } from "./pictures.js";
import { Run } from "./run.js";
import { whenServing } from "./serving.js";
import { snippet } from "./snippets.js";

const $ = (selector) => document.querySelector(selector);
const state = { model: undefined, solvers: [], operators: [], picture: undefined, degraded: undefined, stale: true, running: [], grpc: "localhost:8001", language: "curl" };

/** Levels of damage that "easy and hard" puts side by side, for the operators that have one number for it. */
const LEVELS = { gaussian_blur: ["std", 0.8, 2.6], inpainting: ["removed", 0.2, 0.7], super_resolution: ["scale", 2, 4], motion_blur: ["intensity", 0.2, 0.8] };
const NOISE_LEVELS = [0.05, 0.3];

let timer;
let degrading = new AbortController();
await begin();

async function begin() {
  try {
    const { model, solvers, operators, studio } = await whenServing(wait);
    Object.assign(state, { model, solvers: ready(solvers.solvers), operators: ready(operators.operators) });
    state.grpc = `${studio.grpcScheme === "https" ? "https://" : ""}${location.hostname}:${studio.grpcPort}`;
    wait(`${model.name} ${model.version}, ${state.solvers.length} solvers, ${state.operators.length} operators`, false);
    // A kernel can't be given here, so that an operator which must have one can't be chosen.
    fill($("#operator"), state.operators.filter((known) => !known.takesKernel), "inpainting");
    fill($("#solver"), state.solvers, solvers.defaultSolver);
    chooseOperator();
    chooseSolver();
    wire();
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
  $("#baseline").addEventListener("click", () => start([
    { title: "Flash", degraded: state.degraded, request: { ...request(), adaptation: { mode: "ADAPTATION_MODE_AUTO" } } },
    { title: "Plain, from pure noise", degraded: state.degraded, request: { ...request(), adaptation: { mode: "ADAPTATION_MODE_FULL" } } },
  ]));
  $("#compare").addEventListener("click", () => compare().catch(tell));
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
  // The built-in picture is cut anew around its subject; any other is cropped to its centre by the server.
  $("#size").addEventListener("input", () => (state.builtIn ? takeBuiltIn().catch(tell) : degradeSoon()));
  $("#setup").addEventListener("input", () => (($("#start-label").hidden = $("#adaptation").value !== "fixed"), writeSnippet()));
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

async function takeBuiltIn() {
  outdate();
  state.builtIn = true;
  const side = $("#size").value;
  const response = await fetch(`studio/photograph.png?side=${side}`);
  if (!response.ok) {
    settle();
    throw new Problem("The built-in picture can't be loaded.");
  }
  const photograph = await response.blob();
  // Another size or picture may have been chosen meanwhile; that choice goes on by itself.
  if (state.builtIn && side === $("#size").value) {
    await take(photograph, "The built-in photograph: two macaws.");
  }
}

function takeFile(file) {
  if (!file) {
    return;
  }
  if (!["image/png", "image/jpeg", "image/webp"].includes(file.type)) {
    tell(new Problem(`${file.name} is no PNG, JPEG or WebP picture.`));
    return;
  }
  state.builtIn = false;
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
      state.degraded = undefined;
      settle();
      $("#degraded-preview").hidden = true;
      $("#degraded-caption").textContent = "Not degraded: see above.";
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
  }
}

function request() {
  const adaptation = { auto: "ADAPTATION_MODE_AUTO", fixed: "ADAPTATION_MODE_FIXED", full: "ADAPTATION_MODE_FULL" }[$("#adaptation").value];
  const steps = Number($("#sampler").value);
  return {
    measurement: state.degraded?.measurement,
    operator: sized(operator(), state.degraded),
    solver: { name: $("#solver").value, parameters: readParameters($("#solver-parameters")) },
    adaptation: { mode: adaptation, ...(adaptation.endsWith("FIXED") && { startTimestep: Number($("#start").value) }) },
    sampling: steps ? { sampler: "SAMPLER_DDIM", ddimSteps: steps } : {},
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

/** Shows the numbers that the server takes for what nobody sets: those that were tuned for the model. */
function tune() {
  const [solver, damage] = [$("#solver").value, $("#operator").value];
  const tuned = readParameters($("#solver-parameters")).preset ? undefined : state.model.tunedParameters?.find((known) => known.solver === solver && known.operator === damage);
  const full = $("#adaptation").value === "full" && tuned?.fullParameters;
  state.tune({ ...tuned?.parameters, ...full }, `${state.model.name} and ${damage.replaceAll("_", " ")}${full ? " from pure noise" : ""}`);
}

function writeSnippet() {
  $("#noise-value").textContent = $("#noise").value;
  const { operator: damage, solver, adaptation, sampling } = request();
  // A measurement that is no picture is no file either: there the call begins with the clean picture, as the page does.
  const crop = operatorOf(damage.name)?.measurementRange === "MEASUREMENT_RANGE_SIGNED" ? Number($("#size").value) : undefined;
  $("#snippet").textContent = snippet(state.language, { origin: location.origin, grpc: state.grpc, keyed: isKeyed(), operator: damage, solver, adaptation, sampling, seed: seed(), crop });
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
  select.replaceChildren(...entries.map((entry) => new Option(entry.name.replaceAll("_", " "), entry.name, false, entry.name === chosen)));
}

function ready(entries = []) {
  return entries.filter((entry) => entry.state === undefined || entry.state === "SERVING_STATE_READY");
}
