namespace FlashDiffusion.Client;

/// <summary>Where a server is.</summary>
internal static class ServerAddress
{
    /// <summary>The scheme of a name behind which servers come and go.</summary>
    public const string NameScheme = "dns";

    private const string NameService = $"{NameScheme}:///";

    /// <exception cref="ArgumentException">Not an address.</exception>
    public static Uri Parse(string address)
    {
        // As gRPC writes it: no authority, the name as path.
        if (address.StartsWith(NameService, StringComparison.OrdinalIgnoreCase))
        {
            return Uri.TryCreate($"http://{address[NameService.Length..]}", UriKind.Absolute, out var name) && name is { Host.Length: > 0, PathAndQuery: "/" }
                ? new Uri(address)
                : throw new ArgumentException($"'{address}' is not a name; write dns:///host:port, for example dns:///flashdiffusion:8001.", nameof(address));
        }

        if (address.StartsWith(NameScheme + ":", StringComparison.OrdinalIgnoreCase) && !ushort.TryParse(address[(NameScheme.Length + 1)..], out _))
        {
            throw new ArgumentException($"'{address}' is not a name; write dns:///host:port with three slashes, for example dns:///flashdiffusion:8001.", nameof(address));
        }

        var text = address.Contains("://", StringComparison.Ordinal) ? address : $"http://{address}";
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0
            ? uri
            : throw new ArgumentException($"'{address}' is not a server's address; write http://host:port, https://host:port or dns:///host:port, for example http://127.0.0.1:8001.", nameof(address));
    }
}
