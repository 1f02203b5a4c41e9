import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { PictureFormat } from "./gen/flashdiffusion/v1/picture_pb.js";
import {
  AdaptationMode, AdaptationSchema, Compatibility, OutputOptionsSchema, PreviewKind, ProgressOptionsSchema, Sampler, SamplingSchema,
  SolverChoiceSchema, StartMode, type Adaptation, type Sampling,
} from "./gen/flashdiffusion/v1/reconstruction_options_pb.js";
import { ReconstructRequestSchema, type ReconstructRequest } from "./gen/flashdiffusion/v1/reconstruction_pb.js";
import { OnDisconnect } from "./gen/flashdiffusion/v1/resume_pb.js";
import { ComputeMode, SchedulingSchema } from "./gen/flashdiffusion/v1/scheduling_pb.js";
import { DataType } from "./gen/flashdiffusion/v1/tensor_pb.js";
import { choice } from "./choice.js";
import { known, type Names } from "./known.js";
import { toForwardOperator, toParameters, type Operator, type Parameters } from "./operator.js";
import { toPicture, type PictureSource } from "./pictures.js";
import type { RunOptions } from "./reconstruction.js";
import { whole, wholeSeed } from "./whole.js";

/** How a picture is reconstructed; what is left out is the server's default. */
export interface Options {
  readonly model?: string;
  readonly modelVersion?: string;
  readonly solver?: string;
  readonly solverParameters?: Parameters;
  /** auto: severity decides, or what a startTimestep or severity fixes; full: from pure noise. */
  readonly start?: "auto" | "full";
  readonly startTimestep?: number;
  readonly severity?: number;
  /** Noise correction c, 0 to 2: more gives more texture, less more fidelity. */
  readonly correction?: number;
  readonly severityMultiplier?: number;
  readonly ddimInversion?: boolean;
  /** Points of the DDIM grid over the whole schedule; left out means the sampler of the preset, if it has one, else DDPM. */
  readonly ddimSteps?: number;
  /** Noise of the DDIM steps, 0 to 1; with ddimSteps only. */
  readonly ddimEta?: number;
  /** Every timestep from the start down, also where the solver's preset has a DDIM grid. */
  readonly ddpm?: boolean;
  readonly seed?: number | bigint;
  /** A progress event every so many steps; 0 means about twenty in all. */
  readonly everySteps?: number;
  readonly latents?: boolean;
  readonly latentType?: "float32" | "float16";
  readonly preview?: "none" | "cheap" | "decoded";
  /** Longer side of previews in pixels, 16 to 1024. */
  readonly previewSize?: number;
  /** Whether the first event carries the decoded mean of the severity encoder. */
  readonly decodedMean?: boolean;
  readonly pictureFormat?: "png" | "png16" | "jpeg" | "webp" | "tensor";
  readonly resultLatent?: boolean;
  /** The research code's formulas, faults included. */
  readonly official?: boolean;
  /** The same bits whatever else the server does, and so after a resume; slower while few requests run. */
  readonly exact?: boolean;
  /** Milliseconds from acceptance to the result; where the whole trajectory would take longer, a shorter one is taken, and the first event says so. */
  readonly timeLimit?: number;
  /** Most evaluations of the network, for a shorter trajectory likewise. */
  readonly maxNetworkCalls?: number;
  /** Name of the reconstruction for `fetch` and `cancel`; left out, the client makes one up (`run.requestId`). */
  readonly requestId?: string;
  /** Work goes on when nobody follows any more: cancelling the run only stops following it, `client.cancel` ends it, `client.fetch` gets the result. */
  readonly detach?: boolean;
}

const NAMES: Names<Options & RunOptions> = {
  model: true, modelVersion: true, solver: true, solverParameters: true, start: true, startTimestep: true, severity: true,
  correction: true, severityMultiplier: true, ddimInversion: true, ddimSteps: true, ddimEta: true, ddpm: true, seed: true,
  everySteps: true, latents: true, latentType: true, preview: true, previewSize: true, decodedMean: true, pictureFormat: true,
  resultLatent: true, official: true, exact: true, timeLimit: true, maxNetworkCalls: true, requestId: true, detach: true, signal: true,
  timeout: true,
};
const FORMATS = {
  png: PictureFormat.PNG, png16: PictureFormat.PNG16, jpeg: PictureFormat.JPEG, webp: PictureFormat.WEBP, tensor: PictureFormat.TENSOR,
} as const;
const STARTS = { auto: AdaptationMode.AUTO, full: AdaptationMode.FULL } as const;
const TYPES = { float32: DataType.FLOAT32, float16: DataType.FLOAT16 } as const;
const PREVIEWS = { none: PreviewKind.NONE, cheap: PreviewKind.CHEAP, decoded: PreviewKind.DECODED } as const;

/** The request of the contract. */
export async function toRequest(measurement: PictureSource, operator: Operator | undefined, options: Options & RunOptions): Promise<ReconstructRequest> {
  known("a reconstruction's options", NAMES, options);
  const latentType = choice("latentType", TYPES, options.latentType ?? "float32");
  const request = create(ReconstructRequestSchema, {
    model: options.model ?? "",
    modelVersion: options.modelVersion ?? "",
    measurement: await toPicture(measurement),
    solver: create(SolverChoiceSchema, { name: options.solver ?? "", parameters: toParameters(options.solverParameters ?? {}) }),
    adaptation: toAdaptation(options),
    sampling: toSampling(options),
    progress: create(ProgressOptionsSchema, {
      everySteps: whole("everySteps", options.everySteps ?? 0),
      includeLatent: options.latents ?? false,
      latentDataType: options.latents ? latentType : DataType.UNSPECIFIED,
      preview: choice("preview", PREVIEWS, options.preview ?? "none"),
      previewSize: whole("previewSize", options.previewSize ?? 0),
      includeDecodedMean: options.decodedMean ?? false,
    }),
    output: create(OutputOptionsSchema, { format: choice("pictureFormat", FORMATS, options.pictureFormat ?? "png"), includeLatent: options.resultLatent ?? false }),
    compatibility: options.official ? Compatibility.OFFICIAL : Compatibility.UNSPECIFIED,
    mode: options.exact ? ComputeMode.EXACT : ComputeMode.UNSPECIFIED,
    requestId: options.requestId ?? "",
    onDisconnect: options.detach ? OnDisconnect.DETACH : OnDisconnect.UNSPECIFIED,
  });
  if (options.timeLimit !== undefined || options.maxNetworkCalls !== undefined) {
    request.scheduling = create(SchedulingSchema);
  }
  if (options.timeLimit !== undefined) {
    request.scheduling!.timeLimit = durationFromMs(options.timeLimit);
  }
  if (options.maxNetworkCalls !== undefined) {
    request.scheduling!.maxNetworkCalls = whole("maxNetworkCalls", options.maxNetworkCalls);
  }
  if (operator !== undefined) {
    request.operator = await toForwardOperator(operator);
  }
  if (options.seed !== undefined) {
    request.seed = wholeSeed("seed", options.seed);
  }
  return request;
}

function toSampling({ ddimSteps, ddimEta, ddpm }: Options): Sampling {
  if (ddpm) {
    if (ddimSteps !== undefined || ddimEta) {
      throw new TypeError("Give ddpm or ddimSteps and ddimEta, not both: those are of another sampler.");
    }
    return create(SamplingSchema, { sampler: Sampler.DDPM });
  }
  if (ddimSteps !== undefined) {
    return create(SamplingSchema, { sampler: Sampler.DDIM, ddimSteps: whole("ddimSteps", ddimSteps), ddimEta: ddimEta ?? 0 });
  }
  if (ddimEta) {
    throw new TypeError("Give ddimSteps with ddimEta: without them the sampler is DDPM, which has no eta.");
  }
  return create(SamplingSchema);
}

function toAdaptation(options: Options): Adaptation {
  if (options.startTimestep !== undefined && options.severity !== undefined) {
    throw new TypeError("Give startTimestep or severity, not both: one of them fixes the start.");
  }
  const adaptation = create(AdaptationSchema, { mode: choice("start", STARTS, options.start ?? "auto") });
  if (adaptation.mode === AdaptationMode.FULL && (options.startTimestep !== undefined || options.severity !== undefined)) {
    throw new TypeError('Give start: "full" or a startTimestep or severity, not both: those fix another start.');
  }
  if (options.startTimestep !== undefined) {
    adaptation.mode = AdaptationMode.FIXED;
    adaptation.fixed = { case: "startTimestep", value: whole("startTimestep", options.startTimestep) };
  } else if (options.severity !== undefined) {
    adaptation.mode = AdaptationMode.FIXED;
    adaptation.fixed = { case: "severity", value: options.severity };
  }
  if (options.correction !== undefined) {
    adaptation.correction = options.correction;
  }
  if (options.severityMultiplier !== undefined) {
    adaptation.severityMultiplier = options.severityMultiplier;
  }
  if (options.ddimInversion) {
    adaptation.startMode = StartMode.DDIM_INVERSION;
  }
  return adaptation;
}
