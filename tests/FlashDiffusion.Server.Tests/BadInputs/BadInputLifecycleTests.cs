using FlashDiffusion.Server.Tests.Serving;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace FlashDiffusion.Server.Tests.BadInputs;

/// <summary>Bad values in what loads and unloads models.</summary>
[Collection(BadInputCollection.Name)]
public sealed class BadInputLifecycleTests(BadInputServer server)
{
    private static readonly string[] BadNames = ["..", "../starter", "/etc", "a/b", "a\\b", ".hidden", " ", "a b", "a\0", "\u202e", new('a', 256), new('a', 100_000)];

    internal static IEnumerable<BadCase<V1.LoadModelRequest>> Loads { get; } =
    [
        .. BadNames.Append("").Select((name, i) => new BadCase<V1.LoadModelRequest>($"name {i}", "model", request => request.Model = name)),
        .. BadNames.Select((version, i) => new BadCase<V1.LoadModelRequest>($"version {i}", "model_version", request => request.ModelVersion = version)),
    ];

    internal static IEnumerable<BadCase<V1.UnloadModelRequest>> Unloads { get; } =
    [
        .. BadNames.Append("").Select((name, i) => new BadCase<V1.UnloadModelRequest>($"name {i}", "model", request => request.Model = name)),
        .. BadNames.Select((version, i) => new BadCase<V1.UnloadModelRequest>($"version {i}", "model_version", request => request.ModelVersion = version)),
        .. new long[] { -1, 601, long.MaxValue, long.MinValue }.Select(value => new BadCase<V1.UnloadModelRequest>($"{value} s", "wait", request => request.Wait = new Duration { Seconds = value })),
    ];

    internal static IEnumerable<BadCase<Inference.RepositoryModelLoadRequest>> Controls { get; } =
    [
        .. BadNames.Append("").Select((name, i) => new BadCase<Inference.RepositoryModelLoadRequest>($"name {i}", "model", request => request.ModelName = name)),
        .. BadNames.Select((name, i) => new BadCase<Inference.RepositoryModelLoadRequest>($"repository {i}", "model", request => (request.ModelName, request.RepositoryName) = ("", name))),
        // Triton's way to other settings and to files from outside.
        .. new[] { "config", "file:1/model.json", "file:../../model.json", "unload_dependents", "" }.Select(name => new BadCase<Inference.RepositoryModelLoadRequest>(
            name, $"parameters[{name}]", request => request.Parameters[name] = new Inference.ModelRepositoryParameter { StringParam = "{}" })),
    ];

    public static TheoryData<string, object> ControlRows => BadCase<Inference.RepositoryModelLoadRequest>.Rows(Controls);

    public static TheoryData<string, object> LoadRows => BadCase<V1.LoadModelRequest>.Rows(Loads);

    public static TheoryData<string, object> UnloadRows => BadCase<V1.UnloadModelRequest>.Rows(Unloads);

    private V1.AdminService.AdminServiceClient Admin => new(server.Server.Channel(address: server.Server.Admin));

    private Inference.GRPCInferenceService.GRPCInferenceServiceClient Control => new(server.Server.Channel(address: server.Server.Admin));

    [Theory]
    [MemberData(nameof(ControlRows), DisableDiscoveryEnumeration = true)]
    public Task RepositoryModelLoad_BadInput_IsRefusedAtItsField(string name, object given) => RefusedAsync<Inference.RepositoryModelLoadRequest>(
        name, given, new() { ModelName = "starter" }, async request => await Control.RepositoryModelLoadAsync(request, InProcessServer.Call()));

    [Theory]
    [InlineData("parameters[config]", "fake", "config")]
    [InlineData("model", "../fake", "unload_dependents")]
    [InlineData("model", "", "unload_dependents")]
    public Task RepositoryModelUnload_BadInput_IsRefusedAtItsField(string field, string model, string parameter) => server.RefusedAsync(
        async () => await Control.RepositoryModelUnloadAsync(
            new Inference.RepositoryModelUnloadRequest { ModelName = model, Parameters = { [parameter] = new Inference.ModelRepositoryParameter { BoolParam = true } } }, InProcessServer.Call()),
        field,
        StatusCode.InvalidArgument);

    [Theory]
    [MemberData(nameof(LoadRows), DisableDiscoveryEnumeration = true)]
    public Task LoadModel_BadInput_IsRefusedAtItsField(string name, object given) => RefusedAsync<V1.LoadModelRequest>(
        name, given, new() { Model = "starter" }, async request => await Admin.LoadModelAsync(request, InProcessServer.Call()));

    [Theory]
    [MemberData(nameof(UnloadRows), DisableDiscoveryEnumeration = true)]
    public Task UnloadModel_BadInput_IsRefusedAtItsField(string name, object given) => RefusedAsync<V1.UnloadModelRequest>(
        name, given, new() { Model = "starter" }, async request => await Admin.UnloadModelAsync(request, InProcessServer.Call()));

    private Task RefusedAsync<T>(string name, object given, T request, Func<T, Task> call)
    {
        var bad = Assert.IsType<BadCase<T>>(given);
        Assert.NotEmpty(name);
        bad.Spoil(request);
        return server.RefusedAsync(() => call(request), bad.Field, bad.Code);
    }
}
