using System.Security.Cryptography.X509Certificates;
using FlashDiffusion.Client;
using FlashDiffusion.EndToEnd.Tests.Clients;
using FlashDiffusion.EndToEnd.Tests.Studio;
using FlashDiffusion.Testing.Tools;
using Grpc.Core;

namespace FlashDiffusion.EndToEnd.Tests.Security;

/// <summary>Every client over TLS with its key: it gets in, and without the key it says why not.</summary>
public sealed class SecuredClientTests(SecuredServer secured) : IClassFixture<SecuredServer>
{
    private const string Python = """
        import sys, grpc, flashdiffusion
        address, authority, key = sys.argv[1:]
        credentials = grpc.ssl_channel_credentials(open(authority, "rb").read())
        with flashdiffusion.Client(address, credentials=credentials, metadata=[("authorization", f"Bearer {key}")]) as client:
            print("models", client.models().default_model)
        with flashdiffusion.Client(address, credentials=credentials) as client:
            try:
                client.models()
            except flashdiffusion.FlashError as error:
                print("refused", error)
        """;

    private const string Node = """
        import { readFileSync } from "node:fs";
        import { createRequire } from "node:module";
        const [address, authority, key, folder] = process.argv.slice(1);
        const { connect } = await import(`${folder}/dist/node.js`);
        const grpc = createRequire(`${folder}/package.json`)("@grpc/grpc-js");
        const credentials = grpc.credentials.createSsl(readFileSync(authority));
        console.log("models", (await connect(address, { credentials, headers: { authorization: `Bearer ${key}` } }).models()).defaultModel);
        try {
          await connect(address, { credentials }).models();
        } catch (error) {
          console.log("refused", error.code, error.message);
        }
        process.exit(0);
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task DotNet_WithItsKey_GetsIn()
    {
        using var client = FlashClient.Connect(secured.Server.Address.ToString(), new FlashClientOptions { ApiKey = secured.Key, ConfigureHandler = Trust });
        using var stranger = FlashClient.Connect(secured.Server.Address.ToString(), new FlashClientOptions { ConfigureHandler = Trust });

        Assert.Equal("starter", (await client.ListModelsAsync(Cancellation)).DefaultModel);
        var refusal = await Assert.ThrowsAsync<FlashException>(() => stranger.ListModelsAsync(Cancellation));
        Assert.Equal(StatusCode.Unauthenticated, refusal.Code);
    }

    [Fact]
    public void Python_WithItsKey_GetsIn() => Expect(ToolRun.Start(
        "env", Checkout.Root, [$"PYTHONPATH={Path.Combine(Checkout.Root, "clients", "python", "src")}", SystemPython.Require("grpc", "numpy", "PIL", "google.protobuf"), "-B", "-c", Python, .. Arguments]));

    [Fact]
    public void Node_WithItsKey_GetsIn() => Expect(ToolRun.Start(TypeScriptPackage.Build(), Checkout.Root, ["--input-type=module", "-e", Node, "--", .. Arguments, TypeScriptPackage.Folder]));

    [Fact]
    public void Studio_InChromium_AsksForTheKeyAndForgetsIt()
    {
        var (node, chromium) = (TypeScriptPackage.Build(), OutsideTool.Require("chromium"));

        var run = ToolRun.Start(
            "env", Checkout.Root, $"STUDIO={secured.Server.Http.GetLeftPart(UriPartial.Authority)}", $"CHROMIUM={chromium}", $"KEY={secured.Key}", node, "--test", "--test-reporter=tap", Path.Combine("tests", "studio", "key.test.mjs"));

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("# pass 1", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(secured.Key, secured.Server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Studio_SnippetsOfEveryLanguage_TakeTheKeyFromTheEnvironment()
    {
        using var snippets = new StudioSnippets();

        snippets.Write(secured.Server.Http, "inpainting", secured.Key);

        // curl's, gRPC's and .NET's own names for the authorities that they trust.
        snippets.RunAll(
            $"FLASHDIFFUSION_API_KEY={secured.Key}", $"CURL_CA_BUNDLE={secured.AuthorityFile}", $"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH={secured.AuthorityFile}", $"SSL_CERT_FILE={secured.AuthorityFile}");
    }

    private string[] Arguments => [secured.Server.Address.ToString(), secured.AuthorityFile, secured.Key];

    private static void Expect(ToolRun run)
    {
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("models starter", run.Output, StringComparison.Ordinal);
        Assert.Matches("refused .*asks for a key", run.Output);
    }

    private void Trust(SocketsHttpHandler handler)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(secured.Authority.Certificate);
        handler.SslOptions.CertificateChainPolicy = policy;
    }
}
