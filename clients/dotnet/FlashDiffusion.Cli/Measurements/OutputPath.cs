namespace FlashDiffusion.Cli.Measurements;

/// <summary>Where results go: looked at before the work, which may take minutes of a server.</summary>
internal static class OutputPath
{
    /// <summary>Refuses a file that can't be written. Leaves it as it is, and makes nothing.</summary>
    /// <param name="path">Its name.</param>
    /// <exception cref="CliException">It is a folder, lies below a file, or may not be written.</exception>
    public static string CheckFile(string path)
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw CliException.Usage($"--output {path} is a folder: name a file.");
        }

        if (File.Exists(full))
        {
            Try(path, () => File.OpenWrite(full));
            return path;
        }

        CheckFolder(Path.GetDirectoryName(full) ?? full);
        return path;
    }

    /// <summary>Refuses a folder that can't be written to; where it is not there yet, the next one above it that is.</summary>
    /// <param name="path">Its name.</param>
    /// <exception cref="CliException">It is a file, lies below one, or may not be written to.</exception>
    public static string CheckFolder(string path)
    {
        var folder = Path.GetFullPath(path);
        while (!Directory.Exists(folder))
        {
            if (File.Exists(folder))
            {
                throw CliException.Usage($"--output {path} can't be written: {folder} is a file.");
            }

            folder = Path.GetDirectoryName(folder) ?? throw CliException.Usage($"--output {path} can't be written: there is no {path}.");
        }

        Try(path, () => new FileStream(Path.Combine(folder, $".flash-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose));
        return path;
    }

    private static void Try(string path, Func<FileStream> open)
    {
        try
        {
            open().Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw CliException.Usage($"--output {path} can't be written: {exception.Message}");
        }
    }
}
