// The steps of the reverse process: every one, a grid of them, or what a preset of the solver says.

const GRIDS = [200, 100, 50];

/** Offers the steps that there are for a schedule; what was chosen stays where it is there still. preset is the one in force, if any. */
export function showSteps(select, timesteps, preset) {
  const { sampler, ddimSteps, ddimEta = 0 } = preset?.sampling ?? {};
  const every = "every step (DDPM)";
  const choices = [["", every], ...GRIDS.filter((steps) => steps < timesteps).map((steps) => [String(steps), `DDIM, ${steps} of ${timesteps}`])];
  if (sampler === "SAMPLER_DDIM") {
    choices[0][1] = `DDIM, ${ddimSteps} of ${timesteps}${ddimEta ? `, eta ${ddimEta}` : ""} (preset)`;
    choices.splice(1, 0, ["ddpm", every]);
  }
  const chosen = select.value;
  select.replaceChildren(...choices.map(([value, text]) => new Option(text, value, false, value === chosen)));
}

/** What a request says of its sampler; nothing where nothing else was chosen than what holds anyway. */
export function readSteps(select) {
  const { value } = select;
  return value === "ddpm" ? { sampler: "SAMPLER_DDPM" } : value ? { sampler: "SAMPLER_DDIM", ddimSteps: Number(value) } : {};
}
