using System.Text.Json;
using System.Text.Json.Nodes;

namespace FlashDiffusion.Bill;

/// <summary>The same for tools: a bill of materials of CycloneDX 1.5. Without a time, so that the same build gives the same file.</summary>
internal static class CycloneDx
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Of(string product, string version, IReadOnlyList<RestoredPackage> packages) => new JsonObject
    {
        ["$schema"] = "http://cyclonedx.org/schema/bom-1.5.schema.json",
        ["bomFormat"] = "CycloneDX",
        ["specVersion"] = "1.5",
        ["version"] = 1,
        ["metadata"] = new JsonObject
        {
            ["component"] = new JsonObject
            {
                ["type"] = "application", ["bom-ref"] = product, ["name"] = product, ["version"] = version, ["licenses"] = Licence("Apache-2.0", isExpression: true),
            },
        },
        ["components"] = new JsonArray([.. packages.Select(Component)]),
    }.ToJsonString(Indented) + "\n";

    private static JsonObject Component(RestoredPackage package)
    {
        var component = new JsonObject
        {
            ["type"] = "library",
            ["bom-ref"] = package.Purl,
            ["name"] = package.Name,
            ["version"] = package.Version,
            ["purl"] = package.Purl,
            ["author"] = package.Manifest.Authors,
            ["hashes"] = new JsonArray(new JsonObject { ["alg"] = "SHA-512", ["content"] = Convert.ToHexStringLower(Convert.FromBase64String(package.Sha512)) }),
        };
        if (package.Manifest.Licence.Length > 0)
        {
            component["licenses"] = Licence(package.Manifest.Licence, package.Manifest.IsExpression);
        }

        if (package.Manifest.Copyright.Length > 0)
        {
            component["copyright"] = package.Manifest.Copyright;
        }

        return component;
    }

    // One identifier is an id; several are an expression; what is neither is a name.
    private static JsonArray Licence(string licence, bool isExpression) =>
        isExpression && licence.Contains(' ', StringComparison.Ordinal)
            ? new JsonArray(new JsonObject { ["expression"] = licence })
            : new JsonArray(new JsonObject { ["license"] = new JsonObject { [isExpression ? "id" : "name"] = licence } });
}
