using System.ComponentModel.DataAnnotations;

namespace FlashDiffusion.Server.Configuration;

/// <summary>Section <c>Models</c>.</summary>
internal sealed class ModelOptions
{
    public const string Section = "Models";

    /// <summary>Folder of the model repository, relative to the current directory; empty for <c>models</c> beside the server's binaries.</summary>
    /// <value>Empty.</value>
    public string Root { get; set; } = "";

    /// <summary>
    /// The one folder that KServe mounts, instead of <see cref="Root"/>: a repository, or a model itself (its files, or a folder for each of its
    /// versions). Empty for none.
    /// </summary>
    /// <value>Empty.</value>
    public string Directory { get; set; } = "";

    /// <summary>Name of the model if <see cref="Directory"/> is one itself; empty for the folder's name.</summary>
    /// <value>Empty.</value>
    [RegularExpression("^([A-Za-z0-9][A-Za-z0-9._-]*)?$")]
    public string DirectoryName { get; set; } = "";

    /// <summary>Model that an empty name means; empty means the only one, or the first by name.</summary>
    /// <value>Empty.</value>
    public string DefaultModel { get; set; } = "";

    /// <summary>
    /// Bytes that the weights of all loaded models may take together, on all devices; what does not fit is refused before any of it is
    /// allocated. 0 for three quarters of what the process may have if there is a worker on the processor, and for no limit otherwise.
    /// </summary>
    /// <value>0.</value>
    [Range(0, long.MaxValue)]
    public long MemoryBytes { get; set; }
}
