import { clone, create } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { FlashError, ofAll } from "./errors.js";
import { toEvent, type Accepted, type Event } from "./events.js";
import type { Accepted as AcceptedMessage } from "./gen/flashdiffusion/v1/reconstruction_events_pb.js";
import { ProgressOptionsSchema } from "./gen/flashdiffusion/v1/reconstruction_options_pb.js";
import { ReconstructRequestSchema, type ReconstructRequest, type ReconstructResponse } from "./gen/flashdiffusion/v1/reconstruction_pb.js";
import { ResumeFromSchema, type Checkpoint } from "./gen/flashdiffusion/v1/resume_pb.js";
import { isSame, keepLook, pin } from "./plan.js";
import { checkTensor, crc32 } from "./tensors.js";

/** How hard a client tries before it gives up. */
export interface ResumePolicy {
  /** Breaks in a row without a new event between them that are borne; 0 means that the first one ends the call. */
  readonly tries: number;
  /** Milliseconds before the first new try; doubled each time, with jitter, unless the server says how long. */
  readonly firstDelay: number;
  readonly largestDelay: number;
  /**
   * Milliseconds without an event after which a stream counts as broken. Servers send one every ten seconds at least once there was a first,
   * for which there is no limit: it may have to wait for a place, or for weights to be read.
   */
  readonly silence: number;
  /** Steps that a break can cost at most; 0 sends no checkpoints, and a break starts from the beginning. */
  readonly checkpointEverySteps: number;
  /** Refuse to go on where the result would not be bit-equal to the uninterrupted one. */
  readonly requireExact: boolean;
}

export const DEFAULT_POLICY: ResumePolicy = {
  tries: 5, firstDelay: 200, largestDelay: 10_000, silence: 60_000, checkpointEverySteps: 10, requireExact: false,
};

const BROKEN = new Set(["UNAVAILABLE", "CANCELLED", "DATA_LOSS"]);
// What was made for another server, key, version or time, or has more steps left than time: what begins again is shortened. The request itself may be fine.
const USELESS_CHECKPOINT = new Set(["RESUME_TOKEN_INVALID", "RESUME_EXPIRED", "RESUME_UNFIT", "DEADLINE_TOO_TIGHT"]);
// Of these another server may think otherwise: it has another key, or other versions.
const UNFIT_HERE = new Set(["RESUME_TOKEN_INVALID", "RESUME_UNFIT"]);
const RESET = /RST_STREAM|Stream removed|Connection reset|ECONNRESET|GOAWAY|network error|Failed to fetch|missing trailer|premature/i;

/** One reconstruction over as many streams as it takes. Knows no transport. */
export class Attempts {
  accepted: Accepted | undefined;
  /** When the time is up, as performance.now(). The request's time limit counts from the first accepted event on: no other server lets it begin anew. */
  end: number | undefined;
  breaks = 0;
  readonly #request: ReconstructRequest;
  readonly #policy: ResumePolicy;
  #checkpoint: Checkpoint | undefined;
  readonly #servers: number;
  readonly #unfit = new Set<string>();
  readonly #lostInARow = new Map<string, FlashError>();
  #breaksInARow = 0;
  #sequence = -1n;
  #step = 0;

  constructor(request: ReconstructRequest, policy: ResumePolicy, end?: number, servers = 1) {
    this.end = end;
    this.#servers = servers;
    this.#request = clone(ReconstructRequestSchema, request);
    this.#policy = policy;
    this.#request.requestId ||= crypto.randomUUID();
    this.#request.progress ??= create(ProgressOptionsSchema);
    this.#request.progress.checkpointEverySteps ||= policy.checkpointEverySteps;
  }

  get requestId(): string {
    return this.#request.requestId;
  }

  /** What the next stream asks for: the whole request, and where to go on. */
  nextRequest(): ReconstructRequest {
    this.#sequence = -1n;
    const request = clone(ReconstructRequestSchema, this.#request);
    if (this.#checkpoint !== undefined) {
      const { token, data } = this.#checkpoint;
      request.resumeFrom = create(ResumeFromSchema, { token, checkpoint: data, requireExact: this.#policy.requireExact });
    }
    return request;
  }

  /** The event to hand to the reader; undefined for what it has seen before the break. Throws FlashError (DATA_LOSS) on a gap or damage. */
  take(response: ReconstructResponse): Event | undefined {
    if (response.sequence !== this.#sequence + 1n) {
      throw new FlashError(`Event ${this.#sequence + 1n} is missing: the stream went on with ${response.sequence}.`, { code: "DATA_LOSS" });
    }
    this.#sequence = response.sequence;
    const isNew = response.event.case !== "accepted" || this.#begin(response.event.value);
    const event = toEvent(response);
    if (event?.kind === "result" && event.message.picture?.content.case === "tensor") {
      checkTensor(event.message.picture.content.value);
    }
    if (event?.kind === "accepted" || event?.kind === "progress") {
      this.#keep(event.message.checkpoint);
    }
    if (event?.kind === "accepted") {
      this.accepted = event;
      return isNew ? event : undefined;
    }
    if (event?.kind === "progress") {
      if (event.step <= this.#step) {
        return undefined;
      }
      this.#step = event.step;
    }
    this.#breaksInARow = 0;
    this.#lostInARow.clear();
    return event;
  }

  /** Milliseconds for which the server is to be left alone; throws the error if there is none, after those of other servers with what each said last. */
  lost(error: FlashError, server: string): number {
    const suitsAnother = this.#maySuitAnother(error, server);
    const beginsAgain = !suitsAnother && USELESS_CHECKPOINT.has(error.reason) && this.#checkpoint !== undefined && !this.#policy.requireExact;
    if (suitsAnother) {
      this.#unfit.add(server);
    } else if (beginsAgain) {
      // What the first server chose is pinned by now, so that beginning again gives the same picture.
      this.#checkpoint = undefined;
    } else if (!isBreak(error) && !(this.accepted !== undefined && error.code === "NOT_FOUND")) {
      throw error;
    }
    this.breaks++;
    this.#breaksInARow++;
    this.#lostInARow.set(server, error);
    if (this.#breaksInARow > this.#policy.tries || (error.retryAfter ?? 0) < 0) {
      throw ofAll(this.#lostInARow);
    }
    const delay = Math.min(this.#policy.largestDelay, this.#policy.firstDelay * 2 ** (this.#breaksInARow - 1));
    // Where nothing but the checkpoint was wrong there is nothing to wait for.
    return error.retryAfter ?? (beginsAgain ? 0 : delay * (0.5 + Math.random() / 2));
  }

  /** Whether a server that was not asked yet may go on from what this one can't, and there are tries left to begin again if none does. */
  #maySuitAnother(error: FlashError, server: string): boolean {
    return UNFIT_HERE.has(error.reason) && this.#checkpoint !== undefined && !this.#unfit.has(server)
      && this.#unfit.size + 1 < this.#servers && this.#breaksInARow + 1 < this.#policy.tries;
  }

  /** Whether it says anything new: at first, and where it begins again with another plan. */
  #begin(accepted: AcceptedMessage): boolean {
    if (this.accepted === undefined) {
      pin(this.#request, accepted);
      const limit = this.#request.scheduling?.timeLimit;
      if (limit !== undefined) {
        this.end = Math.min(this.end ?? Infinity, performance.now() + durationMs(limit));
      }
      return true;
    }
    const before = this.accepted.message;
    if (accepted.resumed !== undefined || isSame(before, accepted)) {
      keepLook(before, accepted);
      return false;
    }
    this.#step = 0;
    return true;
  }

  #keep(checkpoint: Checkpoint | undefined): void {
    if (checkpoint !== undefined && crc32(checkpoint.data) === checkpoint.crc32) {
      this.#checkpoint = checkpoint;
      this.#unfit.clear();
    }
  }
}

function isBreak(error: FlashError): boolean {
  if (error.reason === "CANCELLED_ON_REQUEST") {
    // Somebody asked for its end; going on would undo that.
    return false;
  }
  if (BROKEN.has(error.code)) {
    return true;
  }
  return error.code === "RESOURCE_EXHAUSTED"
    ? error.retryAfter !== undefined
    : (error.code === "INTERNAL" || error.code === "UNKNOWN") && RESET.test(error.message);
}
