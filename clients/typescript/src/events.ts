import type { Duration } from "@bufbuild/protobuf/wkt";
import type { Accepted as AcceptedMessage, Cost, Notice, Progress as ProgressMessage, Result as ResultMessage } from "./gen/flashdiffusion/v1/reconstruction_events_pb.js";
import type { ReconstructResponse } from "./gen/flashdiffusion/v1/reconstruction_pb.js";
import { Picture, pictureOf } from "./pictures.js";
import { fromTensor, type NumberArray } from "./tensors.js";
import type { Tensor } from "./gen/flashdiffusion/v1/tensor_pb.js";

/** First event: what will be done, known before the first step. Comes again where a break makes it begin again with another plan, and progress from step 1 on. */
export interface Accepted {
  readonly kind: "accepted";
  /** Predicted error variance of the latent; undefined with a full start. */
  readonly severity: number | undefined;
  readonly severityReliable: boolean;
  readonly startTimestep: number;
  readonly totalSteps: number;
  /** Seconds until the result, queueing included; undefined until the server has measured such steps. */
  readonly eta: number | undefined;
  readonly seed: bigint;
  readonly model: string;
  readonly solver: string;
  readonly adaptation: string;
  readonly notices: readonly Notice[];
  readonly decodedMean: Picture | undefined;
  /** The message of the contract with every field. */
  readonly message: AcceptedMessage;
}

/** Where the reconstruction stands. */
export interface Progress {
  readonly kind: "progress";
  readonly step: number;
  /** As of now: fewer than accepted said where a deadline took more away since. */
  readonly totalSteps: number;
  readonly timestep: number;
  readonly eta: number | undefined;
  /** ||y - A(x0)|| on [-1, 1]; undefined if the step did not compute it. */
  readonly residual: number | undefined;
  /** Progress events that were replaced by newer ones so far because this reader was slow. */
  readonly skipped: number;
  /** z_t, (channels, height, width). */
  readonly latent: NumberArray | undefined;
  readonly preview: Picture | undefined;
  readonly message: ProgressMessage;
}

/** Last event: the picture. */
export interface Result {
  readonly kind: "result";
  readonly picture: Picture;
  readonly latent: NumberArray | undefined;
  readonly seed: bigint;
  readonly cost: Cost | undefined;
  /** ||y - A(x)||^2 / (m (2 noise_std)^2): near 1 if it explains the measurement up to its noise. */
  readonly residual: number | undefined;
  /** What became different from what accepted said, such as TRAJECTORY_SHORTENED. */
  readonly notices: readonly Notice[];
  readonly message: ResultMessage;
}

export type Event = Accepted | Progress | Result;

/** The event of a response; undefined for one that a newer server added and this client does not know. */
export function toEvent(response: ReconstructResponse): Event | undefined {
  switch (response.event.case) {
    case "accepted":
      return accepted(response.event.value);
    case "progress":
      return progress(response.event.value);
    case "result":
      return result(response.event.value);
    default:
      return undefined;
  }
}

function accepted(message: AcceptedMessage): Accepted {
  const { severity, severityReliable, startTimestep, totalSteps, seed, model, solver, adaptation, notices } = message;
  return {
    kind: "accepted", severity, severityReliable, startTimestep, totalSteps, seed, model, solver, adaptation, notices,
    eta: seconds(message.eta), decodedMean: pictureOf(message.decodedMean), message,
  };
}

function progress(message: ProgressMessage): Progress {
  const { step, totalSteps, timestep, residual } = message;
  return {
    kind: "progress", step, totalSteps, timestep, residual, skipped: Number(message.skipped), eta: seconds(message.eta),
    latent: numbers(message.latent), preview: pictureOf(message.preview), message,
  };
}

function result(message: ResultMessage): Result {
  if (message.picture === undefined) {
    throw new TypeError("The server sent a result without a picture.");
  }
  const { seed, cost, residual, notices } = message;
  return { kind: "result", picture: new Picture(message.picture), latent: numbers(message.latent), seed, cost, residual, notices, message };
}

function numbers(tensor: Tensor | undefined): NumberArray | undefined {
  return tensor === undefined ? undefined : fromTensor(tensor);
}

function seconds(duration: Duration | undefined): number | undefined {
  return duration === undefined ? undefined : Number(duration.seconds) + duration.nanos / 1e9;
}
