namespace FlashDiffusion.Cli.Bench;

/// <summary>What happened to one request. Times count from when it was due, so that a late generator does not flatter the server.</summary>
internal sealed record BenchSample
{
    public required BenchEnd End { get; init; }

    /// <summary>Name of what went wrong; empty if nothing did.</summary>
    public string Problem { get; init; } = "";

    /// <summary>How late it was sent.</summary>
    public required TimeSpan Late { get; init; }

    /// <summary>Until the accepted event; null if none came.</summary>
    public TimeSpan? Accepted { get; init; }

    /// <summary>Until the first progress event with a latent; null if none came.</summary>
    public TimeSpan? FirstLatent { get; init; }

    /// <summary>Until its end.</summary>
    public required TimeSpan Total { get; init; }

    /// <summary>Streams that broke before it was done.</summary>
    public int Resumes { get; init; }

    public int Steps { get; init; }

    public int UnetForward { get; init; }
}
