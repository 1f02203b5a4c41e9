import type { DescMethodServerStreaming, DescMethodUnary, DescMessage, MessageShape } from "@bufbuild/protobuf";

/** What a call may carry. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the server must have answered. */
  readonly timeout?: number | undefined;
}

/** How calls reach one server: gRPC in Node, gRPC-Web in browsers. Every failure is a FlashError. */
export interface Caller {
  readonly address: string;
  unary<I extends DescMessage, O extends DescMessage>(method: DescMethodUnary<I, O>, request: MessageShape<I>, options: CallOptions): Promise<MessageShape<O>>;
  serverStream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>, request: MessageShape<I>, options: CallOptions,
  ): AsyncIterable<MessageShape<O>>;
  close(): void;
}

/** What both kinds of connection share. */
export interface ConnectOptions {
  /** Sent with each call, such as an API key: { authorization: "Bearer ..." }. */
  readonly headers?: Readonly<Record<string, string>>;
}
