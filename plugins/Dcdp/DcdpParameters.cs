using System.Collections.Immutable;

namespace FlashDiffusion.Plugins.Dcdp;

/// <summary>Parameters of latent DCDP.</summary>
internal static class DcdpParameters
{
    public const string ConsistencyEvery = "consistency_every";
    public const string InnerIterations = "inner_iterations";
    public const string StepRule = "step_rule";
    public const string LearningRate = "learning_rate";
    public const string StopAtNoise = "stop_at_noise";
    public const string DataWeight = "data_weight";
    public const string Confidence = "noise_ball_confidence";

    public const string AdamW = "adamw";
    public const string Analytic = "analytic";
    public const string Yes = "yes";

    public static ImmutableArray<ParameterDescriptor> All { get; } =
    [
        ParameterDescriptor.Integer(ConsistencyEvery, 5, 1, 1000, "Every so many steps, counted from the last one, the latent is made consistent and gets fresh noise; the others are plain DDIM steps. Published is 1, on a grid of 200 of 1000 timesteps; on neighbouring timesteps that many rounds of fresh noise and denoising blur the picture."),
        ParameterDescriptor.Integer(InnerIterations, 2, 1, 20, "Updates of the predicted clean latent a step: one decoder call and its gradient each, and up to four calls more under the analytic rule.") with { Symbol = "K" },
        ParameterDescriptor.Choice(StepRule, "adamw takes steps of learning_rate; analytic finds the length of each step from the curvature along the gradient and needs no learning rate.", AdamW, Analytic),
        ParameterDescriptor.Number(LearningRate, 0.1, 1e-6, 10, "Learning rate of AdamW: about how far an element of the latent moves in one update.") with { Unit = "latent units", Symbol = "lr" },
        ParameterDescriptor.Choice(StopAtNoise, "yes stops the updates of a sample under adamw once its residual is no larger than the noise explains, m sigma_n^2 (1 + 2 sqrt(2/m)).", Yes, "no"),
        ParameterDescriptor.Number(DataWeight, 1, 1e-6, 1e6, "Weight of the data term under the analytic rule, in units of 1/sigma_n^2: 1 is the maximum a posteriori weight.") with { Symbol = "rho sigma_n^2" },
        ParameterDescriptor.Number(Confidence, 0.5, 0.001, 0.999, "The analytic rule lets the residual lie anywhere in the ball that holds the noise with this probability.") with { Symbol = "1 - delta" },
    ];
}
