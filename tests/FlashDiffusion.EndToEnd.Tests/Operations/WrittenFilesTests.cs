using System.Globalization;
using FlashDiffusion.EndToEnd.Tests.Configuration;
using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Operations;

/// <summary>
/// No request makes the server write a file, not even one that is gone before its answer. Seen in two ways. The first test runs everywhere: the server's home,
/// its temporary folder, the folder that it is started in and that of its binaries are watched, and the system's own count of what the process wrote to disks
/// (/proc/PID/io) must stay, which sees files elsewhere and files without a name too; it must in a second round only, since it also counts that the first one
/// read libraries for the first time. The second test needs leave for a mount namespace: all is read-only there but one folder in memory, which is watched and
/// is the home, the temporary folder, shared memory and /var/tmp; what is tried elsewhere fails. Neither sees memory that only looks like a file (memfd).
/// </summary>
public sealed class WrittenFilesTests : IDisposable
{
    private static readonly string Settings = File.ReadAllText(Path.Combine(BuiltServer.Folder, "appsettings.json"));

    // Every mount read-only but those of the kernel, and one folder in memory for all that programs write by themselves. Proves itself before the server begins.
    private const string Confine = """
        mount --make-rprivate / || exit 90
        while read -r _ _ _ _ point _; do
          case "$point" in /proc*|/sys*|/dev/pts) ;; *) mount -o remount,ro,bind "$point" 2>/dev/null ;; esac
        done < /proc/self/mountinfo
        for place in "$0" "$TMPDIR" /dev /dev/shm /tmp /var/tmp; do touch "$place/written" 2>/dev/null && exit 91; done
        mount -t tmpfs tmpfs "$TMPDIR" || exit 90
        for place in /dev/shm /var/tmp; do
          case "$TMPDIR" in "$place"/*) ;; *) mkdir -p "$TMPDIR$place" && mount --bind "$TMPDIR$place" "$place" || exit 90 ;; esac
        done
        cd "$TMPDIR" && exec "$@"
        """;

    private readonly DirectoryInfo _own = Directory.CreateTempSubdirectory("flash-written-");

    public void Dispose() => _own.Delete(recursive: true);

    [Fact]
    public async Task Requests_OfEveryKind_WriteNothing()
    {
        using var binaries = new SettledFolder(Settings);
        using var here = new WatchedFolder(_own.FullName);
        using var there = new WatchedFolder(binaries.FullPath);
        await using var server = await RunningServer.StartAsync(["--grace=1"], Places(_own.FullName), ["sh", "-c", "cd \"$TMPDIR\" && exec \"$@\"", "sh", .. binaries.Within]);
        Assert.Empty(await here.TakeAsync());
        Assert.Empty(await there.TakeAsync());
        await EveryKindOfRequest.SendAsync(server, "first");
        await server.EventuallyAsync("flashdiffusion_slots_active", 0);
        var before = WrittenBy(server.ProcessId);

        await EveryKindOfRequest.SendAsync(server, "second");

        await server.EventuallyAsync("flashdiffusion_slots_active", 0);
        Assert.Equal(before, WrittenBy(server.ProcessId));
        server.Terminate();
        Assert.Equal(0, await server.EndAsync());
        Assert.Empty(await here.TakeAsync());
        Assert.Empty(await there.TakeAsync());
    }

    [Fact]
    public async Task Requests_WithOneFolderToWriteIn_LeaveItAlone()
    {
        var unshare = OutsideTool.Require("unshare");
        if (ToolRun.Start(unshare, _own.FullName, "-m", "true").ExitCode != 0)
        {
            Assert.Skip("Mounts of one's own are not permitted here.");
        }

        await using var server = await RunningServer.StartAsync(["--grace=1"], Places(_own.FullName), [unshare, "-m", "sh", "-c", Confine, BuiltServer.Folder]);
        // As the server sees it; the test's own folder of that name is another one.
        using var watched = new WatchedFolder(string.Create(CultureInfo.InvariantCulture, $"/proc/{server.ProcessId}/root{_own.FullName}"));
        Assert.Empty(await watched.TakeAsync());

        await EveryKindOfRequest.SendAsync(server, "only");

        await server.EventuallyAsync("flashdiffusion_slots_active", 0);
        Assert.Empty(await watched.TakeAsync());
        Assert.Empty(Directory.EnumerateFileSystemEntries(_own.FullName));
    }

    private static Dictionary<string, string> Places(string folder) => new() { ["TMPDIR"] = folder, ["HOME"] = folder, ["DOTNET_EnableDiagnostics"] = "0" };

    // In bytes, at the moment at which a page of a file becomes dirty: whether it ever reaches the disk does not matter.
    private static long WrittenBy(int process) => File.Exists($"/proc/{process}/io")
        ? long.Parse(File.ReadLines($"/proc/{process}/io").Single(line => line.StartsWith("write_bytes: ", StringComparison.Ordinal))["write_bytes: ".Length..], CultureInfo.InvariantCulture)
        : 0;
}
