using System.Collections.Immutable;
using System.Text.Json;
using FlashDiffusion.Models.Operators;
using FlashDiffusion.Models.Operators.Official;
using FlashDiffusion.Plugins.LatentDps;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Tests.Golden;

/// <summary>One golden run of latent DPS in official mode: its configuration as our request would say it.</summary>
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
    public SampleSpec Sample(ILatentDiffusionModel model, OperatorSpec forward, int start)
    {
        using var y = Tensors["y"];
        var picture = new PictureShape((int)y.shape[2], (int)y.shape[3]);
        var violations = new List<FieldViolation>();
        var parameters = ParameterSet.Resolve(new LatentDpsSolver().Descriptor.Parameters, Parameters(Json.GetProperty("data_consistency")), "parameters", violations);
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
            Compatibility = Compatibility.Official,
        };
    }

    public static SamplingSpec Sampling(JsonElement json) => json.GetProperty("ddim_steps").ValueKind == JsonValueKind.Null
        ? SamplingSpec.Ddpm
        : new SamplingSpec(SamplerKind.Ddim, json.GetProperty("ddim_steps").GetInt32(), json.GetProperty("ddim_eta").GetDouble());

    public void Dispose() => Tensors.Dispose();

    // What the research code's configuration calls its options; an option that this does not know is a failure, not a default.
    private static Dictionary<string, ParameterValue> Parameters(JsonElement options) => options.EnumerateObject().ToDictionary(
        option => option.Name switch
        {
            "dc_step" => "guidance_scale",
            "dc_correct_freq" => "guidance_frequency",
            "dc_correct_stage" => "guidance_stages",
            var name => name,
        },
        option => option.Value.ValueKind == JsonValueKind.Array ? ParameterValue.Of(Stages(option.Value)) : ParameterValue.Of(option.Value.GetDouble()));

    private static string Stages(JsonElement stages)
    {
        var named = stages.EnumerateArray().Select(stage => stage.GetString()!).ToImmutableHashSet();
        return named.Count == 3 ? "all" : string.Join('+', new[] { "chaotic", "semantic", "refinement" }.Where(named.Contains));
    }
}
