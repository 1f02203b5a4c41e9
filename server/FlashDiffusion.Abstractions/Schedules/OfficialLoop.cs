namespace FlashDiffusion.Schedules;

/// <summary>
/// Which steps the published code's reverse loops run for a start index, off by one as they are. Ours begin at the index itself.
/// </summary>
public static class OfficialLoop
{
    /// <summary>Steps run by the DDPM loop, which visits start - 1 down to 0.</summary>
    public static int DdpmSteps(int startIndex) => Math.Max(startIndex, 0);

    /// <summary>
    /// End (exclusive, -1 counts from the back) of the slice of an ascending DDIM grid that the loop visits from above.
    /// </summary>
    public static int DdimSubsetEnd(int startIndex, int gridLength) =>
        (int)(Math.Min((double)startIndex / gridLength, 1) * gridLength) - 1;

    /// <summary>
    /// Steps run by the DDIM loop: one fewer than the start index, but 1 at index 1 (an empty slice is replaced)
    /// and all but one at index 0 (a slice end of -1).
    /// </summary>
    public static int DdimSteps(int startIndex, int gridLength)
    {
        int end = DdimSubsetEnd(startIndex, gridLength);
        return end < 0 ? gridLength + end : Math.Max(end, 1);
    }
}
