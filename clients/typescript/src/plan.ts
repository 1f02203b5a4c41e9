import { create, equals } from "@bufbuild/protobuf";
import type { Accepted } from "./gen/flashdiffusion/v1/reconstruction_events_pb.js";
import { SolverChoiceSchema } from "./gen/flashdiffusion/v1/reconstruction_options_pb.js";
import type { ReconstructRequest } from "./gen/flashdiffusion/v1/reconstruction_pb.js";
import { CutSchema } from "./gen/flashdiffusion/v1/scheduling_pb.js";

const STEPS = ["startTimestep", "totalSteps", "seed", "model", "modelVersion", "solver", "solverVersion"] as const;

/** Asks for what a server chose where the request says nothing, so that none that goes on or begins again chooses otherwise. */
export function pin(request: ReconstructRequest, accepted: Accepted): void {
  request.seed = accepted.seed;
  request.model ||= accepted.model;
  request.modelVersion ||= accepted.modelVersion;
  request.solver ??= create(SolverChoiceSchema);
  request.solver.name ||= accepted.solver;
}

/** Whether the same steps are taken, so that those that were seen need not be seen again. */
export function isSame(before: Accepted, now: Accepted): boolean {
  const cut = before.cut === undefined || now.cut === undefined ? before.cut === now.cut : equals(CutSchema, before.cut, now.cut);
  return cut && STEPS.every((name) => before[name] === now[name]);
}

/** Who goes on from a checkpoint does not look at the measurement: what the look gave stays. */
export function keepLook(before: Accepted, now: Accepted): void {
  now.decodedMean ??= before.decodedMean;
  now.meanResidual ??= before.meanResidual;
}
