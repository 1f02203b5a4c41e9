using Microsoft.AspNetCore.Http.Features;

namespace FlashDiffusion.Server.Http;

/// <summary>
/// Names in a path as they were meant. Servers leave %2F as it is where they decode a path, since a slash there would end the name; what came so can't be told from a
/// name that has these three letters, but by the line that the client sent.
/// </summary>
internal static class PathNames
{
    private const string Slash = "%2F";

    /// <summary>Decodes what routing left in the values of a path.</summary>
    public static void Decode(HttpContext context)
    {
        var values = context.Request.RouteValues;
        foreach (var (key, value) in values.Where(value => value.Value is string text && text.Contains(Slash, StringComparison.OrdinalIgnoreCase)).ToList())
        {
            values[key] = Meant((string)value!, context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "");
        }
    }

    /// <summary>What a name in a path means.</summary>
    /// <param name="name">The name as routing leaves it.</param>
    /// <param name="target">The path as it was sent, with or without a query.</param>
    public static string Meant(string name, string target)
    {
        foreach (var segment in target.Split('?')[0].Split('/'))
        {
            // What follows a name in its segment is a verb (:cancel).
            var routed = Uri.UnescapeDataString(segment.Replace(Slash, "%252F", StringComparison.OrdinalIgnoreCase));
            if (routed.StartsWith(name, StringComparison.OrdinalIgnoreCase) && (routed.Length == name.Length || routed[name.Length] == ':'))
            {
                return Uri.UnescapeDataString(segment)[..^(routed.Length - name.Length)];
            }
        }

        return name;
    }
}
