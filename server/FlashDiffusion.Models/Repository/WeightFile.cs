namespace FlashDiffusion.Models.Repository;

/// <summary>A file beside <c>model.json</c>.</summary>
internal sealed record WeightFile
{
    /// <summary>Its plain name.</summary>
    public required string File { get; init; }

    /// <summary>SHA-256 in hexadecimal; checked where it is given.</summary>
    public string? Sha256 { get; init; }
}
