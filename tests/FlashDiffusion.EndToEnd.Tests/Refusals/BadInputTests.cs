using FlashDiffusion.EndToEnd.Tests.Servers;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;

namespace FlashDiffusion.EndToEnd.Tests.Refusals;

[Collection(ServerCollection.Name)]
public sealed class BadInputTests(SharedServer shared)
{
    /// <summary>Counts requests when their first step is planned.</summary>
    private const string Started = "flashdiffusion_request_steps_count";

    private RunningServer Server => shared.Server;

    public static TheoryData<string, Action<V1.ReconstructRequest>, StatusCode, string> Faults => new()
    {
        { "undecodable", request => request.Measurement = new V1.Picture { Encoded = ByteString.CopyFromUtf8("GIF89a?") }, StatusCode.InvalidArgument, "measurement.encoded" },
        { "empty file", request => request.Measurement = new V1.Picture { Encoded = ByteString.Empty }, StatusCode.InvalidArgument, "measurement.encoded" },
        { "no picture", request => request.Measurement = null, StatusCode.InvalidArgument, "measurement" },
        { "too large", request => request.Measurement = Requests.Photograph(16, 600), StatusCode.InvalidArgument, "measurement.encoded" },
        { "too small", request => (request.Measurement, request.Operator) = (Requests.Photograph(4, 4), new V1.ForwardOperator { Name = "denoising" }), StatusCode.InvalidArgument, "measurement" },
        {
            "NaN",
            request =>
            {
                request.Measurement.Tensor.Data = ByteString.CopyFrom([.. Enumerable.Repeat(BitConverter.GetBytes(float.NaN), request.Measurement.Tensor.Data.Length / 4).SelectMany(bytes => bytes)]);
                request.Measurement.Tensor.ClearCrc32();
            },
            StatusCode.InvalidArgument, "measurement.tensor.data"
        },
        { "wrong bytes", request => request.Measurement.Tensor.Shape[1]++, StatusCode.InvalidArgument, "measurement.tensor.data" },
        { "unknown model", request => request.Model = "nobody", StatusCode.NotFound, "model" },
        { "unknown version", request => request.ModelVersion = "99", StatusCode.NotFound, "model_version" },
        { "unknown solver", request => request.Solver = new V1.SolverChoice { Name = "nobody" }, StatusCode.NotFound, "solver.name" },
        { "failed solver", request => request.Solver = new V1.SolverChoice { Name = "ThrowingConstructor" }, StatusCode.FailedPrecondition, "solver.name" },
        { "unknown operator", request => request.Operator.Name = "nobody", StatusCode.NotFound, "operator.name" },
        { "unknown parameter", request => request.Operator.Parameters["nobody"] = new V1.ParameterValue { Number = 1 }, StatusCode.InvalidArgument, "operator.parameters.nobody" },
        { "parameter out of range", request => request.Operator.Parameters["std"] = new V1.ParameterValue { Number = -1 }, StatusCode.InvalidArgument, "operator.parameters.std" },
        { "solver parameter out of range", request => request.Solver = new V1.SolverChoice { Parameters = { ["guidance_scale"] = new V1.ParameterValue { Number = double.NaN } } }, StatusCode.InvalidArgument, "solver.parameters.guidance_scale" },
        { "noise out of range", request => request.Operator.NoiseStd = 1.5, StatusCode.InvalidArgument, "operator.noise_std" },
        {
            "mask of another size",
            request => request.Operator = new V1.ForwardOperator { Name = "inpainting", Mask = Requests.Photograph(32, 32), Parameters = { ["mask_type"] = new V1.ParameterValue { Text = "user" } } },
            StatusCode.InvalidArgument, "operator.mask"
        },
        { "no operator", request => request.Operator = null, StatusCode.InvalidArgument, "operator" },
        { "fixed without a start", request => request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Fixed }, StatusCode.InvalidArgument, "adaptation.fixed" },
        { "start with AUTO", request => request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Auto, StartTimestep = 5 }, StatusCode.InvalidArgument, "adaptation.start_timestep" },
        { "steps with DDPM", request => request.Sampling = new V1.Sampling { DdimSteps = 5 }, StatusCode.InvalidArgument, "sampling.ddim_steps" },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public async Task Reconstruct_Fault_IsRefusedAtItsFieldAndNothingStarts(string fault, Action<V1.ReconstructRequest> spoil, StatusCode code, string field)
    {
        var request = await Requests.BlurredAsync(Server);
        spoil(request);
        var started = await Server.MetricAsync(Started);

        var refusal = await Assert.ThrowsAsync<RpcException>(() => Requests.ReconstructAsync(Server, request));

        Assert.True(code == refusal.StatusCode, $"{fault}: {refusal.Status}");
        var status = refusal.GetRpcStatus()!;
        Assert.Equal("flashdiffusion.dev", status.GetDetail<ErrorInfo>()!.Domain);
        var violation = Assert.Single(status.GetDetail<BadRequest>()!.FieldViolations);
        Assert.Equal(field, violation.Field);
        Assert.Contains(violation.Description, refusal.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(code == StatusCode.NotFound, status.GetDetail<ResourceInfo>() is not null);
        Assert.Equal(started, await Server.MetricAsync(Started));
    }

    [Fact]
    public async Task Reconstruct_MessageAboveTheLimit_IsRefusedWithTheLimit()
    {
        var request = new V1.ReconstructRequest { Measurement = new V1.Picture { Encoded = UnsafeByteOperations.UnsafeWrap(new byte[64 * 1024 * 1024]) } };

        var before = ProcessMemory.ResetPeak(Server.ProcessId);
        var refusal = await Assert.ThrowsAsync<RpcException>(() => Requests.ReconstructAsync(Server, request));

        Assert.True(ProcessMemory.PeakBytes(Server.ProcessId) - before < 2 * 64 * 1024 * 1024, "What is refused was held all the same.");
        Assert.Equal(StatusCode.ResourceExhausted, refusal.StatusCode);
        var info = refusal.GetRpcStatus()!.GetDetail<ErrorInfo>()!;
        Assert.Equal(("MESSAGE_TOO_LARGE", "67108864"), (info.Reason, info.Metadata["maximum_message_bytes"]));
    }

    [Fact]
    public async Task Call_UnknownMethod_CarriesErrorInfoToo()
    {
        var method = new Method<V1.ListModelsRequest, V1.ListModelsResponse>(
            MethodType.Unary, "flashdiffusion.v1.CatalogService", "ListNothing",
            Marshallers.Create(message => message.ToByteArray(), V1.ListModelsRequest.Parser.ParseFrom),
            Marshallers.Create(message => message.ToByteArray(), V1.ListModelsResponse.Parser.ParseFrom));

        var refusal = await Assert.ThrowsAsync<RpcException>(() => Server.Channel.CreateCallInvoker()
            .AsyncUnaryCall(method, null, Requests.Call, new V1.ListModelsRequest()).ResponseAsync);

        Assert.Equal(StatusCode.Unimplemented, refusal.StatusCode);
        Assert.Equal("UNIMPLEMENTED", refusal.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason);
    }
}
