namespace FlashDiffusion.Models.Operators.Kernels;

/// <summary>Lengths that fast Fourier transforms like.</summary>
internal static class FourierLength
{
    /// <summary>The smallest even product of twos, threes and fives that is at least <paramref name="length"/>.</summary>
    public static int AtLeast(int length)
    {
        for (var candidate = length + (length % 2); ; candidate += 2)
        {
            var rest = candidate;
            foreach (var factor in (ReadOnlySpan<int>)[2, 3, 5])
            {
                while (rest % factor == 0)
                {
                    rest /= factor;
                }
            }

            if (rest == 1)
            {
                return candidate;
            }
        }
    }
}
