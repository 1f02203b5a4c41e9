using System.Globalization;
using Xunit.Sdk;
using static TorchSharp.torch;

namespace FlashDiffusion.Testing;

/// <summary>Comparisons with golden tensors, in float64.</summary>
internal static class GoldenAssert
{
    /// <summary>Fails unless shapes agree and ||actual - expected|| is at most <paramref name="tolerance"/> x ||expected||.</summary>
    public static void RelativeL2(string what, Tensor expected, Tensor actual, double tolerance)
    {
        using var scope = NewDisposeScope();
        SameShape(what, expected, actual);
        var reference = expected.detach().cpu().to(ScalarType.Float64);
        var difference = (actual.detach().cpu().to(ScalarType.Float64) - reference).norm().item<double>();
        var size = reference.norm().item<double>();
        // Written so that NaN fails.
        if (!(difference <= tolerance * size))
        {
            throw new XunitException(string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: relative L2 {(size > 0 ? difference / size : difference):G4} exceeds {tolerance:G3} (norm {size:G4})."));
        }
    }

    /// <summary>Fails unless shapes agree and no element differs by more than <paramref name="tolerance"/>.</summary>
    public static void MaximumError(string what, Tensor expected, Tensor actual, double tolerance)
    {
        using var scope = NewDisposeScope();
        SameShape(what, expected, actual);
        var difference = (actual.detach().cpu().to(ScalarType.Float64) - expected.detach().cpu().to(ScalarType.Float64)).abs().max().item<double>();
        if (!(difference <= tolerance))
        {
            throw new XunitException(string.Create(CultureInfo.InvariantCulture, $"{what}: maximum error {difference:G4} exceeds {tolerance:G3}."));
        }
    }

    /// <summary>Fails unless shape and every element agree.</summary>
    public static void Exact(string what, Tensor expected, Tensor actual) => MaximumError(what, expected, actual, 0);

    private static void SameShape(string what, Tensor expected, Tensor actual)
    {
        if (!expected.shape.SequenceEqual(actual.shape))
        {
            throw new XunitException($"{what}: shape {string.Join('x', actual.shape)} instead of {string.Join('x', expected.shape)}.");
        }
    }
}
