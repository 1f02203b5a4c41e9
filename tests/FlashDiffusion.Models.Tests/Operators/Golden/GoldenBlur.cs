using FlashDiffusion.Models.Operators.Blur;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.Golden;

internal static class GoldenBlur
{
    private const double KernelTolerance = 1e-12;
    private const double Tolerance = 1e-5;

    public static void CheckKernels(OperatorCase golden)
    {
        Assert.NotEqual(0, golden.Json.GetArrayLength());
        foreach (var entry in golden.Json.EnumerateArray())
        {
            var (size, std) = (entry.GetProperty("kernel_size").GetInt32(), entry.GetProperty("std").GetDouble());
            var name = $"k{size}_std{OperatorCase.Label(std)}";
            GoldenAssert.MaximumError(name, golden.Tensors[name], Kernel(size, std), KernelTolerance);
        }
    }

    public static void Check(OperatorCase golden)
    {
        var degradation = golden.Degradation("config");
        var size = golden.Json.GetProperty("config").GetProperty("kernel_size").GetInt32();
        var (x, v) = (golden.Tensors["x"], golden.Tensors["v"]);
        Assert.NotEqual(0, golden.Json.GetProperty("cases").GetArrayLength());
        foreach (var entry in golden.Json.GetProperty("cases").EnumerateArray())
        {
            var t = (float)entry.GetProperty("t_f32").GetDouble();
            var label = "t" + OperatorCase.Label(entry.GetProperty("t").GetDouble());
            Assert.Equal(entry.GetProperty("std").GetDouble(), degradation.BlurStd(t), 1e-9);
            GoldenAssert.MaximumError($"{label}.kernel_f64", golden.Tensors[$"{label}.kernel_f64"], Kernel(size, degradation.BlurStd(t)), KernelTolerance);

            var spec = degradation.Spec(t);
            using var official = OperatorCase.Bind(spec, x);
            GoldenAssert.RelativeL2($"{label}.forward", golden.Tensors[$"{label}.forward"], OperatorCase.OnUnitRange(official.Forward, x), Tolerance);
            GoldenAssert.RelativeL2($"{label}.transpose_of_v", golden.Tensors[$"{label}.transpose_of_v"], OperatorCase.OnUnitRange(official.Adjoint, v), Tolerance);

            using var standard = OperatorCase.Bind(spec with { Compatibility = Compatibility.Standard }, x);
            GoldenAssert.RelativeL2($"{label}.forward, standard", golden.Tensors[$"{label}.forward"], standard.Forward(x), Tolerance);
            GoldenAssert.RelativeL2($"{label}.true_adjoint_of_v", golden.Tensors[$"{label}.true_adjoint_of_v"], standard.Adjoint(v), Tolerance);
        }
    }

    /// <summary>A table of (t, std) that a blur's configuration may name: two ascending columns.</summary>
    public static void CheckTable(string path)
    {
        var rows = File.ReadLines(path).Where(line => line.Length > 0).Select(line => line.Split(' ').Select(double.Parse).ToArray()).ToArray();
        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Equal(2, row.Length));
        Assert.Equal(rows.Select(row => row[0]).Order(), rows.Select(row => row[0]));
    }

    private static Tensor Kernel(int size, double std)
    {
        var taps = GaussianKernel.Create(size, std);
        return outer(tensor(taps), tensor(taps));
    }
}
