namespace FlashDiffusion.Client;

/// <summary>How hard a client tries to go on with a reconstruction whose stream broke.</summary>
public sealed record ResumePolicy
{
    /// <summary>Ends a reconstruction with its first broken stream, and asks for no checkpoints.</summary>
    public static ResumePolicy None { get; } = new() { Tries = 0, CheckpointEverySteps = 0, Silence = Timeout.InfiniteTimeSpan };

    /// <summary>Broken streams that are borne without a step of progress between them; 0 ends with the first.</summary>
    /// <value>5.</value>
    public int Tries { get; init; } = 5;

    /// <summary>Time before a server is tried again that broke a stream, doubled each time; another server is tried at once. What a server says itself counts more.</summary>
    /// <value>200 ms.</value>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest such time.</summary>
    /// <value>10 s.</value>
    public TimeSpan LargestDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Time without an event after which a stream counts as broken. Servers send one every ten seconds at least once there was a first, for which
    /// there is no limit: it may have to wait for a place, or for weights to be read.
    /// </summary>
    /// <value>60 s.</value>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Steps that a break can cost at most, where the request does not say: it is what the checkpoints' cadence is set to. 0 asks for none, and a break begins again.</summary>
    /// <value>10.</value>
    public int CheckpointEverySteps { get; init; } = 10;

    /// <summary>Whether to fail rather than go on where the result would not equal the uninterrupted one to the last bit.</summary>
    /// <value>False: such a result is equal within the tolerance of the server's fast mode.</value>
    public bool RequireExact { get; init; }
}
