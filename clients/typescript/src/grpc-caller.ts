import { fromBinary, toBinary, type DescMessage, type DescMethodServerStreaming, type DescMethodUnary, type MessageShape } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import type { Caller, CallOptions } from "./caller.js";
import { FlashError, STATUS_NAMES } from "./errors.js";
import { detailsOf, readDetails } from "./status-details.js";

const LARGEST_REQUEST = 64 * 1024 * 1024;
/** Degrade's: 12 bytes a pixel and two files. */
const LARGEST_ANSWER = 2 * LARGEST_REQUEST;

/** Calls over gRPC, with @grpc/grpc-js. */
export class GrpcCaller implements Caller {
  readonly #client: grpc.Client;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(readonly address: string, credentials: grpc.ChannelCredentials, headers: Readonly<Record<string, string>>) {
    this.#headers = headers;
    this.#client = new grpc.Client(address, credentials, {
      "grpc.max_receive_message_length": LARGEST_ANSWER,
      "grpc.max_send_message_length": LARGEST_REQUEST,
      // gRPC's own retries stop silently above their buffer and know no checkpoints: the client has its own.
      "grpc.enable_retries": 0,
      "grpc.keepalive_time_ms": 30_000,
      "grpc.keepalive_timeout_ms": 10_000,
    });
  }

  unary<I extends DescMessage, O extends DescMessage>(method: DescMethodUnary<I, O>, request: MessageShape<I>, options: CallOptions): Promise<MessageShape<O>> {
    return new Promise((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(
        path(method), serializer(method.input), deserializer(method.output), request, this.#metadata(), deadline(options),
        (error, answer) => {
          release();
          return error || answer === undefined ? reject(toFlashError(error, this.address)) : resolve(answer);
        },
      );
      const release = onAbort(options.signal, () => call.cancel());
    });
  }

  async *serverStream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>, request: MessageShape<I>, options: CallOptions,
  ): AsyncIterable<MessageShape<O>> {
    const call = this.#client.makeServerStreamRequest(
      path(method), serializer(method.input), deserializer(method.output), request, this.#metadata(), deadline(options),
    );
    const release = onAbort(options.signal, () => call.cancel());
    try {
      for await (const message of call) {
        yield message as MessageShape<O>;
      }
    } catch (error) {
      throw toFlashError(error, this.address);
    } finally {
      release();
      call.cancel();
    }
  }

  close(): void {
    this.#client.close();
  }

  #metadata(): grpc.Metadata {
    const metadata = new grpc.Metadata();
    for (const [name, value] of Object.entries(this.#headers)) {
      metadata.set(name, value);
    }
    return metadata;
  }
}

// What the library says where nobody listens; the middle is the system's reason.
const UNREACHED = /^No connection established\. Last error: (?:Error: )?(.*?)\.?\s+Resolution note:/s;

const UNRESOLVED = /^Name resolution failed for target /;
const DISTRUSTED = /^[0-9A-F]+:error:[0-9A-F]+:SSL routines:(?:[^:]*:)?([^:]+)(?::.*)?$/s;
const STRANGE = /Protocol error|Parse Error|NGHTTP2_PROTOCOL_ERROR/i;

function path(method: { readonly parent: { readonly typeName: string }; readonly name: string }): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function serializer<T extends DescMessage>(schema: T): (message: MessageShape<T>) => Buffer {
  return (message) => Buffer.from(toBinary(schema, message));
}

function deserializer<T extends DescMessage>(schema: T): (bytes: Buffer) => MessageShape<T> {
  return (bytes) => fromBinary(schema, bytes);
}

function deadline(options: CallOptions): grpc.CallOptions {
  return options.timeout === undefined ? {} : { deadline: Date.now() + options.timeout };
}

/** Cancels when the signal says so, until released: a signal may outlive many calls. */
function onAbort(signal: AbortSignal | undefined, cancel: () => void): () => void {
  if (signal?.aborted) {
    cancel();
  }
  signal?.addEventListener("abort", cancel, { once: true });
  return () => signal?.removeEventListener("abort", cancel);
}

function toFlashError(error: unknown, address: string): Error {
  if (!(error instanceof Error) || !("code" in error) || !("metadata" in error)) {
    return error instanceof Error ? error : new Error(String(error));
  }
  const { code, details, metadata } = error as grpc.ServiceError;
  const trailer = metadata?.get("grpc-status-details-bin")[0];
  const pushback = metadata?.get("grpc-retry-pushback-ms")[0];
  const name = STATUS_NAMES[code] ?? "UNKNOWN";
  return new FlashError(say(details || name, address), readDetails(name, trailer instanceof Buffer ? detailsOf(trailer) : [], pushback?.toString()));
}

/**
 * The library's words for a connection that did not come to be, in ours. What broke one that did, with the same words in the middle, stays as it is, so that
 * it can be told from an end; and so do a server's own.
 */
function say(details: string, address: string): string {
  if (UNRESOLVED.test(details)) {
    return `No FlashDiffusion server answers at ${address} (its name is not known).`;
  }
  const cause = UNREACHED.exec(details)?.[1];
  if (cause === undefined) {
    return `${address}: ${details}`;
  }
  if (STRANGE.test(cause)) {
    return `What answers at ${address} does not speak gRPC, which needs HTTP/2: give the server's gRPC port, 8001 unless it was told another, and https:// if it has TLS.`;
  }
  if (DISTRUSTED.test(cause)) {
    return `No secure connection to ${address}: ${cause.replace(DISTRUSTED, "$1")}.`;
  }
  // Right after another try of the same address it has none of its own.
  return cause === "null" ? `No FlashDiffusion server answers at ${address}.` : `No FlashDiffusion server answers at ${address} (${cause}).`;
}
