using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using FlashDiffusion.Models.Repository;
using FlashDiffusion.Noise;
using FlashDiffusion.Sampling;
using FlashDiffusion.Schedules;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Tests.Golden;

/// <summary>The start that severity chooses, DDIM inversion, and whole adaptive runs, against the research code in official mode.</summary>
public class GoldenFlashTests
{
    private const double Tolerance = 1e-5;
    private const double PerStep = 1e-4;

    public static TheoryData<string> Starts => GoldenFolder.Cases("flash", ".safetensors", name => name.StartsWith("find_start", StringComparison.Ordinal));

    // Whatever else lies in the folder is run here, or fails.
    public static TheoryData<string> Runs => GoldenFolder.Cases("flash", ".safetensors", name => !name.StartsWith("find_start", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Starts))]
    public void FindStart_GoldenCases_GiveReferenceNumbers(string name)
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using var golden = GoldenRun.Open("flash", name);
        var ldm = golden.Json.GetProperty("ldm").GetString()!;
        var model = GoldenLatentModel.Load(ldm);
        var estimate = GoldenLatentModel.LoadSeverityEncoder(ldm).Estimate(golden.Tensors["y"]);
        GoldenAssert.RelativeL2("z_mean", golden.Tensors["z_mean"], estimate.Mean, Tolerance);

        Assert.NotEqual(0, golden.Json.GetProperty("cases").GetArrayLength());
        foreach (var entry in golden.Json.GetProperty("cases").EnumerateArray())
        {
            var key = entry.GetProperty("key").GetString()!;
            if (key.StartsWith("inv.", StringComparison.Ordinal))
            {
                CheckInversion(golden, key, entry, model, estimate);
            }
            else
            {
                CheckStart(golden, key, entry, model.Schedule, estimate);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void RunSingle_GoldenCase_GivesReferenceNumbers(string name)
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using var golden = GoldenRun.Open("flash", name);
        var ldm = golden.Json.TryGetProperty("ldm", out var named) ? named.GetString()! : "ldm_tiny";
        var model = GoldenLatentModel.Load(ldm);
        var estimate = GoldenLatentModel.LoadSeverityEncoder(ldm).Estimate(golden.Tensors["y"]);
        var start = Find(Grid(model.Schedule, GoldenRun.Sampling(golden.Json)), estimate, Optional(golden.Json, "corr_mult"), Optional(golden.Json, "var_mult"));
        Assert.Equal(golden.Json.GetProperty("t_start").GetInt32(), start.Index);

        var mixes = Optional(golden.Json, "corr_mult") is not null;
        var latents = mixes ? StartLatent(start, estimate.Mean, golden.Tensors["noise.000"]) : estimate.Mean;
        GoldenAssert.RelativeL2("z_start", golden.Tensors["z_start"], latents, Tolerance);

        var (spec, bound) = golden.Operator("op");
        using var forward = bound;
        var solver = GoldenOptions.SolverOf(golden.Json.GetProperty("baseline_class").GetString()!);
        var chain = new GoldenChain(golden, model, solver, golden.Sample(solver, model, spec, start.Index), forward, firstNoise: mixes ? 1 : 0);
        latents = chain.Run(latents, (_, _) => { });

        GoldenAssert.RelativeL2("recon", golden.Tensors["recon"], model.Decode(latents, Quantisation.Nearest), PerStep);
    }

    private static void CheckStart(GoldenRun golden, string key, JsonElement entry, NoiseSchedule schedule, SeverityEstimate estimate)
    {
        var correction = Optional(entry, "corr_mult");
        var start = Find(Grid(schedule, Sampling(entry)), estimate, correction, Optional(entry, "var_mult"));

        Assert.True(entry.GetProperty("t_start").GetInt32() == start.Index, string.Create(CultureInfo.InvariantCulture, $"{key}: index {start.Index}"));
        Assert.Equal(entry.GetProperty("var_returned").GetDouble(), start.Severity, 1e-6);
        var latents = correction is null ? estimate.Mean : StartLatent(start, estimate.Mean, golden.Tensors["noise"]);
        if (entry.GetProperty("nan").GetBoolean())
        {
            Assert.True(latents.isnan().all().item<bool>());
            return;
        }

        GoldenAssert.RelativeL2(key, golden.Tensors[$"{key}.z_start"], latents, Tolerance);
    }

    private static void CheckInversion(GoldenRun golden, string key, JsonElement entry, LatentDiffusionModel model, SeverityEstimate estimate)
    {
        var sampling = Sampling(entry);
        var start = Find(Grid(model.Schedule, sampling), estimate, null, null);
        Assert.Equal(entry.GetProperty("t_start").GetInt32(), start.Index);
        var sample = new SampleSpec
        {
            Schedule = model.Schedule,
            Latent = new LatentShape((int)estimate.Mean.shape[1], (int)estimate.Mean.shape[2], (int)estimate.Mean.shape[3]),
            Picture = new PictureShape(0, 0),
            Sampling = sampling,
            StartIndex = start.Index,
            Parameters = ParameterSet.Empty,
            Compatibility = Compatibility.Official,
        };
        var path = golden.Tensors[$"{key}.z_path"];
        var latents = estimate.Mean;
        var steps = DdimInversion.Plan(sample);
        Assert.Equal(path.shape[0] - 1, steps.Length);
        foreach (var (index, step) in steps.Index())
        {
            GoldenAssert.RelativeL2($"{key} before move {index}", path[index].reshape(latents.shape), latents, PerStep);
            latents = DdimInversion.Step(new StepBatch { Model = model, Rows = [new StepRow(sample, step, index, new CounterNoise(0))], Latents = latents }).Latents;
        }

        GoldenAssert.RelativeL2(key, golden.Tensors[$"{key}.z_start"], latents, PerStep);
    }

    private static Tensor StartLatent(StartStep start, Tensor mean, Tensor noise) => (start.SignalScale * mean) + (start.NoiseScale * noise);

    private static StartStep Find(ImmutableArray<float> ratios, SeverityEstimate estimate, float? correction, float? multiplier) =>
        StartStep.FindOfficial(ratios, estimate.Severity.item<float>(), multiplier ?? 1, correction);

    private static ImmutableArray<float> Grid(NoiseSchedule schedule, SamplingSpec sampling) => sampling.Kind == SamplerKind.Ddpm
        ? schedule.SignalToNoise
        : ReverseTrajectory.Grid(schedule, sampling, Compatibility.Official).SignalToNoise;

    private static SamplingSpec Sampling(JsonElement entry) => entry.GetProperty("ddim") is { ValueKind: JsonValueKind.Array } ddim
        ? new SamplingSpec(SamplerKind.Ddim, ddim[0].GetInt32(), ddim[1].GetDouble())
        : SamplingSpec.Ddpm;

    private static float? Optional(JsonElement entry, string property) =>
        entry.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.Number ? (float)value.GetDouble() : null;
}
