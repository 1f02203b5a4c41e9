// The studio page before a server that asks for a key: STUDIO names its HTTP address, CHROMIUM the browser, KEY the key. Run by
// SecuredClientTests from dotnet test.
import assert from "node:assert/strict";
import { test } from "node:test";
import { launch } from "./browser.mjs";

const { STUDIO: address, KEY: key } = process.env;

test("the page asks for the key, works with it and keeps it in memory only", async () => {
  const browser = await launch();
  try {
    // The certificate is of an authority that only this test knows.
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    await page.goto(address);
    await page.waitForSelector("#key-dialog[open]");
    await page.fill("#key", "not the key");
    await page.click("#key-dialog button");
    // A wrong one is asked for again.
    await page.waitForFunction(() => document.querySelector("#key-dialog").open && document.querySelector("#key").value === "");
    await page.fill("#key", key);
    await page.click("#key-dialog button");
    await page.waitForSelector("#run:enabled");

    const kept = await page.evaluate(async () => JSON.stringify([
      { ...localStorage }, { ...sessionStorage }, document.cookie, (await indexedDB.databases()).length, await caches.keys(), document.documentElement.outerHTML, location.href,
      [...document.querySelectorAll("input")].map((input) => input.value),
    ]));
    assert.ok(!kept.includes(key));
    assert.deepEqual(await context.cookies(), []);
    // Gone with the page.
    await page.reload();
    await page.waitForSelector("#key-dialog[open]");
  } finally {
    await browser.close();
  }
});
