// What the page shows as "the same call from your program", saved as files into FOLDER to be run from there: one a language, for OPERATOR; with MODEL
// ("name version") where that is to be chosen, and with KEY before a server that asks for it.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { launch } from "./browser.mjs";

/** How a call says a model and its version, by language. */
const NAMED = {
  curl: (name, version) => `"model":"${name}","modelVersion":"${version}"`,
  python: (name, version) => `model="${name}", model_version="${version}"`,
  csharp: (name, version) => `Model = "${name}",\n    ModelVersion = "${version}",`,
};
const { STUDIO: address, FOLDER: folder, OPERATOR: operator, MODEL: model, KEY: key } = process.env;

test("the snippets of an operator", async () => {
  const browser = await launch();
  try {
    // The certificate of a server with one is of an authority that only its test knows.
    const page = await browser.newPage({ ignoreHTTPSErrors: true });
    page.setDefaultTimeout(180_000);
    await page.goto(address);
    if (key) {
      await page.fill("#key", key);
      await page.click("#key-dialog button");
    }
    await page.selectOption("#size", "64");
    await page.waitForSelector("#run:enabled");
    await page.selectOption("#operator", operator);
    await page.waitForSelector("#run:enabled");
    if (model) {
      await page.selectOption("#model", model);
      await page.waitForSelector("#run:enabled");
    }
    await page.selectOption("#sampler", "50");
    await page.click("#code summary");
    for (const language of ["curl", "python", "csharp"]) {
      await page.click(`[data-language="${language}"]`);
      const text = await page.textContent("#snippet");
      assert.ok(text.includes(operator), text);
      assert.ok(!model || text.includes(NAMED[language](...model.split(" "))), text);
      assert.equal(text.includes("FLASHDIFFUSION_API_KEY"), Boolean(key), text);
      assert.ok(!key || !text.includes(key));
      await writeFile(join(folder, `snippet.${language}`), text);
    }
  } finally {
    await browser.close();
  }
});
