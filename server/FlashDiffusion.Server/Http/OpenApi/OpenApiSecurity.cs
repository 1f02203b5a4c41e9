using System.Text.Json.Nodes;
using FlashDiffusion.Server.Configuration;

namespace FlashDiffusion.Server.Http.OpenApi;

/// <summary>How callers say who they are, as far as this server asks for it.</summary>
/// <param name="access">Whether keys or tokens are asked for.</param>
/// <param name="tls">Whether certificates are.</param>
internal sealed class OpenApiSecurity(AccessOptions access, TlsOptions tls)
{
    private const string Bearer = "bearer";
    private const string Certificate = "certificate";

    /// <summary>What may be asked for, whatever this server does: a client is generated once and used with many.</summary>
    public static JsonObject Schemes => new()
    {
        [Bearer] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "An API key or a JSON Web Token: 'authorization: Bearer KEY'." },
        [Certificate] = new JsonObject { ["type"] = "mutualTLS", ["description"] = "A client certificate of an authority that the server trusts." },
    };

    /// <summary>What this server asks for: all of it at once; nothing where it asks for nothing.</summary>
    public JsonArray Requirements
    {
        get
        {
            var all = new JsonObject();
            if (access.AsksForTokens)
            {
                all[Bearer] = new JsonArray();
            }

            if (tls.ClientAuthorities.Length > 0)
            {
                all[Certificate] = new JsonArray();
            }

            return all.Count == 0 ? [] : [all];
        }
    }
}
