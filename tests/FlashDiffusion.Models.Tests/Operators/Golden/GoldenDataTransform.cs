using System.Text.Json;
using FlashDiffusion.Models.Operators.Official;
using FlashDiffusion.Models.TorchRandom;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.Golden;

/// <summary>From an 8-bit picture and its file name to the degraded picture that the research code trains and tests on.</summary>
internal static class GoldenDataTransform
{
    private const int Stride = 4;

    public static void Check(OperatorCase golden)
    {
        var image = golden.Tensors["image_u8_chw"];
        var shape = new PictureShape((int)image.shape[1], (int)image.shape[2]);
        byte[][] channels = [.. Enumerable.Range(0, (int)image.shape[0]).Select(c => image[c].contiguous().data<byte>().ToArray())];
        var clean = ToTensor(OfficialPictureTransform.CropAndResize(channels, shape));
        GoldenAssert.Exact("clean_u8", golden.Tensors["clean_u8"], clean);
        GoldenAssert.Exact("sev_input_u8", golden.Tensors["sev_input_u8"], ToTensor(OfficialPictureTransform.Resize(channels, shape)));

        var seed = OfficialSeed.FromFileName(golden.Json.GetProperty("fname").GetString()!);
        Assert.Equal(golden.Json.GetProperty("seed").GetUInt32(), seed);
        var t = Severity(golden.Json, new TorchGenerator(seed));
        Assert.Equal(golden.Json.GetProperty("t").GetDouble(), t, 1e-7);

        var x = (clean.to(ScalarType.Float32) / 127.5f).sub(1).unsqueeze(0);
        using var op = OperatorCase.Bind(golden.Degradation("operator").Spec(t, seed), x);
        var degraded = op.Forward(x)[0];
        GoldenAssert.MaximumError("degraded", golden.Tensors["degraded_slice4"], Strided(degraded), 2e-6);

        var std = GoldenApplyForward.NoiseLevel(golden.Json).Std(t);
        Assert.Equal(golden.Tensors.Values("noise_std")[0], std, 2.5e-7 * std);
        var noise = new float[degraded.numel()];
        new TorchGenerator(seed).FillNormal(noise);
        var noisy = degraded + (tensor(noise, degraded.shape) * (2 * std));
        GoldenAssert.MaximumError("degraded_noisy", golden.Tensors["degraded_noisy_slice4"], Strided(noisy), 3e-6);
    }

    private static float Severity(JsonElement json, TorchGenerator generator)
    {
        var drawn = generator.NextUniform();

        // A fixed severity of 0 counts as none (QUIRKS 15).
        if (json.TryGetProperty("fixed_t", out var fixedSeverity) && fixedSeverity.ValueKind == JsonValueKind.Number && fixedSeverity.GetDouble() != 0)
        {
            return (float)fixedSeverity.GetDouble();
        }

        return !json.TryGetProperty("t_range", out var range) || range.ValueKind == JsonValueKind.Null
            ? drawn
            : (drawn * (float)(range[1].GetDouble() - range[0].GetDouble())) + (float)range[0].GetDouble();
    }

    private static Tensor Strided(Tensor picture) => picture[.., TensorIndex.Slice(step: Stride), TensorIndex.Slice(step: Stride)];

    private static Tensor ToTensor(byte[][] channels) =>
        tensor(channels.SelectMany(channel => channel).ToArray(), [channels.Length, OfficialPictureTransform.Side, OfficialPictureTransform.Side], ScalarType.Byte);
}
