import type { ResumePolicy } from "./attempts.js";
import type { ConnectOptions } from "./caller.js";
import { FlashClient } from "./client.js";
import { checkedHeaders } from "./headers.js";
import { WebCaller } from "./web-caller.js";

export * from "./index.js";

/**
 * Connects a page to a server over gRPC-Web: the server's HTTP address, or several replicas. Left out, it is the server that the page
 * came from. Another origin has to be allowed by the server's CORS configuration.
 */
export function connect(addresses: string | readonly string[] = globalThis.location?.origin ?? "", options: ConnectOptions & Partial<ResumePolicy> = {}): FlashClient {
  const callers = [addresses].flat().map((address) => new WebCaller(address.replace(/\/$/, ""), checkedHeaders(options.headers)));
  return new FlashClient(callers, policyOf(options));
}

function policyOf({ headers: _, ...policy }: ConnectOptions & Partial<ResumePolicy>): Partial<ResumePolicy> {
  return policy;
}
