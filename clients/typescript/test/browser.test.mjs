// In real Chromium over gRPC-Web, from a page of another origin: FLASHDIFFUSION_HTTP names the server's HTTP address, which must allow
// the origin in FLASHDIFFUSION_ORIGIN (http://127.0.0.1:port); CHROMIUM names the browser. Without them these tests skip by name.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { cases } from "./cases.mjs";

const { FLASHDIFFUSION_HTTP: address, FLASHDIFFUSION_ORIGIN: origin, CHROMIUM: executablePath } = process.env;
const skip = address && origin && executablePath ? false : "FLASHDIFFUSION_HTTP, FLASHDIFFUSION_ORIGIN or CHROMIUM is not set";
let browser, page, server;

before(async () => {
  if (skip) {
    return;
  }
  const bundle = await build({
    stdin: { contents: `export * from "./dist/web.js"; export * from "./dist/v1.js"; export { cases } from "./test/cases.mjs";`, resolveDir: new URL("..", import.meta.url).pathname },
    bundle: true, format: "esm", write: false,
  });
  const files = {
    "/": ["text/html", "<!doctype html><title>client</title>"],
    "/bundle.js": ["text/javascript", bundle.outputFiles[0].text],
    "/photo.png": ["image/png", await readFile(new URL("photo.png", import.meta.url))],
  };
  server = createServer((request, response) => {
    const [type, body] = files[request.url] ?? ["text/plain", ""];
    response.writeHead(files[request.url] ? 200 : 404, { "content-type": type }).end(body);
  }).listen(Number(new URL(origin).port), "127.0.0.1");
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
  page = await browser.newPage();
  await page.goto(origin);
});

after(async () => {
  await browser?.close();
  server?.close();
});

for (const name of Object.keys(cases)) {
  test(name, { skip, timeout: 120_000 }, async () => {
    const answer = await page.evaluate(async ([address, name]) => {
      const { cases, connect, ...rest } = await import("/bundle.js");
      const png = new Uint8Array(await (await fetch("/photo.png")).arrayBuffer());
      try {
        await cases[name]({ ...rest, connect: (before = [], options = {}) => connect([...before, address], options), png, dead: "http://127.0.0.1:9" });
        return "";
      } catch (error) {
        return String(error?.stack ?? error);
      }
    }, [address, name]);
    assert.equal(answer, "");
  });
}
