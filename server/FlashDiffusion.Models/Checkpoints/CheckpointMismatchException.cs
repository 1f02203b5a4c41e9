namespace FlashDiffusion.Models.Checkpoints;

/// <summary>Weights that do not fit a network; the message lists every key at fault.</summary>
internal sealed class CheckpointMismatchException : CheckpointException
{
    public CheckpointMismatchException(string source, IReadOnlyList<string> missing, IReadOnlyList<string> unexpected, IReadOnlyList<string> misshapen)
        : base(Describe(source, missing, unexpected, misshapen))
    {
        Missing = missing;
        Unexpected = unexpected;
        Misshapen = misshapen;
    }

    /// <summary>Keys of the network that the file lacks.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Keys of the file that the network lacks.</summary>
    public IReadOnlyList<string> Unexpected { get; }

    /// <summary>Keys whose shapes differ, each with both shapes.</summary>
    public IReadOnlyList<string> Misshapen { get; }

    private static string Describe(string source, IReadOnlyList<string> missing, IReadOnlyList<string> unexpected, IReadOnlyList<string> misshapen)
    {
        var parts = new[] { Part("missing", missing), Part("unexpected", unexpected), Part("wrong shape", misshapen) };
        return $"The weights in '{source}' do not fit the network: {string.Join("; ", parts.Where(part => part.Length > 0))}.";
    }

    private static string Part(string fault, IReadOnlyList<string> keys)
        => keys.Count == 0 ? string.Empty : $"{keys.Count} {fault}: {string.Join(", ", keys)}";
}
