namespace FlashDiffusion.Models.Repository.CompVis;

/// <summary>How published checkpoints lie on disk: <c>config.yaml</c> and <c>model.ckpt</c> in one folder, severity encoders beside them.</summary>
internal static class CompVisFolder
{
    public const string ConfigName = "config.yaml";
    public const string WeightsName = "model.ckpt";

    /// <summary>Version of a model whose folder has none.</summary>
    public const string OnlyVersion = "1";

    private static readonly string[] CheckpointExtensions = [".ckpt", ".pt", ".pth"];

    /// <summary>Whether a folder is one as published.</summary>
    public static bool Recognises(string path)
        => !File.Exists(Path.Combine(path, ManifestFile.FileName)) && File.Exists(Path.Combine(path, ConfigName));

    /// <exception cref="ModelRepositoryException">The configuration is not understood.</exception>
    public static CompVisManifest Read(ModelFolder folder)
    {
        var path = folder.Resolve(ConfigName);
        if (new FileInfo(path).Length > YamlReader.MaxCharacters)
        {
            throw new ModelRepositoryException($"{ConfigName} is longer than {YamlReader.MaxCharacters} bytes.");
        }

        return new CompVisManifest(CompVisConfig.Parse(YamlReader.Read(ConfigName, File.ReadAllText(path))));
    }

    /// <summary>Names of the checkpoints beside the model's: severity encoders for it.</summary>
    public static IReadOnlyList<string> SeverityCheckpoints(ModelFolder folder)
        => [.. Directory.EnumerateFiles(folder.Path).Select(path => Path.GetFileName(path))
            .Where(name => name != WeightsName && !name.StartsWith('.') && CheckpointExtensions.Contains(Path.GetExtension(name)))
            .Order(StringComparer.Ordinal)];
}
