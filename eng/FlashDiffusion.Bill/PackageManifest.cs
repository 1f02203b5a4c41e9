using System.Xml.Linq;

namespace FlashDiffusion.Bill;

/// <summary>What a package says of itself in its manifest.</summary>
/// <param name="Licence">SPDX expression, the name of a file, or an address; empty if it says nothing.</param>
/// <param name="IsExpression">Whether the licence is an SPDX expression.</param>
/// <param name="Copyright">The holder; empty if it says nothing.</param>
/// <param name="Authors">Who made it.</param>
/// <param name="Project">Address of its project; empty if it says nothing.</param>
internal sealed record PackageManifest(string Licence, bool IsExpression, string Copyright, string Authors, string Project)
{
    public static PackageManifest Read(string path)
    {
        var metadata = XDocument.Load(path).Root?.Elements().FirstOrDefault(element => element.Name.LocalName == "metadata");
        var licence = Element("license");
        return new PackageManifest(licence?.Value.Trim() ?? Text("licenseUrl"), licence?.Attribute("type")?.Value == "expression", Text("copyright"), Text("authors"), Text("projectUrl"));

        XElement? Element(string name) => metadata?.Elements().FirstOrDefault(element => element.Name.LocalName == name);

        string Text(string name) => Element(name)?.Value.Trim() ?? "";
    }
}
