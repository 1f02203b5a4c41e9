using System.ComponentModel.DataAnnotations;

namespace FlashDiffusion.Server.Configuration;

/// <summary>
/// Section <c>Tls</c>: TLS on the ports of gRPC, HTTP and the admin service; the port of metrics and health probes stays in cleartext.
/// Files are read again while the server runs.
/// </summary>
internal sealed class TlsOptions
{
    public const string Section = "Tls";

    /// <summary>PEM file of the server's certificate, with those of intermediate authorities after it; empty for cleartext.</summary>
    /// <value>Empty.</value>
    public string Certificate { get; set; } = "";

    /// <summary>PEM file of its private key, unencrypted.</summary>
    /// <value>Empty.</value>
    public string Key { get; set; } = "";

    /// <summary>PEM file of the authorities whose clients may connect; then nobody connects without a certificate. Empty asks for none.</summary>
    /// <value>Empty.</value>
    public string ClientAuthorities { get; set; } = "";

    /// <summary>Seconds after which the files of certificates and keys are looked at again, those of other sections too.</summary>
    /// <value>10.</value>
    [Range(0.1, 86400)]
    public double ReloadSeconds { get; set; } = 10;
}
