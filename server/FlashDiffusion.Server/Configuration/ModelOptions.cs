using System.ComponentModel.DataAnnotations;

namespace FlashDiffusion.Server.Configuration;

/// <summary>Section <c>Models</c>.</summary>
internal sealed class ModelOptions
{
    public const string Section = "Models";

    /// <summary>Folder of the model repository; relative to the server's binaries.</summary>
    /// <value><c>models</c>.</value>
    [Required]
    public string Root { get; set; } = "models";

    /// <summary>Model that an empty name means; empty means the only one, or the first by name.</summary>
    /// <value>Empty.</value>
    public string DefaultModel { get; set; } = "";
}
