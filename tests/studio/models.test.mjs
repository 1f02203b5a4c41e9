// The page before a server with several models (ModelsServer): STUDIO names its HTTP address, CHROMIUM the browser; SCREENSHOTS, if set, a folder that
// receives pictures of the page to look at. Run by StudioModelsTests from dotnet test.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { close, launch, open } from "./browser.mjs";

const { STUDIO: address, SCREENSHOTS: screenshots } = process.env;
let browser, page, problems;

before(async () => (browser = await launch()));
after(() => browser?.close());
beforeEach(() => begin());
afterEach(async () => {
  await close(page);
  assert.deepEqual(problems, []);
});

async function begin(prepare, options = { viewport: { width: 1280, height: 1000 } }) {
  await close(page);
  ({ page, problems } = await open(browser, address, options, prepare));
  await page.waitForSelector("#run:enabled");
}

const picture = (name) => screenshots && page.screenshot({ path: join(screenshots, `models-${name}.png`), fullPage: true });
const text = (selector) => page.textContent(selector);
const options = (selector) => page.locator(`${selector} option`).evaluateAll((all) => all.map(({ textContent, disabled }) => [textContent, disabled]));
const steps = () => page.locator("#sampler option:checked").textContent();

async function run() {
  await page.selectOption("#sampler", "50");
  await page.waitForSelector("#run:enabled");
  const [request] = await Promise.all([page.waitForRequest("**/v1/reconstructions"), page.click("#run")]);
  await page.waitForFunction(() => /done|failed/.test(document.querySelector(".run .state").textContent));
  return request.postDataJSON();
}

/** The server's own answer, changed. */
const models = (change) => (page) => page.route("**/v1/models", async (route) => {
  const json = await (await route.fetch()).json();
  change(json.models, json);
  await route.fulfill({ json });
});

test("every model that is ready can be chosen, and restores; any other is shown with the reason", async () => {
  assert.equal(await page.getByLabel("Model").inputValue(), "starter 2");
  assert.deepEqual(await options("#model"), [["faces 1", false], ["faces/evil 1 (can't be used)", true], ["starter 2", false], ["starter 1", false]]);
  await page.click("#models summary");
  assert.match(await text("#models li"), /^faces\/evil 1: .*posix\.system/);
  await picture("default");
  for (const [name, version] of [["starter", "2"], ["starter", "1"], ["faces", "1"]]) {
    await page.selectOption("#model", `${name} ${version}`);
    assert.match(await text("#server"), new RegExp(`^${name} ${version}, `));
    const { model, modelVersion } = await run();
    assert.deepEqual([model, modelVersion], [name, name === "faces" ? undefined : version]);
    assert.match(await text(".run .state"), /^done/);
    assert.match(await text(".run dl"), new RegExp(`model${name} ${version}`));
    await picture(`${name}-${version}`);
  }
});

for (const operator of ["denoising", "gaussian_blur", "inpainting"]) {
  test(`each severity encoder of the starter model decides the start: ${operator}`, async () => {
    await page.selectOption("#model", "starter 1");
    await page.selectOption("#operator", operator);
    await run();
    assert.match(await page.getAttribute('[data-part="gauge"]', "aria-label"), /Severity 0\.\d+/);
    assert.equal(await text("#start-hint"), "");
    await picture(operator);
  });
}

test("sizes, severity, numbers and steps are those of the model that is chosen", async () => {
  await page.selectOption("#operator", "gaussian_blur");
  await page.selectOption("#solver", "resample");
  const [preset, gamma] = [page.locator('[data-name="preset"]'), page.locator('label:has([data-name="resample_gamma"])')];
  assert.match(await text("#start-hint"), /^starter has no severity encoder for gaussian blur/);
  assert.equal(await preset.inputValue(), "gaussian_blur_varying_ffhq");
  assert.match(await gamma.textContent(), /400 is of the preset gaussian_blur_varying_ffhq\./);
  assert.equal(await steps(), "DDIM, 500 of 1000, eta 1 (preset)");
  await page.click("text=Parameters of the solver");
  await picture("preset");
  // It holds without being said; what holds otherwise has to be.
  assert.ok(!(await text("#snippet")).includes("preset"));
  assert.ok(!(await text("#snippet")).includes("sampling"));
  await page.selectOption("#sampler", "ddpm");
  for (const [language, word] of [["curl", '"sampling":{"sampler":"SAMPLER_DDPM"}'], ["python", "ddpm=True"], ["csharp", "Sampler.Ddpm"]]) {
    await page.locator(`[data-language="${language}"]`).dispatchEvent("click");
    assert.ok((await text("#snippet")).includes(word), word);
  }
  await preset.evaluate((select) => ((select.value = "none"), ["input", "change"].forEach((kind) => select.dispatchEvent(new Event(kind, { bubbles: true })))));
  assert.equal(await steps(), "every step (DDPM)");
  assert.ok(!(await gamma.textContent()).includes("of the preset"));

  await page.selectOption("#model", "starter 1");
  assert.equal(await text("#start-hint"), "");
  assert.equal(await preset.inputValue(), "none");
  assert.deepEqual((await options("#sampler")).map(([words]) => words), ["every step (DDPM)", "DDIM, 200 of 1000", "DDIM, 100 of 1000", "DDIM, 50 of 1000"]);

  assert.equal((await options("#size")).length, 4);
  await page.selectOption("#model", "faces 1");
  assert.deepEqual(await options("#size"), [["64", false]]);
  await page.waitForSelector("#run:enabled");
  assert.equal(await page.locator("#degraded-preview").evaluate(async (image) => (await image.decode(), image.naturalWidth)), 64);
});

test("a preset that somebody picks says its numbers and its steps, and they run", async () => {
  await page.selectOption("#model", "starter 1");
  await page.selectOption("#size", "64");
  await page.selectOption("#operator", "gaussian_blur");
  await page.selectOption("#solver", "resample");
  await page.click("text=Parameters of the solver");
  await page.locator("#solver-parameters details > summary").click();
  await page.selectOption('[data-name="preset"]', "gaussian_blur_fixed_ffhq");
  assert.equal(await steps(), "DDIM, 500 of 1000, eta 1 (preset)");
  assert.match(await page.locator('label:has([data-name="resample_gamma"])').textContent(), /2000 is of the preset gaussian_blur_fixed_ffhq/);
  await page.waitForSelector("#run:enabled");
  await page.click("#run");
  await page.waitForSelector(".run .notices li");
  const [start, planned] = (await text('[data-part="trajectory-caption"]')).match(/timestep (\d+) of 1000: (\d+) steps/).slice(1).map(Number);
  assert.ok(planned < start, `${planned} steps from ${start}`);
  await page.click("#cancel");
  await page.waitForSelector("#run:enabled");
});

test("a model that is loading is shown so, and can be chosen as soon as it is ready", async () => {
  let state = "SERVING_STATE_LOADING";
  await begin(models((all) => (all.find(({ name }) => name === "faces").state = state)));
  assert.deepEqual((await options("#model"))[0], ["faces 1 (loading)", true]);
  state = "SERVING_STATE_READY";
  await page.waitForSelector('#model option[value="faces 1"]:enabled', { state: "attached" });
  await page.selectOption("#model", "faces 1");
  assert.match((await run()).model, /faces/);
  // One that goes stays chosen until somebody chooses another one.
  state = "SERVING_STATE_UNLOADED";
  await page.focus("#seed");
  await page.focus("#model");
  await page.waitForFunction(() => document.querySelector("#model option:checked").textContent === "faces 1 (unloaded)");
});

test("a refusal names the model", async () => {
  await begin(models((all) => {
    const { timesteps, state } = all[0];
    Object.assign(all.find(({ name }) => name === "faces/evil"), { timesteps, state });
  }));
  await page.selectOption("#model", "faces/evil 1");
  await run();
  assert.deepEqual((await text("#problem")).match(/The model 'faces\/evil' version 1 can't be used/g).length, 1);
  await picture("refusal");
});

test("where the default model failed, another one that is ready serves", async () => {
  await begin(models((all) => all.filter(({ name }) => name === "starter").forEach((model) => Object.assign(model, { state: "SERVING_STATE_FAILED", reason: "It has no weights." }))));
  assert.equal(await page.inputValue("#model"), "faces 1");
});

test("where there is one model there is nothing to choose, and nothing is said of it", async () => {
  await begin(models((all) => all.splice(0, all.length, ...all.filter(({ name, version }) => name === "starter" && version === "2"))));
  assert.ok(await page.isHidden("#model"));
  const { model, modelVersion } = await run();
  assert.deepEqual([model, modelVersion], [undefined, undefined]);
});

test("where no name means the only model, requests name it", async () => {
  await begin(models((all, answer) => {
    all.splice(0, all.length, ...all.filter(({ name }) => name === "faces"));
    answer.defaultModel = "typo";
  }));
  assert.match(await text("#server"), /^faces 1, /);
  assert.match(await text("#snippet"), /"model":"faces"/);
  const { model, modelVersion } = await run();
  assert.deepEqual([model, modelVersion], ["faces", undefined]);
  assert.match(await text(".run .state"), /^done/);
});

/** Looks at the models again, as somebody does who opens the list. */
async function look() {
  await page.focus("#seed");
  await page.focus("#model");
}

test("a list that is open stays while models change", async () => {
  let said = {};
  await begin(models((all) => Object.assign(all.find(({ name, version }) => name === "starter" && version === "1"), said)));
  await page.evaluate(() => (window.options = [...document.querySelectorAll("#model option, #size option, #sampler option")]));
  said = { state: "SERVING_STATE_FAILED", reason: "It has no weights." };
  await look();
  await page.waitForSelector("#models li:has-text('It has no weights.')", { state: "attached" });
  assert.deepEqual((await options("#model")).at(-1), ["starter 1 (can't be used)", true]);
  assert.equal(await page.inputValue("#model"), "starter 2");
  assert.ok(await page.evaluate(() => window.options.every((option) => option.isConnected)));
});

test("an answer that comes late does not undo a newer one", async () => {
  const reasons = [];
  await begin(models((all) => (all.find(({ name }) => name === "faces/evil").reason = reasons.at(-1) ?? "As it began.")));
  await page.evaluate(() => {
    window.said = [];
    new MutationObserver(() => window.said.push(document.querySelector("#models li").textContent)).observe(document.querySelector("#models ul"), { childList: true });
  });
  // The first question waits until the second one is answered.
  let late;
  await page.route("**/v1/models", (route) => (late = route), { times: 1 });
  const answer = async (reason, ask) => {
    reasons.push(reason);
    await ask();
    await page.waitForFunction((reason) => document.querySelector("#models li").textContent.endsWith(reason), reason);
  };
  await Promise.all([page.waitForRequest("**/v1/models"), look()]);
  await answer("Newer.", look);
  const body = await (await page.request.get(`${address}/v1/models`)).text();
  await Promise.all([page.waitForEvent("requestfinished"), late.fulfill({ contentType: "application/json", body })]);
  await answer("Newest.", look);
  assert.deepEqual(await page.evaluate(() => window.said), ["faces/evil 1: Newer.", "faces/evil 1: Newest."]);
});

test("the keyboard is enough to choose a model, on a phone too", async () => {
  await begin(undefined, { viewport: { width: 360, height: 740 }, colorScheme: "dark" });
  await page.focus("#model");
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.inputValue("#model"), "starter 1");
  await run();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await picture("phone-dark");
});
