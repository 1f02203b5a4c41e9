using System.Text.Json;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Tests.Golden;

/// <summary>Every solver of the paper against the research code, step by step, in official mode.</summary>
public class GoldenSolversTests
{
    private const double PerStep = 1e-4;

    // Steps before which the diverging case (|z| to 580) is still comparable.
    private const int ComparableSteps = 8;

    public static TheoryData<string> Cases => GoldenFolder.Cases("solvers", ".safetensors");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Run_GoldenCase_GivesReferenceNumbers(string name)
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using var golden = GoldenRun.Open("solvers", name);
        var solver = GoldenOptions.SolverOf(golden.Json.GetProperty("official_class").GetString()!);
        var model = GoldenLatentModel.Load(golden.Json.GetProperty("ldm").GetString()!);
        var (spec, bound) = golden.Operator("degradation");
        using var forward = bound;
        var chain = new GoldenChain(golden, model, solver, golden.Sample(solver, model, spec, golden.Json.GetProperty("start_T").GetInt32()), forward);

        var steps = chain.Plan.Steps;
        var timesteps = steps.Select(step => step.Timestep).Distinct().ToList();
        Assert.Empty(chain.Plan.Violations);
        Assert.Equal(Numbers(golden.Json, "timesteps"), timesteps);
        Assert.Equal(Numbers(golden.Json, "dc_at_loop_index"), steps.Where(step => step.Kind.Contains("guided", StringComparison.Ordinal)).Select(step => timesteps.IndexOf(step.Timestep)).Distinct());

        var corrections = golden.Json.GetProperty("z0_corr").EnumerateArray().ToDictionary(entry => entry.GetProperty("loop_index").GetInt32());
        Assert.Equal(corrections.Keys.Order(), steps.Where(step => step.Kind.StartsWith("resample", StringComparison.Ordinal)).Select(step => timesteps.IndexOf(step.Timestep)));

        var diverges = name.EndsWith("startT0", StringComparison.Ordinal) && timesteps.Count > ComparableSteps;
        var corrected = 0;
        var last = chain.Run(golden.Tensors["z_start"], (index, output) =>
        {
            var move = timesteps.IndexOf(steps[index].Timestep);
            if (diverges && move >= ComparableSteps)
            {
                return;
            }

            if (index == 0 || steps[index - 1].Timestep != steps[index].Timestep)
            {
                GoldenAssert.RelativeL2($"z0 of move {move}", golden.Tensors["pred_x0"][move].reshape(output.Latents.shape), output.PredictedClean, PerStep);
            }

            if (steps[index].Kind.StartsWith("solve", StringComparison.Ordinal))
            {
                var expected = corrections[move];
                Assert.Contains(expected.GetProperty("domain").GetString()!, steps[index].Kind, StringComparison.Ordinal);
                Assert.Equal(expected.GetProperty("inner_adam_steps").GetInt64(), output.Scratch["correction.updates"][0].item<long>());
            }

            if (steps[index].Kind.StartsWith("resample", StringComparison.Ordinal))
            {
                GoldenAssert.RelativeL2($"correction of move {move}", golden.Tensors["z0_corr"][corrected++].reshape(output.Latents.shape), output.PredictedClean, PerStep);
            }

            if (index == steps.Length - 1 || steps[index + 1].Timestep != steps[index].Timestep)
            {
                GoldenAssert.RelativeL2($"z after move {move}", golden.Tensors["z"][move + 1].reshape(output.Latents.shape), output.Latents, PerStep);
            }
        });

        if (!diverges)
        {
            GoldenAssert.RelativeL2("z_final", golden.Tensors["z_final"], last, PerStep);
            GoldenAssert.RelativeL2("recon", golden.Tensors["recon"], model.Decode(last, Quantisation.Nearest), PerStep);
        }
    }

    private static int[] Numbers(JsonElement json, string property) => [.. json.GetProperty(property).EnumerateArray().Select(number => number.GetInt32())];
}
