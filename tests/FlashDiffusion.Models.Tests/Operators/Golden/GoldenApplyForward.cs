using System.Text.Json;
using FlashDiffusion.Models.Operators.Official;
using FlashDiffusion.Testing;

namespace FlashDiffusion.Models.Operators.Golden;

/// <summary>LatentDataConsistency: the operator on [-1, 1], and the noise level that its stopping rule uses.</summary>
internal static class GoldenApplyForward
{
    private const double Tolerance = 1e-5;

    public static void Check(OperatorCase golden)
    {
        var t = (float)golden.Json.GetProperty("t").GetDouble();
        var x = golden.Tensors["x"];
        using var op = OperatorCase.Bind(golden.Degradation("operator").Spec(t, Seed(golden.Json)), x);
        GoldenAssert.RelativeL2("apply_fwd", golden.Tensors["apply_fwd"], op.Forward(x), Tolerance);
        GoldenAssert.RelativeL2("apply_fwd_transpose", golden.Tensors["apply_fwd_transpose"], op.Adjoint(x), Tolerance);
        GoldenAssert.RelativeL2("apply_fwd_transpose_of_apply_fwd", golden.Tensors["apply_fwd_transpose_of_apply_fwd"], op.Adjoint(op.Forward(x)), Tolerance);

        var sigma = 2 * NoiseLevel(golden.Json).Std(t);
        Assert.Equal(golden.Json.GetProperty("sigma").GetDouble(), sigma, 5e-7 * sigma);
        Assert.Equal(golden.Json.GetProperty("stop_eps").GetDouble(), sigma * sigma, 1e-6 * sigma * sigma);
    }

    public static OfficialNoiseLevel NoiseLevel(JsonElement json) => new(
        json.GetProperty("noise").GetProperty("sigma_min").GetDouble(), json.GetProperty("noise").GetProperty("sigma_max").GetDouble());

    private static ulong Seed(JsonElement json) => json.TryGetProperty("seed", out var seed) && seed.ValueKind == JsonValueKind.Number ? seed.GetUInt64() : 0;
}
