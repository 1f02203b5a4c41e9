namespace FlashDiffusion.Plugins.Tests.Engine;

/// <summary>Tests that set the number of torch's threads, which others would take over.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
