namespace FlashDiffusion.Benchmarks.Steps;

/// <summary>Figures of one batch size; times are medians over the pairs.</summary>
/// <param name="Batch">Rows.</param>
/// <param name="Pairs">Interleaved pairs measured.</param>
/// <param name="StepMs">A whole step through the engine: assemble, step, commit, publish.</param>
/// <param name="StepMsLow">Its lower quartile.</param>
/// <param name="StepMsHigh">Its upper quartile.</param>
/// <param name="StepCpuMs">Processor time of the process during it.</param>
/// <param name="NetworkMs">Denoiser and decoder, forward and vector-Jacobian product, on latents of the same shape.</param>
/// <param name="Overhead">Median over the pairs of 1 - network / step.</param>
/// <param name="OverheadLow">Its lower quartile.</param>
/// <param name="OverheadHigh">Its upper quartile.</param>
/// <param name="CpuOverhead">The same from processor times, which other processes disturb less; with several threads it counts their spinning.</param>
/// <param name="CpuOverheadLow">Its lower quartile.</param>
/// <param name="CpuOverheadHigh">Its upper quartile.</param>
internal sealed record BatchFigures(
    int Batch,
    int Pairs,
    double StepMs,
    double StepMsLow,
    double StepMsHigh,
    double StepCpuMs,
    double NetworkMs,
    double Overhead,
    double OverheadLow,
    double OverheadHigh,
    double CpuOverhead,
    double CpuOverheadLow,
    double CpuOverheadHigh)
{
    /// <summary>Time of a step per sample.</summary>
    public double StepMsPerSample => StepMs / Batch;
}
