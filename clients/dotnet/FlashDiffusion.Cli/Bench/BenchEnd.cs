namespace FlashDiffusion.Cli.Bench;

/// <summary>How a request ended.</summary>
internal enum BenchEnd
{
    /// <summary>With a picture.</summary>
    Completed,

    /// <summary>The server was too busy and said so (RESOURCE_EXHAUSTED).</summary>
    Refused,

    /// <summary>With another error that says its reason, or at its deadline.</summary>
    Failed,

    /// <summary>Without an answer: no connection, a stream that broke for good, or nothing until the patience ended.</summary>
    Lost,
}
