// The two drawings of a run: severity as a gauge, the trajectory as a chart.
const NAMESPACE = "http://www.w3.org/2000/svg";
/** Severities on the gauge's scale, logarithmic: the error variance of a latent of unit variance. */
const [LEAST, MOST] = [0.005, 2];

/** Severity on a half circle. */
export function drawGauge(svg, severity) {
  const known = severity !== undefined;
  const share = known ? clamp(Math.log(severity / LEAST) / Math.log(MOST / LEAST)) : 0;
  const [x, y, radius] = [110, 110, 90];
  const point = (part) => `${x - radius * Math.cos(Math.PI * part)} ${y - radius * Math.sin(Math.PI * part)}`;
  svg.replaceChildren(
    shape("path", { class: "track", "stroke-width": 14, d: `M ${point(0)} A ${radius} ${radius} 0 0 1 ${point(1)}` }),
    ...(known ? [shape("path", { class: "value", "stroke-width": 14, d: `M ${point(0)} A ${radius} ${radius} 0 0 1 ${point(Math.max(share, 0.01))}` })] : []),
    text(x, y - 20, known ? severity.toPrecision(3) : "none", "strong", "middle"),
    text(x, y - 2, "error variance of the latent", "", "middle"),
    text(x - radius, y + 14, "mild", "", "middle"),
    text(x + radius, y + 14, "severe", "", "middle"),
  );
  svg.setAttribute("aria-label", known ? `Severity ${severity.toPrecision(3)}` : "No severity: the start was not chosen by it");
}

/** Where the run starts among the schedule's timesteps, how far it is, and the residual of its steps. */
export function drawTrajectory(svg, { start, timesteps, timestep, residuals, steps }) {
  const [left, right, bar] = [10, 410, 26];
  const at = (t) => left + ((timesteps - 1 - t) / (timesteps - 1)) * (right - left);
  const begin = at(start);
  const now = timestep === undefined ? begin : at(Math.max(timestep, 0));
  svg.replaceChildren(
    shape("rect", { class: "saved", x: left, y: 8, width: Math.max(0, begin - left), height: bar }),
    shape("rect", { class: "todo", x: begin, y: 8, width: Math.max(1, right - begin), height: bar }),
    shape("rect", { class: "done", x: begin, y: 8, width: Math.max(0, now - begin), height: bar }),
    ...(begin > 130 ? [text(left + 6, 25, `${timesteps - 1 - start} timesteps saved`, "", "start")] : []),
    text(left, 48, `t = ${timesteps - 1}, noise`, "", "start"),
    text(right, 48, "t = 0, picture", "", "end"),
    ...curve(residuals, steps, left, right),
  );
  svg.setAttribute("aria-label", `Starts at timestep ${start} of ${timesteps}${timestep === undefined ? "" : `, now at ${timestep}`}`);
}

function curve(residuals, steps, left, right) {
  if (residuals.length < 2) {
    return [text(left, 105, "The residual of each step will be drawn here.", "", "start")];
  }
  const [top, bottom] = [74, 142];
  const largest = Math.max(...residuals.map((entry) => entry.residual));
  const points = residuals.map(({ step, residual }) => `${left + ((right - left) * step) / steps},${bottom - ((bottom - top) * residual) / largest}`);
  return [
    shape("line", { class: "axis", x1: left, x2: right, y1: bottom, y2: bottom }),
    shape("polyline", { class: "residual", "stroke-width": 2, points: points.join(" ") }),
    text(left, 66, `residual ‖y − A(x₀)‖, ${residuals.at(-1).residual.toPrecision(3)} now`, "", "start"),
  ];
}

function shape(name, attributes) {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [attribute, value] of Object.entries(attributes)) {
    element.setAttribute(attribute, value);
  }
  return element;
}

function text(x, y, content, className, anchor) {
  const element = shape("text", { x, y, class: className, "text-anchor": anchor });
  element.textContent = content;
  return element;
}

function clamp(value) {
  return Math.min(1, Math.max(0, value));
}
