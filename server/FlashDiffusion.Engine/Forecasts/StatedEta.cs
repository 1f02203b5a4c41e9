namespace FlashDiffusion.Engine.Forecasts;

/// <summary>When a sample was said to be done: with those who were expected to arrive, and without.</summary>
/// <param name="Seconds">Seconds from its planning, as its first event says; at least <paramref name="Alone"/>.</param>
/// <param name="Alone">The same with nobody but those who were there.</param>
internal readonly record struct StatedEta(double Seconds, double Alone)
{
    /// <summary>
    /// What to say later: who was expected has come by then as the time runs out, so that what is added for those who still may shrinks with what
    /// is left. Grows with it, and is neither less nor below 0.
    /// </summary>
    /// <param name="alone">Seconds left with nobody but those who are there now, 0 or more.</param>
    public double Later(double alone) => Alone <= 0 ? alone : alone * (1 + (((Seconds / Alone) - 1) * Math.Min(1, alone / Alone)));
}
