using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Security.Files;

namespace FlashDiffusion.Server.Security.Transport;

/// <summary>Reads certificates and keys in PEM, as every authority hands them out.</summary>
internal static class TlsFiles
{
    /// <summary>The files of the options.</summary>
    public static string[] PathsOf(TlsOptions options) => [.. new[] { options.Certificate, options.Key, options.ClientAuthorities }.Where(path => path.Length > 0)];

    /// <summary>The identity that the files hold; null with the reason if they can't be used together.</summary>
    public static TlsIdentity? Read(TlsOptions options, out string problem)
    {
        if (Text("Tls:Certificate", options.Certificate, out problem) is not { } certificates || Text("Tls:Key", options.Key, out problem) is not { } key)
        {
            return null;
        }

        X509Certificate2Collection? clients = null;
        if (options.ClientAuthorities.Length > 0 && (clients = Authorities(options.ClientAuthorities, out problem)) is null)
        {
            return null;
        }

        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificates);
            return new TlsIdentity(WithKey(certificates, key), [.. chain.Skip(1)], clients);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            problem = $"Tls:Certificate '{options.Certificate}' and Tls:Key '{options.Key}' must be a certificate and its unencrypted private key in PEM: {exception.Message}";
            return null;
        }
    }

    private static X509Certificate2 WithKey(string certificates, string key)
    {
        var certificate = X509Certificate2.CreateFromPem(certificates, key);
        if (!OperatingSystem.IsWindows())
        {
            return certificate;
        }

        // TLS of Windows takes no key that lives in memory only.
        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        }
    }

    private static X509Certificate2Collection? Authorities(string path, out string problem)
    {
        if (Text("Tls:ClientAuthorities", path, out problem) is not { } text)
        {
            return null;
        }

        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(text);
        }
        catch (CryptographicException exception)
        {
            problem = $"Tls:ClientAuthorities '{path}' must be certificates in PEM: {exception.Message}";
            return null;
        }

        problem = authorities.Count == 0 ? $"Tls:ClientAuthorities '{path}' has no certificate in PEM." : "";
        return authorities.Count == 0 ? null : authorities;
    }

    private static string? Text(string option, string path, out string problem)
    {
        var bytes = FileContent.Bytes(path, out problem);
        problem = bytes is null ? $"{option} {problem}" : "";
        return bytes is null ? null : Encoding.UTF8.GetString(bytes);
    }
}
