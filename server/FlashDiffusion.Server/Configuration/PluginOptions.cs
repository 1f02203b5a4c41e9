using System.ComponentModel.DataAnnotations;

namespace FlashDiffusion.Server.Configuration;

/// <summary>Section <c>Plugins</c>.</summary>
internal sealed class PluginOptions
{
    public const string Section = "Plugins";

    /// <summary>Folder of the solver plugins; relative to the server's binaries.</summary>
    /// <value><c>plugins</c>.</value>
    [Required]
    public string Root { get; set; } = "plugins";

    /// <summary>Solver that an empty name means.</summary>
    /// <value><c>latent_dps</c>.</value>
    [Required]
    public string DefaultSolver { get; set; } = "latent_dps";
}
