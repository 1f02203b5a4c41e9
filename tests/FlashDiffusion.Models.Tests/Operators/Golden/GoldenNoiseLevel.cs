using FlashDiffusion.Models.Operators.Official;
using FlashDiffusion.Models.TorchRandom;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.Golden;

/// <summary>Noise levels, seeds from file names, and the numbers that torch's generator draws after such a seed.</summary>
internal static class GoldenNoiseLevel
{
    public static void Check(OperatorCase golden)
    {
        List<double> stds = [];
        foreach (var entry in golden.Json.GetProperty("std").EnumerateArray())
        {
            stds.Add(entry.GetProperty("std_python_float_t").GetDouble());
            var level = new OfficialNoiseLevel(entry.GetProperty("sigma_min").GetDouble(), entry.GetProperty("sigma_max").GetDouble());
            var t = entry.GetProperty("t").GetDouble();
            Near(entry.GetProperty("std_python_float_t").GetDouble(), level.Std(t), 1e-14);
            Near(entry.GetProperty("std_tensor_t").GetDouble(), level.Std((float)t), 2.5e-7);
        }

        foreach (var entry in golden.Json.GetProperty("seeds").EnumerateArray())
        {
            var name = entry.GetProperty("fname").GetString()!;
            var seed = OfficialSeed.FromFileName(name);
            Assert.Equal(entry.GetProperty("str2int").GetUInt32(), seed);
            Assert.Equal(entry.GetProperty("t_from_generator").GetDouble(), new TorchGenerator(seed).NextUniform());
            foreach (var draw in (string[])[$"noise.{name}", $"small_noise.{name}"])
            {
                var expected = golden.Tensors[draw];
                var values = new float[expected.numel()];
                new TorchGenerator(seed).FillNormal(values);
                var drawn = tensor(values, expected.shape);

                // The file does not say which of its levels scaled the draw, so the scale is fitted and must lie among them.
                var std = ((expected * drawn).sum() / drawn.square().sum()).item<float>();
                Assert.InRange(std, stds.Min() * (1 - 1e-6), stds.Max() * (1 + 1e-6));
                GoldenAssert.MaximumError(draw, expected / std, drawn, 2e-6);
            }
        }

        Assert.NotEqual(0, golden.Json.GetProperty("std").GetArrayLength() + golden.Json.GetProperty("seeds").GetArrayLength());
    }

    private static void Near(double expected, double actual, double relative) => Assert.Equal(expected, actual, relative * Math.Abs(expected));
}
