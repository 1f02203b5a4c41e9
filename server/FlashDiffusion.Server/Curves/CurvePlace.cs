namespace FlashDiffusion.Server.Curves;

/// <summary>Where measured curves are kept.</summary>
internal static class CurvePlace
{
    /// <summary>What <c>Engine:CurveFile</c> says so that nothing is kept.</summary>
    public const string Nowhere = "none";

    /// <summary>What systemd names the folders of a service's <c>StateDirectory=</c> in, several with colons (systemd.exec(5)).</summary>
    public const string StateVariable = "STATE_DIRECTORY";

    /// <summary>Name of the file in the first of them.</summary>
    public const string FileName = "step-times.json";

    /// <summary>The file. Folders are never made.</summary>
    /// <param name="option"><c>Engine:CurveFile</c>.</param>
    /// <param name="stateFolders">Value of <see cref="StateVariable"/>; null if it is not set.</param>
    /// <returns>Its path; empty if nothing is kept.</returns>
    public static string Of(string option, string? stateFolders)
    {
        if (option.Length > 0)
        {
            return option == Nowhere ? "" : option;
        }

        return stateFolders?.Split(':')[0] is { Length: > 0 } folder && Directory.Exists(folder) ? Path.Combine(folder, FileName) : "";
    }
}
