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

        var named = packages.Where(package => package.Licences.Count == 0 && package.Manifest.IsExpression).SelectMany(package => LicenceTexts.Of(package.Manifest.Licence));
        foreach (var (name, licence) in named.DistinctBy(pair => pair.Name).OrderBy(pair => pair.Name, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{Rule}\nText of {name}, for the packages above that carry none\n\n{licence}\n");
        }

        return text.ToString();
    }
}
