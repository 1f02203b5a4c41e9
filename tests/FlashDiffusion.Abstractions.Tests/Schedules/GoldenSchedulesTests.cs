using System.Collections.Immutable;
using System.Text.Json;
using FlashDiffusion.Testing;
using Xunit.Sdk;

namespace FlashDiffusion.Schedules;

/// <summary>Schedules, DDIM tables and start steps against the research code's numbers, one case a file of the folder.</summary>
public sealed class GoldenSchedulesTests
{
    private const string Folder = "schedules";
    private const double OneUlp = 1.2e-7;

    public static TheoryData<string> Cases => GoldenFolder.Cases(Folder, "");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Tables_GoldenCase_Agree(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(GoldenFolder.File(Folder, file)));
        var root = document.RootElement;
        var name = Path.GetFileNameWithoutExtension(file);
        if (name.StartsWith("ddim_", StringComparison.Ordinal))
        {
            var schedule = Schedule(name["ddim_".Length..name.LastIndexOf('_')]);
            Assert.NotEqual(0, root.GetArrayLength());
            Assert.All(root.EnumerateArray(), entry => CheckDdim(schedule, entry));
        }
        else if (name.StartsWith("var_to_t_", StringComparison.Ordinal))
        {
            CheckStart(Schedule(name["var_to_t_".Length..]), root);
        }
        else if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("linear_start", out _))
        {
            CheckBuffers(Create(root), root);
        }
        else
        {
            throw new XunitException($"{file} is not a kind of case that this class knows.");
        }
    }

    private static void CheckBuffers(NoiseSchedule schedule, JsonElement golden)
    {
        (string Name, ImmutableArray<float> Values)[] buffers =
        [
            ("betas", schedule.Betas), ("alphas_cumprod", schedule.AlphasCumprod), ("alphas_cumprod_prev", schedule.AlphasCumprodPrev),
            ("sqrt_alphas_cumprod", schedule.SqrtAlphasCumprod), ("sqrt_one_minus_alphas_cumprod", schedule.SqrtOneMinusAlphasCumprod),
            ("log_one_minus_alphas_cumprod", schedule.LogOneMinusAlphasCumprod), ("sqrt_recip_alphas_cumprod", schedule.SqrtRecipAlphasCumprod),
            ("sqrt_recipm1_alphas_cumprod", schedule.SqrtRecipm1AlphasCumprod), ("posterior_variance", schedule.PosteriorVariance),
            ("posterior_log_variance_clipped", schedule.PosteriorLogVarianceClipped), ("posterior_mean_coef1", schedule.PosteriorMeanCoef1),
            ("posterior_mean_coef2", schedule.PosteriorMeanCoef2),
        ];
        var known = buffers.Select(b => b.Name).Concat(["betas_float64", "alphas_cumprod_float64", "lvlb_weights", "snrs"]).ToHashSet();
        Assert.All(golden.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Array), p => Assert.Contains(p.Name, known));
        foreach (var (name, values) in buffers)
        {
            Near(name, golden.GetProperty(name), [.. values.Select(v => (double)v)], OneUlp);
        }

        Near("betas_float64", golden.GetProperty("betas_float64"), schedule.ExactBetas, 1e-14);
        Near("alphas_cumprod_float64", golden.GetProperty("alphas_cumprod_float64"), schedule.ExactAlphasCumprod, 1e-13);

        // Several float32 operations each, whose order torch does not promise.
        Near("lvlb_weights", golden.GetProperty("lvlb_weights"), [.. schedule.VariationalBoundWeights.Select(v => (double)v)], 1e-6);
        Near("snrs", golden.GetProperty("snrs"), [.. schedule.SignalToNoise.Select(v => (double)v)], 1e-6);
    }

    private static void CheckDdim(NoiseSchedule schedule, JsonElement golden)
    {
        var eta = golden.GetProperty("eta").GetDouble();
        if (golden.TryGetProperty("error", out _))
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => DdimTables.Official(schedule, golden.GetProperty("steps").GetInt32(), eta));
            return;
        }

        var tables = DdimTables.Official(schedule, golden.GetProperty("steps_requested").GetInt32(), eta);
        var n = golden.GetProperty("n_timesteps").GetInt32();
        Assert.Equal(n, tables.Timesteps.Length);
        Assert.Equal(Integers(golden.GetProperty("ddim_timesteps")), tables.Timesteps);
        Near("ddim_alphas", golden.GetProperty("ddim_alphas_as_f32"), [.. tables.Alphas.Select(v => (double)v)], OneUlp);
        Near("ddim_alphas_prev", golden.GetProperty("ddim_alphas_prev_as_f32"), [.. tables.AlphasPrev.Select(v => (double)v)], OneUlp);
        Near("ddim_sigmas", golden.GetProperty("ddim_sigmas_as_f32"), [.. tables.Sigmas.Select(v => (double)v)], 1e-6);
        Near("ddim_sqrt_one_minus_alphas", golden.GetProperty("ddim_sqrt_one_minus_alphas_as_f32"), [.. tables.SqrtOneMinusAlphas.Select(v => (double)v)], OneUlp);
        Near("snrs", golden.GetProperty("snrs"), [.. tables.SignalToNoise.Select(v => (double)v)], 1e-6);
        Assert.Equal(Integers(golden.GetProperty("subset_end_for_start_T_0_to_n")), Enumerable.Range(0, n + 1).Select(start => OfficialLoop.DdimSubsetEnd(start, n)));
        Assert.Equal(Integers(golden.GetProperty("timesteps_run_for_start_T_0_to_n")), Enumerable.Range(0, n + 1).Select(start => OfficialLoop.DdimSteps(start, n)));
    }

    private static void CheckStart(NoiseSchedule schedule, JsonElement golden)
    {
        var checkedCases = 0;
        foreach (var grid in golden.EnumerateObject().Where(p => p.Name != "note"))
        {
            var (sampler, steps) = (grid.Name[..4], int.Parse(grid.Name[5..], System.Globalization.CultureInfo.InvariantCulture));
            Assert.Contains(sampler, (string[])["ddpm", "ddim"]);
            if (grid.Value.ValueKind == JsonValueKind.String)
            {
                Assert.Throws<ArgumentOutOfRangeException>(() => DdimTables.Official(schedule, steps, 0));
                continue;
            }

            Assert.True(sampler == "ddim" || steps == schedule.Timesteps);
            var ratios = sampler == "ddim" ? DdimTables.Official(schedule, steps, 0).SignalToNoise : schedule.SignalToNoise;
            foreach (var entry in grid.Value.EnumerateArray())
            {
                var severity = (float)entry.GetProperty("var").GetDouble();
                CheckIndex(entry.GetProperty("nearest"), () => StartStep.FindOfficial(ratios, severity).Index);
                CheckIndex(entry.GetProperty("legacy"), () => StartStep.FindOfficial(ratios, severity, rule: StartRule.FirstBelow).Index);
                checkedCases++;
            }
        }

        Assert.NotEqual(0, checkedCases);
    }

    private static void CheckIndex(JsonElement expected, Func<int> find)
    {
        if (expected.ValueKind == JsonValueKind.Number)
        {
            Assert.Equal(expected.GetInt32(), find());
        }
        else
        {
            Assert.ThrowsAny<ArgumentException>(() => find());
        }
    }

    private static NoiseSchedule Create(JsonElement golden) => NoiseSchedule.Create(
        golden.GetProperty("num_timesteps").GetInt32(), golden.GetProperty("linear_start").GetDouble(), golden.GetProperty("linear_end").GetDouble());

    // A case names its schedule; the folder holds it, unless it is one of the published ones.
    private static NoiseSchedule Schedule(string name)
    {
        foreach (var file in GoldenFolder.Names(Folder, ".json").Where(file => file.StartsWith(name + "_", StringComparison.Ordinal)))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(GoldenFolder.File(Folder, file + ".json")));
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("linear_start", out _))
            {
                return Create(document.RootElement);
            }
        }

        return name switch
        {
            "compvis" => NoiseSchedule.Create(1000, 0.0015, 0.0195),
            "sd" => NoiseSchedule.Create(1000, 0.00085, 0.012),
            "kl8" => NoiseSchedule.Create(1000, 0.0015, 0.0155),
            _ => throw new XunitException($"No schedule '{name}' in the folder."),
        };
    }

    private static int[] Integers(JsonElement values) => [.. values.EnumerateArray().Select(v => v.GetInt32())];

    private static void Near(string what, JsonElement golden, IReadOnlyList<double> actual, double relative)
    {
        double[] expected = [.. golden.EnumerateArray().Select(v => v.GetDouble())];
        Assert.Equal(expected.Length, actual.Count);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(actual[i] - expected[i]) <= relative * Math.Abs(expected[i]), $"{what}[{i}] is {actual[i]:R} instead of {expected[i]:R}.");
        }
    }
}
