using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FlashDiffusion.Cli;
using FlashDiffusion.Client.Tests.FakeServer;

namespace FlashDiffusion.Client.Tests.Cli;

/// <summary>A server with a certificate of its own authority, which asks for one.</summary>
public sealed class TlsOptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly X509Certificate2 _certificate;

    public TlsOptionsTests()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        _certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(_folder["cert.pem"], _certificate.ExportCertificatePem());
        File.WriteAllText(_folder["key.pem"], key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Models_OwnAuthorityAndCertificate_Answer()
    {
        await using var server = await FakeFlashServer.StartAsync(_certificate);

        var trusted = await CommandRunner.RunAsync(
            "models", "--address", server.Address, "--ca-file", _folder["cert.pem"], "--cert-file", _folder["cert.pem"], "--cert-key-file", _folder["key.pem"]);
        var strange = await CommandRunner.RunAsync("models", "--address", server.Address);

        Assert.Equal((0, ""), (trusted.ExitCode, trusted.Error));
        Assert.Contains("starter", trusted.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Unavailable, strange.ExitCode);
        Assert.Contains($"No secure connection to {server.Address}/: ", strange.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("give both", "--cert-file", "cert.pem")]
    [InlineData("--ca-file: ", "--ca-file", "nowhere.pem")]
    [InlineData("holds no certificate", "--ca-file", "key.pem")]
    [InlineData("--cert-file: ", "--cert-file", "key.pem", "--cert-key-file", "cert.pem")]
    public async Task Models_WrongFiles_AreExplained(string expected, params string[] arguments)
    {
        string[] full = [.. arguments.Select(argument => argument.StartsWith('-') ? argument : _folder[argument])];

        var (exit, _, error) = await CommandRunner.RunAsync(["models", .. full]);

        Assert.Equal(ExitCode.Usage, exit);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }
}
