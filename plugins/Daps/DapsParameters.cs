using System.Collections.Immutable;

namespace FlashDiffusion.Plugins.Daps;

/// <summary>Parameters of latent DAPS.</summary>
internal static class DapsParameters
{
    public const string Levels = "annealing_levels";
    public const string LargestSigma = "sigma_max";
    public const string InnerSteps = "inner_steps";
    public const string StepSize = "step_size";
    public const string StepSizeRatio = "step_size_ratio";
    public const string Momentum = "momentum";
    public const string LikelihoodStd = "likelihood_std";
    public const string GradientClip = "gradient_clip";

    public static ImmutableArray<ParameterDescriptor> All { get; } =
    [
        ParameterDescriptor.Integer(Levels, 50, 1, 1000, "Noise levels of an annealing from sigma 10 to 0.1, one denoiser call each; a shorter range takes its logarithmic share of them, and a budget leaves as many of those as of the trajectory.") with { Symbol = "N" },
        ParameterDescriptor.Number(LargestSigma, 10, 0.1, 200, "Largest noise level of a start from pure noise; an adaptive start begins at its own.") with { Unit = "noise to signal, sqrt((1 - abar)/abar)", Symbol = "sigma_1" },
        ParameterDescriptor.Integer(InnerSteps, 35, 1, 200, "Hamiltonian Monte Carlo moves a level, each one decoder call and its gradient.") with { Symbol = "K" },
        ParameterDescriptor.Number(StepSize, 1e-5, 1e-9, 1, "Square of the length of a move at the first level.") with { Unit = "latent units squared", Symbol = "lr" },
        ParameterDescriptor.Number(StepSizeRatio, 0.1, 0.001, 1, "What the step size has fallen to at the last level, as a share of the first.") with { Symbol = "lr_min_ratio" },
        ParameterDescriptor.Number(Momentum, 0.9, 0, 0.999, "How much of its velocity a move keeps.") with { Symbol = "mom" },
        ParameterDescriptor.Number(LikelihoodStd, 0.01, 1e-4, 10, "Standard deviation that the moves ascribe to the measurement; smaller follows it closer. Not the noise of the measurement: the clipped gradient makes it a step length.") with { Unit = "on [-1, 1]", Symbol = "tau" },
        ParameterDescriptor.Number(GradientClip, 1, 1e-6, 1e6, "Largest element of the gradient of the squared residual.") with { Symbol = "clip" },
    ];
}
