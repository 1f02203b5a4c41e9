using System.Collections.Frozen;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Server.Tests.Catalogs;

public sealed class ModelCatalogTests
{
    private static ServedModel Served => new(new FakeModel(), FrozenDictionary<string, ISeverityEncoder>.Empty);

    [Fact]
    public void Find_NoVersion_IsTheNewestThatIsReady()
    {
        var catalog = new ModelCatalog([Ready("m", "2"), Ready("m", "10"), Broken("m", "11")], "");

        Assert.Equal("10", catalog.Find("M", "")!.Version);
        Assert.Equal("2", catalog.Find("m", "2")!.Version);
        Assert.False(catalog.Find("m", "11")!.IsReady);
        Assert.Null(catalog.Find("m", "12"));
    }

    [Fact]
    public void Find_OnlyBroken_IsTheBrokenOneSoThatItsReasonCanBeSaid() =>
        Assert.Equal("Broken.", new ModelCatalog([Broken("m", "1")], "").Find("m", "")!.Reason);

    [Fact]
    public void DefaultModel_NotConfigured_IsTheFirstThatIsReady()
    {
        Assert.Equal("b", new ModelCatalog([Ready("c", "1"), Broken("a", "1"), Ready("b", "1")], "").DefaultModel);
        Assert.Equal("c", new ModelCatalog([Ready("c", "1"), Ready("b", "1")], "c").DefaultModel);
        Assert.Null(ModelCatalog.Empty.Find("", ""));
    }

    private static ModelEntry Ready(string name, string version) => new(name, version, "", Served, "");

    private static ModelEntry Broken(string name, string version) => new(name, version, "", null, "Broken.");
}
