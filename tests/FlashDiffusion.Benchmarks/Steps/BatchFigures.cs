namespace FlashDiffusion.Benchmarks.Steps;

/// <summary>Figures of one batch size; times are medians over the steps.</summary>
/// <param name="Batch">Rows.</param>
/// <param name="Steps">Steps measured.</param>
/// <param name="StepMs">A whole step through the engine: assemble, step, commit, publish.</param>
/// <param name="StepMsLow">Its lower quartile.</param>
/// <param name="StepMsHigh">Its upper quartile.</param>
/// <param name="StepCpuMs">Processor time of the process during it.</param>
/// <param name="NetworkMs">Of it what the networks took, forward and vector-Jacobian product.</param>
/// <param name="Overhead">Median of 1 - network / step, both of the same step.</param>
/// <param name="OverheadLow">Its lower quartile.</param>
/// <param name="OverheadHigh">Its upper quartile.</param>
/// <param name="CpuOverhead">The same from processor times; with several threads it counts their spinning.</param>
/// <param name="CpuOverheadLow">Its lower quartile.</param>
/// <param name="CpuOverheadHigh">Its upper quartile.</param>
internal sealed record BatchFigures(
    int Batch,
    int Steps,
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
