// One reconstruction on the page: asks the server, shows what arrives, ends by itself or when told to.
import { stream } from "./api.js";
import { drawGauge, drawTrajectory } from "./charts.js";
import { psnr, show, toBlob } from "./pictures.js";

const template = document.querySelector("#run-template");

export class Run {
  #cancelled = new AbortController();
  #began = performance.now();
  #residuals = [];
  #start = 0;
  #steps = 0;

  /** degraded is an answer of Degrade; timesteps the length of the model's schedule. */
  constructor(title, degraded, timesteps) {
    this.degraded = degraded;
    this.timesteps = timesteps;
    this.element = template.content.firstElementChild.cloneNode(true);
    this.element.querySelector("h2").textContent = title;
    show(this.part("degraded"), degraded.preview);
    show(this.part("clean"), degraded.clean);
    this.part("cancel").addEventListener("click", () => this.cancel());
    drawGauge(this.part("gauge"), undefined);
    this.say("waiting for the server…");
    this.#measure("psnr-before", degraded.preview);
  }

  part(name) {
    return this.element.querySelector(`[data-part="${name}"]`);
  }

  cancel() {
    this.#cancelled.abort();
  }

  /** Runs to the end. A failure is shown in the run and thrown. */
  async reconstruct(request) {
    this.element.setAttribute("aria-busy", "true");
    try {
      for await (const event of stream("v1/reconstructions", request, this.#cancelled.signal)) {
        if (event.accepted) {
          this.#accept(event.accepted);
        } else if (event.progress) {
          this.#progress(event.progress);
        } else if (event.result) {
          await this.#finish(event.result);
        }
      }
    } catch (error) {
      if (this.#cancelled.signal.aborted) {
        this.say("cancelled; the server stopped within one step");
        return;
      }
      this.say("failed");
      throw error;
    } finally {
      this.part("cancel").hidden = true;
      this.element.removeAttribute("aria-busy");
    }
  }

  say(text) {
    this.element.querySelector(".state").textContent = text;
  }

  #accept(accepted) {
    this.#start = accepted.startTimestep ?? 0;
    drawGauge(this.part("gauge"), accepted.severity);
    this.part("gauge-caption").textContent = accepted.severity === undefined
      ? "No severity: the start was not chosen by it."
      : accepted.severityReliable ? "Predicted from one look at the measurement." : "Predicted, but not to be relied on: see below.";
    this.#plan(accepted.totalSteps);
    this.#draw(undefined);
    this.facts({ "expected": accepted.eta ? seconds(accepted.eta) : "not known yet", "model": `${accepted.model} ${accepted.modelVersion}`, "solver": `${accepted.solver} ${accepted.solverVersion}`, "seed": accepted.seed });
    this.#note(accepted.notices);
    if (accepted.decodedMean) {
      show(this.part("mean"), accepted.decodedMean);
      show(this.part("current"), accepted.decodedMean);
      this.#measure("psnr-mean", accepted.decodedMean);
    } else {
      this.part("mean").closest("figure").hidden = true;
    }
    this.say("accepted");
  }

  /** How many steps there are: a deadline may take more away while they are taken. */
  #plan(steps = 0) {
    this.#steps = steps;
    this.part("trajectory-caption").textContent = `Starts at timestep ${this.#start} of ${this.timesteps}: ${steps} steps, ${this.timesteps - 1 - this.#start} timesteps saved.`;
    this.facts({ "steps": `${steps} of ${this.timesteps}` });
  }

  #note(notices = []) {
    this.element.querySelector(".notices").append(...notices.map((notice) => Object.assign(document.createElement("li"), { textContent: notice.message })));
  }

  #progress(progress) {
    const { step = 0, totalSteps = 0, timestep = 0, residual, preview, eta } = progress;
    if (totalSteps !== this.#steps) {
      this.#plan(totalSteps);
    }
    this.element.querySelector("progress").value = step / Math.max(1, totalSteps);
    if (residual !== undefined) {
      this.#residuals.push({ step, residual });
    }
    if (preview) {
      show(this.part("current"), preview);
    }
    this.part("current-caption").textContent = `step ${step} of ${totalSteps}`;
    this.#draw(timestep);
    this.say(`step ${step} of ${totalSteps}${eta ? `, ${seconds(eta)} to go` : ""}`);
  }

  async #finish(result) {
    const took = (performance.now() - this.#began) / 1000;
    show(this.part("current"), result.picture);
    this.part("current-caption").textContent = "reconstruction";
    this.element.querySelector("progress").value = 1;
    this.#note(result.notices);
    this.#draw(-1);
    const link = this.part("download");
    link.href = URL.createObjectURL(toBlob(result.picture));
    link.hidden = false;
    const cost = result.cost ?? {};
    this.facts({
      "wall time": `${took.toFixed(1)} s (queued ${seconds(cost.queueTime)}, computed ${seconds(cost.computeTime)})`,
      "network calls": `${cost.unetForward ?? 0} denoiser + ${cost.unetBackward ?? 0} backward, ${cost.decoderForward ?? 0} decoder + ${cost.decoderBackward ?? 0} backward, ${(cost.encoderForward ?? 0) + (cost.severityEncoder ?? 0)} encoder`,
      ...(result.residual !== undefined && { "residual": `${result.residual.toFixed(2)} of the noise's (1 explains the measurement)` }),
    });
    await this.#measure("psnr-after", result.picture);
    this.say(`done in ${took.toFixed(1)} s`);
  }

  /** Adds or replaces lines of the table. */
  facts(lines) {
    const list = this.element.querySelector("dl");
    for (const [name, value] of Object.entries(lines)) {
      const term = [...list.querySelectorAll("dt")].find((known) => known.textContent === name);
      if (term) {
        term.nextElementSibling.textContent = value;
      } else {
        list.append(Object.assign(document.createElement("dt"), { textContent: name }), Object.assign(document.createElement("dd"), { textContent: value }));
      }
    }
  }

  #draw(timestep) {
    drawTrajectory(this.part("trajectory"), { start: this.#start, timesteps: this.timesteps, timestep, residuals: this.#residuals, steps: this.#steps });
  }

  async #measure(part, picture) {
    const decibels = await psnr(picture, this.degraded.clean);
    this.part(part).textContent = decibels === undefined ? "" : `${decibels.toFixed(1)} dB`;
  }
}

function seconds(duration) {
  return `${Number.parseFloat(duration ?? "0").toFixed(1)} s`;
}
