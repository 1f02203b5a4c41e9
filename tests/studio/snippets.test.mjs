// What the page shows as "the same call from your program", saved as files into FOLDER for StudioSnippetTests to run: one a language, for OPERATOR.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

const require = createRequire(new URL("../../clients/typescript/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const { STUDIO: address, CHROMIUM: executablePath, FOLDER: folder, OPERATOR: operator } = process.env;

test("the snippets of an operator", async () => {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"] });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(180_000);
    await page.goto(address);
    await page.selectOption("#size", "64");
    await page.waitForSelector("#run:enabled");
    await page.selectOption("#operator", operator);
    await page.waitForSelector("#run:enabled");
    await page.selectOption("#sampler", "50");
    await page.click("#code summary");
    for (const language of ["curl", "python", "csharp"]) {
      await page.click(`[data-language="${language}"]`);
      const text = await page.textContent("#snippet");
      assert.ok(text.includes(operator), text);
      await writeFile(join(folder, `snippet.${language}`), text);
    }
  } finally {
    await browser.close();
  }
});
