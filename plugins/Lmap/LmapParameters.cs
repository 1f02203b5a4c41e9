using System.Collections.Immutable;

namespace FlashDiffusion.Plugins.Lmap;

/// <summary>Parameters of LMAP-RPS.</summary>
internal static class LmapParameters
{
    public const string Iterations = "map_iterations";
    public const string LearningRate = "learning_rate";
    public const string PriorWeight = "prior_weight";
    public const string PriorTimestep = "prior_timestep";
    public const string RestartShare = "restart_share";
    public const string GuidanceScale = "guidance_scale";

    public static ImmutableArray<ParameterDescriptor> All { get; } =
    [
        ParameterDescriptor.Integer(Iterations, 200, 1, 2000, "Iterations of the first stage, each one denoiser call, one decoder call and its gradient; a budget leaves the same share of them as of the trajectory.") with { Symbol = "N" },
        ParameterDescriptor.Number(LearningRate, 0.5, 1e-5, 10, "Learning rate of AdamW at the first iteration; it falls along a cosine to 1e-5.") with { Unit = "latent units", Symbol = "lr" },
        ParameterDescriptor.Number(PriorWeight, 0.15, 0, 100, "Weight of the prior's term beside the squared residual.") with { Symbol = "w" },
        ParameterDescriptor.Integer(PriorTimestep, 50, 0, 100_000, "Timestep at which the denoiser judges the latent in the first stage, at most the start's.") with { Symbol = "t_1" },
        ParameterDescriptor.Number(RestartShare, 1, 0, 1, "Where the second stage starts, as a share of the start step that severity (or the request) chose: 0 leaves it out, for the least distortion; more buys texture.") with { Symbol = "t_0" },
        ParameterDescriptor.Number(GuidanceScale, 1, 0, 100, "Step size of the data-consistency gradient of the second stage, which is latent DPS; 0 leaves the measurement out of it.") with { Symbol = "eta", PerStep = true },
    ];
}
