using System.Collections.Immutable;

namespace FlashDiffusion.Plugins.Pnp;

/// <summary>Parameters of the plug-and-play solver.</summary>
internal static class PnpParameters
{
    public const string ConsistencyEvery = "consistency_every";
    public const string Iterations = "cg_iterations";
    public const string Penalty = "penalty";
    public const string PenaltyWeight = "penalty_weight";
    public const string Renoise = "renoise";
    public const string Encoding = "encoding";

    public const string ConstantPenalty = "constant";
    public const string PlainEncoding = "plain";

    public static ImmutableArray<ParameterDescriptor> All { get; } =
    [
        ParameterDescriptor.Integer(ConsistencyEvery, 10, 1, 1000, "Every so many steps, counted from the last but one, the picture is made consistent with the measurement and gets fresh noise; the others are plain DDIM steps. Published is 3, on a grid of 200 of 1000 timesteps; on neighbouring timesteps that many rounds of fresh noise and denoising blur the picture."),
        ParameterDescriptor.Integer(Iterations, 5, 1, 50, "Iterations of conjugate gradients: applications of A and its adjoint, no network calls."),
        ParameterDescriptor.Choice(Penalty, "How the pull towards the decoded prediction is weighted: noise_level is penalty_weight times sigma_n^2 abar/(1 - abar) (DiffPIR), for noisy measurements; constant is penalty_weight itself (TReg takes 1e-4), for nearly clean ones.", "noise_level", ConstantPenalty) with { Symbol = "rho" },
        ParameterDescriptor.Number(PenaltyWeight, 7, 1e-6, 1000, "Weight of the pull towards the decoded prediction: more trusts the prior, less the measurement.") with { Symbol = "lambda" },
        ParameterDescriptor.Number(Renoise, 1, 0, 1, "Share of fresh noise after a consistent step: 1 as published, variance abar'(1 - abar'); 0 keeps the predicted noise alone."),
        ParameterDescriptor.Choice(Encoding, "How the consistent picture becomes a latent: difference moves the latent by E(x) - E(D(z_0)), so that the autoencoder's own error is not added at every consistent step, for a second encoder call; plain takes E(x) as published.", "difference", PlainEncoding) with { Symbol = "E" },
    ];
}
