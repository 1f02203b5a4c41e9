using FlashDiffusion.EndToEnd.Tests.Servers;
using Grpc.Net.Client;

namespace FlashDiffusion.EndToEnd.Tests.Operations;

/// <summary>What a server measured is known to the one that is started after it.</summary>
public sealed class CurveFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-curves-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Server_Restarted_KnowsItsCurvesBeforeAnyRequest()
    {
        string[] arguments = [$"--curve-file={Path.Combine(_folder.FullName, "curves.json")}", "--admin=true", "--admin-port=0", "--grace=60"];
        V1.LaneCurve before;
        await using (var server = await RunningServer.StartAsync(arguments))
        {
            // Of a size and with an operator that no server measures by itself.
            Assert.Null(await BlurredAsync(server));
            Assert.NotNull((await Requests.ReconstructAsync(server, await Requests.BlurredAsync(server, 80, 48)))[^1].Result);
            before = (await BlurredAsync(server))!;
            server.Terminate();
            Assert.Equal(0, await server.EndAsync());
        }

        await using var restarted = await RunningServer.StartAsync(arguments);

        var known = await BlurredAsync(restarted);
        Assert.NotNull(known);
        Assert.Equal(before.Points, known.Points);
        Assert.NotEmpty(known.Points);
        Assert.Equal(before.Operators, known.Operators);
        Assert.StartsWith("gaussian_blur", Assert.Single(known.Operators).Operator, StringComparison.Ordinal);
        await restarted.SaysAsync("step-time curves measured before the start are known again");
        await restarted.SaysAsync("guided at 80x48");
    }

    private static async Task<V1.LaneCurve?> BlurredAsync(RunningServer server)
    {
        using var channel = GrpcChannel.ForAddress(server.Admin!);
        var statistics = await new V1.AdminService.AdminServiceClient(channel).GetStatisticsAsync(new V1.GetStatisticsRequest(), Requests.Call);
        return Assert.Single(statistics.Devices).Lanes.SingleOrDefault(
            lane => lane is { Stage: "Step", WorkingSize: { Height: 80, Width: 48 } } && lane.Operator == "linear 3x80x48");
    }
}
