using FlashDiffusion.Server.Tests.Serving;
using Google.Protobuf.WellKnownTypes;

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

    public static TheoryData<string, object> LoadRows => BadCase<V1.LoadModelRequest>.Rows(Loads);

    public static TheoryData<string, object> UnloadRows => BadCase<V1.UnloadModelRequest>.Rows(Unloads);

    private V1.AdminService.AdminServiceClient Admin => new(server.Server.Channel(address: server.Server.Admin));

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
