// Sizes of the square that is degraded, in pixels a side.
import { offer } from "./choices.js";

/** Those of the built-in photograph, which the server has. */
const SIDES = [64, 128, 192, 256];

/** Offers the sizes that a model takes; what was chosen stays, or what is nearest to it. Returns whether it changed. */
export function showSizes(select, { minimumSide = 1, maximumSide = Infinity }) {
  const fitting = SIDES.filter((side) => side >= minimumSide && side <= maximumSide);
  const sides = fitting.length ? fitting : [minimumSide > SIDES.at(-1) ? minimumSide : maximumSide];
  const before = Number(select.value);
  const nearest = sides.reduce((best, side) => (Math.abs(side - before) < Math.abs(best - before) ? side : best));
  offer(select, sides.map((side) => ({ value: side, text: side })), nearest);
  return nearest !== before;
}

/** Side of the built-in photograph from whose middle a square of a size can be cut. */
export function photographOf(side) {
  return SIDES.find((known) => known >= side) ?? SIDES.at(-1);
}
