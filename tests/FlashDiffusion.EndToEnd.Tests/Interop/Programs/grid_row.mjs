// A client's row of the interop grid, told to the test that started this program; the lines are those of grid_row.py.
import { once } from "node:events";
import { createInterface } from "node:readline";

export const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Each cell by itself; that of the kill comes last, when all clients are ready. */
export async function runCells(names, run) {
  const input = createInterface({ input: process.stdin });
  for (const name of names) {
    if (name === "resume after a kill") {
      const go = once(input, "line");
      say({ ready: true });
      await go;
    }
    try {
      say({ cell: name, works: true, ...(await run(name)) });
    } catch (error) {
      say({ cell: name, works: false, text: String(error?.stack ?? error) });
    }
  }
  input.close();
}
