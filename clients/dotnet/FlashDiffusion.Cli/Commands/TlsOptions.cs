using System.CommandLine;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FlashDiffusion.Cli.Commands;

/// <summary>Whom to trust over https, and who asks.</summary>
internal sealed class TlsOptions
{
    private readonly Option<FileInfo?> _authority = new("--ca-file")
    {
        Description = "Certificates, PEM, of the authority that signed an https server's; the system's authorities if not given.",
        HelpName = "FILE",
    };

    private readonly Option<FileInfo?> _certificate = new("--cert-file")
    {
        Description = "Certificate, PEM, for an https server that asks for one; with --cert-key-file.",
        HelpName = "FILE",
    };

    private readonly Option<FileInfo?> _key = new("--cert-key-file") { Description = "Private key, PEM, of --cert-file.", HelpName = "FILE" };

    public void AddTo(Command command)
    {
        command.Add(_authority);
        command.Add(_certificate);
        command.Add(_key);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_certificate) is null != result.GetResult(_key) is null)
            {
                result.AddError("--cert-file and --cert-key-file belong together: give both.");
            }
        });
    }

    /// <returns>Null where the user said nothing.</returns>
    public Action<SocketsHttpHandler>? Read(ParseResult parsed)
    {
        var (authority, certificate, key) = (parsed.GetValue(_authority), parsed.GetValue(_certificate), parsed.GetValue(_key));
        if (authority is null && certificate is null)
        {
            return null;
        }

        var ssl = new SslClientAuthenticationOptions();
        if (authority is not null)
        {
            // An authority of one's own publishes no revocations.
            ssl.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            Load("--ca-file", authority, file => ssl.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(file));
            if (ssl.CertificateChainPolicy.CustomTrustStore.Count == 0)
            {
                throw CliException.Usage($"--ca-file: {authority.FullName} holds no certificate in PEM.");
            }
        }

        if (certificate is not null)
        {
            // By itself first, so that what is said next is about the key.
            Load("--cert-file", certificate, file => X509Certificate2.CreateFromPem(File.ReadAllText(file)).Dispose());
            Load("--cert-key-file", key!, file => ssl.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate.FullName, file)]);
        }

        return handler => handler.SslOptions = ssl;
    }

    private static void Load(string option, FileInfo file, Action<string> load)
    {
        try
        {
            load(file.FullName);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            // A key of another certificate is an argument to .NET. Without what it adds for programmers.
            throw CliException.Usage($"{option}: {file.FullName} can't be used: {exception.Message.Split(" (Parameter ")[0]}");
        }
    }
}
