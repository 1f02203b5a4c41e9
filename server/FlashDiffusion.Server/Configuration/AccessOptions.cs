namespace FlashDiffusion.Server.Configuration;

/// <summary>
/// Section <c>Access</c>: who may call. Without a file of keys, a JWT issuer and client certificates everybody may who reaches the ports.
/// </summary>
internal sealed class AccessOptions
{
    public const string Section = "Access";

    /// <summary>
    /// File of API keys, one a line: the caller's name, the SHA-256 of the key in hexadecimal, and <c>admin</c> for those who may use the
    /// admin service. Read again while the server runs. Empty for none.
    /// </summary>
    /// <value>Empty.</value>
    public string KeysFile { get; set; } = "";

    /// <summary>Issuer whose JSON Web Tokens are accepted; empty for none.</summary>
    /// <value>Empty.</value>
    public string JwtIssuer { get; set; } = "";

    /// <summary>Audience that they must be meant for.</summary>
    /// <value>Empty.</value>
    public string JwtAudience { get; set; } = "";

    /// <summary>
    /// File with the issuer's public keys: a JSON Web Key Set, or PEM. Read again while the server runs. Empty asks the issuer itself,
    /// by OpenID Connect discovery.
    /// </summary>
    /// <value>Empty.</value>
    public string JwtKeysFile { get; set; } = "";

    /// <summary>Word in a token's <c>scope</c>, <c>scp</c> or <c>roles</c> that gives the right to administer.</summary>
    /// <value><c>flashdiffusion.admin</c>.</value>
    public string AdminScope { get; set; } = "flashdiffusion.admin";

    /// <summary>Subjects of client certificates that may administer, as in <c>CN=ops, O=Example</c>; they count where no keys and no issuer are set.</summary>
    /// <value>None.</value>
    public IList<string> AdminSubjects { get; set; } = [];

    /// <summary>Whether callers must show a key or a token.</summary>
    public bool AsksForTokens => KeysFile.Length > 0 || JwtIssuer.Length > 0;
}
