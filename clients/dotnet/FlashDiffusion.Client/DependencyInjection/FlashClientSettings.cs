namespace FlashDiffusion.Client;

/// <summary>
/// A client in a container, as a configuration section can say it:
/// <c>{ "Addresses": ["http://a:8001", "http://b:8001"], "Client": { "UnaryTimeout": "00:00:10", "Resume": { "Tries": 3 } } }</c>.
/// </summary>
public sealed class FlashClientSettings
{
    /// <summary>Servers that do the same work, at least one: <c>http://host:port</c>, <c>https://host:port</c> or <c>host:port</c>.</summary>
    /// <value>None.</value>
    public IList<string> Addresses { get; } = [];

    /// <summary>Limits of the client.</summary>
    /// <value>The defaults of each.</value>
    public FlashClientOptions Client { get; set; } = new();
}
