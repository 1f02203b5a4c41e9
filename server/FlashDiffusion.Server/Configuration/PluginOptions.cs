using System.ComponentModel.DataAnnotations;

namespace FlashDiffusion.Server.Configuration;

/// <summary>Section <c>Plugins</c>.</summary>
internal sealed class PluginOptions
{
    public const string Section = "Plugins";

    /// <summary>Folder of the plugins, solvers and operators, relative to the current directory; empty for <c>plugins</c> beside the server's binaries.</summary>
    /// <value>Empty.</value>
    public string Root { get; set; } = "";

    /// <summary>Solver that an empty name means.</summary>
    /// <value><c>latent_dps</c>.</value>
    [Required]
    public string DefaultSolver { get; set; } = "latent_dps";
}
