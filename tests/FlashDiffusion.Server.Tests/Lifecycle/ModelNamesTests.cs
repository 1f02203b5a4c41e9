using FlashDiffusion.Server.Lifecycle;
using Grpc.Core;

namespace FlashDiffusion.Server.Tests.Lifecycle;

public sealed class ModelNamesTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("flash-names-");

    public ModelNamesTests()
    {
        foreach (var version in new[] { "9", "10", "draft", ".11.partial" })
        {
            _root.CreateSubdirectory(Path.Combine("tiny", version));
        }
    }

    [Theory]
    [InlineData("../tiny", "", StatusCode.InvalidArgument)]
    [InlineData("tiny/9", "", StatusCode.InvalidArgument)]
    [InlineData("/etc", "", StatusCode.InvalidArgument)]
    [InlineData("..", "", StatusCode.InvalidArgument)]
    [InlineData("", "", StatusCode.InvalidArgument)]
    [InlineData("tiny\0", "", StatusCode.InvalidArgument)]
    [InlineData("tiny", "../9", StatusCode.InvalidArgument)]
    [InlineData("tiny", ".11.partial", StatusCode.InvalidArgument)]
    [InlineData("huge", "", StatusCode.NotFound)]
    [InlineData("tiny", "7", StatusCode.NotFound)]
    public void Find_NameThatIsNone_IsRefused(string name, string version, StatusCode expected)
    {
        Assert.False(ModelNames.Find(_root.FullName, name, version).TryGet(out _, out var error));

        Assert.Equal(expected, error.Code);
    }

    [Theory]
    [InlineData("", "10")]
    [InlineData("9", "9")]
    [InlineData("draft", "draft")]
    public void Find_Version_IsThatOneOrTheNewest(string version, string expected)
    {
        Assert.True(ModelNames.Find(_root.FullName, "tiny", version).TryGet(out var selection, out _));

        Assert.Equal(("tiny", expected), (selection.Name, selection.Version));
    }

    [Fact]
    public void Find_NoRepository_SaysSo()
    {
        Assert.False(ModelNames.Find(Path.Combine(_root.FullName, "absent"), "tiny", "").TryGet(out _, out var error));

        Assert.Equal(StatusCode.FailedPrecondition, error.Code);
    }

    public void Dispose() => _root.Delete(recursive: true);
}
