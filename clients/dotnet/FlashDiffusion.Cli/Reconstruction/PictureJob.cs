namespace FlashDiffusion.Cli.Reconstruction;

/// <summary>One picture of several.</summary>
/// <param name="Input">The measurement.</param>
/// <param name="Output">Full path of the reconstruction.</param>
internal sealed record PictureJob(FileInfo Input, string Output)
{
    private const string DefaultFile = "result.png";
    private const string DefaultFolder = "reconstructed";

    /// <summary>Whether the user meant several pictures, however many there are.</summary>
    public static bool IsMany(IReadOnlyList<string> inputs) => inputs.Count > 1 || inputs.Any(Directory.Exists);

    /// <summary>Finds the pictures and says where each reconstruction goes.</summary>
    /// <param name="inputs">Files and folders.</param>
    /// <param name="output">A file for one picture, a folder for several; null for the default.</param>
    /// <param name="format">Ending of the files in a folder, without the dot.</param>
    /// <exception cref="CliException">There is none, or two would be written to the same file.</exception>
    public static IReadOnlyList<PictureJob> Plan(IReadOnlyList<string> inputs, string? output, string format)
    {
        if (!IsMany(inputs) && !IsFolder(output))
        {
            var only = new PictureJob(new FileInfo(inputs[0]), Measurements.PictureFile.CheckName(Path.GetFullPath(output ?? DefaultFile)));
            return only.Input.FullName != only.Output ? [only] : throw CliException.Usage($"--output {output} is the measurement itself: name another file.");
        }

        if (output is not null && !Directory.Exists(output) && Measurements.PictureFile.Endings.Contains(Path.GetExtension(output).ToLowerInvariant()))
        {
            throw CliException.Usage($"--output {output} names one file, but there may be several pictures: name a folder.");
        }

        var folder = Path.GetFullPath(output ?? DefaultFolder);
        var jobs = inputs.SelectMany(Expand)
            .Select(file => new PictureJob(file, Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(file.Name)}.{format}")))
            .ToArray();
        if (jobs.FirstOrDefault(job => job.Input.DirectoryName == Path.TrimEndingDirectorySeparator(folder)) is not null)
        {
            throw CliException.Usage($"--output {folder} holds measurements: reconstructions would replace what has the same name. Name another folder.");
        }

        if (jobs.GroupBy(job => job.Output, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } clash)
        {
            throw CliException.Usage($"{string.Join(" and ", clash.Select(job => job.Input.FullName))} would both be written to {clash.Key}: give them apart.");
        }

        return jobs;
    }

    private static bool IsFolder(string? output) => output is not null && (Directory.Exists(output) || Path.EndsInDirectorySeparator(output));

    /// <summary>The pictures of a folder by name. Beside a .npy, the .png of the same name is what 'flash degrade' wrote to look at.</summary>
    private static IEnumerable<FileInfo> Expand(string input)
    {
        if (!Directory.Exists(input))
        {
            return [new FileInfo(input)];
        }

        var files = new DirectoryInfo(input).EnumerateFiles()
            .Where(file => Measurements.PictureFile.Endings.Contains(file.Extension.ToLowerInvariant()))
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .ToArray();
        var measured = files.Where(IsNumpy).Select(file => Path.GetFileNameWithoutExtension(file.Name)).ToHashSet();
        var chosen = files.Where(file => IsNumpy(file) || file.Extension != ".png" || !measured.Contains(Path.GetFileNameWithoutExtension(file.Name))).ToArray();
        return chosen.Length > 0 ? chosen : throw CliException.Usage($"There is no .npy, .png, .jpg or .webp in the folder {Path.GetFullPath(input)}.");
    }

    private static bool IsNumpy(FileInfo file) => file.Extension.Equals(Measurements.PictureFile.NumpyExtension, StringComparison.OrdinalIgnoreCase);
}
