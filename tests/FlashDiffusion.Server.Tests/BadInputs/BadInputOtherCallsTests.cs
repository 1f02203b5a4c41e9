using FlashDiffusion.Server.Tests.Requests;
using FlashDiffusion.Server.Tests.Serving;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace FlashDiffusion.Server.Tests.BadInputs;

/// <summary>Every native method beside Reconstruct.</summary>
[Collection(BadInputCollection.Name)]
public sealed class BadInputOtherCallsTests(BadInputServer server)
{
    internal static IEnumerable<BadCase<V1.EstimateSeverityRequest>> Severities { get; } =
    [
        new("unknown", "model", request => request.Model = "nobody", StatusCode.NotFound),
        new("did not load", "model", request => request.Model = "broken", StatusCode.FailedPrecondition),
        new("unknown", "model_version", request => request.ModelVersion = "99", StatusCode.NotFound),
        new("an operator that no encoder knows", "operator.name", request => request.Operator = new V1.ForwardOperator { Name = "denoising" }),
        .. BadPictures.At<V1.EstimateSeverityRequest>("measurement", (request, picture) => request.Measurement = picture),
        .. BadOperators.At<V1.EstimateSeverityRequest>(request => request.Operator, (request, forward) => request.Operator = forward),
    ];

    internal static IEnumerable<BadCase<V1.DegradeRequest>> Degradations { get; } =
    [
        new("negative", "crop", request => request.Crop = -1),
        new("larger than the picture", "crop", request => request.Crop = 33),
        new("without end", "crop", request => request.Crop = int.MaxValue),
        new("too large to degrade", "picture", request => request.Picture = MapperScene.FilePicture(8, 2049)),
        new("of another size", "operator.picture_size", request => request.Operator.PictureSize = new V1.PictureSize { Height = 16, Width = 16 }),
        .. BadPictures.At<V1.DegradeRequest>("picture", (request, picture) => request.Picture = picture),
        .. BadOperators.At<V1.DegradeRequest>(request => request.Operator, (request, forward) => request.Operator = forward),
    ];

    internal static IEnumerable<BadCase<V1.GetReconstructionRequest>> Questions { get; } =
    [
        .. BadIds.All.Append("").Select(id => new BadCase<V1.GetReconstructionRequest>($"id of {id.Length}", "request_id", request => request.RequestId = id)),
        .. Values.NoEnum.Select(value => new BadCase<V1.GetReconstructionRequest>($"format {value}", "format", request => request.Format = (V1.PictureFormat)value)),
        .. new long[] { -1, 61, long.MaxValue, long.MinValue }.Select(value => new BadCase<V1.GetReconstructionRequest>($"{value} s", "wait", request => request.Wait = new Duration { Seconds = value })),
    ];

    internal static IEnumerable<BadCase<V1.CancelReconstructionRequest>> Cancellations { get; } =
        [.. BadIds.All.Append("").Select(id => new BadCase<V1.CancelReconstructionRequest>($"id of {id.Length}", "request_id", request => request.RequestId = id))];

    internal static IEnumerable<BadCase<V1.SetLogLevelRequest>> Levels { get; } =
    [
        .. Values.NoEnum.Append(0).Select(value => new BadCase<V1.SetLogLevelRequest>($"level {value}", "level", request => request.Level = (V1.LogLevel)value)),
        new("a colon", "category", request => request.Category = "Logging:LogLevel"),
    ];

    internal static IEnumerable<BadCase<V1.SetTraceSamplingRequest>> Ratios { get; } =
        [.. Values.Outside(0, 1).Select(value => new BadCase<V1.SetTraceSamplingRequest>($"ratio {value}", "ratio", request => request.Ratio = value))];

    internal static IEnumerable<BadCase<V1.DrainRequest>> Drains { get; } =
        [.. new long[] { -1, 601, long.MaxValue, long.MinValue }.Select(value => new BadCase<V1.DrainRequest>($"{value} s", "wait", request => request.Wait = new Duration { Seconds = value }))];

    public static TheoryData<string, object> SeverityRows => BadCase<V1.EstimateSeverityRequest>.Rows(Severities);

    public static TheoryData<string, object> DegradeRows => BadCase<V1.DegradeRequest>.Rows(Degradations);

    public static TheoryData<string, object> GetRows => BadCase<V1.GetReconstructionRequest>.Rows(Questions);

    public static TheoryData<string, object> CancelRows => BadCase<V1.CancelReconstructionRequest>.Rows(Cancellations);

    public static TheoryData<string, object> LevelRows => BadCase<V1.SetLogLevelRequest>.Rows(Levels);

    public static TheoryData<string, object> RatioRows => BadCase<V1.SetTraceSamplingRequest>.Rows(Ratios);

    public static TheoryData<string, object> DrainRows => BadCase<V1.DrainRequest>.Rows(Drains);

    [Theory]
    [MemberData(nameof(SeverityRows), DisableDiscoveryEnumeration = true)]
    public Task EstimateSeverity_BadInput_IsRefusedAtItsField(string name, object given) => RefusedAsync<V1.EstimateSeverityRequest>(
        name, given, new() { Measurement = MapperScene.TensorPicture(32, 32), Operator = MapperScene.Fine().Operator }, async request => await server.Reconstruction.EstimateSeverityAsync(request, InProcessServer.Call()));

    [Theory]
    [MemberData(nameof(DegradeRows), DisableDiscoveryEnumeration = true)]
    public Task Degrade_BadInput_IsRefusedAtItsField(string name, object given) => RefusedAsync<V1.DegradeRequest>(
        name, given, new() { Picture = MapperScene.TensorPicture(32, 32), Operator = MapperScene.Fine().Operator }, async request => await server.Reconstruction.DegradeAsync(request, InProcessServer.Call()));

    [Theory]
    [MemberData(nameof(GetRows), DisableDiscoveryEnumeration = true)]
    public Task GetReconstruction_BadInput_IsRefusedAtItsField(string name, object given) => RefusedAsync<V1.GetReconstructionRequest>(
        name, given, new() { RequestId = "nobody" }, async request => await server.Reconstruction.GetReconstructionAsync(request, InProcessServer.Call()));

    [Theory]
    [MemberData(nameof(CancelRows), DisableDiscoveryEnumeration = true)]
    public Task CancelReconstruction_BadInput_IsRefusedAtItsField(string name, object given) => RefusedAsync<V1.CancelReconstructionRequest>(
        name, given, new(), async request => await server.Reconstruction.CancelReconstructionAsync(request, InProcessServer.Call()));

    [Theory]
    [MemberData(nameof(LevelRows), DisableDiscoveryEnumeration = true)]
    public Task SetLogLevel_BadInput_IsRefusedAtItsField(string name, object given) => RefusedAsync<V1.SetLogLevelRequest>(
        name, given, new() { Level = V1.LogLevel.Error }, async request => await Admin.SetLogLevelAsync(request, InProcessServer.Call()));

    [Theory]
    [MemberData(nameof(RatioRows), DisableDiscoveryEnumeration = true)]
    public Task SetTraceSampling_BadInput_IsRefusedAtItsField(string name, object given) => RefusedAsync<V1.SetTraceSamplingRequest>(
        name, given, new(), async request => await Admin.SetTraceSamplingAsync(request, InProcessServer.Call()));

    [Fact]
    public async Task SetTraceSampling_NobodyCollects_IsRefusedWithWhatIsMissing()
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await Admin.SetTraceSamplingAsync(new V1.SetTraceSamplingRequest { Ratio = 0.5 }, InProcessServer.Call()));

        Assert.Equal(StatusCode.FailedPrecondition, refusal.StatusCode);
        Assert.Equal("traces", Assert.Single(refusal.GetRpcStatus()!.GetDetail<PreconditionFailure>()!.Violations).Subject);
        Assert.Contains("OTEL_EXPORTER_OTLP_ENDPOINT", refusal.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(DrainRows), DisableDiscoveryEnumeration = true)]
    public Task Drain_BadInput_IsRefusedAtItsField(string name, object given) => RefusedAsync<V1.DrainRequest>(
        name, given, new(), async request => await Admin.DrainAsync(request, InProcessServer.Call()));

    private V1.AdminService.AdminServiceClient Admin => new(server.Server.Channel(address: server.Server.Admin));

    private Task RefusedAsync<T>(string name, object given, T request, Func<T, Task> call)
    {
        var bad = Assert.IsType<BadCase<T>>(given);
        Assert.NotEmpty(name);
        bad.Spoil(request);
        return server.RefusedAsync(() => call(request), bad.Field, bad.Code);
    }
}
