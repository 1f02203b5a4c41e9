/** gRPC status codes by name. */
export const STATUS_NAMES = [
  "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

export type StatusName = (typeof STATUS_NAMES)[number];

/** One thing that is wrong with a request. */
export interface Violation {
  readonly field: string;
  readonly description: string;
}

/** What a failure carries beside its text. */
export interface FailureDetails {
  readonly code: StatusName;
  /** Stable name in UPPER_SNAKE_CASE; empty if the server gave none. */
  readonly reason?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Everything that is wrong with the request, all at once. */
  readonly violations?: readonly Violation[];
  /** Milliseconds after which a new try makes sense; negative means never; undefined if the server did not say. */
  readonly retryAfter?: number | undefined;
}

/** A refusal or failure. Its message stands alone; the fields are for programs. */
export class FlashError extends Error {
  readonly code: StatusName;
  readonly reason: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly Violation[];
  readonly retryAfter: number | undefined;

  constructor(text: string, details: FailureDetails) {
    const violations = details.violations ?? [];
    // The server's text has all of them, unless it was too long.
    const unsaid = violations.filter((violation) => !text.includes(violation.description));
    super([text, ...unsaid.map((violation) => `  ${violation.field}: ${violation.description}`)].join("\n"));
    this.name = "FlashError";
    this.code = details.code;
    this.reason = details.reason ?? "";
    this.metadata = details.metadata ?? {};
    this.violations = violations;
    this.retryAfter = details.retryAfter;
  }
}

/** What several servers said, by address, of whom none did what was asked: the weightiest of them, with the words of all. */
export function ofAll(failures: ReadonlyMap<string, FlashError>): FlashError {
  // Whatever their order: a refusal says more than that nobody answers, and that more than that one does not know it.
  const weight = ({ code }: FlashError) => (code === "NOT_FOUND" ? 200 : code === "UNAVAILABLE" ? 100 : STATUS_NAMES.indexOf(code));
  const weightiest = [...failures.values()].sort((one, other) => weight(one) - weight(other))[0]!;
  if (failures.size === 1) {
    return weightiest;
  }
  const each = [...failures].sort(([one], [other]) => (one < other ? -1 : 1)).map(([address, { message }]) => (message.includes(address) ? message : `${address}: ${message}`));
  return new FlashError(`None of ${failures.size} servers could do it. ${each.join(" ")}`, weightiest);
}
