using System.Globalization;
using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Operations;

/// <summary>As the images run it: nothing can be written but a /tmp in memory, and nothing of a request is.</summary>
public sealed class ReadOnlyRootTests : IDisposable
{
    // Every mount read-only but those of the kernel, and an own /tmp. Proves itself before the server begins.
    private const string Script = """
        mount --make-rprivate / && mount -t tmpfs tmpfs "$TMPDIR" || exit 90
        while read -r _ _ _ _ point _; do
          case "$point" in /proc*|/sys*|/dev*|"$TMPDIR") ;; *) mount -o remount,ro,bind "$point" 2>/dev/null ;; esac
        done < /proc/self/mountinfo
        touch "$0/written" 2>/dev/null && exit 91
        exec "$@"
        """;

    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("flash-read-only-");

    public void Dispose() => _temporary.Delete(recursive: true);

    [Fact]
    public async Task Server_OnAReadOnlyRoot_WorksAndWritesNothing()
    {
        var unshare = OutsideTool.Require("unshare");
        if (ToolRun.Start(unshare, _temporary.FullName, "-m", "true").ExitCode != 0)
        {
            Assert.Skip("Mounts of one's own are not permitted here.");
        }

        var environment = new Dictionary<string, string> { ["TMPDIR"] = _temporary.FullName, ["HOME"] = "/nonexistent", ["DOTNET_EnableDiagnostics"] = "0" };
        await using var server = await RunningServer.StartAsync(["--grace=1"], environment, [unshare, "-m", "sh", "-c", Script, BuiltServer.Folder]);

        // Degrades a picture file, and reconstructs it with all that can be asked for.
        var request = await Requests.BlurredAsync(server);
        request.Progress = new V1.ProgressOptions { EverySteps = 1, IncludeLatent = true, Preview = V1.PreviewKind.Decoded, CheckpointEverySteps = 2, IncludeDecodedMean = true };
        (request.RequestId, request.OnDisconnect) = ("kept", V1.OnDisconnect.Detach);
        Assert.NotNull((await Requests.ReconstructAsync(server, request))[^1].Result);

        // As the server sees it; the test's own folder of that name stays empty in any case.
        var seen = string.Create(CultureInfo.InvariantCulture, $"/proc/{server.ProcessId}/root{_temporary.FullName}");
        Assert.Contains("tmpfs", File.ReadLines($"/proc/{server.ProcessId}/mounts").Single(line => line.Split(' ')[1] == _temporary.FullName), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(seen, "*", SearchOption.AllDirectories));
        server.Terminate();
        Assert.Equal(0, await server.EndAsync());
    }
}
