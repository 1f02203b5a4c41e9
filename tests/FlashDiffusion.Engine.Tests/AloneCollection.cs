namespace FlashDiffusion.Engine.Tests;

/// <summary>Tests that can't share the process with others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
