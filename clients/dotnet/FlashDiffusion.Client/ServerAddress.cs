namespace FlashDiffusion.Client;

/// <summary>Where a server is.</summary>
internal static class ServerAddress
{
    /// <exception cref="ArgumentException">Not an address.</exception>
    public static Uri Parse(string address)
    {
        var text = address.Contains("://", StringComparison.Ordinal) ? address : $"http://{address}";
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0
            ? uri
            : throw new ArgumentException($"'{address}' is not a server's address; write http://host:port, for example http://127.0.0.1:8001.", nameof(address));
    }
}
