namespace FlashDiffusion.Bill;

/// <summary>Texts of common licences, for packages that name one and carry none: the MIT and BSD licences ask that theirs goes with every copy.</summary>
internal static class LicenceTexts
{
    private static readonly char[] Separators = [' ', '(', ')'];

    /// <summary>The licences of an SPDX expression with their texts; of those that are not known here the package's link is all there is.</summary>
    public static IEnumerable<(string Name, string Text)> Of(string expression) =>
        expression.Split(Separators, StringSplitOptions.RemoveEmptyEntries).Select(name => (name, Find(name))).Where(pair => pair.Item2.Length > 0);

    private static string Find(string name)
    {
        using var stream = typeof(LicenceTexts).Assembly.GetManifestResourceStream(name);
        if (stream is null)
        {
            return "";
        }

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Trim();
    }
}
