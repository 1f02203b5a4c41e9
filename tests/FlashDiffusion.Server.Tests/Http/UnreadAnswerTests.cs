using FlashDiffusion.Server.Tests.BadInputs;
using FlashDiffusion.Server.Tests.Requests;
using FlashDiffusion.Server.Tests.Security;
using FlashDiffusion.Server.Tests.Serving;
using Google.Protobuf;

namespace FlashDiffusion.Server.Tests.Http;

/// <summary>An answer that is no stream, and a client that answers pings and takes none of it.</summary>
public sealed class UnreadAnswerTests
{
    private const string Native = "/flashdiffusion.v1.ReconstructionService/";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData($"{Native}Degrade")]
    [InlineData($"{Native}GetReconstruction")]
    [InlineData("/inference.GRPCInferenceService/ModelInfer")]
    public async Task Unary_NobodyReads_IsLetGoAfterTheStallLimit(string method)
    {
        await using var server = await InProcessServer.StartAsync(settings: ("Server:StallSeconds", "1"));
        var kept = InProcessServer.Short();
        (kept.RequestId, kept.Output) = ("kept", new V1.OutputOptions { Format = V1.PictureFormat.Tensor });
        await InProcessServer.ResultAsync(server.Reconstruction(), kept, InProcessServer.Call());
        using var client = new ClosedWindow();

        var code = await client.UntilResetAsync(server.Grpc, method, RequestOf(method)).WaitAsync(Patience, TestContext.Current.CancellationToken);

        // CANCEL; INTERNAL_ERROR would be INTERNAL to its client, as if the server had failed.
        Assert.Equal(8, code);
        Assert.Equal(0, client.BodyBytes);
        await Eventually.IsAsync(() => server.Logs.Text.Contains($"The client of {method} did not read for 1 s", StringComparison.Ordinal));
        Assert.DoesNotContain("failed inside the server", server.Logs.Text, StringComparison.Ordinal);
        await InProcessServer.ResultAsync(server.Reconstruction(), InProcessServer.Short(), InProcessServer.Call());
    }

    [Theory]
    [InlineData($"{Native}Reconstruct", "did not read for 1 s; its work is cancelled")]
    [InlineData("/inference.GRPCInferenceService/ModelStreamInfer", "did not read for 1 s; its call is cancelled")]
    public async Task Stream_NobodyReads_IsResetAsCancelled(string method, string said)
    {
        await using var server = await InProcessServer.StartAsync(settings: ("Server:StallSeconds", "1"));
        using var client = new ClosedWindow();

        Assert.Equal(8, await client.UntilResetAsync(server.Grpc, method, RequestOf(method)).WaitAsync(Patience, TestContext.Current.CancellationToken));

        await Eventually.IsAsync(() => server.Logs.Text.Contains(said, StringComparison.Ordinal));
        await Eventually.IsAsync(() => server.ActiveSessions == 0);
    }

    private static IMessage RequestOf(string method) => method[(method.LastIndexOf('/') + 1)..] switch
    {
        "Degrade" => new V1.DegradeRequest { Picture = MapperScene.FilePicture(32, 32), Operator = MapperScene.Fine().Operator },
        "Reconstruct" => Large(),
        "GetReconstruction" => new V1.GetReconstructionRequest { RequestId = "kept" },
        _ => BadInputInferTests.Fine(),
    };

    private static V1.ReconstructRequest Large()
    {
        var request = InProcessServer.Short();
        request.Output = new V1.OutputOptions { Format = V1.PictureFormat.Tensor };
        return request;
    }
}
