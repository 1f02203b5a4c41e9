namespace FlashDiffusion.EndToEnd.Tests.Servers;

/// <summary>Tests of this collection share two servers and run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ServerPairCollection : ICollectionFixture<ServerPair>
{
    public const string Name = "server pair";
}
