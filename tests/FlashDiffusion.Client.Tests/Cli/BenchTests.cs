using System.Text.Json;
using FlashDiffusion.Cli;
using FlashDiffusion.Cli.Bench;
using FlashDiffusion.Client.Tests.FakeServer;
using Grpc.Core;

namespace FlashDiffusion.Client.Tests.Cli;

public sealed class BenchTests
{
    [Fact]
    public void Times_Even_AreEquallyFarApart() =>
        Assert.Equal([0, 0.5, 1], Plan(2, 3, Arrivals.Even).Times().Select(time => time.TotalSeconds));

    [Fact]
    public void Times_Poisson_HaveTheRateAndAreRepeatable()
    {
        var times = Plan(10, 5000, Arrivals.Poisson).Times();

        Assert.Equal(times, Plan(10, 5000, Arrivals.Poisson).Times());
        Assert.InRange((times.Count - 1) / times[^1].TotalSeconds, 9.5, 10.5);
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.True(pair.First <= pair.Second));
        // Gaps of a Poisson process vary as much as they are long.
        var gaps = times.Zip(times.Skip(1), (first, second) => (second - first).TotalSeconds).ToArray();
        var mean = gaps.Average();
        Assert.InRange(Math.Sqrt(gaps.Average(gap => (gap - mean) * (gap - mean))) / mean, 0.9, 1.1);
    }

    [Fact]
    public void Percentiles_NearestRank_AreTimesThatOccurred()
    {
        Assert.Equal(new Percentiles(50, 90, 99, 100), Percentiles.Of(Enumerable.Range(1, 100).Reverse().Select(i => TimeSpan.FromSeconds(i))));
        Assert.Equal(new Percentiles(7, 7, 7, 7), Percentiles.Of([TimeSpan.FromSeconds(7)]));
        Assert.Null(Percentiles.Of([]));
    }

    [Fact]
    public async Task Bench_EveryEnd_IsCounted()
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Reconstruction.Failures.Enqueue(Failures.QueueFull(TimeSpan.FromSeconds(1)));
        server.Reconstruction.Failures.Enqueue(Failures.BadRequest());
        server.Reconstruction.Failures.Enqueue(new RpcException(new Status(StatusCode.Unavailable, "Gone.")));

        var (exit, output, error) = await CommandRunner.RunAsync(Arguments(server, "--requests", "8", "--json", "--warmup", "0"));

        Assert.Equal((ExitCode.Failed, ""), (exit, error));
        using var json = JsonDocument.Parse(output);
        int Count(string name) => json.RootElement.GetProperty(name).GetInt32();
        Assert.Equal((8, 5, 1, 1, 1), (Count("requests"), Count("completed"), Count("refused"), Count("failed"), Count("lost")));
        Assert.Equal(1, json.RootElement.GetProperty("problems").GetProperty("QUEUE_FULL").GetInt32());
        Assert.Equal(5 * 2 * FakeReconstruction.Steps, Count("unet_forward"));
        Assert.True(json.RootElement.GetProperty("first_latent_seconds").GetProperty("p50").GetDouble() <= json.RootElement.GetProperty("total_seconds").GetProperty("p99").GetDouble());
        // Everyone its own noise.
        Assert.Equal(8, server.Reconstruction.Reconstructions.Select(request => request.Seed).Distinct().Count());
    }

    [Fact]
    public async Task Bench_ServerThatNeverAnswers_LosesAllInTime()
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Reconstruction.Hangs = true;

        var (exit, output, _) = await CommandRunner.RunAsync(Arguments(server, "--requests", "3", "--patience", "3", "--warmup", "0"));

        Assert.Equal(ExitCode.Failed, exit);
        Assert.Contains("lost 3", output, StringComparison.Ordinal);
        Assert.Contains("NO_ANSWER_IN_TIME 3", output, StringComparison.Ordinal);
        // Open loop: the second was sent although the first had no answer.
        Assert.Equal(3, server.Reconstruction.Reconstructions.Count);
    }

    [Fact]
    public async Task Bench_AllAnswered_IsATable()
    {
        await using var server = await FakeFlashServer.StartAsync();

        var (exit, output, error) = await CommandRunner.RunAsync(Arguments(server, "--duration", "0.1", "--resume"));

        Assert.Equal((0, ""), (exit, error));
        Assert.All(["completed 5", "refused 0, errors 0, lost 0", "first latent", "p99", "requests answered: 5 of 5"], text => Assert.Contains(text, output, StringComparison.Ordinal));
        // One to warm up.
        Assert.Equal(6, server.Reconstruction.Reconstructions.Count);
    }

    private static BenchPlan Plan(double rate, int count, Arrivals arrivals) => new(rate, count, arrivals, 1, TimeSpan.FromSeconds(1));

    private static string[] Arguments(FakeFlashServer server, params string[] more) =>
        ["bench", "--address", server.Address, "--operator", "gaussian_blur", "--size", "32", "--rate", "50", "--arrivals", "even", .. more];
}
