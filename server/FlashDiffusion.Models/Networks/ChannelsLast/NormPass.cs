namespace FlashDiffusion.Models.Networks;

/// <summary>Both passes over memory of a normalisation, and what stands between them.</summary>
internal static unsafe class NormPass
{
    /// <summary>Makes the output and its statistics.</summary>
    /// <param name="work">Maps and memory.</param>
    /// <param name="threads">Threads that may work on it.</param>
    public static void Forward(ref NormWork work, int threads)
    {
        fixed (NormWork* at = &work)
        {
            ComputeTeam.Run(&NormKernel.Sum, at, work.Tasks, work.Numbers, threads);
            NormStatistics.Forward(ref work);
            ComputeTeam.Run(&NormKernel.Apply, at, work.Tasks, work.Numbers, threads);
        }
    }

    /// <summary>Makes the gradient with respect to the input; it may take the place of the one with respect to the output.</summary>
    /// <param name="work">Maps, statistics and memory.</param>
    /// <param name="threads">Threads that may work on it.</param>
    public static void Backward(ref NormWork work, int threads)
    {
        fixed (NormWork* at = &work)
        {
            ComputeTeam.Run(&NormKernel.BackSum, at, work.Tasks, work.Numbers, threads);
            NormStatistics.Backward(ref work);
            ComputeTeam.Run(&NormKernel.BackApply, at, work.Tasks, work.Numbers, threads);
        }
    }
}
