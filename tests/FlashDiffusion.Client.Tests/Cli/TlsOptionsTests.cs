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
        using var other = RSA.Create(2048);
        File.WriteAllText(_folder["other.pem"], other.ExportPkcs8PrivateKeyPem());
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
        Assert.EndsWith("Give its authority's with --ca-file.\n", strange.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_WithoutTheCertificateThatIsAskedFor_SayWhichOptionsGiveIt()
    {
        await using var server = await FakeFlashServer.StartAsync(_certificate);

        var (exit, _, error) = await CommandRunner.RunAsync("models", "--address", server.Address, "--ca-file", _folder["cert.pem"]);

        Assert.Equal(ExitCode.Unavailable, exit);
        Assert.EndsWith("may ask for a client certificate of an authority that it trusts. Give --cert-file and --cert-key-file.\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_TlsWhereTheServerHasNoneAndTheReverse_SayWhatToWrite()
    {
        await using var secure = await FakeFlashServer.StartAsync(_certificate);
        await using var open = await FakeFlashServer.StartAsync();

        var cleartext = await CommandRunner.RunAsync("models", "--address", secure.Address.Replace("https:", "http:", StringComparison.Ordinal));
        var tls = await CommandRunner.RunAsync("models", "--address", open.Address.Replace("http:", "https:", StringComparison.Ordinal));

        Assert.Equal((ExitCode.Unavailable, ExitCode.Unavailable), (cleartext.ExitCode, tls.ExitCode));
        Assert.Contains("https://", cleartext.Error, StringComparison.Ordinal);
        Assert.Contains("does not speak TLS; give the port that does, or http://", tls.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("give both", "--cert-file", "cert.pem")]
    [InlineData("--ca-file: ", "--ca-file", "nowhere.pem")]
    [InlineData("holds no certificate", "--ca-file", "key.pem")]
    [InlineData("--cert-file: ", "--cert-file", "key.pem", "--cert-key-file", "cert.pem")]
    [InlineData("--cert-key-file: ", "--cert-file", "cert.pem", "--cert-key-file", "cert.pem")]
    [InlineData("--cert-key-file: ", "--cert-file", "cert.pem", "--cert-key-file", "other.pem")]
    [InlineData("write --address https://", "--ca-file", "cert.pem")]
    public async Task Models_WrongFiles_AreExplained(string expected, params string[] arguments)
    {
        string[] full = [.. arguments.Select(argument => argument.StartsWith('-') ? argument : _folder[argument])];

        var (exit, _, error) = await CommandRunner.RunAsync(["models", .. full]);

        Assert.Equal(ExitCode.Usage, exit);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }
}
