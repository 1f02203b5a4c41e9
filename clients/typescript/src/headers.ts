export type Headers = Readonly<Record<string, string>>;

/**
 * With names in lower case and without the line's end that a key has which was read out of a file. What can't be sent is refused here, and never
 * repeated: gRPC's own error has the whole key in it.
 */
export function checkedHeaders(headers: Headers = {}): Headers {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => {
    const lower = name.toLowerCase();
    if (!/^[0-9a-z_.-]+$/.test(lower)) {
      throw new TypeError("headers: a name has letters, digits, '-', '_' and '.' only.");
    }
    const text = typeof value === "string" ? value.trim() : undefined;
    if (text === undefined || !/^[ -~]*$/.test(text)) {
      throw new TypeError(`headers: the value of '${lower}' must be one line of printable ASCII.`);
    }
    return [lower, text];
  }));
}
