using System.Text.Json.Serialization;

namespace FlashDiffusion.Models.Repository;

/// <summary>What a diffusion network predicts, by its published name.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Parameterization>))]
internal enum Parameterization
{
    /// <summary>The noise in the latent.</summary>
    [JsonStringEnumMemberName("eps")]
    Noise,

    /// <summary>The clean latent.</summary>
    [JsonStringEnumMemberName("x0")]
    CleanLatent,

    /// <summary>Velocity, sqrt(abar) eps - sqrt(1 - abar) z_0 (Salimans and Ho 2022, arXiv 2202.00512).</summary>
    [JsonStringEnumMemberName("v")]
    Velocity,
}
