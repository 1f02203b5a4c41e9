import { create, type DescMessage, type DescMethodUnary, type MessageShape } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { DEFAULT_POLICY, type ResumePolicy } from "./attempts.js";
import type { Caller, CallOptions } from "./caller.js";
import { FlashError, ofAll } from "./errors.js";
import {
  CatalogService, ListModelsRequestSchema, ListOperatorsRequestSchema, ListSolversRequestSchema,
  type ListModelsResponse, type ListOperatorsResponse, type ListSolversResponse,
} from "./gen/flashdiffusion/v1/catalog_pb.js";
import {
  CancelReconstructionRequestSchema, DegradeRequestSchema, EstimateSeverityRequestSchema, GetReconstructionRequestSchema, ReconstructionService,
  type CancelReconstructionResponse, type EstimateSeverityResponse, type GetReconstructionResponse, type ReconstructRequest,
} from "./gen/flashdiffusion/v1/reconstruction_pb.js";
import { ReconstructionState } from "./gen/flashdiffusion/v1/reconstruction_state_pb.js";
import { known, type Names } from "./known.js";
import { toForwardOperator, type Operator } from "./operator.js";
import { toRequest, type Options } from "./options.js";
import { Picture, toPicture, type PictureSource } from "./pictures.js";
import { Reconstruction, type RunOptions } from "./reconstruction.js";
import { whole, wholeSeed } from "./whole.js";

const UNARY_TIMEOUT = 60_000;

type SeverityOptions = CallOptions & { model?: string; latent?: boolean; decodedMean?: boolean };
type DegradeOptions = CallOptions & { seed?: number | bigint; crop?: number };
const SEVERITY_NAMES: Names<SeverityOptions> = { model: true, latent: true, decodedMean: true, signal: true, timeout: true };
const DEGRADE_NAMES: Names<DegradeOptions> = { seed: true, crop: true, signal: true, timeout: true };

/** How much one server's answer counts beside those of others; of equal ones, the last that came. */
enum Finality {
  /** What it tells of may have gone on at another server: a break leaves CANCELLED behind where the work was. */
  PerhapsMoved,
  /** It failed for a reason that is said; only another server where it goes on or is done knows better. */
  Failed,
  /** No other server need be asked. */
  LastWord,
}

/** A clean picture, degraded on the server. */
export interface Degraded {
  /** The unclipped measurement: send it to reconstruct as it is. */
  readonly measurement: Picture;
  /** The measurement to look at, PNG. */
  readonly preview: Picture;
  /** The clean picture as the server used it (cropped), PNG. */
  readonly clean: Picture;
  readonly seed: bigint;
}

/** A connection to one FlashDiffusion server or to several replicas. Every failure is a FlashError that says what is wrong. */
export class FlashClient {
  readonly #callers: readonly Caller[];
  readonly #policy: ResumePolicy;

  constructor(callers: readonly Caller[], policy: Partial<ResumePolicy> = {}) {
    if (callers.length === 0) {
      throw new TypeError("Give at least one address.");
    }
    this.#callers = callers;
    this.#policy = { ...DEFAULT_POLICY, ...policy };
  }

  /** Starts a reconstruction: `for await` over it for its events, or await `result()`. */
  reconstruct(measurement: PictureSource, operator?: Operator, options: Options & RunOptions = {}): Reconstruction {
    return new Reconstruction(this.#callers, toRequest(measurement, operator, options), this.#policy, options);
  }

  /** The same for a request of the contract that you filled in yourself. */
  stream(request: ReconstructRequest, options: RunOptions = {}): Reconstruction {
    return new Reconstruction(this.#callers, Promise.resolve(request), this.#policy, options);
  }

  /** How severe the damage is, and where a reconstruction would start. */
  async severity(
    measurement: PictureSource, operator: Operator, options: SeverityOptions = {},
  ): Promise<EstimateSeverityResponse> {
    known("severity's options", SEVERITY_NAMES, options);
    const request = create(EstimateSeverityRequestSchema, {
      model: options.model ?? "",
      measurement: await toPicture(measurement),
      operator: await toForwardOperator(operator),
      includeLatent: options.latent ?? false,
      includeDecodedMean: options.decodedMean ?? false,
    });
    return this.#unary(ReconstructionService.method.estimateSeverity, request, options);
  }

  /** Degrades a clean picture on the server, to try it or to make test data. */
  async degrade(picture: PictureSource, operator: Operator, options: DegradeOptions = {}): Promise<Degraded> {
    known("degrade's options", DEGRADE_NAMES, options);
    const request = create(DegradeRequestSchema, { picture: await toPicture(picture), operator: await toForwardOperator(operator), crop: whole("crop", options.crop ?? 0) });
    if (options.seed !== undefined) {
      request.seed = wholeSeed("seed", options.seed);
    }
    const { measurement, preview, clean, seed } = await this.#unary(ReconstructionService.method.degrade, request, options);
    return { measurement: new Picture(measurement!), preview: new Picture(preview!), clean: new Picture(clean!), seed };
  }

  /** Where a reconstruction stands that was sent with this request id, with its result; waits up to so many milliseconds (60,000 at most). */
  fetch(requestId: string, options: CallOptions & { wait?: number } = {}): Promise<GetReconstructionResponse> {
    const wait = options.wait ?? 0;
    const request = create(GetReconstructionRequestSchema, { requestId, wait: durationFromMs(wait) });
    return this.#unary(ReconstructionService.method.getReconstruction, request, { timeout: UNARY_TIMEOUT + wait, ...options }, finalityOf);
  }

  /** Ends a reconstruction for all who follow it, on every server that knows it: a break may have moved it. */
  cancel(requestId: string, options: CallOptions = {}): Promise<CancelReconstructionResponse> {
    return this.#unary(ReconstructionService.method.cancelReconstruction, create(CancelReconstructionRequestSchema, { requestId }), options, finalityOf, true);
  }

  /** Models with their state and severity encoders. */
  models(options: CallOptions = {}): Promise<ListModelsResponse> {
    return this.#unary(CatalogService.method.listModels, create(ListModelsRequestSchema), options);
  }

  /** Solvers with their parameters. */
  solvers(options: CallOptions = {}): Promise<ListSolversResponse> {
    return this.#unary(CatalogService.method.listSolvers, create(ListSolversRequestSchema), options);
  }

  /** Forward operators with their parameters. */
  operators(options: CallOptions = {}): Promise<ListOperatorsResponse> {
    return this.#unary(CatalogService.method.listOperators, create(ListOperatorsRequestSchema), options);
  }

  /** Closes the connections. */
  close(): void {
    for (const caller of this.#callers) {
      caller.close();
    }
  }

  /** Asks each address in turn until one is there, and knows what is asked about: unary calls change nothing, so that asking again is safe. */
  async #unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>, request: MessageShape<I>, options: CallOptions,
    /** How much an answer counts; the first last word ends the asking. */
    finality: (answer: MessageShape<O>) => Finality = () => Finality.LastWord,
    /** Whether all are asked, whatever others say, before anything is thrown: for what is to happen wherever it can. */
    all = false,
  ): Promise<MessageShape<O>> {
    let known: MessageShape<O> | undefined;
    let counts = Finality.PerhapsMoved;
    let refused = false;
    const failures = new Map<string, FlashError>();
    for (const caller of this.#callers) {
      try {
        const answer = await caller.unary(method, request, { timeout: UNARY_TIMEOUT, ...options });
        const says = finality(answer);
        if (says === Finality.LastWord && !all) {
          return answer;
        }
        if (says >= counts) {
          [known, counts] = [answer, says];
        }
      } catch (error) {
        if (!(error instanceof FlashError) || options.signal?.aborted) {
          throw error;
        }
        const refuses = error.code !== "UNAVAILABLE" && error.code !== "NOT_FOUND";
        if (refuses && !all) {
          throw error;
        }
        refused ||= refuses;
        failures.set(caller.address, error);
      }
    }
    if (known !== undefined && !refused) {
      return known;
    }
    throw ofAll(failures);
  }
}

/** A reconstruction that a break moved has ended where it was, and goes on, is done or failed at another server. */
function finalityOf({ state }: GetReconstructionResponse | CancelReconstructionResponse): Finality {
  switch (state) {
    case ReconstructionState.CANCELLED: return Finality.PerhapsMoved;
    case ReconstructionState.FAILED: return Finality.Failed;
    default: return Finality.LastWord;
  }
}
