// The HTTP twin of flashdiffusion.v1, same origin. A key lives in this module's memory and nowhere else.
let key = "";

export function useKey(value) {
  key = value;
}

/** A refusal in words, with everything that is wrong. */
export class Problem extends Error {
  constructor(text, code = 0, violations = []) {
    // The server's message names the first violations itself.
    const lines = violations.map((violation) => `${violation.field}: ${violation.description}`).filter((line) => !text.includes(line));
    super([text, ...lines].join("\n"));
    this.code = code;
  }

  get wantsKey() {
    return this.code === 16;
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
    throw signal?.aborted ? error : new Problem("The server can't be reached. Is it still running?");
  }
  if (!response.ok) {
    throw problemOf(await response.json().catch(() => ({})), `The server answered ${response.status} ${response.statusText}.`);
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
  const violations = (error.details ?? []).flatMap((detail) => detail.fieldViolations ?? []);
  return new Problem(error.message || fallback, error.code ?? 0, violations);
}
