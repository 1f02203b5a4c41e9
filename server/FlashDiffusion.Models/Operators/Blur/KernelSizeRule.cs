namespace FlashDiffusion.Models.Operators.Blur;

/// <summary>What sizes a square blur kernel may have.</summary>
internal static class KernelSizeRule
{
    /// <summary>Everything that is wrong with a size.</summary>
    /// <param name="size">Side of the kernel in pixels.</param>
    /// <param name="parameter">Name of the parameter that says it.</param>
    /// <param name="picture">Shape of the picture.</param>
    public static IEnumerable<FieldViolation> Violations(int size, string parameter, PictureShape picture)
    {
        if (size % 2 == 0)
        {
            yield return new FieldViolation($"parameters.{parameter}", $"The kernel size must be odd, but is {size}.");
        }

        if (Math.Min(picture.Height, picture.Width) <= size / 2)
        {
            yield return new FieldViolation($"parameters.{parameter}", $"A kernel of size {size} needs a picture of at least {(size / 2) + 1} pixels a side to reflect its borders, but the picture is {picture}.");
        }
    }
}
