import { fromBinary } from "@bufbuild/protobuf";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema, StatusSchema } from "./gen/flashdiffusion/rpc/status_pb.js";
import type { FailureDetails, StatusName, Violation } from "./errors.js";

/** A detail of google.rpc.Status: the name of its message, with or without a URL before it, and its bytes. */
export interface Detail {
  readonly type: string;
  readonly value: Uint8Array;
}

/** The details in the trailer grpc-status-details-bin. */
export function detailsOf(trailer: Uint8Array): Detail[] {
  return fromBinary(StatusSchema, trailer).details.map((detail) => ({ type: detail.typeUrl, value: detail.value }));
}

/** What the details say, for programs. */
export function readDetails(code: StatusName, details: readonly Detail[], pushback: string | null | undefined): FailureDetails {
  let reason = "";
  let metadata: Record<string, string> = {};
  let retryAfter: number | undefined;
  const violations: Violation[] = [];
  for (const { type, value } of details) {
    switch (type.slice(type.lastIndexOf(".") + 1)) {
      case "ErrorInfo":
        ({ reason, metadata } = fromBinary(ErrorInfoSchema, value));
        break;
      case "BadRequest":
        violations.push(...fromBinary(BadRequestSchema, value).fieldViolations.map(({ field, description }) => ({ field, description })));
        break;
      case "RetryInfo": {
        const delay = fromBinary(RetryInfoSchema, value).retryDelay;
        retryAfter = Number(delay?.seconds ?? 0n) * 1000 + (delay?.nanos ?? 0) / 1e6;
        break;
      }
    }
  }
  return { code, reason, metadata, violations, retryAfter: pushback === undefined || pushback === null ? retryAfter : milliseconds(pushback) };
}

/** What can't be read means that it is not to be asked again (gRFC A6). */
function milliseconds(pushback: string): number {
  return /^-?[0-9]{1,9}$/.test(pushback) ? Number(pushback) : -1;
}
