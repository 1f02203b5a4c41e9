using System.Text.Json;
using FlashDiffusion.Models.Operators;
using FlashDiffusion.Models.Operators.Official;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Tests.Golden;

/// <summary>One golden run in official mode: its configuration as our request would say it.</summary>
internal sealed class GoldenRun : IDisposable
{
    private GoldenRun(string folder, string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(GoldenFolder.File(folder, name + ".json")));
        Json = document.RootElement.Clone();
        Tensors = GoldenTensors.Open(folder, name + ".safetensors");
        Folder = GoldenFolder.File(folder);
    }

    public JsonElement Json { get; }

    public GoldenTensors Tensors { get; }

    private string Folder { get; }

    public static GoldenRun Open(string folder, string name) => new(folder, name);

    /// <summary>The forward operator of the run, official, bound to its pictures.</summary>
    public (OperatorSpec Spec, IForwardOperator Bound) Operator(string property)
    {
        var severity = (float)Json.GetProperty("severity_t").GetDouble();
        var seed = Json.TryGetProperty("fname_seed_str2int", out var fileName) ? fileName.GetUInt64() : 0;
        var spec = new OfficialDegradation(Json.GetProperty(property).GetProperty("operator"), Folder).Spec(severity, seed);
        using var y = Tensors["y"];
        var picture = new PictureShape((int)y.shape[2], (int)y.shape[3]);
        return (spec, OperatorFamilies.Find(spec.Name)!.Bind([.. Enumerable.Repeat(spec, (int)y.shape[0])], picture, CPU));
    }

    /// <summary>The sample as our request would describe it.</summary>
    public SampleSpec Sample(ILatentSolver solver, ILatentDiffusionModel model, OperatorSpec forward, int start)
    {
        using var y = Tensors["y"];
        var picture = new PictureShape((int)y.shape[2], (int)y.shape[3]);
        var violations = new List<FieldViolation>();
        var parameters = ParameterSet.Resolve(solver.Descriptor.Parameters, GoldenOptions.ParametersOf(solver, Json.GetProperty("data_consistency")), "parameters", violations);
        Assert.Empty(violations);
        return new SampleSpec
        {
            Schedule = model.Schedule,
            Latent = model.LatentShapeOf(picture),
            Picture = picture,
            Sampling = Sampling(Json),
            StartIndex = start,
            Parameters = parameters,
            Operator = forward,
            NoiseStd = NoiseStd(),
            Compatibility = Compatibility.Official,
        };
    }

    public static SamplingSpec Sampling(JsonElement json) => json.GetProperty("ddim_steps").ValueKind == JsonValueKind.Null
        ? SamplingSpec.Ddpm
        : new SamplingSpec(SamplerKind.Ddim, json.GetProperty("ddim_steps").GetInt32(), json.GetProperty("ddim_eta").GetDouble());

    public void Dispose() => Tensors.Dispose();

    // Solver runs say it; adaptive ones hold the noise schedule that it follows from.
    private double NoiseStd()
    {
        if (Json.TryGetProperty("sigma", out var sigma))
        {
            return sigma.GetDouble();
        }

        var noise = Json.GetProperty("op").GetProperty("noise");
        return 2 * new OfficialNoiseLevel(noise.GetProperty("sigma_min").GetDouble(), noise.GetProperty("sigma_max").GetDouble()).Std(Json.GetProperty("severity_t").GetDouble());
    }
}
