namespace FlashDiffusion.Correction;

/// <summary>Kind of a step of a corrected move, as one word: what rows must agree on to share a batch.</summary>
/// <param name="Phase">Which part.</param>
/// <param name="Domain">Where the problem is solved.</param>
/// <param name="Guided">Whether a guidance gradient is taken too.</param>
/// <param name="Weighted">Whether the correction is weighted by the error that it found.</param>
internal readonly record struct CorrectionKind(CorrectionPhase Phase, CorrectionDomain Domain, bool Guided, bool Weighted)
{
    private const string GuidedWord = "guided";
    private const string WeightedWord = "weighted";

    // What a solver adds to the kind for its own distinctions stands behind a slash.
    public static CorrectionKind? Parse(string kind)
    {
        var words = kind.Split('/')[0].Split('.');
        return words.Length >= 2 && Enum.TryParse<CorrectionPhase>(words[0], ignoreCase: true, out var phase) && Enum.TryParse<CorrectionDomain>(words[1], ignoreCase: true, out var domain)
            ? new CorrectionKind(phase, domain, words.Contains(GuidedWord), words.Contains(WeightedWord))
            : null;
    }

    public override string ToString() =>
        $"{Word(Phase)}.{Word(Domain)}{(Guided ? "." + GuidedWord : "")}{(Weighted ? "." + WeightedWord : "")}";

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
