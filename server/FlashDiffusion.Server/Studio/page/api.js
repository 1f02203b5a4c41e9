// The HTTP twin of flashdiffusion.v1, same origin. A key lives in this module's memory and nowhere else.
let key = "";

/** Codes of gRPC that this page knows. */
const [UNAVAILABLE, UNAUTHENTICATED] = [14, 16];

export function useKey(value) {
  key = value;
}

/** Whether the server asked for a key. */
export function isKeyed() {
  return key !== "";
}

/** A refusal in words, with everything that is wrong. */
export class Problem extends Error {
  constructor(text, code = 0, violations = [], reason = "") {
    // The server's message names the first violations itself, a single one without its field.
    const lines = violations.filter(({ description }) => !text.includes(description)).map(({ field, description }) => `${field}: ${description}`);
    super([text, ...lines].join("\n"));
    this.code = code;
    this.reason = reason;
  }

  get wantsKey() {
    return this.code === UNAUTHENTICATED;
  }

  /** Whether the same may succeed a little later. */
  get passes() {
    return this.code === UNAVAILABLE;
  }
}

/** Asks for one JSON object. */
export async function ask(path, body, signal) {
  const response = await send(path, body, signal);
  return response.json();
}

/** Reads a stream of JSON objects, one a line, as they arrive. */
export async function* stream(path, body, signal) {
  const response = await send(path, body, signal);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += value ?? "";
      const lines = rest.split("\n");
      rest = lines.pop();
      for (const line of lines.filter((text) => text.trim())) {
        yield orProblem(JSON.parse(line));
      }
      if (done) {
        if (rest.trim()) {
          yield orProblem(JSON.parse(rest));
        }
        return;
      }
    }
  } catch (error) {
    throw signal?.aborted || error instanceof Problem ? error : new Problem(`The connection to the server broke: ${error.message}`);
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

async function send(path, body, signal) {
  const headers = { accept: "application/json", ...(body && { "content-type": "application/json" }), ...(key && { authorization: `Bearer ${key}` }) };
  let response;
  try {
    response = await fetch(path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body), signal });
  } catch (error) {
    throw signal?.aborted ? error : new Problem("The server can't be reached. Is it still running?", UNAVAILABLE);
  }
  if (!response.ok) {
    // What stands before the server says so without a code of gRPC while there is none behind it.
    const status = await response.json().catch(() => ({ code: [502, 503, 504].includes(response.status) ? UNAVAILABLE : 0 }));
    throw problemOf(status, `The server answered ${response.status} ${response.statusText}.`);
  }
  return response;
}

/** A stream that fails after its beginning says so in its last object. */
function orProblem(message) {
  const status = message.error ?? (message.code && message.message !== undefined ? message : undefined);
  if (status) {
    throw problemOf(status, "The reconstruction failed.");
  }
  return message;
}

function problemOf(status, fallback) {
  const error = status.error ?? status;
  const details = error.details ?? [];
  const violations = details.flatMap((detail) => detail.fieldViolations ?? []);
  return new Problem(error.message || fallback, error.code ?? 0, violations, details.find((detail) => detail.reason)?.reason);
}
