using System.Collections.Immutable;
using System.Diagnostics;
using FlashDiffusion.Server.Curves;

namespace FlashDiffusion.Server.Tests.Curves;

/// <summary>What servers that were killed leave beside their file.</summary>
public sealed class UnfinishedCurvesTests : IDisposable
{
    // No system has a process of this number.
    private const int Nobody = int.MaxValue;

    private static readonly string Machine = Environment.MachineName;
    private static readonly StoredCurves Curves = new(new CurveOrigin("0.1.0", "cpu", "Float32", 1, "Some processor", "avx2", "TorchSharp"), ImmutableSortedDictionary<string, string>.Empty, [[]]);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-curves-");
    private readonly byte[] _content;

    public UnfinishedCurvesTests()
    {
        CurveFile.Write(Path, Curves);
        _content = File.ReadAllBytes(Path);
    }

    private string Path => System.IO.Path.Combine(_folder.FullName, "curves.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Remove_OfAProcessThatIsNoMore_LeavesTheFileAlone()
    {
        // Killed at any byte; the same process number comes again where each container counts from one.
        for (var length = 0; length <= _content.Length; length += 7)
        {
            Leave($"{Machine}.{Nobody}", _content[..length]);
            File.WriteAllBytes(CurveFile.Unfinished(Path), _content[..length]);
            UnfinishedCurves.Remove(Path, DateTimeOffset.UnixEpoch);
            Assert.Equal([Path], Directory.GetFileSystemEntries(_folder.FullName));
        }

        Assert.NotNull(CurveFile.Read(Path, out _));
    }

    [Fact]
    public void Remove_OfAProcessThatRuns_WaitsUntilItIsOld()
    {
        // A process of its own, since any other may end meanwhile.
        using var running = Process.Start(new ProcessStartInfo("sleep", ["600"]))!;
        var own = Leave($"{Machine}.{running.Id}", _content);
        var elsewhere = Leave("another-machine.1", _content[..10]);
        var written = new DateTimeOffset(File.GetLastWriteTimeUtc(elsewhere));

        try
        {
            UnfinishedCurves.Remove(Path, written + TimeSpan.FromMinutes(59));
            Assert.Equal(3, Directory.GetFileSystemEntries(_folder.FullName).Length);

            UnfinishedCurves.Remove(Path, new DateTimeOffset(File.GetLastWriteTimeUtc(own)) + TimeSpan.FromMinutes(61));
            Assert.Equal([Path], Directory.GetFileSystemEntries(_folder.FullName));
        }
        finally
        {
            running.Kill();
        }
    }

    [Theory]
    [InlineData("curves.json.new")]
    [InlineData("curves.json.1.new")]
    [InlineData("curves.json.mine.new")]
    [InlineData("curves.json.machine.1x.new")]
    [InlineData("curves.json.machine.1.new.bak")]
    [InlineData("other.json.machine.1.new")]
    public void Remove_OtherName_IsNobodysBusiness(string name)
    {
        var file = System.IO.Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(file, _content);
        UnfinishedCurves.Remove(Path, DateTimeOffset.MaxValue);
        Assert.True(File.Exists(file));
    }

    [Fact]
    public void Remove_OtherContentOrALink_IsNobodysBusiness()
    {
        var text = Leave($"{Machine}.{Nobody}", "something else"u8.ToArray());
        var json = Leave($"machine.{Nobody}", "{\"origin\":1}"u8.ToArray());
        var link = Path + $".link.{Nobody}.new";
        File.CreateSymbolicLink(link, Path);
        UnfinishedCurves.Remove(Path, DateTimeOffset.MaxValue);
        Assert.All([text, json, link, Path], file => Assert.True(File.Exists(file)));
    }

    [Fact]
    public void Remove_NoSuchFolder_DoesNothing() => UnfinishedCurves.Remove(System.IO.Path.Combine(_folder.FullName, "no", "such"), DateTimeOffset.MaxValue);

    private string Leave(string writer, byte[] content)
    {
        var file = $"{Path}.{writer}.new";
        File.WriteAllBytes(file, content);
        return file;
    }
}
