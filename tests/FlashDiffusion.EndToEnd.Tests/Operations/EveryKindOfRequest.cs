using System.Globalization;
using System.Net;
using FlashDiffusion.EndToEnd.Tests.Http;
using FlashDiffusion.EndToEnd.Tests.Servers;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;

namespace FlashDiffusion.EndToEnd.Tests.Operations;

/// <summary>All ways in which a picture comes into the server and leaves it: files and tensors, small and large, whole streams, kept results, refusals.</summary>
internal static class EveryKindOfRequest
{
    /// <summary>Side of a picture whose body is larger than what frameworks keep in memory before they take to files (30 KB to 64 KB).</summary>
    private const int LargeSide = 512;

    /// <summary>Sends them, one after the other.</summary>
    /// <param name="server">Where to.</param>
    /// <param name="round">Names its kept result: one for each time.</param>
    public static async Task SendAsync(RunningServer server, string round)
    {
        var request = await NativeAsync(server, round);
        await JsonAsync(server, request);
        await OpenInferenceAsync(server, request);
        using var web = GrpcChannel.ForAddress(server.Http, new GrpcChannelOptions { HttpHandler = new GrpcWebHandler(GrpcWebMode.GrpcWebText, new HttpClientHandler()), HttpVersion = HttpVersion.Version11 });
        await new V1.ReconstructionService.ReconstructionServiceClient(web).DegradeAsync(Large(), Requests.Call);
    }

    private static V1.DegradeRequest Large() => new() { Picture = Requests.Photograph(LargeSide, LargeSide), Operator = Requests.Blur(), Seed = 11 };

    private static async Task<V1.ReconstructRequest> NativeAsync(RunningServer server, string round)
    {
        var request = await Requests.BlurredAsync(server);
        request.Sampling.DdimSteps = 20;
        await server.Reconstruction.DegradeAsync(Large(), Requests.Call);
        await server.Reconstruction.EstimateSeverityAsync(new V1.EstimateSeverityRequest { Measurement = request.Measurement, Operator = request.Operator }, Requests.Call);
        request.Progress = new V1.ProgressOptions { EverySteps = 1, IncludeLatent = true, Preview = V1.PreviewKind.Decoded, CheckpointEverySteps = 2, IncludeDecodedMean = true };
        var kept = request.Clone();
        (kept.RequestId, kept.OnDisconnect) = (round, V1.OnDisconnect.Detach);
        Assert.NotNull((await Requests.ReconstructAsync(server, kept))[^1].Result);
        await server.Reconstruction.GetReconstructionAsync(new V1.GetReconstructionRequest { RequestId = kept.RequestId }, Requests.Call);
        var wrong = request.Clone();
        wrong.Measurement = new V1.Picture { Encoded = ByteString.CopyFrom(new byte[100_000]) };
        await Assert.ThrowsAsync<RpcException>(() => Requests.ReconstructAsync(server, wrong));
        return request;
    }

    private static async Task JsonAsync(RunningServer server, V1.ReconstructRequest request)
    {
        using var http = HttpTwin.Client(server.Http);
        foreach (var (path, message) in new (string, IMessage)[] { ("/v1/reconstructions", request), ("/v1/pictures:degrade", Large()) })
        {
            using var answer = await HttpTwin.PostAsync(http, path, message);
            Assert.True(answer.IsSuccessStatusCode, path);
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        }
    }

    private static async Task OpenInferenceAsync(RunningServer server, V1.ReconstructRequest request)
    {
        var tensor = request.Measurement.Tensor;
        var message = new Inference.ModelInferRequest { ModelName = "starter", RawInputContents = { tensor.Data } };
        message.Inputs.Add(new Inference.ModelInferRequest.Types.InferInputTensor { Name = "measurement", Datatype = "FP32", Shape = { tensor.Shape.Select(side => (long)side) } });
        foreach (var (name, value) in new[] { ("operator", request.Operator.Name), ("operator.std", "1.5"), ("noise_std", request.Operator.NoiseStd.ToString(CultureInfo.InvariantCulture)), ("ddim_steps", "20") })
        {
            message.Parameters[name] = new Inference.InferParameter { StringParam = value };
        }

        var answer = await new Inference.GRPCInferenceService.GRPCInferenceServiceClient(server.Channel).ModelInferAsync(message, Requests.Call);
        Assert.Equal(2, answer.RawOutputContents.Count);
    }
}
