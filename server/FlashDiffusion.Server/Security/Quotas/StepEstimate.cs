namespace FlashDiffusion.Server.Security.Quotas;

/// <summary>
/// What a reconstruction is taken to need until it is planned, from what it asks for alone: its picture is not decoded yet, and its severity not looked at. The
/// plan sets it right.
/// </summary>
internal static class StepEstimate
{
    /// <summary>Timesteps of the schedule of published models.</summary>
    private const int Timesteps = 1000;

    /// <summary>Share of the schedule below the start that a severity chooses: with the starter model's encoders 2 to 12 %.</summary>
    private const double AdaptiveShare = 0.1;

    /// <summary>Steps of a request: its points of the schedule below its start, a tenth where the severity is to choose that, and at most the network calls that it allows itself.</summary>
    /// <returns>1 to 1000.</returns>
    public static int Of(V1.ReconstructRequest request)
    {
        var points = request.Sampling is { DdimSteps: > 0 and < Timesteps and var grid } ? grid : Timesteps;
        var share = request.Adaptation switch
        {
            { Mode: V1.AdaptationMode.Full } => 1,
            { Mode: V1.AdaptationMode.Fixed, FixedCase: V1.Adaptation.FixedOneofCase.StartTimestep, StartTimestep: var start } => (start + 1.0) / Timesteps,
            // The caller's own choice, which may be any.
            { Mode: V1.AdaptationMode.Fixed } => 1,
            { HasSeverityMultiplier: true, SeverityMultiplier: > 1 and var multiplier } => Math.Min(1, AdaptiveShare * multiplier),
            _ => AdaptiveShare,
        };
        var steps = Math.Clamp((int)Math.Ceiling(points * share), 1, Timesteps);
        return request.Scheduling is { HasMaxNetworkCalls: true, MaxNetworkCalls: > 0 and var most } ? Math.Min(steps, most) : steps;
    }
}
