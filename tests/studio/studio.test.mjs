// The studio page in real Chromium against a real server: STUDIO names its HTTP address, CHROMIUM the browser; SCREENSHOTS, if set, a folder
// that receives pictures of the page to look at. Run by StudioTests from dotnet test.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, beforeEach, afterEach, test } from "node:test";
import { close, launch, open as openPage } from "./browser.mjs";

const { STUDIO: address, SCREENSHOTS: screenshots } = process.env;
let browser, page, problems;

before(async () => (browser = await launch()));

after(() => browser?.close());

beforeEach(() => open({ viewport: { width: 1280, height: 1000 } }));

afterEach(async () => {
  await close(page);
  // Nothing may break the content security policy or come from another host.
  assert.deepEqual(problems, []);
});

async function open(options, prepare) {
  await close(page);
  ({ page, problems } = await openPage(browser, address, options, prepare));
  await page.selectOption("#size", "64");
  // Who prepares something waits for it.
  if (!prepare) {
    await page.waitForSelector("#run:enabled");
  }
}

async function picture(name) {
  if (screenshots) {
    await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
  }
}

const ended = (count = 1) => page.waitForFunction(
  (count) => [...document.querySelectorAll(".run .state")].filter((state) => /done|failed|cancelled/.test(state.textContent)).length === count, count);
const states = () => page.locator(".run .state").allTextContents();
const short = () => page.selectOption("#sampler", "50");

test("a picture is degraded, reconstructed while one watches, and gets better", async () => {
  await short();
  await page.click("#run");
  await page.waitForFunction(() => /step \d+ of/.test(document.querySelector(".run .state")?.textContent ?? ""));
  await picture("running");
  await ended();
  assert.match((await states())[0], /^done in/);
  const [before, after] = await Promise.all(["psnr-before", "psnr-after"].map((part) => page.textContent(`[data-part="${part}"]`)));
  assert.ok(parseFloat(after) > parseFloat(before) + 3, `${before} -> ${after}`);
  assert.match(await page.textContent('[data-part="trajectory-caption"]'), /Starts at timestep \d+ of 1000/);
  assert.match(await page.getAttribute('[data-part="gauge"]', "aria-label"), /Severity 0\.\d+/);
  assert.match(await page.textContent(".run dl"), /denoiser/);
  assert.ok((await page.locator("svg .residual").getAttribute("points")).split(" ").length >= 2);
  await picture("done");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click('[data-part="download"]')]);
  assert.equal(download.suggestedFilename(), "restored.png");
});

test("Flash stands beside the plain baseline, which starts at pure noise", async () => {
  await short();
  await page.click("#baseline");
  await ended(2);
  const captions = await page.locator('[data-part="trajectory-caption"]').allTextContents();
  assert.match(captions[1], /Starts at timestep 9[5-9]\d of 1000: 50 steps/);
  assert.ok(parseInt(captions[0].match(/: (\d+) steps/)[1]) < 25, captions[0]);
  await picture("baseline");
});

test("hard damage has more severity and more steps than easy damage", async () => {
  await short();
  await page.click("#compare");
  await ended(2);
  const severities = (await page.locator('[data-part="gauge"]').evaluateAll((all) => all.map((svg) => svg.getAttribute("aria-label")))).map((text) => parseFloat(text.split(" ")[1]));
  assert.ok(severities[1] > severities[0] * 1.5, severities.join());
});

test("a trajectory that is shortened while it runs is drawn to its end, and said", async () => {
  const encoded = Buffer.from(await (await page.request.get(`${address}/studio/photograph.png?side=64`)).body()).toString("base64");
  const progress = (step, totalSteps) => ({ progress: { step, totalSteps, timestep: 99 - step, residual: 9 / step } });
  const events = [
    { accepted: { startTimestep: 99, totalSteps: 40, solver: "latent_dps", seed: "1", notices: [{ code: "TRAJECTORY_CUT", message: "It was cut." }] } },
    progress(10, 40), progress(20, 25), progress(25, 25),
    { result: { picture: { encoded }, seed: "1", cost: { steps: 25 }, notices: [{ code: "TRAJECTORY_SHORTENED", message: "It was shortened again." }] } },
  ];
  await page.route("**/v1/reconstructions", (route) => route.fulfill({ contentType: "application/x-ndjson", body: events.map((event) => JSON.stringify(event)).join("\n") }));
  await page.click("#run");
  await ended();
  assert.match((await states())[0], /^done in/);
  assert.deepEqual(await page.locator(".run .notices li").allTextContents(), ["It was cut.", "It was shortened again."]);
  assert.match(await page.textContent('[data-part="trajectory-caption"]'), /: 25 steps/);
  assert.match(await page.textContent(".run dl"), /25 of 1000/);
  const points = (await page.locator("svg .residual").getAttribute("points")).split(" ").map((point) => parseFloat(point));
  assert.deepEqual(points, [170, 330, 410]);
});

test("cancel stops the server's work, and the page can go on", async () => {
  await page.selectOption("#adaptation", "full");
  await page.click("#run");
  await page.waitForFunction(() => /step \d+ of|accepted/.test(document.querySelector(".run .state")?.textContent ?? ""));
  await page.click("#cancel");
  await ended();
  assert.match((await states())[0], /^cancelled/);
  await page.waitForSelector("#run:enabled");
});

test("a page that is opened too early waits for a model by itself, and says so", async () => {
  const starting = { code: 14, message: "Still loading.", details: [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "SERVER_STARTING", domain: "flashdiffusion.dev" }] };
  const model = (state, reason) => ({ models: [{ name: "starter", version: "1", state, reason }], defaultModel: "" });
  // As the server answers from its first moment on, a proxy before it included; the last answer is its own.
  const answers = {
    "can't be reached": (route) => route.abort("connectionrefused"),
    "answered 502": (route) => route.fulfill({ status: 502, contentType: "text/html", body: "<p>Bad gateway" }),
    "Models are loading": (route) => route.fulfill({ status: 503, json: starting }),
    "The server has no model;": (route) => route.fulfill({ json: {} }),
    "Models are loading;": (route) => route.fulfill({ json: model("SERVING_STATE_LOADING") }),
    "(starter 1: It has no weights.)": (route) => route.fulfill({ json: model("SERVING_STATE_FAILED", "It has no weights.") }),
    "starter 1, ": (route) => route.continue(),
  };
  let answer = Object.values(answers)[0];
  await open({}, (page) => page.route("**/v1/models", (route) => answer(route)));
  await page.setInputFiles("#file", { name: "mine.png", mimeType: "image/png", buffer: Buffer.from(await (await page.request.get(`${address}/studio/photograph.png?side=64`)).body()) });
  for (const [text, next] of Object.entries(answers)) {
    answer = next;
    await page.waitForFunction((text) => document.querySelector("#server").textContent.includes(text), text);
    assert.equal(await page.locator("#server.waiting").count(), text.startsWith("starter 1,") ? 0 : 1, text);
    assert.ok(await page.isHidden("#problem"));
    await picture(`waiting-${Object.keys(answers).indexOf(text)}`);
  }
  await page.waitForSelector("#run:enabled");
  assert.equal(await page.textContent("#picture-name"), "mine.png");
  await short();
  await page.click("#run");
  await ended();
  assert.match((await states())[0], /^done in/);
  // Not as faults of the page.
  problems = problems.filter((problem) => !/status of 50\d|ERR_CONNECTION_REFUSED/.test(problem));
});

test("a page without a solver that is ready waits for one by itself, and says so", async () => {
  const failed = { name: "psld", version: "1.0.0", state: "SERVING_STATE_FAILED", reason: "It hung." };
  const answers = { "The server has no solver;": {}, "No solver is ready (psld 1.0.0: It hung.);": { solvers: [failed], defaultSolver: "psld" } };
  let answer = Object.values(answers)[0];
  await open({}, (page) => page.route("**/v1/solvers", (route) => (answer ? route.fulfill({ json: answer }) : route.continue())));
  for (const [text, said] of Object.entries(answers)) {
    answer = said;
    await page.waitForFunction((text) => document.querySelector("#server.waiting")?.textContent.includes(text), text);
    assert.ok(await page.isHidden("#problem"));
  }
  answer = undefined;
  await page.waitForSelector("#run:enabled");
  await short();
  await page.click("#run");
  await ended();
  assert.match((await states())[0], /^done in/);
});

test("what goes wrong is said in words", async () => {
  await page.setInputFiles("#file", { name: "broken.png", mimeType: "image/png", buffer: Buffer.from("not a picture") });
  await page.waitForSelector("#problem:visible");
  assert.match(await page.textContent("#problem"), /picture/i);
  assert.ok(await page.isDisabled("#run"));
  await picture("problem");
  await page.click("#builtin");
  await page.waitForSelector("#run:enabled");
  assert.ok(await page.isHidden("#problem"));
});

test("a server that went is said, and nothing is sent that is not shown", async () => {
  await page.route("**/studio/photograph.png**", (route) => route.abort("connectionrefused"));
  await page.selectOption("#size", "128");
  await page.waitForSelector("#problem:visible");
  assert.match(await page.textContent("#problem"), /Is the server still running\?/);
  assert.ok(await page.isDisabled("#run"));
  await page.unroute("**/studio/photograph.png**");
  await page.click("#builtin");
  await page.waitForSelector("#run:enabled");
  problems = problems.filter((problem) => !/ERR_CONNECTION_REFUSED/.test(problem));
});

test("a choice that fails after another one was made takes nothing away", async () => {
  const buffer = Buffer.from(await (await page.request.get(`${address}/studio/photograph.png?side=192`)).body());
  const choices = [
    () => page.setInputFiles("#file", { name: "mine.png", mimeType: "image/png", buffer }),
    () => page.selectOption("#size", "64"),
    // As large as the one that fails.
    async () => (await page.selectOption("#size", "64"), await page.selectOption("#size", "128")),
  ];
  for (const choose of choices) {
    await page.click("#builtin");
    await page.waitForSelector("#run:enabled");
    let late;
    await page.route("**/studio/photograph.png?side=128", (route) => (late = route), { times: 1 });
    await Promise.all([page.waitForRequest("**/studio/photograph.png?side=128"), page.selectOption("#size", "128")]);
    await choose();
    await page.waitForSelector("#run:enabled");
    await Promise.all([page.waitForEvent("requestfailed"), late.abort("connectionrefused")]);
    // The page has had its turn when it answers.
    await page.evaluate(() => fetch("studio/icon.svg").then((response) => response.text()));
    assert.ok(await page.isHidden("#problem"));
    assert.ok(await page.isVisible("#degraded-preview"));
    assert.ok(await page.isEnabled("#run"));
    await page.selectOption("#size", "64");
  }
  problems = problems.filter((problem) => !/ERR_CONNECTION_REFUSED/.test(problem));
});

test("a start that is emptied is asked for", async () => {
  await page.selectOption("#adaptation", "fixed");
  await page.fill("#start", "");
  for (const button of ["#baseline", "#compare", "#run"]) {
    await page.click(button);
    assert.equal(await page.evaluate(() => document.activeElement.id), "start", button);
    assert.equal(await page.locator(".run").count(), 0);
  }
  await page.selectOption("#adaptation", "auto");
  await short();
  await page.click("#run");
  await ended();
  assert.match((await states())[0], /^done/);
});

test("a picture of one's own is cropped and taken", async () => {
  const photograph = Buffer.from(await (await page.request.get(`${address}/studio/photograph.png?side=192`)).body());
  await page.setInputFiles("#file", { name: "mine.png", mimeType: "image/png", buffer: photograph });
  await page.waitForFunction(() => document.querySelector("#picture-name").textContent === "mine.png");
  await page.waitForSelector("#run:enabled");
  assert.equal(await page.locator("#degraded-preview").evaluate(async (image) => (await image.decode(), image.naturalWidth)), 64);
});

test("the same call is shown for three languages, with what was chosen", async () => {
  await page.selectOption("#operator", "gaussian_blur");
  // The picture that comes back moves what is below it: a click while it does would meet a slider instead of a tab.
  await page.waitForSelector("#run:enabled");
  await page.click("#code summary");
  for (const [language, word] of [["curl", "v1/reconstructions"], ["python", "client.reconstruct("], ["csharp", "client.ReconstructAsync("]]) {
    await page.click(`[data-language="${language}"]`);
    const snippet = await page.textContent("#snippet");
    assert.ok(snippet.includes(word) && snippet.includes("gaussian_blur"), snippet);
  }
});

test("what nobody touched is not sent, whatever the catalog's numbers", async () => {
  const catalog = (await Promise.all(["solvers", "operators"].map(async (list) => (await (await page.request.get(`${address}/v1/${list}`)).json())[list]))).flat();
  const sent = await page.evaluate(async (catalog) => {
    const { readParameters, showParameters } = await import("./studio/parameters.js");
    return catalog.map(({ name, parameters = [] }) => {
      const container = document.createElement("div");
      showParameters(container, parameters, () => undefined);
      const shown = parameters.map((known) => [known.name, container.querySelector(`[data-name="${known.name}"]`)]);
      return { name, sent: Object.keys(readParameters(container)), shown: shown.map(([key, input]) => [key, input.value, input.validity.valid]) };
    });
  }, catalog);
  for (const { name, parameters = [] } of catalog) {
    const of = sent.find((known) => known.name === name);
    assert.deepEqual(of.sent.sort(), parameters.filter((known) => !known.defaultValue).map((known) => known.name).sort(), name);
    for (const [index, { defaultValue }] of parameters.entries()) {
      const [key, value, valid] = of.shown[index];
      assert.ok(valid && (!defaultValue || (defaultValue.text ?? defaultValue.number) === (defaultValue.text === undefined ? Number(value) : value)), `${name}.${key} shows ${value}`);
    }
  }
});

test("what is shown for a parameter that nobody sets is what was tuned for the model, and what runs", async () => {
  const read = async (list) => (await page.request.get(`${address}/v1/${list}`)).json();
  const [{ models, defaultModel }, { solvers }] = await Promise.all([read("models"), read("solvers")]);
  const { tunedParameters } = models.find((model) => model.name === defaultModel);
  const [input, hint] = [page.locator('[data-name="guidance_scale"]'), page.locator('label:has([data-name="guidance_scale"]) small')];
  assert.ok(tunedParameters.length >= 20);
  for (const { solver, operator, parameters, fullParameters } of tunedParameters) {
    await page.selectOption("#solver", solver);
    await page.selectOption("#operator", operator);
    for (const [mode, numbers] of [["full", { ...parameters, ...fullParameters }], ["auto", parameters]]) {
      await page.selectOption("#adaptation", mode);
      for (const { name, defaultValue } of solvers.find((known) => known.name === solver).parameters.filter((known) => known.kind !== "PARAMETER_KIND_CHOICE")) {
        const [value, valid] = await page.locator(`[data-name="${name}"]`).evaluate((input) => [Number(input.value), input.validity.valid]);
        assert.deepEqual([value, valid], [numbers[name] ?? defaultValue.number, true], `${solver}, ${operator}, ${mode}: ${name}`);
      }
      assert.match(await page.textContent("#snippet"), new RegExp(`"solver":{"name":"${solver}"}`));
    }
  }

  await page.selectOption("#solver", "latent_dps");
  await page.selectOption("#operator", "inpainting");
  await page.click("text=Parameters of the solver");
  await picture("tuned");
  assert.match(await hint.textContent(), /1\.8 was tuned for starter and inpainting; the solver's own default is 1\./);
  // What somebody sets stays where it is, the solver's own default too.
  await input.fill("1");
  await page.selectOption("#adaptation", "full");
  assert.match(await hint.textContent(), /0\.3 was tuned for starter and inpainting from pure noise/);
  assert.equal(await input.inputValue(), "1");
  assert.match(await page.textContent("#snippet"), /"guidance_scale":{"number":1}/);
  // Where nothing was tuned the solver's default holds.
  await input.fill("0.3");
  await page.selectOption("#operator", "super_resolution");
  assert.equal(await input.inputValue(), "1");
  assert.ok(!(await hint.textContent()).includes("tuned"));
  await page.selectOption("#operator", "inpainting");
  await page.selectOption("#adaptation", "auto");
  await page.waitForSelector("#run:enabled");
  await short();
  await page.click("#run");
  await ended();
  assert.match(await page.textContent(".run .notices"), /guidance_scale 1\.8/);
});

test("small values can be set, and taken back", async () => {
  await page.selectOption("#solver", "daps");
  await page.click("text=Parameters of the solver");
  await page.locator("#solver-parameters details > summary").click();
  await picture("parameters");
  const stepSize = page.locator('[data-name="step_size"]');
  await stepSize.fill("0.000002");
  await page.locator('[data-name="likelihood_std"]').fill("0.0005");
  assert.match(await page.textContent("#snippet"), /"solver":{"name":"daps","parameters":{"step_size":{"number":0.000002},"likelihood_std":{"number":0.0005}}}/);
  await page.locator('[data-name="likelihood_std"]').fill("");
  // As it was tuned for the model with this operator.
  await stepSize.fill("1e-6");
  assert.match(await page.textContent("#snippet"), /"solver":{"name":"daps"}/);
  // One that is out of its range is shown to who starts, though its place was closed meanwhile.
  await stepSize.fill("7");
  await page.click("text=Parameters of the solver");
  await page.click("#run");
  assert.ok(await page.evaluate(() => document.activeElement.dataset.name === "step_size"));
  await stepSize.fill("1e-6");
});

test("an operator whose measurement is no picture is as good as any", async () => {
  await page.selectOption("#operator", "compressed_sensing");
  await page.waitForSelector("#run:enabled");
  await short();
  await page.click("#run");
  await ended();
  assert.match((await states())[0], /^done/);
});

test("the keyboard is enough", async () => {
  await short();
  await page.focus("#file");
  for (let presses = 0; presses < 60 && (await page.evaluate(() => document.activeElement.id)) !== "run"; presses++) {
    await page.keyboard.press("Tab");
  }
  assert.equal(await page.evaluate(() => document.activeElement.id), "run");
  await page.keyboard.press("Enter");
  await ended();
  assert.match((await states())[0], /^done/);
});

test("a phone's width has no sideways scrolling, in the dark too", async () => {
  await open({ viewport: { width: 360, height: 740 }, colorScheme: "dark", isMobile: true, hasTouch: true });
  await short();
  await page.tap("#run");
  await ended();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  const [red, green, blue] = (await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).match(/\d+/g).map(Number);
  assert.ok(red + green + blue < 200, "not dark");
  await picture("phone-dark");
});
