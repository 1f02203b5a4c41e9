namespace FlashDiffusion.Server.Tests.BadInputs;

[CollectionDefinition(Name)]
public sealed class BadInputCollection : ICollectionFixture<BadInputServer>
{
    public const string Name = "bad inputs";
}
