using System.Security.Cryptography;
using FlashDiffusion.Client;
using FlashDiffusion.EndToEnd.Tests.Servers;

namespace FlashDiffusion.EndToEnd.Tests.Resume;

/// <summary>Law: a server may die at any step, and nobody who follows with the client sees another picture than without.</summary>
public sealed class KillTests
{
    private const int Seed = 20260101;

    private static readonly string[] Replica =
    [
        "--Engine:MaximumBatch=1", "--threads=1", $"--Resume:Key={Convert.ToBase64String(SHA256.HashData("the key of these tests"u8))}",
    ];

    private static int Rounds => Environment.GetEnvironmentVariable("LONG") == "1" ? 100 : 5;

    [Fact]
    public async Task Kill_AtARandomStep_TheOtherServerFinishesWithTheSameBits()
    {
        var starting = RunningServer.StartAsync(Replica);
        var servers = new[] { await RunningServer.StartAsync(Replica), await starting };
        try
        {
            var request = await LongEnoughAsync(servers[0]);
            var (uninterrupted, steps) = await FinishAsync(servers, request, killAt: null);
            var random = new Random(Seed);
            for (var round = 0; round < Rounds; round++)
            {
                var killAt = random.Next(1, steps * 2 / 3);
                var (hash, _) = await FinishAsync(servers, request, killAt);
                Assert.True(uninterrupted == hash, $"Round {round}, killed at step {killAt} of {steps}: the bits differ.");
            }
        }
        finally
        {
            await servers[0].DisposeAsync();
            await servers[1].DisposeAsync();
        }
    }

    private static async Task<V1.ReconstructRequest> LongEnoughAsync(RunningServer server)
    {
        var request = await Requests.BlurredAsync(server);
        request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Fixed, StartTimestep = 900 };
        request.Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 40, DdimEta = 0.8 };
        request.Progress = new V1.ProgressOptions { EverySteps = 1, CheckpointEverySteps = 4 };
        request.Output = new V1.OutputOptions { Format = V1.PictureFormat.Tensor, IncludeLatent = true };
        return request;
    }

    /// <summary>Follows a request over two servers, and kills the one that works on it once it has come so far; a new one takes its place.</summary>
    private static async Task<(string Hash, int Steps)> FinishAsync(RunningServer[] servers, V1.ReconstructRequest request, int? killAt)
    {
        using var client = FlashClient.Connect(servers.Select(server => server.Address.ToString()), new FlashClientOptions { Resume = new ResumePolicy { RequireExact = true } });
        ReconstructionResumed? resumed = null;
        V1.Result? result = null;
        RunningServer? working = null;
        Task<RunningServer>? replacement = null;
        await foreach (var happened in client.FollowAsync(request, Requests.Call.CancellationToken))
        {
            switch (happened)
            {
                case ReconstructionAccepted accepted:
                    working = servers.First(server => server.Address == accepted.Server);
                    break;
                case ReconstructionProgress progress when progress.Progress.Step >= killAt && replacement is null:
                    await working!.KillAsync();
                    replacement = RunningServer.StartAsync(Replica);
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
            await working!.DisposeAsync();
            servers[Array.IndexOf(servers, working)] = await replacement;
            Assert.True(resumed is { IsExact: true }, "The server was killed too late to matter, or the other one can't be exact.");
            Assert.InRange(resumed.Step, (killAt!.Value / 4 * 4) - 4, 40);
        }

        Assert.Equal(result!.Cost.Steps, result.Cost.UnetForward);
        return (Convert.ToHexString(SHA256.HashData([.. result.Picture.Tensor.Data.Span, .. result.Latent.Data.Span])), result.Cost.Steps);
    }
}
