using System.Globalization;
using System.Text;

namespace FlashDiffusion.Bill;

/// <summary>The licences of third parties, for people.</summary>
internal static class Notice
{
    private const string Rule = "--------------------------------------------------------------------------------";

    public static string Of(string product, IReadOnlyList<RestoredPackage> packages)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{product} is licensed under Apache-2.0. It is built with {packages.Count} packages of third parties, under the licences below.\n");
        foreach (var package in packages)
        {
            var (manifest, holder) = (package.Manifest, package.Manifest.Copyright.Length > 0 ? package.Manifest.Copyright : package.Manifest.Authors);
            text.Append(CultureInfo.InvariantCulture, $"\n{Rule}\n{package.Name} {package.Version}\n{holder}\n{manifest.Project}\n");
            text.Append(manifest.IsExpression ? $"{manifest.Licence}: https://spdx.org/licenses/{manifest.Licence}.html\n" : $"{manifest.Licence}\n");
            foreach (var licence in package.Licences)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n{licence}\n");
            }
        }

        return text.ToString();
    }
}
