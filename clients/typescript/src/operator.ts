import { create } from "@bufbuild/protobuf";
import { choice } from "./choice.js";
import { ForwardOperatorSchema, NoiseRange, PictureSizeSchema, type ForwardOperator } from "./gen/flashdiffusion/v1/forward_operator_pb.js";
import { ParameterValueSchema, type ParameterValue } from "./gen/flashdiffusion/v1/parameter_pb.js";
import type { Tensor } from "./gen/flashdiffusion/v1/tensor_pb.js";
import { known, type Names } from "./known.js";
import { toPicture, type PictureSource } from "./pictures.js";
import { wholeSeed } from "./whole.js";

/** Numbers and words by name; the catalog lists names, ranges and units. */
export type Parameters = Readonly<Record<string, number | string>>;

/** The operator that degraded a picture: measurement = A(picture) + noise. */
export interface Operator {
  readonly name: string;
  readonly parameters?: Parameters;
  /** Standard deviation of the measurement noise, for pictures on the range of noiseRange; left out means the server's default of 0.05 on [0, 1]. */
  readonly noiseStd?: number;
  /** Seed of what is random in the operator itself, such as a mask. */
  readonly seed?: number | bigint;
  /** A mask of your own: 0 (black) removes, 1 (white) keeps; numbers have the shape (height, width). */
  readonly mask?: PictureSource;
  /** Range of pictures for which noiseStd is meant: "unit" is [0, 1] (the default), "signed" is [-1, 1] (DPS, PSLD, ReSample, DAPS). */
  readonly noiseRange?: "unit" | "signed";
  /** A blur kernel of your own for an operator that takes one; the server scales it to sum 1. */
  readonly kernel?: Tensor;
  /** Size of the picture, where a measurement does not tell it (the catalog says for which operators). */
  readonly pictureSize?: { readonly height: number; readonly width: number };
}

const NAMES: Names<Operator> = { name: true, parameters: true, noiseStd: true, seed: true, mask: true, noiseRange: true, kernel: true, pictureSize: true };
const NOISE_RANGES = { unit: NoiseRange.UNIT, signed: NoiseRange.SIGNED } as const;

/** An operator as the contract wants it. */
export async function toForwardOperator(operator: Operator): Promise<ForwardOperator> {
  const given: unknown = operator; // JavaScript sends anything; a bare name would become an operator without one.
  if (typeof given !== "object" || given === null) {
    throw new TypeError(`An operator must be an object with a name, such as { name: "inpainting" }, but is ${typeof given === "string" ? `"${given}"` : String(given)}.`);
  }
  known("an operator", NAMES, operator);
  const message = create(ForwardOperatorSchema, {
    name: operator.name,
    parameters: toParameters(operator.parameters ?? {}),
    seed: wholeSeed("operator.seed", operator.seed ?? 0),
  });
  if (operator.noiseStd !== undefined) {
    message.noiseStd = operator.noiseStd;
  }
  if (operator.mask !== undefined) {
    message.mask = await toPicture(operator.mask);
  }
  if (operator.noiseRange !== undefined) {
    message.noiseRange = choice("noiseRange", NOISE_RANGES, operator.noiseRange);
  }
  if (operator.kernel !== undefined) {
    message.kernel = operator.kernel;
  }
  if (operator.pictureSize !== undefined) {
    message.pictureSize = create(PictureSizeSchema, operator.pictureSize);
  }
  return message;
}

/** Parameters as the contract wants them. */
export function toParameters(values: Parameters): Record<string, ParameterValue> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      create(ParameterValueSchema, { kind: typeof value === "string" ? { case: "text", value } : { case: "number", value } }),
    ]),
  );
}
