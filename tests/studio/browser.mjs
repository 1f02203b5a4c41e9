// Chromium as the tests of the page use it, with playwright-core of clients/typescript: CHROMIUM names it.
import { createRequire } from "node:module";

const require = createRequire(new URL("../../clients/typescript/package.json", import.meta.url));
const { chromium } = require("playwright-core");

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** A page at an address, and what goes wrong on it: nothing may break the content security policy or come from another host. */
export async function open(browser, address, options, prepare) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems = [];
  page.setDefaultTimeout(180_000);
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => message.type() === "error" && !/status of 4\d\d/.test(message.text()) && problems.push(message.text()));
  page.on("request", (request) => !request.url().startsWith(address) && !/^(blob|data):/.test(request.url()) && problems.push(request.url()));
  await prepare?.(page);
  await page.goto(address);
  return { page, problems };
}

/** Closes a page, where there is one that is open; an answer in the server's place that it no longer waits for is no failure. */
export async function close(page) {
  if (page && !page.isClosed()) {
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.context().close();
  }
}
