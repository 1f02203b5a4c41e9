namespace FlashDiffusion.Server.Configuration;

/// <summary>Section <c>Models</c>.</summary>
internal sealed class ModelOptions
{
    public const string Section = "Models";

    /// <summary>Folder of the model repository, relative to the current directory; empty for <c>models</c> beside the server's binaries.</summary>
    /// <value>Empty.</value>
    public string Root { get; set; } = "";

    /// <summary>Model that an empty name means; empty means the only one, or the first by name.</summary>
    /// <value>Empty.</value>
    public string DefaultModel { get; set; } = "";
}
