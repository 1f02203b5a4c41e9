/** A whole number for a field that takes nothing else, or a TypeError that names the option: the encoder knows its field only, and BigInt no option at all. */
export function whole(option: string, value: number): number {
  if (!Number.isInteger(value)) {
    throw new TypeError(`${option} must be a whole number, but is ${String(value)}.`);
  }
  return value;
}

/** The same for seeds, which may be larger than a number holds exactly. */
export function wholeSeed(option: string, value: number | bigint): bigint {
  if (typeof value !== "bigint" && !Number.isSafeInteger(value)) {
    throw new TypeError(`${option} must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, or a bigint, but is ${String(value)}.`);
  }
  if (value < 0 || BigInt(value) >= 2n ** 64n) {
    throw new TypeError(`${option} must be from 0 to 2^64 - 1, but is ${String(value)}.`);
  }
  return BigInt(value);
}
