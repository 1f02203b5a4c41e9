namespace FlashDiffusion.Benchmarks.Macro.Scheduling;

/// <summary>What a request was told, and what it took, in seconds.</summary>
/// <param name="Alone">ETA if nobody else arrives.</param>
/// <param name="Stated">ETA as the server states it.</param>
/// <param name="Known">Median of what may happen, for who knows rate and lengths of arrivals; null where it was not asked, which takes long.</param>
internal sealed record EtaOutcome(double Alone, double Stated, double? Known)
{
    /// <summary>What it took.</summary>
    public double Took { get; set; }

    /// <summary>Time left when half of the steps were done, if nobody else arrived.</summary>
    public double HalfAlone { get; set; }

    /// <summary>The same as the server states it.</summary>
    public double HalfStated { get; set; }

    /// <summary>What it took from then.</summary>
    public double HalfTook { get; set; }
}
