// Lists, infers and streams with @grpc/grpc-js and the definitions loaded at run time, as JavaScript users of the protocol do.
// Run by OpenInferenceClientTests: FLASHDIFFUSION_ADDRESS says where the server is, INFERENCE_PROTOS where the definitions are, NODE_TOOLS where the packages are.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const packages = createRequire(`${process.env.NODE_TOOLS}/package.json`);
const grpc = packages('@grpc/grpc-js');
const loader = packages('@grpc/proto-loader');
const definition = loader.loadSync('grpc_service.proto', { includeDirs: [process.env.INFERENCE_PROTOS], keepCase: true, longs: Number });
const { GRPCInferenceService } = grpc.loadPackageDefinition(definition).inference;
const client = new GRPCInferenceService(process.env.FLASHDIFFUSION_ADDRESS, grpc.credentials.createInsecure());
const call = (method, request) => new Promise((resolve, reject) => client[method](request, (error, answer) => (error ? reject(error) : resolve(answer))));

const side = 64;
const values = Float32Array.from({ length: 3 * side * side }, (_, at) => 0.5 + 0.4 * Math.sin(at / 9));
const request = (id, parameters = {}) => ({
  model_name: 'starter',
  id,
  inputs: [{ name: 'measurement', datatype: 'FP32', shape: [3, side, side] }],
  raw_input_contents: [Buffer.from(values.buffer)],
  parameters: { operator: { string_param: 'denoising' }, noise_std: { double_param: 0.1 }, seed: { int64_param: 3 }, ddim_steps: { int64_param: 20 }, ...parameters },
});

test('lists models', async () => {
  const { models } = await call('RepositoryIndex', {});
  assert.ok(models.some((model) => model.name === 'starter:latent_dps' && model.state === 'READY'));
});

test('infers a picture', async () => {
  const answer = await call('ModelInfer', request('one'));
  const at = answer.outputs.findIndex((output) => output.name === 'picture');
  assert.equal(answer.id, 'one');
  assert.deepEqual(answer.outputs[at].shape, [3, side, side]);
  assert.equal(answer.raw_output_contents[at].length, 4 * 3 * side * side);
});

test('streams latents and one final response', async () => {
  const stream = client.ModelStreamInfer();
  stream.write(request('two', { preview_every: { int64_param: 1 } }));
  stream.end();
  const answers = [];
  for await (const answer of stream) answers.push(answer.infer_response);
  // On a crowded machine some are replaced by newer ones before anybody writes them.
  const [last, result] = answers.slice(-2);
  assert.equal(answers.length - 1 + last.parameters.skipped.int64_param, result.parameters.step.int64_param);
  assert.deepEqual(answers.map((answer) => answer.parameters.triton_final_response.bool_param), answers.map((_, at) => at === answers.length - 1));
});

test('an unknown model is not found', async () => {
  await assert.rejects(call('ModelInfer', { ...request('three'), model_name: 'nobody' }), (error) => error.code === grpc.status.NOT_FOUND);
  client.close();
});
