namespace FlashDiffusion.Engine.Requests;

/// <summary>Where the reverse diffusion starts, as the request asks.</summary>
internal sealed record Adaptation
{
    /// <summary>The severity decides, with the paper's rule.</summary>
    public static Adaptation Auto { get; } = new();

    /// <summary>How the start is chosen.</summary>
    public AdaptationMode Mode { get; init; } = AdaptationMode.Auto;

    /// <summary>With <see cref="AdaptationMode.Fixed"/>: training timestep to start at. Either this or <see cref="Severity"/> is set.</summary>
    public int? StartTimestep { get; init; }

    /// <summary>With <see cref="AdaptationMode.Fixed"/>: error variance of the latent to start from, above 0.</summary>
    public double? Severity { get; init; }

    /// <summary>c of the noise correction, 0 to 2.</summary>
    public double Correction { get; init; } = 1;

    /// <summary>Factor on the predicted severity before it chooses the start, 0.1 to 10; with <see cref="AdaptationMode.Auto"/>.</summary>
    public double SeverityMultiplier { get; init; } = 1;

    /// <summary>How the start latent is made.</summary>
    public StartMode Start { get; init; } = StartMode.Noise;
}
