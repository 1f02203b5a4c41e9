using System.Globalization;
using System.Text.Json;
using FlashDiffusion.Models.Operators.Official;
using FlashDiffusion.Models.TorchRandom;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.Golden;

internal static class GoldenMasks
{
    // Soft masks pass through float32 widths and a power; hard ones must agree in every pixel.
    private const double SoftTolerance = 1e-6;

    public static void Check(OperatorCase golden)
    {
        if (golden.Json.TryGetProperty("sumsq", out _))
        {
            CheckSums(golden.Json);
            return;
        }

        var config = golden.Json.GetProperty("config");
        var type = config.GetProperty("mask_type").GetString();
        var degradation = golden.Degradation("config");
        var x = golden.Tensors["x"];
        Assert.NotEqual(0, golden.Json.GetProperty("cases").GetArrayLength());
        foreach (var entry in golden.Json.GetProperty("cases").EnumerateArray())
        {
            var seed = entry.GetProperty("seed").ValueKind == JsonValueKind.Null ? (ulong?)null : entry.GetProperty("seed").GetUInt64();
            var t = entry.GetProperty("t").GetDouble();
            var label = "t" + OperatorCase.Label(t) + (seed is null ? "" : string.Create(CultureInfo.InvariantCulture, $".seed{seed}"));
            var mask = degradation.Mask((float)t, seed ?? 0);
            GoldenAssert.MaximumError($"{label}.mask", golden.Tensors[$"{label}.mask"], ToTensor(mask), type == "gaussian" ? SoftTolerance : 0);

            var spec = degradation.Spec((float)t, seed ?? 0);
            using var op = OperatorCase.Bind(spec, x);
            GoldenAssert.MaximumError($"{label}.forward", golden.Tensors[$"{label}.forward"], OperatorCase.OnUnitRange(op.Forward, x), 1e-6);
        }

        if (golden.Tensors.Has("mask_vals_unthresh"))
        {
            var expected = golden.Tensors["mask_vals_unthresh"];
            var n = (int)expected.shape[0];
            var levels = OfficialMasks.RandomLevels(n, config.GetProperty("mask_min_ratio").GetDouble(), config.GetProperty("mask_max_ratio").GetDouble());
            GoldenAssert.MaximumError("mask_vals_unthresh", expected, tensor(levels, [n, n]), SoftTolerance);
        }
    }

    // Sums over a large random mask of the published ratios, without the mask itself.
    private static void CheckSums(JsonElement golden)
    {
        var (smallest, largest) = golden.TryGetProperty("config", out var config)
            ? (config.GetProperty("mask_min_ratio").GetDouble(), config.GetProperty("mask_max_ratio").GetDouble())
            : (0.2, 1.0);
        var n = golden.GetProperty("shape")[0].GetInt32();
        var levels = OfficialMasks.RandomLevels(n, smallest, largest);
        Assert.Equal(golden.GetProperty("sum").GetDouble(), levels.Sum(v => (double)v), 1e-6);
        Assert.Equal(golden.GetProperty("sumsq").GetDouble(), levels.Sum(v => (double)v * v), 1e-6);
        Assert.Equal(golden.GetProperty("min").GetDouble(), levels.Min());
        Assert.Equal(golden.GetProperty("max").GetDouble(), levels.Max());
        Assert.Equal(Numbers(golden.GetProperty("row0_first8")), levels.Take(8).Select(v => (double)v));
        var strided = golden.GetProperty("strided_16").EnumerateArray().ToArray();
        for (var row = 0; row < strided.Length; row++)
        {
            Assert.Equal(Numbers(strided[row]), Enumerable.Range(0, strided[row].GetArrayLength()).Select(column => (double)levels[(16 * row * n) + (16 * column)]));
        }

        foreach (var kept in golden.GetProperty("masks").EnumerateObject())
        {
            var mask = OfficialMasks.Random(n, float.Parse(kept.Name, CultureInfo.InvariantCulture), smallest, largest);
            Assert.Equal(kept.Value.GetDouble(), mask.Values.Sum(v => (double)v));
        }

        var raw = new float[8];
        new TorchGenerator(seed: 0).FillUniform(raw);
        Assert.Equal(Numbers(golden.GetProperty("raw_torch_rand_seed0_first8")), raw.Select(v => (double)v));
    }

    private static double[] Numbers(JsonElement values) => [.. values.EnumerateArray().Select(v => v.GetDouble())];

    private static Tensor ToTensor(OperatorMask mask) => tensor(mask.Values.ToArray(), [mask.Height, mask.Width]);
}
