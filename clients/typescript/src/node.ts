import * as grpc from "@grpc/grpc-js";
import type { ResumePolicy } from "./attempts.js";
import type { ConnectOptions } from "./caller.js";
import { FlashClient } from "./client.js";
import { GrpcCaller } from "./grpc-caller.js";
import { checkedHeaders } from "./headers.js";

export * from "./index.js";

/** What a Node program may vary. */
export interface NodeOptions extends ConnectOptions, Partial<ResumePolicy> {
  /** For TLS with your own roots or a client certificate. */
  readonly credentials?: grpc.ChannelCredentials;
}

/** gRPC would look for a host of that name, and say that it found none. */
function checkAddress(address: string): void {
  if (address.startsWith("dns:") && !/^dns:\d+$/.test(address)) {
    if (!/^dns:\/\/\/[^/\s]+$/.test(address)) {
      throw new TypeError(`'${address}' is not a name; write dns:///host:port with three slashes, for example dns:///flashdiffusion:8001.`);
    }
  } else if (!/^(https?:\/\/|unix:)?[^\s/]+\/?$/.test(address) && !/^unix:\S+$/.test(address)) {
    throw new TypeError(`'${address}' is not a server's address; write host:port, https://host:port or dns:///host:port, for example localhost:8001.`);
  }
}

/** Connects to a server's gRPC address, or to several replicas: "localhost:8001" is cleartext HTTP/2, "https://host:port" is TLS. */
export function connect(addresses: string | readonly string[] = "localhost:8001", options: NodeOptions = {}): FlashClient {
  const { credentials, headers, ...policy } = options;
  const callers = [addresses].flat().map((address) => {
    checkAddress(address);
    const secure = address.startsWith("https://");
    const target = address.replace(/^https?:\/\//, "").replace(/\/$/, "");
    return new GrpcCaller(target, credentials ?? (secure ? grpc.credentials.createSsl() : grpc.credentials.createInsecure()), checkedHeaders(headers));
  });
  return new FlashClient(callers, policy);
}
