using System.Text;
using System.Text.RegularExpressions;

namespace FlashDiffusion.Server.Curves;

/// <summary>What servers had begun to write when they were killed (<see cref="CurveFile.Unfinished"/>).</summary>
internal static partial class UnfinishedCurves
{
    // What each of them begins with, as far as it got.
    private static readonly byte[] Beginning = Encoding.ASCII.GetBytes("{\"origin\":{\"server\":");

    /// <summary>Who has not gone on for so long writes no more: it takes less than a second.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    /// <summary>
    /// Removes those beside a file that are certainly some server's and that nobody writes any more: by name and beginning, of a process of this machine that is
    /// no more, or long left alone. What can't be removed stays.
    /// </summary>
    /// <param name="path">The file; nothing is being written for it by this process.</param>
    /// <param name="now">The time.</param>
    public static void Remove(string path, DateTimeOffset now)
    {
        var whole = Path.GetFullPath(path);
        try
        {
            foreach (var file in new DirectoryInfo(Path.GetDirectoryName(whole)!).EnumerateFiles($"*{CurveFile.New}"))
            {
                if (file.Name.StartsWith(Path.GetFileName(whole), StringComparison.Ordinal)
                    && Writer().Match(file.Name[Path.GetFileName(whole).Length..]) is { Success: true } writer
                    && (HasEnded(writer) || now - file.LastWriteTimeUtc > Abandoned)
                    && IsCurves(file))
                {
                    file.Delete();
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // They do no harm; whether the file itself can be written is said where it is.
        }
    }

    private static bool HasEnded(Match writer) =>
        writer.Groups["machine"].Value == Environment.MachineName
        && int.TryParse(writer.Groups["process"].Value, out var process)
        && (process == Environment.ProcessId || !IsRunning(process));

    private static bool IsRunning(int process)
    {
        try
        {
            using var _ = System.Diagnostics.Process.GetProcessById(process);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    // An empty one is not opened: a pipe is empty too, and to open one may wait for ever.
    private static bool IsCurves(FileInfo file)
    {
        if (file.LinkTarget is not null || file.Length == 0)
        {
            return file.LinkTarget is null;
        }

        var beginning = new byte[Beginning.Length];
        using var stream = file.OpenRead();
        var read = stream.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false);
        return Beginning.AsSpan().StartsWith(beginning.AsSpan(0, read));
    }

    [GeneratedRegex(@"^\.(?<machine>.+)\.(?<process>[0-9]{1,10})\.new$")]
    private static partial Regex Writer();
}
