using Xunit;
using static TorchSharp.torch;

namespace FlashDiffusion.Conformance;

/// <summary>Comparisons with messages that say which law broke, where and by how much.</summary>
internal static class Figures
{
    /// <summary>A tensor's values on the host.</summary>
    public static float[] Of(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
    }

    /// <summary>What a step is given, by name.</summary>
    public static Dictionary<string, float[]> OfArguments(StepBatch batch)
    {
        var values = batch.Scratch.ToDictionary(pair => $"Scratch '{pair.Key}'", pair => Of(pair.Value), StringComparer.Ordinal);
        values["Latents"] = Of(batch.Latents);
        if (batch.Measurements is { } measurements)
        {
            values["Measurements"] = Of(measurements);
        }

        return values;
    }

    /// <summary>Whether every value is finite.</summary>
    public static bool AreFinite(float[] values) => Array.TrueForAll(values, float.IsFinite);

    /// <summary>Asserts equality to the last bit.</summary>
    public static void AssertSame(float[] expected, float[] actual, string what) => Assert.True(
        expected.AsSpan().SequenceEqual(actual),
        $"{what}: the bits differ, by up to {Distance(expected, actual):G3}.");

    /// <summary>Asserts equality within a share of the largest value, at least of 1.</summary>
    public static void AssertClose(float[] expected, float[] actual, double tolerance, string what)
    {
        Assert.True(AreFinite(expected), $"{what}: the values to compare with are not finite, so nothing can be said.");
        var allowed = tolerance * Math.Max(1, expected.Select(Math.Abs).DefaultIfEmpty().Max());
        var distance = Distance(expected, actual);
        Assert.True(distance <= allowed, $"{what}: differs by up to {distance:G3}, {allowed:G3} is allowed.");
    }

    private static double Distance(float[] expected, float[] actual) =>
        expected.Length != actual.Length ? double.PositiveInfinity : expected.Zip(actual, (a, b) => (double)Math.Abs(a - b)).Select(d => double.IsNaN(d) ? double.PositiveInfinity : d).DefaultIfEmpty().Max();
}
