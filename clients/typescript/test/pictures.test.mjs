// Pictures and tensors without a server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32, FlashError, fromTensor, Picture, toTensor } from "../dist/index.js";
import { connect } from "../dist/node.js";
import { toForwardOperator } from "../dist/operator.js";
import { toRequest } from "../dist/options.js";
import { toPicture } from "../dist/pictures.js";

test("numbers survive the way there and back", async () => {
  const numbers = { shape: [3, 2, 2], data: Float32Array.from({ length: 12 }, (_, i) => i / 4 - 1) };
  const message = await toPicture(numbers);
  assert.deepEqual(new Picture(message).numbers, numbers);
});

test("shape and data that do not fit are refused with both", () => {
  assert.throws(() => toTensor({ shape: [2, 3], data: new Float32Array(5) }), /2x3 has 6 elements, but there are 5/);
});

test("a damaged tensor is DATA_LOSS", () => {
  const tensor = toTensor({ shape: [2], data: Float32Array.of(1, 2) });
  tensor.crc32 = crc32(tensor.data);
  assert.deepEqual([...fromTensor(tensor).data], [1, 2]);
  tensor.data = tensor.data.slice();
  tensor.data[0] ^= 1;
  assert.throws(() => fromTensor(tensor), (error) => error instanceof FlashError && error.code === "DATA_LOSS");
});

test("half precision is read as numbers", () => {
  const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00, 0x3555);
  const { data } = fromTensor({ ...toTensor({ shape: [5], data: new Float32Array(5) }), dataType: 2, data: new Uint8Array(halves.buffer) });
  assert.deepEqual([...data.slice(0, 4)], [1, -2, 2 ** -24, Infinity]);
  assert.ok(Math.abs(data[4] - 1 / 3) < 1e-4);
});

test("a file stays the file that it is, from bytes and from a Blob", async () => {
  const bytes = Uint8Array.of(0x89, 0x50, 0x4e, 0x47);
  for (const source of [bytes, bytes.buffer, new Blob([bytes])]) {
    const picture = new Picture(await toPicture(source));
    assert.deepEqual([...picture.encoded], [...bytes]);
    assert.equal(picture.toBlob().type, "image/png");
  }
});

test("crc32 is zlib's", () => assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926));

test("what is no picture is refused in words, a file's name above all", async () => {
  await assert.rejects(toPicture("photo.jpg"), /TypeError: A picture must be .*, but is a string; read the file first/);
  await assert.rejects(toPicture(undefined), /TypeError: A picture must be .*, but is undefined/);
  await assert.rejects(toPicture(null), /TypeError: A picture must be .*, but is null/);
});

test("an operator that is a bare name is refused with what it must be", async () => {
  await assert.rejects(toForwardOperator("inpainting"), /TypeError: An operator must be an object with a name, .* but is "inpainting"/);
});

test("what would be dropped is refused", async () => {
  const picture = Uint8Array.of(1);
  await assert.rejects(toRequest(picture, undefined, { ddimEta: 0.5 }), /TypeError: Give ddimSteps with ddimEta/);
  await assert.rejects(toRequest(picture, undefined, { ddpm: true, ddimSteps: 50 }), /TypeError: Give ddpm or ddimSteps/);
  await assert.rejects(toRequest(picture, undefined, { start: "full", severity: 0.1 }), /TypeError: Give start: "full" or/);
  await assert.rejects(toRequest(picture, undefined, { start: "full", startTimestep: 10 }), /TypeError: Give start: "full" or/);
  // What says nothing takes the sampler of the solver's preset.
  const [unsaid, ddpm] = await Promise.all([toRequest(picture, undefined, {}), toRequest(picture, undefined, { ddpm: true })]);
  assert.deepEqual([unsaid.sampling.sampler, ddpm.sampling.sampler], [0, 1]);
  const { adaptation, sampling, progress } = await toRequest(picture, undefined, { startTimestep: 10, ddimSteps: 50, ddimEta: 0.5, latents: true, latentType: "float16" });
  assert.deepEqual([adaptation.fixed.value, sampling.ddimSteps, sampling.ddimEta, progress.latentDataType], [10, 50, 0.5, 2]);
});

test("a misspelt name is refused with those that there are", async () => {
  const picture = Uint8Array.of(1);
  await assert.rejects(toRequest(picture, undefined, { previw: "cheap" }), /TypeError: There is no 'previw' in a reconstruction's options; there are model, .*preview, /);
  await assert.rejects(toForwardOperator({ name: "inpainting", paramters: { removed: 0.4 } }), /There is no 'paramters' in an operator; there are name, parameters, /);
  const client = connect("localhost:1");
  await assert.rejects(client.degrade(picture, { name: "denoising" }, { crap: 64 }), /There is no 'crap' in degrade's options; there are seed, crop, /);
  await assert.rejects(client.severity(picture, { name: "denoising" }, { modle: "starter" }), /There is no 'modle' in severity's options; there are model, /);
  client.close();
});

test("a word that an option does not have is refused with those that it has", async () => {
  const picture = Uint8Array.of(1);
  await assert.rejects(toRequest(picture, undefined, { preview: "chaep" }), /preview must be none, cheap, decoded, but is chaep/);
  await assert.rejects(toRequest(picture, undefined, { pictureFormat: "toString" }), /pictureFormat must be png, .*, but is toString/);
  await assert.rejects(toRequest(picture, undefined, { start: "ful" }), /start must be auto, full, but is ful/);
  await assert.rejects(toRequest(picture, undefined, { latents: true, latentType: "half" }), /latentType must be float32, float16, but is half/);
  await assert.rejects(toForwardOperator({ name: "denoising", noiseRange: "sined" }), /noiseRange must be unit, signed, but is sined/);
});
