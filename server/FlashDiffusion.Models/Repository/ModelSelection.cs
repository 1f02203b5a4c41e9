using System.Text.RegularExpressions;

namespace FlashDiffusion.Models.Repository;

/// <summary>One model of a repository, with the severity encoders that were trained for it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
internal sealed partial record ModelSelection(string Name, string Version)
{
    /// <summary>Whether a text may name a model or a version: what has no separators and no leading dot leads nowhere else.</summary>
    public static bool IsPlainName(string text) => PlainName().IsMatch(text);

    /// <summary>Whether it is the model itself, or an encoder for it.</summary>
    /// <param name="folder">A folder of the repository.</param>
    /// <param name="manifest">What the folder says.</param>
    public bool Includes(ModelFolder folder, IModelManifest? manifest) => manifest is SeverityEncoderManifest encoder
        ? (encoder.Model, encoder.ModelVersion) == (Name, Version)
        : (folder.Name, folder.Version) == (Name, Version);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$")]
    private static partial Regex PlainName();
}
