// The call that this page makes, as users would write it.

/** The call in a language: what is said on the page, with the picture as a file. */
export function snippet(language, { origin, grpc, operator, solver, adaptation, sampling, seed }) {
  return { curl, python, csharp }[language]({ origin, grpc, operator, solver, adaptation, sampling, seed });
}

function curl({ origin, operator, solver, adaptation, sampling, seed }) {
  const body = { operator, solver, adaptation, sampling, seed: String(seed), progress: { preview: "PREVIEW_KIND_CHEAP" } };
  const json = JSON.stringify(body, (_, value) => (value && typeof value === "object" && !Array.isArray(value) && Object.keys(value).length === 0 ? undefined : value));
  return `# degraded.png is the measurement; one JSON object a line arrives while it works
printf '{"measurement":{"encoded":"%s"},%s' "$(base64 -w0 degraded.png)" '${json.slice(1).replaceAll("'", "'\\''")}' |
  curl -N ${origin}/v1/reconstructions -H 'content-type: application/json' --data-binary @-`;
}

function python({ grpc, operator, solver, adaptation, sampling, seed }) {
  const options = [
    `seed=${seed}`,
    solver.name && `solver="${solver.name}"`,
    Object.keys(solver.parameters ?? {}).length && `solver_parameters=${pythonParameters(solver.parameters)}`,
    adaptation.mode === "ADAPTATION_MODE_FULL" && `start="full"`,
    adaptation.mode === "ADAPTATION_MODE_FIXED" && `start_timestep=${adaptation.startTimestep}`,
    sampling.ddimSteps && `ddim_steps=${sampling.ddimSteps}`,
    `preview="cheap"`,
  ].filter(Boolean);
  return `from flashdiffusion import Client, Operator, Options

operator = Operator("${operator.name}", ${pythonParameters(operator.parameters)}, noise_std=${operator.noiseStd}, seed=${operator.seed})
with Client("${grpc}") as client:
    for event in client.reconstruct("degraded.png", operator, Options(${options.join(", ")})):
        print(event)
event.picture.save("restored.png")`;
}

function csharp({ grpc, operator, solver, adaptation, sampling, seed }) {
  const lines = [
    `    Measurement = new Picture { Encoded = ByteString.CopyFrom(File.ReadAllBytes("degraded.png")) },`,
    `    Operator = new ForwardOperator { Name = "${operator.name}", NoiseStd = ${operator.noiseStd}, Seed = ${operator.seed}${csharpParameters(operator.parameters)} },`,
    solver.name && `    Solver = new SolverChoice { Name = "${solver.name}"${csharpParameters(solver.parameters)} },`,
    adaptation.mode === "ADAPTATION_MODE_FULL" && `    Adaptation = new Adaptation { Mode = AdaptationMode.Full },`,
    adaptation.mode === "ADAPTATION_MODE_FIXED" && `    Adaptation = new Adaptation { Mode = AdaptationMode.Fixed, StartTimestep = ${adaptation.startTimestep} },`,
    sampling.ddimSteps && `    Sampling = new Sampling { Sampler = Sampler.Ddim, DdimSteps = ${sampling.ddimSteps} },`,
    `    Seed = ${seed},`,
  ].filter(Boolean);
  return `using FlashDiffusion.Client;
using FlashDiffusion.V1;
using Google.Protobuf;

using var client = FlashClient.Connect("${grpc}");
var request = new ReconstructRequest
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
