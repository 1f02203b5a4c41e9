using FlashDiffusion.Client;
using FlashDiffusion.EndToEnd.Tests.Interop.Grid;
using FlashDiffusion.EndToEnd.Tests.Servers;
using Grpc.Core;

namespace FlashDiffusion.EndToEnd.Tests.Interop.Clients;

/// <summary>Row "C#": <see cref="FlashClient"/>.</summary>
internal sealed class DotNetClient(ServerPair servers, IReadOnlyCollection<string> methods) : IGridClient
{
    public string Name => "C#";

    public IReadOnlyCollection<string> Methods => methods;

    public async Task RunAsync(GridRow row, CancellationToken cancellation)
    {
        using var client = FlashClient.Connect(servers.First.Address.ToString());
        var measurement = (await client.DegradeAsync(GridRequests.Degrade, cancellation)).Measurement;
        await row.CellAsync(GridColumns.Unary, () => UnaryAsync(client, measurement, cancellation));
        await row.CellAsync(GridColumns.Streaming, () => StreamingAsync(client, measurement, cancellation));
        await row.CellAsync(GridColumns.Cancel, () => CancelAsync(client, measurement, cancellation));
        await row.CellAsync(GridColumns.Deadline, () => DeadlineAsync(measurement, cancellation));
        await row.CellAsync(GridColumns.BadInput, () => BadInputAsync(client, cancellation));
        await row.CellAsync(GridColumns.Large, () => LargeAsync(client, cancellation));
        await row.ReadyAsync();
        await row.CellAsync(GridColumns.Resume, () => ResumeAsync(measurement, row, cancellation));
    }

    private static async Task<GridCell> UnaryAsync(FlashClient client, V1.Picture measurement, CancellationToken cancellation)
    {
        Assert.Contains((await client.ListModelsAsync(cancellation)).Models, model => model.Name == "starter");
        Assert.Contains((await client.ListSolversAsync(cancellation)).Solvers, solver => solver.Name == "latent_dps");
        Assert.Contains((await client.ListOperatorsAsync(cancellation)).Operators, known => known.Name == "inpainting");
        var severity = await client.EstimateSeverityAsync(new V1.EstimateSeverityRequest { Measurement = measurement, Operator = Requests.Blur(), IncludeLatent = true, IncludeDecodedMean = true }, cancellation);
        Assert.Equal([4L, 16, 16], severity.Latent.Shape);
        Assert.NotEmpty(severity.DecodedMean.Encoded);
        var request = new V1.ReconstructRequest { Measurement = measurement, Operator = Requests.Blur(), Solver = new V1.SolverChoice { Name = "ae" }, Seed = 3, RequestId = Guid.NewGuid().ToString() };
        var result = (await client.FollowAsync(request, cancellation).LastAsync(cancellation) as ReconstructionCompleted)!.Result;
        var fetched = await client.GetReconstructionAsync(new V1.GetReconstructionRequest { RequestId = request.RequestId }, cancellation);
        Assert.Equal((V1.ReconstructionState.Completed, result.Picture), (fetched.State, fetched.Result.Picture));
        return new GridCell(GridColumns.Unary, GridOutcome.Works, Calls: ["ListModels", "ListSolvers", "ListOperators", "Degrade", "EstimateSeverity", "GetReconstruction"]);
    }

    private static async Task<GridCell> StreamingAsync(FlashClient client, V1.Picture measurement, CancellationToken cancellation)
    {
        GridRequests.ExpectShort(await client.ReconstructAsync(GridRequests.Short(measurement), cancellation).ToListAsync(cancellation));
        return new GridCell(GridColumns.Streaming, GridOutcome.Works, Calls: ["Reconstruct"]);
    }

    private static async Task<GridCell> CancelAsync(FlashClient client, V1.Picture measurement, CancellationToken cancellation)
    {
        var left = GridRequests.Slow(measurement);
        await client.FollowAsync(left, cancellation).Take(3).CountAsync(cancellation);
        var answer = await client.GetReconstructionAsync(new V1.GetReconstructionRequest { RequestId = left.RequestId, Wait = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromSeconds(60)) }, cancellation);
        Assert.Equal(V1.ReconstructionState.Cancelled, answer.State);
        var named = GridRequests.Slow(measurement);
        var ended = await Assert.ThrowsAsync<FlashException>(async () =>
        {
            await foreach (var happened in client.FollowAsync(named, cancellation))
            {
                if (happened is ReconstructionAccepted)
                {
                    Assert.Equal(V1.ReconstructionState.Cancelled, (await client.CancelReconstructionAsync(named.RequestId, cancellation)).State);
                }
            }
        });
        Assert.Equal("CANCELLED_ON_REQUEST", ended.Reason);
        return new GridCell(GridColumns.Cancel, GridOutcome.Works, Calls: ["CancelReconstruction"]);
    }

    private async Task<GridCell> DeadlineAsync(V1.Picture measurement, CancellationToken cancellation)
    {
        using var hasty = FlashClient.Connect(servers.First.Address.ToString(), new FlashClientOptions { ReconstructTimeout = TimeSpan.FromMilliseconds(100) });
        var late = await Assert.ThrowsAsync<FlashException>(async () => await hasty.FollowAsync(GridRequests.Slow(measurement), cancellation).CountAsync(cancellation));
        Assert.Equal(StatusCode.DeadlineExceeded, late.Code);
        return new GridCell(GridColumns.Deadline, GridOutcome.Works);
    }

    private static async Task<GridCell> BadInputAsync(FlashClient client, CancellationToken cancellation)
    {
        var request = new V1.ReconstructRequest { Measurement = Requests.Photograph(), Operator = GridRequests.Wrong };
        var refusals = new[]
        {
            await Assert.ThrowsAsync<FlashException>(async () => await client.FollowAsync(request, cancellation).CountAsync(cancellation)),
            await Assert.ThrowsAsync<FlashException>(() => client.DegradeAsync(new V1.DegradeRequest { Picture = Requests.Photograph(), Operator = GridRequests.Wrong }, cancellation)),
        };
        Assert.All(refusals, refusal => Assert.Equal((StatusCode.InvalidArgument, "INVALID_REQUEST"), (refusal.Code, refusal.Reason)));
        Assert.All(refusals, refusal => Assert.Equal(GridRequests.WrongFields, refusal.Problems.Select(problem => problem.Field).Order()));
        return new GridCell(GridColumns.BadInput, GridOutcome.Works);
    }

    private static async Task<GridCell> LargeAsync(FlashClient client, CancellationToken cancellation)
    {
        var answer = await client.DegradeAsync(GridRequests.Large(), cancellation);
        GridRequests.ExpectLarge(answer.Measurement.Tensor);
        return new GridCell(GridColumns.Large, GridOutcome.Works, $"{answer.Measurement.CalculateSize() >> 20} MiB each way");
    }

    private async Task<GridCell> ResumeAsync(V1.Picture measurement, GridRow row, CancellationToken cancellation)
    {
        using var both = FlashClient.Connect(
            [servers.First.Address.ToString(), servers.Second.Address.ToString()],
            new FlashClientOptions { Resume = new ResumePolicy { RequireExact = true } });
        // This client spreads its work, so that it is its turn on the server to be killed now or the next time.
        for (var turn = 0; turn < 2; turn++)
        {
            ReconstructionResumed? resumed = null;
            await foreach (var happened in both.FollowAsync(GridRequests.Long(measurement), cancellation))
            {
                switch (happened)
                {
                    case ReconstructionAccepted accepted when accepted.Server != servers.First.Address:
                        goto next;
                    case ReconstructionProgress { Progress.Step: >= GridRequests.KillAt }:
                        row.Reach();
                        break;
                    case ReconstructionResumed again:
                        resumed = again;
                        break;
                    case ReconstructionCompleted completed:
                        Assert.True(resumed is { IsExact: true } && resumed.Server == servers.Second.Address, $"{resumed}");
                        return new GridCell(GridColumns.Resume, GridOutcome.Works, $"went on at step {resumed.Step}", Bits: GridRequests.Bits(completed.Result));
                }
            }

        next:;
        }

        throw new InvalidOperationException("It never was on the server that is killed.");
    }
}
