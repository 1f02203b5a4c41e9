using static TorchSharp.torch;

namespace FlashDiffusion.Models.Checkpoints;

/// <summary>How a published latent-diffusion checkpoint names the parts that it holds.</summary>
/// <remarks>
/// The moving average of a parameter is stored beside it, as a buffer whose name is the parameter's without dots; sampling uses
/// the average where there is one. Keys of a conditioning stage (<c>cond_stage_model.</c>) and of a loss are no part of the networks.
/// </remarks>
internal static class LatentDiffusionLayout
{
    public const string UNetPrefix = "model.diffusion_model.";
    public const string FirstStagePrefix = "first_stage_model.";
    public const string AveragePrefix = "model_ema.";
    private const string AverageRoot = "diffusion_model.";

    /// <summary>The schedule's tables, each of one value a timestep.</summary>
    public static IReadOnlyList<string> ScheduleBuffers { get; } =
    [
        "betas", "alphas_cumprod", "alphas_cumprod_prev", "sqrt_alphas_cumprod", "sqrt_one_minus_alphas_cumprod",
        "log_one_minus_alphas_cumprod", "sqrt_recip_alphas_cumprod", "sqrt_recipm1_alphas_cumprod", "posterior_variance",
        "posterior_log_variance_clipped", "posterior_mean_coef1", "posterior_mean_coef2",
    ];

    /// <summary>Key of the moving average of the UNet's parameter <paramref name="parameter"/> (a key of the UNet alone).</summary>
    public static string AverageKey(string parameter)
        => AveragePrefix + (AverageRoot + parameter).Replace(".", string.Empty, StringComparison.Ordinal);

    /// <summary>Whether a key is one of the average's own numbers instead of an averaged parameter.</summary>
    public static bool IsAverageCounter(string key) => key is AveragePrefix + "decay" or AveragePrefix + "num_updates";

    /// <summary>The whole state of a checkpoint, in the published order.</summary>
    /// <param name="unet">The diffusion network.</param>
    /// <param name="firstStage">The autoencoder.</param>
    /// <param name="timesteps">Length of the schedule.</param>
    /// <param name="withAverages">Whether moving averages are kept.</param>
    public static IEnumerable<StateEntry> Describe(nn.Module unet, nn.Module firstStage, int timesteps, bool withAverages)
    {
        var schedule = ScheduleBuffers.Select(name => new StateEntry(name, [timesteps], ScalarType.Float32, IsBuffer: true));
        var averages = withAverages ? Averages(unet) : [];
        return [.. schedule, .. Parameters(unet, UNetPrefix), .. averages, .. Parameters(firstStage, FirstStagePrefix)];
    }

    /// <summary>A network's parameters, each key after <paramref name="prefix"/>.</summary>
    public static IEnumerable<StateEntry> Parameters(nn.Module network, string prefix = "")
        => network.named_parameters().Select(pair => new StateEntry(prefix + pair.name, pair.parameter.shape, pair.parameter.dtype, IsBuffer: false));

    private static IEnumerable<StateEntry> Averages(nn.Module unet) =>
    [
        new StateEntry(AveragePrefix + "decay", [], ScalarType.Float32, IsBuffer: true),
        new StateEntry(AveragePrefix + "num_updates", [], ScalarType.Int32, IsBuffer: true),
        .. Parameters(unet).Select(entry => entry with { Key = AverageKey(entry.Key), IsBuffer = true }),
    ];
}
