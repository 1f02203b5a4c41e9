// Serves the README's page (index.html in the working folder) with the client's bundle, chooses a photograph as a visitor would, and keeps the
// picture that appears. Run by ReadmeExampleTests.
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const { CHROMIUM: executablePath, PACKAGE: folder, ORIGIN: origin } = process.env;
const { chromium } = createRequire(`${folder}/package.json`)("playwright-core");
const files = {
  "/": ["text/html", await readFile("index.html")],
  "/web.bundle.js": ["text/javascript", await readFile(`${folder}/dist/web.bundle.js`)],
};
const server = createServer((request, response) => {
  const [type, body] = files[request.url] ?? ["text/plain", ""];
  response.writeHead(files[request.url] ? 200 : 404, { "content-type": type }).end(body);
}).listen(Number(new URL(origin).port), "127.0.0.1");
const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(180_000);
  page.on("pageerror", (error) => console.error(error.message));
  await page.goto(origin);
  await page.setInputFiles("#photo", "photo.jpg");
  await page.waitForFunction(() => document.querySelector("#restored").naturalWidth > 0);
  console.log(`steps done: ${await page.evaluate(() => document.querySelector("#done").value)}`);
  const bytes = await page.evaluate(async () => [...new Uint8Array(await (await fetch(document.querySelector("#restored").src)).arrayBuffer())]);
  await writeFile("restored.png", new Uint8Array(bytes));
} finally {
  await browser.close();
  server.close();
}
