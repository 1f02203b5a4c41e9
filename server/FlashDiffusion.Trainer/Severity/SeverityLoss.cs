using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Severity;

/// <summary>
/// The severity encoder's loss: the paper's terms (arXiv 2309.06642) with the true variance detached, its squared error weighted
/// up, a squared error of logarithms beside it, since severities span two decades, and a ranking term over the levels of one picture.
/// </summary>
internal sealed record SeverityLoss
{
    /// <summary>Weight of the squared error of the variance.</summary>
    public double Variance { get; init; } = 10;

    /// <summary>Weight of the squared error of the variance's logarithm.</summary>
    public double Logarithm { get; init; } = 0.3;

    /// <summary>Weight of the ranking term.</summary>
    public double Ranking { get; init; } = 0.05;

    /// <summary>Weight of the squared error of the decoded mean.</summary>
    public double Image { get; init; } = 2;

    private const double LogarithmFloor = 1e-4;
    private const double RankingSteepness = 5;

    /// <summary>Severity of each row: the mean square of the second half of the moments, (B,).</summary>
    public static Tensor SeverityOf(Tensor deviations) => deviations.square().mean([1, 2, 3]);

    /// <summary>Unbiased sample variance of the latent error of each row, (B,).</summary>
    public static Tensor TrueVariance(Tensor error) => error.flatten(1).var(1);

    /// <summary>Squared and logarithmic error of the predicted variance, (B,).</summary>
    public Tensor VarianceTerm(Tensor severity, Tensor truth)
    {
        var logarithms = (severity + LogarithmFloor).log() - (truth + LogarithmFloor).log();
        return (Variance * (severity - truth).square()) + (Logarithm * logarithms.square());
    }

    /// <summary>
    /// Logistic penalty for pairs of levels of the same picture whose severities stand in the wrong order, or too close.
    /// </summary>
    /// <param name="severity">(groups * levels,), the levels of a group consecutive and ascending.</param>
    /// <param name="levels">Levels a group.</param>
    public Tensor RankingTerm(Tensor severity, int levels)
    {
        if (levels == 1)
        {
            // One alone has no order.
            return zeros([], severity.dtype, severity.device);
        }

        var logarithms = (severity + LogarithmFloor).log().view(-1, levels);
        var rises = logarithms.unsqueeze(1) - logarithms.unsqueeze(2);
        var pairs = ones(levels, levels).triu(1).to(severity.dtype);
        return Ranking * (nn.functional.softplus(-RankingSteepness * rises) * pairs).sum([1, 2]).mean() / pairs.sum();
    }
}
