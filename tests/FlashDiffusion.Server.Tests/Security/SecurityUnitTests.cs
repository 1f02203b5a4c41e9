using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Security.Callers;
using FlashDiffusion.Testing.Certificates;
using Google.Protobuf.Reflection;

namespace FlashDiffusion.Server.Tests.Security;

public sealed class SecurityUnitTests
{
    [Theory]
    [InlineData("", "it has no key")]
    [InlineData("alice", "line 1 must be")]
    [InlineData("# a comment\nalice 0123", "line 2 must be")]
    [InlineData("alice 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 root", "line 1 must be")]
    [InlineData("alice 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\nbob 9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08", "line 2 has a key")]
    public void Keys_Wrong_AreRefusedWithTheLine(string text, string said)
    {
        Assert.Null(ApiKeys.Parse(text, out var problem));
        Assert.Contains(said, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_Right_AreFoundByTheKeyAlone()
    {
        var keys = ApiKeys.Parse($"  \n{TestKey.Line("alice", "test")}\r\n{TestKey.Line("ops", "other", admin: true)}", out _)!;

        Assert.Equal(new ApiKey("alice", false), keys.Find("test"));
        Assert.Equal(new ApiKey("ops", true), keys.Find("other"));
        Assert.Null(keys.Find("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"));
        Assert.Null(keys.Find(""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"keys\":[]}")]
    [InlineData("{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0\"}]}")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")]
    public void JwtKeys_Wrong_AreRefused(string text)
    {
        Assert.Null(JwtKeys.Parse(text, out var problem));
        Assert.NotEmpty(problem);
    }

    [Theory]
    [InlineData("loopback", false, false, false, 0)]
    [InlineData("127.0.0.1", false, false, false, 0)]
    [InlineData("::1", false, false, false, 0)]
    [InlineData("any", false, false, false, 1)]
    [InlineData("0.0.0.0", false, false, false, 1)]
    [InlineData("any", true, false, false, 1)]
    [InlineData("any", true, true, false, 0)]
    [InlineData("any", false, true, true, 0)]
    [InlineData("any", false, true, false, 1)]
    public void Warnings_OpenWithoutAsking_AreGiven(string listen, bool keys, bool tls, bool clients, int expected)
    {
        var warnings = ExposureWarnings.Of(
            new ServerOptions { Listen = listen },
            new AdminOptions(),
            new AccessOptions { KeysFile = keys ? "keys" : "" },
            new TlsOptions { Certificate = tls ? "cert" : "", ClientAuthorities = clients ? "ca" : "" });

        Assert.Equal(expected, warnings.Length);
    }

    [Fact]
    public void Needs_OfEveryMethod_AreAsTheyShouldBe()
    {
        IEnumerable<ServiceDescriptor> services =
        [
            V1.ReconstructionService.Descriptor, V1.CatalogService.Descriptor, V1.AdminService.Descriptor,
            Inference.GRPCInferenceService.Descriptor, Grpc.Health.V1.Health.Descriptor,
        ];
        var open = new List<string>();
        var admin = new List<string>();
        foreach (var method in services.SelectMany(service => service.Methods))
        {
            (AccessNeeds.Of(method.Service.FullName, method.Name) switch { AccessNeed.Open => open, AccessNeed.Admin => admin, _ => [] }).Add(method.Name);
        }

        Assert.Equal(["Check", "ServerLive", "ServerReady", "Watch"], open.Order(StringComparer.Ordinal));
        Assert.Equal(
            V1.AdminService.Descriptor.Methods.Select(method => method.Name).Concat(["RepositoryModelLoad", "RepositoryModelUnload", "TraceSetting", "LogSettings"]).Order(StringComparer.Ordinal),
            admin.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("https://issuer.example", "", "", "Access:JwtAudience is needed")]
    [InlineData("http://issuer.example", "me", "", "must be an https:// address")]
    [InlineData("", "me", "", "need Access:JwtIssuer")]
    [InlineData("issuer", "me", "/nowhere", "there is no such file")]
    public void Errors_OfTheIssuer_AreSaidBeforeTheStart(string issuer, string audience, string file, string said)
    {
        var result = new AccessOptionsValidator().Validate(null, new AccessOptions { JwtIssuer = issuer, JwtAudience = audience, JwtKeysFile = file });

        Assert.Contains(said, result.FailureMessage, StringComparison.Ordinal);
    }
}
