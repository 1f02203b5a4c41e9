import type { DescMessage, DescMethodServerStreaming, DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { ConnectError, type Transport } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import type { Caller, CallOptions } from "./caller.js";
import { FlashError, STATUS_NAMES } from "./errors.js";
import { readDetails } from "./status-details.js";

/** Calls over gRPC-Web, with fetch. */
export class WebCaller implements Caller {
  readonly #transport: Transport;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(readonly address: string, headers: Readonly<Record<string, string>>) {
    this.#headers = headers;
    this.#transport = createGrpcWebTransport({ baseUrl: address });
  }

  async unary<I extends DescMessage, O extends DescMessage>(method: DescMethodUnary<I, O>, request: MessageShape<I>, options: CallOptions): Promise<MessageShape<O>> {
    try {
      const answer = await this.#transport.unary(method, options.signal, options.timeout, this.#headers, request as MessageInitShape<I>);
      return answer.message;
    } catch (error) {
      throw toFlashError(error, this.address);
    }
  }

  async *serverStream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>, request: MessageShape<I>, options: CallOptions,
  ): AsyncIterable<MessageShape<O>> {
    try {
      const answer = await this.#transport.stream(method, options.signal, options.timeout, this.#headers, once(request as MessageInitShape<I>));
      yield* answer.message;
    } catch (error) {
      throw toFlashError(error, this.address);
    }
  }

  close(): void {
    // fetch keeps no connection that would be ours to close.
  }
}

async function* once<T>(message: T): AsyncIterable<T> {
  yield message;
}

function toFlashError(error: unknown, address: string): FlashError {
  const failure = ConnectError.from(error);
  if (failure.cause instanceof TypeError) {
    // fetch says no more than this of a network that failed, whether before the first byte or on the way.
    return new FlashError(`${address}: ${failure.rawMessage}: nobody answers there, or this page may not call it (--allow-origin).`, { code: "UNAVAILABLE" });
  }
  const code = STATUS_NAMES[failure.code] ?? "UNKNOWN";
  const details = failure.details.flatMap((detail) => ("type" in detail ? [{ type: detail.type, value: detail.value }] : []));
  return new FlashError(`${address}: ${failure.rawMessage || code}`, readDetails(code, details, failure.metadata.get("grpc-retry-pushback-ms")));
}
