namespace FlashDiffusion.Server.Tests;

/// <summary>Tests that look at the memory or the metrics of the whole process: nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
