namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>All figures of one operator family.</summary>
/// <param name="Operator">Name of the family.</param>
/// <param name="Severity">Figures of the severity encoder.</param>
/// <param name="Tuning">Settings chosen on other pictures.</param>
/// <param name="Rows">Rows of the table by name: degraded, decoded_mean, flash, full, best_fixed.</param>
/// <param name="Intervals">Paired 95 % intervals of the difference in PSNR between flash and other rows, by the other row's name.</param>
internal sealed record OperatorEvaluation(
    string Operator,
    SeverityFigures Severity,
    OperatorTuning Tuning,
    IReadOnlyDictionary<string, RowSummary> Rows,
    IReadOnlyDictionary<string, (double Low, double High)> Intervals);
