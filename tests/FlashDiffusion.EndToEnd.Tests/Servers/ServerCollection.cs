namespace FlashDiffusion.EndToEnd.Tests.Servers;

/// <summary>Tests of this collection share a server and run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ServerCollection : ICollectionFixture<SharedServer>
{
    public const string Name = "server";
}
