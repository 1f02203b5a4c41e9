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

    private static int Rounds => Environment.GetEnvironmentVariable("LONG") == "1" ? 100 : 5;

    [Fact]
    public async Task Kill_AtARandomStep_TheOtherServerFinishesWithTheSameBits()
    {
        var request = await LongEnoughAsync(replicas.Servers[0]);
        var (uninterrupted, steps) = await FinishAsync(request, killAt: null);
        var random = new Random(Seed);
        for (var round = 0; round < Rounds; round++)
        {
            var killAt = random.Next(1, steps * 2 / 3);
            var (hash, _) = await FinishAsync(request, killAt);
            Assert.True(uninterrupted == hash, $"Round {round}, killed at step {killAt} of {steps}: the bits differ.");
        }
    }

    [Fact]
    public async Task Terminate_GraceTooShort_EveryStreamGoesOnElsewhereAndNoneIsLost()
    {
        var request = await LongEnoughAsync(replicas.Servers[0]);
        // Few and cheap steps, since there are many streams: what counts is that each one is somewhere on its way.
        request.Sampling.DdimSteps = 9;
        request.Solver = new V1.SolverChoice { Name = "ddim" };
        var (uninterrupted, _) = await FinishAsync(request, killAt: null);
        using var client = FlashClient.Connect(replicas.Servers.Select(server => server.Address.ToString()));
        var terminated = 0;
        var handedOff = 0;
        var ends = await Task.WhenAll(Enumerable.Range(0, Streams).Select(async _ =>
        {
            var hash = "";
            await foreach (var happened in client.FollowAsync(request, Requests.Call.CancellationToken))
            {
                if (happened is ReconstructionProgress { Progress.Step: >= 3 } && Interlocked.Exchange(ref terminated, 1) == 0)
                {
                    replicas.Servers[0].Terminate();
                }

                if (happened is ReconstructionResumed { IsExact: true, Step: > 0 })
                {
                    Interlocked.Increment(ref handedOff);
                }

                hash = happened is ReconstructionCompleted completed ? Hash(completed.Result) : hash;
            }

            return hash;
        }));
        Assert.True(handedOff > 0, "No stream was under way on the server that was told to end.");
        Assert.All(ends, hash => Assert.Equal(uninterrupted, hash));
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
        request.Progress = new V1.ProgressOptions { EverySteps = 1, CheckpointEverySteps = 3 };
        request.Mode = V1.ComputeMode.Exact;
        request.Output = new V1.OutputOptions { Format = V1.PictureFormat.Tensor, IncludeLatent = true };
        return request;
    }

    /// <summary>Follows a request over two servers, and kills the one that works on it once it has come so far; a new one takes its place.</summary>
    private async Task<(string Hash, int Steps)> FinishAsync(V1.ReconstructRequest request, int? killAt)
    {
        var servers = replicas.Servers;
        using var client = FlashClient.Connect(servers.Select(server => server.Address.ToString()), new FlashClientOptions { Resume = new ResumePolicy { RequireExact = true } });
        ReconstructionResumed? resumed = null;
        V1.Result? result = null;
        RunningServer? working = null;
        Task? replacement = null;
        await foreach (var happened in client.FollowAsync(request, Requests.Call.CancellationToken))
        {
            switch (happened)
            {
                case ReconstructionAccepted accepted:
                    working = servers.First(server => server.Address == accepted.Server);
                    break;
                case ReconstructionProgress progress when progress.Progress.Step >= killAt && replacement is null:
                    await working!.KillAsync();
                    replacement = replicas.ReplaceAsync(Array.IndexOf(servers, working));
                    break;
                case ReconstructionResumed again:
                    resumed = again;
                    break;
                case ReconstructionCompleted completed:
                    result = completed.Result;
                    break;
            }
        }

        if (replacement is not null)
        {
            await replacement;
            Assert.True(resumed is { IsExact: true }, "The server was killed too late to matter, or the other one can't be exact.");
            Assert.InRange(resumed.Step, (killAt!.Value / 3 * 3) - 3, 30);
        }

        Assert.Equal(result!.Cost.Steps, result.Cost.UnetForward);
        return (Hash(result), result.Cost.Steps);
    }

    private static string Hash(V1.Result result) => Convert.ToHexString(SHA256.HashData([.. result.Picture.Tensor.Data.Span, .. result.Latent.Data.Span]));
}
