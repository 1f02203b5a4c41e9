namespace FlashDiffusion.Server.Configuration;

/// <summary>Section <c>Http</c>: who may use the HTTP port from a browser.</summary>
internal sealed class HttpOptions
{
    public const string Section = "Http";

    /// <summary>Word of <see cref="AllowedOrigins"/> for every page.</summary>
    public const string AnyOrigin = "*";

    /// <summary>
    /// Origins of pages whose scripts may call the HTTP port (gRPC-Web and JSON), like <c>https://example.org</c>; <c>*</c> means every page.
    /// Pages that this server sends itself need none.
    /// </summary>
    /// <value>None.</value>
    public IList<string> AllowedOrigins { get; set; } = [];

    /// <summary>
    /// Names, without a port, by which the HTTP ports may be called besides <c>localhost</c> and addresses where only this machine can connect:
    /// of a proxy on it that passes the name on. Elsewhere names are not looked at.
    /// </summary>
    /// <value>None.</value>
    public IList<string> AllowedHosts { get; set; } = [];
}
