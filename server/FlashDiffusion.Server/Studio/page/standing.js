// What the server takes for what nobody sets: the solver's named preset, or what was tuned for the model with an operator.

/**
 * What stands in for a solver's parameters: values by name, each with where it comes from in words, and the named preset in force, if any.
 * choice names model, solver (as the catalogs describe them), operator, whether the start is from pure noise, and the preset that somebody picked.
 */
export function standing({ model, solver, operator, full, picked }) {
  const tuned = model.tunedParameters?.find((known) => known.solver === solver.name && known.operator === operator);
  const find = (name) => solver.presets?.find((known) => known.name === name);
  const base = find(tuned?.preset);
  const preset = picked === undefined ? base : find(picked);
  const values = said(preset?.parameters, `is of the preset ${preset?.name}`);
  const whose = `${model.name} and ${operator.replaceAll("_", " ")}`;
  // A preset that somebody picked stands alone; a model's own numbers win over those of the one that it stands on.
  if (picked === undefined || !preset) {
    Object.assign(values, said(ownNumbers(tuned, base), `was tuned for ${whose}`));
    Object.assign(values, said(full ? tuned?.fullParameters : {}, `was tuned for ${whose} from pure noise`));
  }
  // Where the choice of a preset stands until somebody picks one.
  return { preset, values: { ...values, ...(base && { preset: { value: base.name, why: `holds for ${whose}` } }) } };
}

/** The numbers that are a model's own and not those of the preset that it stands on. */
function ownNumbers(tuned, preset) {
  return Object.fromEntries(Object.entries(tuned?.parameters ?? {}).filter(([name, value]) => preset?.parameters?.[name] !== value));
}

function said(numbers = {}, why) {
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, { value, why }]));
}
