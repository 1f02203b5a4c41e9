// The call that this page makes, as users would write it.

/** Where a key is read from, as the command line does: what is copied from here must not carry one. */
const KEY = "FLASHDIFFUSION_API_KEY";

/**
 * The call in a language: what is said on the page, with the picture as a file. Where the measurement is no picture, crop is the side in pixels
 * at which a clean one is measured first. keyed says that the server asks for a key; naming is the model as a request says it.
 */
export function snippet(language, call) {
  return { curl, python, csharp }[language](call);
}

function curl({ origin, keyed, naming, operator, solver, adaptation, sampling, seed, crop }) {
  const where = keyed ? `# your key for this server is in the environment: export ${KEY}=...\n` : "";
  const headers = `-H 'content-type: application/json'${keyed ? ` -H "authorization: Bearer $${KEY}"` : ""}`;
  const said = json({ ...naming, operator, solver, adaptation, sampling, seed: String(seed), progress: { preview: "PREVIEW_KIND_CHEAP" } });
  if (crop) {
    return `# picture.png is clean: the server measures it first; one JSON object a line arrives while it works
${where}api() { curl -sSN "${origin}/v1/$1" ${headers} --data-binary @-; }
base64 -w0 picture.png | jq -R '{"picture":{"encoded":.},${json({ operator, seed: String(seed), crop }).slice(1)}' | api pictures:degrade |
  jq '(.message // empty | error), {"measurement":.measurement,${said.slice(1)}' | api reconstructions`;
  }
  return `# degraded.png is the measurement; one JSON object a line arrives while it works
${where}printf '{"measurement":{"encoded":"%s"},%s' "$(base64 -w0 degraded.png)" '${said.slice(1)}' |
  curl -N ${origin}/v1/reconstructions ${headers} --data-binary @-`;
}

/** In one line, without what is empty, and fit to stand between the shell's single quotes. */
function json(body) {
  const text = JSON.stringify(body, (_, value) => (value && typeof value === "object" && !Array.isArray(value) && Object.keys(value).length === 0 ? undefined : value));
  return text.replaceAll("'", "'\\''");
}

function python({ grpc, keyed, naming, operator, solver, adaptation, sampling, seed, crop }) {
  const options = [
    naming.model && `model=${JSON.stringify(naming.model)}`,
    naming.modelVersion && `model_version=${JSON.stringify(naming.modelVersion)}`,
    `seed=${seed}`,
    solver.name && `solver="${solver.name}"`,
    Object.keys(solver.parameters ?? {}).length && `solver_parameters=${pythonParameters(solver.parameters)}`,
    adaptation.mode === "ADAPTATION_MODE_FULL" && `start="full"`,
    adaptation.mode === "ADAPTATION_MODE_FIXED" && `start_timestep=${adaptation.startTimestep}`,
    sampling.ddimSteps && `ddim_steps=${sampling.ddimSteps}`,
    sampling.sampler === "SAMPLER_DDPM" && "ddpm=True",
    `preview="cheap"`,
  ].filter(Boolean);
  const { pictureSize } = operator;
  const size = pictureSize ? `, picture_size=(${pictureSize.height}, ${pictureSize.width})` : "";
  const degrade = crop ? `    # The picture is clean: the server measures it first.
    measurement = client.degrade("picture.png", operator, seed=${seed}, crop=${crop}).measurement
` : "";
  return `${keyed ? "import os\n\n" : ""}from flashdiffusion import Client, Operator, Options

${keyed ? `# Your key for this server is in the environment.\nkey = os.environ["${KEY}"]\n` : ""}operator = Operator("${operator.name}", ${pythonParameters(operator.parameters)}, noise_std=${operator.noiseStd}, seed=${operator.seed}${size})
with Client("${grpc}"${keyed ? `, metadata=[("authorization", f"Bearer {key}")]` : ""}) as client:
${degrade}    for event in client.reconstruct(${crop ? "measurement" : `"degraded.png"`}, operator, Options(${options.join(", ")})):
        print(event)
event.picture.save("restored.png")`;
}

function csharp({ grpc, keyed, naming, operator, solver, adaptation, sampling, seed, crop }) {
  const { pictureSize } = operator;
  const size = pictureSize ? `, PictureSize = new PictureSize { Height = ${pictureSize.height}, Width = ${pictureSize.width} }` : "";
  const damage = `new ForwardOperator { Name = "${operator.name}", NoiseStd = ${operator.noiseStd}, Seed = ${operator.seed}${size}${csharpParameters(operator.parameters)} }`;
  const file = (name) => `new Picture { Encoded = ByteString.CopyFrom(File.ReadAllBytes("${name}")) }`;
  const degrade = crop ? `// The picture is clean: the server measures it first.
var damage = ${damage};
var degraded = await client.DegradeAsync(new DegradeRequest { Picture = ${file("picture.png")}, Operator = damage, Seed = ${seed}, Crop = ${crop} });
` : "";
  const lines = [
    naming.model && `    Model = ${JSON.stringify(naming.model)},`,
    naming.modelVersion && `    ModelVersion = ${JSON.stringify(naming.modelVersion)},`,
    `    Measurement = ${crop ? "degraded.Measurement" : file("degraded.png")},`,
    `    Operator = ${crop ? "damage" : damage},`,
    solver.name && `    Solver = new SolverChoice { Name = "${solver.name}"${csharpParameters(solver.parameters)} },`,
    adaptation.mode === "ADAPTATION_MODE_FULL" && `    Adaptation = new Adaptation { Mode = AdaptationMode.Full },`,
    adaptation.mode === "ADAPTATION_MODE_FIXED" && `    Adaptation = new Adaptation { Mode = AdaptationMode.Fixed, StartTimestep = ${adaptation.startTimestep} },`,
    sampling.ddimSteps && `    Sampling = new Sampling { Sampler = Sampler.Ddim, DdimSteps = ${sampling.ddimSteps} },`,
    sampling.sampler === "SAMPLER_DDPM" && `    Sampling = new Sampling { Sampler = Sampler.Ddpm },`,
    `    Seed = ${seed},`,
  ].filter(Boolean);
  return `using FlashDiffusion.Client;
using FlashDiffusion.V1;
using Google.Protobuf;

${keyed ? `// Your key for this server is in the environment.\nvar key = Environment.GetEnvironmentVariable("${KEY}");\n` : ""}using var client = FlashClient.Connect("${grpc}"${keyed ? ", new FlashClientOptions { ApiKey = key }" : ""});
${degrade}var request = new ReconstructRequest
{
${lines.join("\n")}
};
await foreach (var answer in client.ReconstructAsync(request))
{
    if (answer.Result is { } result)
    {
        File.WriteAllBytes("restored.png", result.Picture.Encoded.ToByteArray());
    }
}`;
}

function pythonParameters(parameters = {}) {
  return `{${Object.entries(parameters).map(([name, value]) => `"${name}": ${value.text === undefined ? value.number : `"${value.text}"`}`).join(", ")}}`;
}

function csharpParameters(parameters = {}) {
  const entries = Object.entries(parameters).map(([name, value]) =>
    `["${name}"] = new ParameterValue { ${value.text === undefined ? `Number = ${value.number}` : `Text = "${value.text}"`} }`);
  return entries.length ? `, Parameters = { ${entries.join(", ")} }` : "";
}
