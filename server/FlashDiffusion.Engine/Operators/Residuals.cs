using FlashDiffusion.Noise;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Operators;

/// <summary>How well pictures explain measurements.</summary>
internal static class Residuals
{
    private const float DetailStd = 0.05f;

    /// <summary>||y - A(x)||^2/(m sigma^2) of each row: near 1 for a picture that explains its measurement up to the noise.</summary>
    /// <param name="bound">Operator and measurements of the rows.</param>
    /// <param name="pictures">x, (B, 3, H', W') on [-1, 1].</param>
    /// <param name="pieces">The rows.</param>
    /// <returns>One number a row; null where there is no noise to scale by.</returns>
    public static double?[] Scaled(BoundOperator bound, Tensor pictures, IReadOnlyList<Workpiece> pieces)
    {
        if (bound.Operator is null || pieces.All(piece => piece.ResidualStd is null))
        {
            return new double?[pieces.Count];
        }

        using var squared = (bound.Measurements! - bound.Operator.Forward(pictures)).flatten(1).square().sum(1).cpu();
        var sums = squared.data<float>().ToArray();
        return [.. pieces.Select((piece, row) => piece.ResidualStd is { } std ? sums[row] / (piece.OperatorPlan!.MeasurementCount * std * std) : (double?)null)];
    }

    /// <summary>
    /// Share of the energy of fine detail that the operator lets through, ||A(x + n) - A(x)||^2/(m s^2) for white noise n of standard
    /// deviation s: 1 for the identity, a few per cent for a blur.
    /// </summary>
    /// <param name="bound">Operator of the rows.</param>
    /// <param name="pictures">x, (B, 3, H', W') on [-1, 1].</param>
    /// <param name="pieces">The rows.</param>
    /// <returns>One number a row; null where there is no noise to compare residuals with.</returns>
    public static double?[] DetailGains(BoundOperator bound, Tensor pictures, IReadOnlyList<Workpiece> pieces)
    {
        if (bound.Operator is null || pieces.All(piece => piece.ResidualStd is null))
        {
            return new double?[pieces.Count];
        }

        var values = new float[pictures.numel() / pictures.shape[0]];
        new CounterNoise(0).FillNormal(NoisePurpose.Inner, 0, 0, values);
        var detail = tensor(Array.ConvertAll(values, value => DetailStd * value), pictures.shape.AsSpan(1), device: pictures.device);
        using var squared = (bound.Operator.Forward(pictures + detail) - bound.Operator.Forward(pictures)).flatten(1).square().sum(1).cpu();
        var sums = squared.data<float>().ToArray();
        return [.. pieces.Select((piece, row) => piece.ResidualStd is null ? (double?)null : sums[row] / (piece.OperatorPlan!.MeasurementCount * DetailStd * DetailStd))];
    }
}
