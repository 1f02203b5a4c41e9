// The steps of the reverse process: every one, a grid of them, or what a preset of the solver says.
import { offer } from "./choices.js";

const GRIDS = [200, 100, 50];

/** Offers the steps that there are for a schedule; what was chosen stays where it is there still. preset is the one in force, if any. */
export function showSteps(select, timesteps, preset) {
  const { sampler, ddimSteps, ddimEta = 0 } = preset?.sampling ?? {};
  const every = "every step (DDPM)";
  const grids = GRIDS.filter((steps) => steps < timesteps).map((steps) => ({ value: String(steps), text: `DDIM, ${steps} of ${timesteps}` }));
  const preferred = sampler === "SAMPLER_DDIM"
    ? [{ value: "", text: `DDIM, ${ddimSteps} of ${timesteps}${ddimEta ? `, eta ${ddimEta}` : ""} (preset)` }, { value: "ddpm", text: every }]
    : [{ value: "", text: every }];
  offer(select, [...preferred, ...grids], select.value);
}

/** What a request says of its sampler; nothing where nothing else was chosen than what holds anyway. */
export function readSteps(select) {
  const { value } = select;
  return value === "ddpm" ? { sampler: "SAMPLER_DDPM" } : value ? { sampler: "SAMPLER_DDIM", ddimSteps: Number(value) } : {};
}
