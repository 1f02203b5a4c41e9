// Row "Browser" of the interop grid: the TypeScript client over gRPC-Web, in a page of another origin in real Chromium.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { cells } from "./cells.mjs";
import { runCells, say } from "./grid_row.mjs";

const { GRID_HTTP: servers, GRID_PHOTO: photo, GRID_KILL_AT: killAt, GRID_PACKAGE: folder, GRID_ORIGIN: origin, CHROMIUM: executablePath } = process.env;
const packages = createRequire(`${folder}/package.json`);
const bundle = await packages("esbuild").build({
  stdin: {
    contents: `export * from "./dist/web.js"; export * from "./dist/v1.js"; export { cells } from ${JSON.stringify(fileURLToPath(new URL("cells.mjs", import.meta.url)))};`,
    resolveDir: folder,
  },
  bundle: true, format: "esm", write: false,
});
const files = {
  "/": ["text/html", "<!doctype html><title>grid</title>"],
  "/bundle.js": ["text/javascript", bundle.outputFiles[0].text],
  "/photo.png": ["image/png", await readFile(photo)],
};
const server = createServer((request, response) => {
  const [type, body] = files[request.url] ?? ["text/plain", ""];
  response.writeHead(files[request.url] ? 200 : 404, { "content-type": type }).end(body);
}).listen(Number(new URL(origin).port), "127.0.0.1");
const browser = await packages("playwright-core").chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  const page = await browser.newPage();
  await page.exposeFunction("reached", (step) => say({ reached: step }));
  // crypto.randomUUID and crypto.subtle are there because a loopback address counts as secure.
  await page.goto(origin);
  await runCells(Object.keys(cells), (name) =>
    page.evaluate(async ([name, addresses, killAt]) => {
      const client = await import("/bundle.js");
      const photo = new Uint8Array(await (await fetch("/photo.png")).arrayBuffer());
      const connect = (...given) => client.connect(...given);
      return client.cells[name]({
        ...client, photo, killAt, reached: window.reached,
        client: connect(addresses[0]), both: connect(addresses, { checkpointEverySteps: 4, requireExact: true }),
      });
    }, [name, servers.split(","), Number(killAt)]));
} finally {
  await browser.close();
  server.close();
}
