using Xunit;
using static TorchSharp.torch;

namespace FlashDiffusion.Conformance;

/// <summary>What every step must return, whatever it computes.</summary>
internal static class OutputContract
{
    public static void Check(StepBatch batch, StepOutput output)
    {
        var latents = batch.Latents.shape;
        Shape("Latents", output.Latents, latents);
        Assert.True(output.Latents.dtype == ScalarType.Float32, $"Latents are {output.Latents.dtype}, not Float32.");
        Assert.False(output.Latents.requires_grad, "Latents carry a gradient: detach them, or compute them under no_grad.");
        Shape("PredictedClean", output.PredictedClean, latents);
        if (output.DecodedClean is { } decoded)
        {
            Shape("DecodedClean", decoded, batch.Rows[0].Spec.Picture.Batch(batch.Count));
        }

        Assert.True(output.Residual is null || output.Residual.numel() == batch.Count, $"Residual has {output.Residual?.numel()} values for {batch.Count} rows.");
        Assert.True(output.Completed is null || output.Completed.Length == batch.Count, $"Completed has {output.Completed?.Length} flags for {batch.Count} rows.");
        foreach (var (name, value) in output.Scratch)
        {
            Assert.True(value.dim() > 0 && value.shape[0] == batch.Count, $"Scratch '{name}' has the shape ({string.Join(", ", value.shape)}) for {batch.Count} rows.");
        }
    }

    private static void Shape(string name, Tensor tensor, long[] expected) => Assert.True(
        tensor.shape.AsSpan().SequenceEqual(expected),
        $"{name} has the shape ({string.Join(", ", tensor.shape)}), not ({string.Join(", ", expected)}).");
}
