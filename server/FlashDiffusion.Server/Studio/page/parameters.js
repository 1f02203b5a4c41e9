// Form controls for the parameters of an operator or a solver, made from what the catalog says of them.

/** Parameters that are seen at once; the rest waits behind a click. */
const SEEN = 2;

/** Shows the parameters and calls back when one changes. */
export function showParameters(container, descriptors, changed) {
  const controls = descriptors.map((descriptor) => control(descriptor, changed));
  container.replaceChildren(...controls.slice(0, SEEN));
  if (controls.length > SEEN) {
    const more = document.createElement("details");
    more.append(Object.assign(document.createElement("summary"), { textContent: `${controls.length - SEEN} more` }), ...controls.slice(SEEN));
    container.append(more);
  }
}

/** The values that differ from the catalog's defaults, as the contract wants them. */
export function readParameters(container) {
  const values = {};
  for (const { value, dataset } of container.querySelectorAll("[data-name]")) {
    const choice = dataset.kind === "PARAMETER_KIND_CHOICE";
    // Numbers by value: 1e-5 is 0.00001.
    if (value !== "" && (dataset.default === undefined || (choice ? value !== dataset.default : Number(value) !== Number(dataset.default)))) {
      values[dataset.name] = choice ? { text: value } : { number: Number(value) };
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
  const choice = descriptor.kind === "PARAMETER_KIND_CHOICE";
  const input = choice ? choices(descriptor) : number(descriptor);
  input.value = choice ? descriptor.defaultValue?.text ?? "" : startOf(descriptor);
  // A parameter without a default has to be sent whatever its value is. The default is as the control writes it: what nobody touched is not sent.
  Object.assign(input.dataset, { name: descriptor.name, kind: descriptor.kind, ...(descriptor.defaultValue && { default: input.value }) });
  const shown = document.createElement("output");
  const show = () => (shown.textContent = choice ? "" : `${input.type === "range" ? input.value : `${input.min} to ${input.max}`} ${descriptor.unit ?? ""}`);
  input.addEventListener("input", () => {
    show();
    changed();
  });
  show();
  const hint = document.createElement("small");
  hint.textContent = descriptor.description;
  label.append(descriptor.name.replaceAll("_", " ") + (descriptor.symbol ? ` (${descriptor.symbol})` : ""), shown, input, hint);
  return label;
}

function choices(descriptor) {
  const select = document.createElement("select");
  select.append(...descriptor.choices.map((word) => new Option(word, word)));
  return select;
}

function number(descriptor) {
  const input = document.createElement("input");
  const whole = descriptor.kind === "PARAMETER_KIND_INTEGER";
  const [low, high] = [descriptor.minimum ?? 0, descriptor.maximum ?? 1];
  const step = whole ? 1 : high - low <= 2 ? 0.01 : 0.05;
  // A slider is handy for a narrow range only, and stands at whole steps from its lowest value only; any other number is typed.
  const steps = (startOf(descriptor) - low) / step;
  const slider = high - low <= 20 && (!descriptor.defaultValue || Math.abs(steps - Math.round(steps)) < 1e-6);
  // A field that is emptied says nothing, so that the default holds: it shows it.
  Object.assign(input, { type: slider ? "range" : "number", min: low, max: high, step: slider || whole ? step : "any", placeholder: descriptor.defaultValue?.number ?? "" });
  return input;
}

/** What a slider stands at before anybody touched it: the default, or a mild value where the catalog has none. */
function startOf(descriptor) {
  const { minimum = 0, maximum = 1, defaultValue } = descriptor;
  return defaultValue?.number ?? Math.round((minimum + (Math.min(maximum, 3) - minimum) / 2) * 100) / 100;
}
