using FlashDiffusion.EndToEnd.Tests.Servers;

namespace FlashDiffusion.EndToEnd.Tests.Operations;

/// <summary>A home that may be written to stays as it was: no secret of anybody is put there.</summary>
public sealed class HomeTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("flash-home-");

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public async Task Server_WithAHomeOfItsOwn_LeavesItEmpty()
    {
        await using var server = await RunningServer.StartAsync(["--grace=1"], new Dictionary<string, string> { ["HOME"] = _home.FullName });
        Assert.NotNull((await Requests.ReconstructAsync(server, await Requests.BlurredAsync(server)))[^1].Result);

        server.Terminate();

        Assert.Equal(0, await server.EndAsync());
        Assert.Empty(_home.EnumerateFileSystemInfos("*", SearchOption.AllDirectories));
    }
}
