namespace FlashDiffusion.Bill;

/// <summary>A package that a project was built with.</summary>
/// <param name="Name">Its id.</param>
/// <param name="Version">Its version.</param>
/// <param name="Sha512">Hash of its file, base64.</param>
/// <param name="Manifest">What it says of itself.</param>
/// <param name="Licences">Texts of the licences that lie in it.</param>
internal sealed record RestoredPackage(string Name, string Version, string Sha512, PackageManifest Manifest, IReadOnlyList<string> Licences)
{
    /// <summary>Its name for tools.</summary>
    public string Purl => $"pkg:nuget/{Name}@{Version}";
}
