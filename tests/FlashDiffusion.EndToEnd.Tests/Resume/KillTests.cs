using System.Security.Cryptography;
using FlashDiffusion.Client;
using FlashDiffusion.EndToEnd.Tests.Servers;
using Google.Protobuf;
using Grpc.Core;

namespace FlashDiffusion.EndToEnd.Tests.Resume;

/// <summary>Law: a server may die at any step, and nobody who follows with the client sees another picture than without.</summary>
public sealed class KillTests(ReplicaPair replicas) : IClassFixture<ReplicaPair>
{
    private const int Seed = 20260101;
    private const int Streams = 20;
    private const int CheckpointEvery = 3;
    /// <summary>Servers in the background that start while others are killed: more would only take turns on two cores.</summary>
    private const int Spares = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    // KILLS says another number.
    private static int Kills => int.TryParse(Environment.GetEnvironmentVariable("KILLS"), out var kills) ? kills : Environment.GetEnvironmentVariable("LONG") == "1" ? 100 : 5;

    [Fact]
    public async Task Kill_AtARandomStep_TheOtherServerFinishesWithTheSameBits()
    {
        var request = await LongEnoughAsync(replicas.Servers[0]);
        // What counts is where between its steps a reconstruction is hit, not how many there are.
        request.Sampling.DdimSteps = 12;
        // One of the twelve lies above the start.
        Assert.Equal(11, await KillAsync(request, Kills));
    }

    [Fact]
    public async Task Kill_InsideAnInnerLoop_WhatItCarriesFromStepToStepGoesAlong()
    {
        var request = await LongEnoughAsync(replicas.Servers[0]);
        // The centre and the velocity of its moves, several steps at each of few levels.
        request.Solver = new V1.SolverChoice { Name = "daps", Parameters = { ["annealing_levels"] = new() { Number = 3 }, ["inner_steps"] = new() { Number = 20 } } };
        Assert.InRange(await KillAsync(request, Math.Max(2, Kills / 5)), 10, 100);
    }

    // The number of steps.
    private async Task<int> KillAsync(V1.ReconstructRequest request, int kills)
    {
        var uninterrupted = await FinishAsync(request);
        var random = new Random(Seed);
        var (hits, tries) = (0, 0);
        // The last step may be out before the server is dead: such a kill hits nothing and does not count.
        for (; hits < kills && tries < 6 * kills; tries++)
        {
            replicas.Prepare(Math.Min(Spares, kills - hits));
            using var client = Connect();
            // The other server has a reconstruction of its own, so that what was killed goes on in the company of a stranger at another step.
            var ends = await Task.WhenAll(FollowAsync(client, request, random.Next(1, uninterrupted.Steps)), FollowAsync(client, request, null));
            Assert.All(ends, end => Assert.True(uninterrupted.Hash == end.Hash, $"Try {tries}, killed after step {ends[0].KilledAt} of {end.Steps}: the bits differ."));
            hits += ends[0].ResumedAt is not null ? 1 : 0;
        }

        TestContext.Current.SendDiagnosticMessage("{0} of {1} kills hit a running reconstruction", hits, tries);
        Assert.True(hits == kills, $"Only {hits} of {tries} kills hit a running reconstruction.");
        return uninterrupted.Steps;
    }

    [Fact]
    public async Task Terminate_GraceTooShort_EveryStreamGoesOnElsewhereAndNoneIsLost()
    {
        var request = await LongEnoughAsync(replicas.Servers[0]);
        // Cheap steps, since there are many streams: what counts is that each one is somewhere on its way.
        request.Sampling.DdimSteps = 30;
        request.Solver = new V1.SolverChoice { Name = "ddim" };
        var uninterrupted = await FinishAsync(request);
        var (begun, resumed, terminated) = (0, 0, 0);
        var ends = await Task.WhenAll(Enumerable.Range(0, Streams).Select(async _ =>
        {
            // A client each, so that none knows of the others: all of them begin at the same server.
            using var client = FlashClient.Connect(replicas.Servers.Select(server => server.Address.ToString()));
            var (hash, isElsewhere) = ("", false);
            await foreach (var happened in client.FollowAsync(request, Requests.Call.CancellationToken))
            {
                switch (happened)
                {
                    case ReconstructionAccepted accepted when !isElsewhere:
                        Assert.Equal(replicas.Servers[0].Address, accepted.Server);
                        Interlocked.Increment(ref begun);
                        break;
                    case ReconstructionProgress { Progress.Step: >= 3 } when Volatile.Read(ref begun) == Streams && Interlocked.Exchange(ref terminated, 1) == 0:
                        replicas.Servers[0].Terminate();
                        break;
                    case ReconstructionResumed again:
                        Assert.Equal((replicas.Servers[1].Address, true), (again.Server, again.IsExact || again.Step == 0));
                        isElsewhere = true;
                        Interlocked.Increment(ref resumed);
                        break;
                    case ReconstructionCompleted completed:
                        hash = Hash(completed.Result);
                        break;
                }
            }

            return (Hash: hash, IsElsewhere: isElsewhere);
        }));
        Assert.Equal(Streams, begun);
        Assert.True(resumed > Streams / 2, $"Only {resumed} of {Streams} streams were under way on the server that was told to end.");
        Assert.Equal(Streams - resumed, ends.Count(end => !end.IsElsewhere));
        Assert.All(ends, end => Assert.Equal(uninterrupted.Hash, end.Hash));
        Assert.Equal(0, await replicas.Servers[0].EndAsync());
        await replicas.ReplaceAsync(0);
    }

    [Fact]
    public async Task Resume_OnAReplicaThatComputesOtherwise_SaysSoAndRefusesWhatWasTouched()
    {
        var request = await LongEnoughAsync(replicas.Servers[0]);
        var checkpoint = (await Requests.ReconstructAsync(replicas.Servers[0], request)).Last(answer => answer.Progress?.Checkpoint is not null).Progress.Checkpoint;
        await using var other = await RunningServer.StartAsync(ReplicaPair.ArgumentsWith("--Engine:ExactBatch=3"));

        request.ResumeFrom = new V1.ResumeFrom { Token = checkpoint.Token, Checkpoint = checkpoint.Data };
        var accepted = (await Requests.ReconstructAsync(other, request))[0].Accepted;
        Assert.False(accepted.Resumed.Exact);
        Assert.Contains(accepted.Notices, notice => notice.Code == "RESUME_NOT_EXACT" && notice.Message.Contains("compute shape was '2' and is '3'", StringComparison.Ordinal));
        Assert.True((await Requests.ReconstructAsync(replicas.Servers[1], request))[0].Accepted.Resumed.Exact);

        request.ResumeFrom.RequireExact = true;
        Assert.Equal(StatusCode.FailedPrecondition, await RefusalAsync(other, request));
        request.ResumeFrom.Checkpoint = Touched(checkpoint.Data);
        Assert.Equal(StatusCode.DataLoss, await RefusalAsync(replicas.Servers[1], request));
        request.ResumeFrom.Token = Touched(checkpoint.Token);
        Assert.Equal(StatusCode.InvalidArgument, await RefusalAsync(replicas.Servers[1], request));
    }

    private static async Task<StatusCode> RefusalAsync(RunningServer server, V1.ReconstructRequest request) =>
        (await Assert.ThrowsAsync<RpcException>(() => Requests.ReconstructAsync(server, request))).StatusCode;

    private static ByteString Touched(ByteString bytes)
    {
        var touched = bytes.ToByteArray();
        touched[touched.Length / 2] ^= 1;
        return ByteString.CopyFrom(touched);
    }

    private static async Task<V1.ReconstructRequest> LongEnoughAsync(RunningServer server)
    {
        var request = await Requests.BlurredAsync(server);
        request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Fixed, StartTimestep = 900 };
        request.Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 30, DdimEta = 0.8 };
        request.Progress = new V1.ProgressOptions { EverySteps = 1, CheckpointEverySteps = CheckpointEvery };
        request.Mode = V1.ComputeMode.Exact;
        request.Output = new V1.OutputOptions { Format = V1.PictureFormat.Tensor, IncludeLatent = true };
        return request;
    }

    private FlashClient Connect() =>
        FlashClient.Connect(replicas.Servers.Select(server => server.Address.ToString()), new FlashClientOptions { Resume = new ResumePolicy { RequireExact = true } });

    private async Task<Followed> FinishAsync(V1.ReconstructRequest request)
    {
        using var client = Connect();
        return await FollowAsync(client, request, null);
    }

    /// <summary>Follows a request over two servers, and kills the one that works on it once it has come so far; another takes its place.</summary>
    private async Task<Followed> FollowAsync(FlashClient client, V1.ReconstructRequest request, int? killAt)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        ReconstructionResumed? resumed = null;
        V1.Result? result = null;
        var working = -1;
        int? killed = null;
        await foreach (var happened in client.FollowAsync(request, patience.Token))
        {
            switch (happened)
            {
                case ReconstructionAccepted accepted:
                    working = Array.FindIndex(replicas.Servers, server => server.Address == accepted.Server);
                    break;
                case ReconstructionProgress progress when progress.Progress.Step >= killAt && killed is null:
                    await replicas.Servers[working].KillAsync();
                    killed = progress.Progress.Step;
                    break;
                case ReconstructionResumed again:
                    resumed = again;
                    break;
                case ReconstructionCompleted completed:
                    result = completed.Result;
                    break;
            }
        }

        Assert.True(resumed is null or { IsExact: true }, "The other server can't be exact.");
        if (killed is { } step)
        {
            await replicas.ReplaceAsync(working);
            Assert.True(resumed is null || resumed.Step >= step - (step % CheckpointEvery) - CheckpointEvery, $"Killed after step {step}, resumed at {resumed?.Step}: more than one checkpoint was lost.");
        }

        Assert.True(request.Solver is not null || result!.Cost.Steps == result.Cost.UnetForward);
        return new Followed(Hash(result!), result!.Cost.Steps, killed, resumed?.Step);
    }

    private static string Hash(V1.Result result) => Convert.ToHexString(SHA256.HashData([.. result.Picture.Tensor.Data.Span, .. result.Latent.Data.Span]));
}
