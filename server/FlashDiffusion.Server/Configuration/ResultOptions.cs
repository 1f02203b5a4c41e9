using System.ComponentModel.DataAnnotations;

namespace FlashDiffusion.Server.Configuration;

/// <summary>Section <c>Results</c>: results that are kept in memory for requests with a <c>request_id</c>. Never on disk.</summary>
internal sealed class ResultOptions
{
    public const string Section = "Results";

    /// <summary>Bytes that kept results may take together; the oldest are forgotten first. A 512x512 picture takes 3 MiB.</summary>
    /// <value>256 MiB.</value>
    [Range(0, 1L << 40)]
    public long MaximumBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>Ended reconstructions that are remembered at most, failed ones too.</summary>
    /// <value>10000.</value>
    [Range(1, 10_000_000)]
    public int MaximumCount { get; set; } = 10_000;

    /// <summary>Seconds that a result is kept if the request does not say.</summary>
    /// <value>600.</value>
    [Range(1, 604800)]
    public double DefaultLifetimeSeconds { get; set; } = 600;

    /// <summary>Largest lifetime that a request may ask for, in seconds.</summary>
    /// <value>3600.</value>
    [Range(1, 604800)]
    public double MaximumLifetimeSeconds { get; set; } = 3600;
}
