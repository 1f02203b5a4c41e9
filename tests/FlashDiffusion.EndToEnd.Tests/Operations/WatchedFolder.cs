using System.Collections.Concurrent;

namespace FlashDiffusion.EndToEnd.Tests.Operations;

/// <summary>
/// Sees what happens to files below a folder, also to those that are deleted again at once: whatever is created, written, renamed, deleted, or given
/// other attributes. It does not see reading, files that never have a name (O_TMPFILE, memfd), and what lies behind links that lead out of the folder.
/// </summary>
internal sealed class WatchedFolder : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _folder;
    private readonly FileSystemWatcher _watcher;
    private readonly ConcurrentQueue<string> _seen = new();
    private int _marks;

    public WatchedFolder(string folder)
    {
        _folder = folder;
        _watcher = new FileSystemWatcher(folder)
        {
            IncludeSubdirectories = true,
            InternalBufferSize = 64 * 1024,
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size | NotifyFilters.Attributes,
        };
        _watcher.Created += (_, change) => See(change);
        _watcher.Changed += (_, change) => See(change);
        _watcher.Deleted += (_, change) => See(change);
        _watcher.Renamed += (_, change) => See(change);
        // What was lost may have been anything.
        _watcher.Error += (_, fault) => _seen.Enqueue($"lost: {fault.GetException().Message}");
        _watcher.EnableRaisingEvents = true;
    }

    /// <summary>
    /// What happened since the last call. A file of the test's own ends it: the system reports in order, so that all before has been seen when that
    /// is, and a watcher that sees nothing is noticed.
    /// </summary>
    public async Task<IReadOnlyList<string>> TakeAsync()
    {
        var mark = $"mark-{++_marks}";
        await File.WriteAllTextAsync(Path.Combine(_folder, mark), mark, TestContext.Current.CancellationToken);
        File.Delete(Path.Combine(_folder, mark));
        var end = $"{WatcherChangeTypes.Deleted} {mark}";
        var start = TimeProvider.System.GetTimestamp();
        while (!_seen.Contains(end))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, $"The watcher of {_folder} does not see what is done there.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        var before = new List<string>();
        while (_seen.TryDequeue(out var happened) && happened != end)
        {
            before.Add(happened);
        }

        return [.. before.Where(happened => !happened.EndsWith($" {mark}", StringComparison.Ordinal))];
    }

    public void Dispose() => _watcher.Dispose();

    private void See(FileSystemEventArgs change) => _seen.Enqueue($"{change.ChangeType} {change.Name}");
}
