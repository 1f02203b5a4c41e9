namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>Figures of one solver for one operator.</summary>
/// <param name="Solver">Name of the solver.</param>
/// <param name="Setting">What it ran with.</param>
/// <param name="Row">Means over the crops.</param>
/// <param name="Cost">Mean network calls as declared, in the order of <see cref="StepCost"/>.</param>
/// <param name="CostIsBound">Whether they are only a bound.</param>
/// <param name="AboveFloor">Mean of its PSNR minus the floor's on the same crops, with a paired 95 % interval; null for the floor itself.</param>
internal sealed record ComparedSolver(
    string Solver,
    SolverSetting Setting,
    RowSummary Row,
    IReadOnlyList<double> Cost,
    bool CostIsBound,
    PairedDifference? AboveFloor)
{
    public static IReadOnlyList<double> MeanCost(IReadOnlyCollection<CropQuality> qualities) =>
    [
        qualities.Average(quality => quality.Cost.UNetForward),
        qualities.Average(quality => quality.Cost.UNetBackward),
        qualities.Average(quality => quality.Cost.DecoderForward),
        qualities.Average(quality => quality.Cost.DecoderBackward),
        qualities.Average(quality => quality.Cost.EncoderForward),
    ];
}
