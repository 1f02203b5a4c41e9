import { Attempts, type ResumePolicy } from "./attempts.js";
import type { Caller } from "./caller.js";
import { FlashError } from "./errors.js";
import type { Accepted, Event, Result } from "./events.js";
import { ReconstructionService, type ReconstructRequest, type ReconstructResponse } from "./gen/flashdiffusion/v1/reconstruction_pb.js";
import { Turns } from "./turns.js";

/** What timers hold; more would end at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** What a reconstruction may carry beside its options. */
export interface RunOptions {
  /** Aborting it ends the work on the server within one step. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the whole of it. */
  readonly timeout?: number | undefined;
}

/**
 * A reconstruction under way: `for await` over it for its events (once), or await `result()`. A broken stream goes on by itself, on the next
 * address. Leaving the loop, `cancel()` and aborting the signal end the work on the server within one step.
 */
export class Reconstruction implements AsyncIterable<Event> {
  readonly #callers: readonly Caller[];
  readonly #policy: ResumePolicy;
  readonly #request: Promise<ReconstructRequest>;
  readonly #cancelled = new AbortController();
  readonly #signal: AbortSignal | undefined;
  readonly #end: number | undefined;
  #attempts: Attempts | undefined;

  constructor(callers: readonly Caller[], request: Promise<ReconstructRequest>, policy: ResumePolicy, options: RunOptions) {
    this.#callers = callers;
    this.#policy = policy;
    this.#request = request;
    this.#end = options.timeout === undefined ? undefined : performance.now() + options.timeout;
    this.#signal = options.signal;
    // Whoever reads the events is told; a run that nobody reads must not end the process.
    request.catch(() => undefined);
  }

  /** Name of this reconstruction, for `fetch` and `cancel` of the client; known once the first stream was opened. */
  get requestId(): string | undefined {
    return this.#attempts?.requestId;
  }

  /** What the server that is at work said first, once it came: after a break the newest, with its notices and what a budget took away. */
  get accepted(): Accepted | undefined {
    return this.#attempts?.accepted;
  }

  /** How often the stream broke and went on. */
  get breaks(): number {
    return this.#attempts?.breaks ?? 0;
  }

  /** Ends the work on the server. The loop over the events then ends without a result. */
  cancel(): void {
    this.#cancelled.abort();
  }

  /** Reads to the end and gives the result. */
  async result(): Promise<Result> {
    for await (const event of this) {
      if (event.kind === "result") {
        return event;
      }
    }
    throw new FlashError("The reconstruction was cancelled.", { code: "CANCELLED" });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void, undefined> {
    // Only while somebody reads is there work to end; the signal may outlive many runs.
    const cancel = () => this.cancel();
    this.#signal?.addEventListener("abort", cancel, { once: true });
    try {
      if (this.#signal?.aborted) {
        this.cancel();
      }
      yield* this.#run();
    } finally {
      this.#signal?.removeEventListener("abort", cancel);
    }
  }

  async *#run(): AsyncGenerator<Event, void, undefined> {
    const attempts = (this.#attempts = new Attempts(await this.#request, this.#policy, this.#end, this.#callers.length));
    const turns = new Turns(this.#callers.length);
    let failure: FlashError | undefined;
    for (;;) {
      const { number, delay } = turns.next();
      if (failure !== undefined) {
        await this.#pause(delay, attempts.end, failure);
      }
      if (this.#cancelled.signal.aborted) {
        return;
      }
      const caller = this.#callers[number]!;
      failure = new FlashError(`${caller.address}: the stream ended without a result.`, { code: "UNAVAILABLE" });
      try {
        for await (const event of this.#stream(caller, attempts)) {
          yield event;
          if (event.kind === "result") {
            return;
          }
        }
      } catch (error) {
        if (!(error instanceof FlashError)) {
          throw error;
        }
        failure = error;
      }
      if (!this.#cancelled.signal.aborted) {
        turns.leaveAlone(attempts.lost(failure, caller.address));
      }
    }
  }

  async *#stream(caller: Caller, attempts: Attempts): AsyncGenerator<Event, void, undefined> {
    const broken = new AbortController();
    const signal = AbortSignal.any([broken.signal, this.#cancelled.signal]);
    const timeout = attempts.end === undefined ? undefined : Math.max(1, attempts.end - performance.now());
    const responses = caller.serverStream(ReconstructionService.method.reconstruct, attempts.nextRequest(), { signal, timeout })[Symbol.asyncIterator]();
    try {
      // The first event may have to wait for a place or for weights; in Node a server that is gone meanwhile fails the connection's pings.
      let response = await responses.next();
      while (!response.done) {
        const event = attempts.take(response.value);
        if (event !== undefined) {
          yield event;
        }
        response = await this.#next(responses, broken, caller.address);
      }
    } finally {
      broken.abort();
    }
  }

  /** The next response; a stream that stays open but says nothing is as good as broken. */
  async #next(responses: AsyncIterator<ReconstructResponse>, broken: AbortController, address: string): Promise<IteratorResult<ReconstructResponse>> {
    let silent = false;
    const watchdog = setTimeout(() => {
      silent = true;
      broken.abort();
    }, this.#policy.silence);
    try {
      return await responses.next();
    } catch (error) {
      throw silent ? new FlashError(`${address}: no event for ${this.#policy.silence} ms.`, { code: "UNAVAILABLE" }) : error;
    } finally {
      clearTimeout(watchdog);
    }
  }

  async #pause(delay: number, end: number | undefined, failure: FlashError): Promise<void> {
    if (end !== undefined && performance.now() + delay >= end) {
      throw new FlashError(`The time is up while waiting to go on after: ${failure.message}`, { code: "DEADLINE_EXCEEDED" });
    }
    await new Promise<void>((resolve) => {
      const cancelled = this.#cancelled.signal;
      const over = () => {
        clearTimeout(timer);
        cancelled.removeEventListener("abort", over);
        resolve();
      };
      const timer = setTimeout(over, Math.min(delay, LONGEST_TIMER));
      cancelled.addEventListener("abort", over);
    });
  }
}
