namespace FlashDiffusion.Models.Operators.Kernels;

/// <summary>What kernels must keep.</summary>
internal static class KernelChecks
{
    /// <summary>Largest side in pixels.</summary>
    public const int LargestSide = 127;

    private const double LargestMagnitude = 1e6;
    private const double LeastShare = 1e-3;

    /// <summary>Everything that is wrong with a kernel of the caller's own.</summary>
    public static IEnumerable<FieldViolation> Violations(OperatorKernel? kernel, PictureShape picture)
    {
        if (kernel is null)
        {
            yield return new FieldViolation("kernel", $"The request must bring a kernel: (height, width) of 1 to {LargestSide} each.");
            yield break;
        }

        if (!(kernel.Height is >= 1 and <= LargestSide && kernel.Width is >= 1 and <= LargestSide) || kernel.Values.Length != kernel.Height * kernel.Width)
        {
            yield return new FieldViolation("kernel", $"A kernel has 1 to {LargestSide} rows and columns, but this one is {kernel.Height}x{kernel.Width} with {kernel.Values.Length} values.");
            yield break;
        }

        if (TooLarge(kernel.Height, kernel.Width, picture))
        {
            yield return new FieldViolation("kernel", TooLargeFor($"{kernel.Height}x{kernel.Width}", kernel.Height, kernel.Width, picture));
        }

        if (kernel.Values.Any(value => !(Math.Abs(value) <= LargestMagnitude)))
        {
            yield return new FieldViolation("kernel", $"The values of a kernel are finite numbers of at most {LargestMagnitude:0} in magnitude.");
        }
        else if (Math.Abs(kernel.Values.Sum(value => (double)value)) is var sum && sum <= LeastShare * kernel.Values.Sum(value => Math.Abs((double)value)))
        {
            yield return new FieldViolation("kernel", "The values of a kernel are scaled to sum 1, but these sum to nothing.");
        }
    }

    /// <summary>Whether the picture is too small to reflect its borders under a kernel.</summary>
    public static bool TooLarge(int height, int width, PictureShape picture) => picture.Height <= height / 2 || picture.Width <= width / 2;

    /// <summary>Says so.</summary>
    public static string TooLargeFor(string size, int height, int width, PictureShape picture) =>
        $"A kernel of {size} needs a picture of at least {new PictureShape((height / 2) + 1, (width / 2) + 1)} pixels to reflect its borders, but the picture is {picture}.";

    /// <summary>The kernel scaled to sum 1.</summary>
    public static OperatorKernel Normalised(OperatorKernel kernel)
    {
        var sum = kernel.Values.Sum(value => (double)value);
        return kernel with { Values = [.. kernel.Values.Select(value => (float)(value / sum))] };
    }
}
