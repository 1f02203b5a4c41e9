using FlashDiffusion.Noise;
using FlashDiffusion.Plugins.LatentDps;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Tests.Golden;

/// <summary>Latent DPS against the research code, step by step, in official mode.</summary>
public class GoldenSolversTests
{
    private const double PerStep = 1e-4;

    // Steps before which the diverging case (|z| to 580) is still comparable.
    private const int ComparableSteps = 8;

    // Solvers of plugins that have golden tests of their own.
    private static readonly string[] Elsewhere = ["gml_", "psld_", "resample_", "generic_", "ldm_"];

    public static TheoryData<string> Cases => GoldenFolder.Cases("solvers", ".safetensors", name => !Elsewhere.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Run_GoldenCase_GivesReferenceNumbers(string name)
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using var golden = GoldenRun.Open("solvers", name);
        var model = GoldenLatentModel.Load(golden.Json.GetProperty("ldm").GetString()!);
        var (spec, bound) = golden.Operator("degradation");
        using var forward = bound;
        var sample = golden.Sample(model, spec, golden.Json.GetProperty("start_T").GetInt32());
        var solver = new LatentDpsSolver();
        var plan = solver.Plan(sample);

        Assert.Empty(plan.Violations);
        Assert.Equal(Numbers(golden, "timesteps"), plan.Steps.Select(step => step.Timestep));
        Assert.Equal(Numbers(golden, "dc_at_loop_index"), plan.Steps.Index().Where(step => step.Item.Kind == "guided").Select(step => step.Index));

        var measurements = forward.Consistent(golden.Tensors["y"]);
        var latents = golden.Tensors["z_start"];
        var noise = new RecordedNoise(golden.Tensors);
        var diverges = name.EndsWith("startT0", StringComparison.Ordinal) && plan.Steps.Length > ComparableSteps;
        for (var i = 0; i < plan.Steps.Length; i++)
        {
            var output = solver.Step(Batch(model, sample, plan.Steps[i], i, noise, latents, forward, measurements));
            latents = output.Latents;
            if (!diverges || i < ComparableSteps)
            {
                GoldenAssert.RelativeL2($"z after step {i}", golden.Tensors["z"][i + 1].reshape(latents.shape), latents, PerStep);
                GoldenAssert.RelativeL2($"z0 of step {i}", golden.Tensors["pred_x0"][i].reshape(latents.shape), output.PredictedClean, PerStep);
            }
        }

        if (!diverges)
        {
            GoldenAssert.RelativeL2("z_final", golden.Tensors["z_final"], latents, PerStep);
            GoldenAssert.RelativeL2("recon", golden.Tensors["recon"], model.Decode(latents, Quantisation.Nearest), PerStep);
        }
    }

    internal static StepBatch Batch(
        ILatentDiffusionModel model, SampleSpec sample, PlannedStep step, int index, INoiseSource noise, Tensor latents, IForwardOperator forward, Tensor measurements) => new()
        {
            Model = model,
            Rows = [new StepRow(sample, step, index, noise)],
            Latents = latents,
            Operator = forward,
            Measurements = measurements,
        };

    private static int[] Numbers(GoldenRun golden, string property) => [.. golden.Json.GetProperty(property).EnumerateArray().Select(number => number.GetInt32())];
}
