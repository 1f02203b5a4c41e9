using System.Net;
using FlashDiffusion.Server.Tests.Requests;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;

namespace FlashDiffusion.Server.Tests.Serving;

/// <summary>What is too large, in each form that a message comes in, and what is not.</summary>
public sealed class MessageSizeTests
{
    private const int Limit = 1024 * 1024;
    private static readonly (string, string) Limited = ("Server:MaximumMessageBytes", "1048576");

    [Theory]
    [InlineData(GrpcWebMode.GrpcWeb, 0.97, false)]
    [InlineData(GrpcWebMode.GrpcWebText, 0.97, false)]
    [InlineData(GrpcWebMode.GrpcWeb, 1.5, true)]
    [InlineData(GrpcWebMode.GrpcWebText, 1.5, true)]
    public async Task Message_OverGrpcWeb_HasTheLimitOfGrpcHoweverItIsWritten(GrpcWebMode mode, double share, bool tooLarge)
    {
        await using var server = await InProcessServer.StartAsync(settings: Limited);
        using var channel = GrpcChannel.ForAddress(server.Http, new GrpcChannelOptions { HttpHandler = new GrpcWebHandler(mode, new HttpClientHandler()), HttpVersion = HttpVersion.Version11 });
        var request = new V1.EstimateSeverityRequest { Measurement = new V1.Picture { Encoded = UnsafeByteOperations.UnsafeWrap(new byte[(int)(share * Limit)]) } };

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await server.Reconstruction(channel).EstimateSeverityAsync(request, InProcessServer.Call()));

        var info = refusal.GetRpcStatus()!.GetDetail<ErrorInfo>()!;
        if (tooLarge)
        {
            Assert.Equal((StatusCode.ResourceExhausted, "MESSAGE_TOO_LARGE", $"{Limit}"), (refusal.StatusCode, info.Reason, info.Metadata["maximum_message_bytes"]));
        }
        else
        {
            // It was read: the bytes are no picture.
            Assert.Contains("measurement.encoded", refusal.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Select(violation => violation.Field));
        }
    }

    [Fact]
    public async Task Degrade_AnswerLargerThanWhatIsTaken_Comes()
    {
        await using var server = await InProcessServer.StartAsync(settings: Limited);
        var request = new V1.DegradeRequest { Picture = MapperScene.FilePicture(400, 400), Operator = new V1.ForwardOperator { Name = "denoising", NoiseStd = 0.1 } };

        var answer = await server.Reconstruction().DegradeAsync(request, InProcessServer.Call());

        Assert.InRange(answer.CalculateSize(), Limit + 1, 8 * Limit);
    }

    [Fact]
    public async Task Health_EndlessName_IsRefusedWithTheLimitOfHealth()
    {
        await using var server = await InProcessServer.StartAsync();

        var refusal = await Assert.ThrowsAsync<RpcException>(async () =>
            await new Health.HealthClient(server.Channel()).CheckAsync(new HealthCheckRequest { Service = new string('a', 20_000) }, InProcessServer.Call()));

        var info = refusal.GetRpcStatus()!.GetDetail<ErrorInfo>()!;
        Assert.Equal((StatusCode.ResourceExhausted, "MESSAGE_TOO_LARGE", "4096"), (refusal.StatusCode, info.Reason, info.Metadata["maximum_message_bytes"]));
    }
}
