// Form controls for the parameters of an operator or a solver, made from what the catalog says of them.

/** Parameters that are seen at once; the rest waits behind a click. */
const SEEN = 2;

/**
 * Shows the parameters and calls back when one changes. Returns what gives some of them another default (by name a value, and why in words), which
 * those that somebody set do not follow.
 */
export function showParameters(container, descriptors, changed) {
  const all = descriptors.map((descriptor) => control(descriptor, changed));
  const controls = all.map(({ label }) => label);
  container.replaceChildren(...controls.slice(0, SEEN));
  if (controls.length > SEEN) {
    const more = document.createElement("details");
    more.append(Object.assign(document.createElement("summary"), { textContent: `${controls.length - SEEN} more` }), ...controls.slice(SEEN));
    container.append(more);
  }
  return (values) => all.forEach(({ name, stand }) => stand(values[name]));
}

/** The values that differ from the defaults, as the contract wants them. */
export function readParameters(container) {
  const values = {};
  for (const input of container.querySelectorAll("[data-name]")) {
    if (isSet(input)) {
      values[input.dataset.name] = isChoice(input.dataset) ? { text: input.value } : { number: Number(input.value) };
    }
  }
  return values;
}

/** Sets one parameter, where there is one of that name. */
export function setParameter(container, name, value) {
  const input = container.querySelector(`[data-name="${CSS.escape(name)}"]`);
  if (input) {
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function control(descriptor, changed) {
  const label = document.createElement("label");
  label.className = "parameter";
  const choice = isChoice(descriptor);
  const input = choice ? choices(descriptor) : document.createElement("input");
  Object.assign(input.dataset, { name: descriptor.name, kind: descriptor.kind });
  const [shown, hint] = [document.createElement("output"), document.createElement("small")];
  const show = () => (shown.textContent = choice ? "" : `${input.type === "range" ? input.value : `${input.min} to ${input.max}`} ${descriptor.unit ?? ""}`);
  // Where it stands until somebody sets it: at what was tuned or is a preset's, else at the catalog's default.
  let stood = false;
  const stand = ({ value, why } = {}) => {
    const kept = value === undefined ? descriptor : { ...descriptor, defaultValue: choice ? { text: value } : { number: value } };
    const set = stood && isSet(input) ? input.value : undefined;
    stood = true;
    if (!choice) {
      shape(input, kept, set);
    }
    input.value = choice ? kept.defaultValue?.text ?? "" : startOf(kept);
    // A parameter without a default has to be sent whatever its value is. The default is as the control writes it: what nobody touched is not sent.
    if (kept.defaultValue) {
      input.dataset.default = input.value;
    } else {
      delete input.dataset.default;
    }
    input.value = set ?? input.value;
    const own = descriptor.defaultValue?.text ?? descriptor.defaultValue?.number;
    const otherwise = own === undefined || own === value ? "" : `; the solver's own default is ${own}`;
    hint.textContent = descriptor.description + (value === undefined ? "" : ` ${value} ${why}${otherwise}.`);
    show();
  };
  input.addEventListener("input", () => {
    show();
    changed();
  });
  stand();
  label.append(descriptor.name.replaceAll("_", " ") + (descriptor.symbol ? ` (${descriptor.symbol})` : ""), shown, input, hint);
  return { name: descriptor.name, label, stand };
}

function isChoice({ kind }) {
  return kind === "PARAMETER_KIND_CHOICE";
}

/** Whether it says something else than its default. Numbers by value: 1e-5 is 0.00001. */
function isSet({ value, dataset }) {
  return value !== "" && (dataset.default === undefined || (isChoice(dataset) ? value !== dataset.default : Number(value) !== Number(dataset.default)));
}

function choices(descriptor) {
  const select = document.createElement("select");
  select.append(...descriptor.choices.map((word) => new Option(word, word)));
  return select;
}

/** A slider or a field, for its default and for what somebody set. */
function shape(input, descriptor, set) {
  const whole = descriptor.kind === "PARAMETER_KIND_INTEGER";
  const [low, high] = [descriptor.minimum ?? 0, descriptor.maximum ?? 1];
  const step = whole ? 1 : high - low <= 2 ? 0.01 : 0.05;
  const stands = (number) => Math.abs((number - low) / step - Math.round((number - low) / step)) < 1e-6;
  // A slider is handy for a narrow range only, and stands at whole steps from its lowest value only; any other number is typed.
  const slider = high - low <= 20 && (set === undefined || stands(Number(set))) && (!descriptor.defaultValue || stands(startOf(descriptor)));
  // A field that is emptied says nothing, so that the default holds: it shows it.
  Object.assign(input, { type: slider ? "range" : "number", min: low, max: high, step: slider || whole ? step : "any", placeholder: descriptor.defaultValue?.number ?? "" });
}

/** What a slider stands at before anybody touched it: the default, or a mild value where the catalog has none. */
function startOf(descriptor) {
  const { minimum = 0, maximum = 1, defaultValue } = descriptor;
  return defaultValue?.number ?? Math.round((minimum + (Math.min(maximum, 3) - minimum) / 2) * 100) / 100;
}
