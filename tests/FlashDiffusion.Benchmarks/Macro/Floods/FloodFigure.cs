using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Floods;

/// <summary>
/// What one caller's flood does to the others where each has a quota of work, and needs no more than that. The quota is a share of what the device does in
/// steps a second, as an operator would set it, measured just before.
/// </summary>
internal sealed class FloodFigure : IMacroFigure
{
    /// <summary>Of the device, for each caller: a flood gets that and no more.</summary>
    private const double Share = 0.03;

    /// <summary>Of its quota, what a caller uses that keeps to it: the twelve together 29 % of the device.</summary>
    private const double Use = 0.8;

    /// <summary>Asked for; what a picture has is what the server plans.</summary>
    private const int Steps = 2;

    /// <summary>Of a window.</summary>
    private const int Periods = 2;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(12);

    public string Name => "flood";

    public string Description => "p99 of 12 callers whose quota of work is 3 % of the device each and who use four fifths of it, while a thirteenth sends 40 requests a second whatever it is told, against windows without it; and against windows in which it is like the twelve";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        var (capacity, steps) = await CapacityAsync(bench, cancellation);
        var quota = Share * capacity;
        var period = TimeSpan.FromSeconds(steps / (Use * quota));

        // What a flood gets at its beginning is one picture.
        await using var callers = await FloodCallers.ConnectAsync(bench, FormattableString.Invariant($"--Quotas:StepsPerSecond={quota}"), $"--Quotas:StepBurst={steps}");
        var window = new FloodWindow(callers.Clients, await callers.PicturesAsync(bench, Steps, cancellation), again: null);
        var rounds = await FloodRounds.RunAsync(
            window,
            round => new AtTheirTimes(period, Periods, Arrivals.Moments(callers.Clients.Length, (ulong)round + 1)),
            bench.Size(quick: 6, full: 24),
            bench.Size(quick: TimeSpan.Zero, full: Longest),
            period / 2, // The moments of a round may come sooner after those of the one before than a period: half of one is enough for a step.
            cancellation);
        var floods = rounds.Select(round => round.Windows[Neighbour.Floods]).ToArray();
        return FloodRounds.Figures(
            "flood_p99_ratio",
            rounds,
            steps,
            new JsonObject { ["steps_per_second"] = quota, ["step_burst"] = steps },
            ("capacity_steps_per_second", capacity),
            ("quota_of_the_device", Share),
            ("flood_of_the_device", Spread.Of(floods.Select(flood => flood.LetIn * steps / (flood.Length * capacity))).ToJson()),
            ("others_of_the_device", FloodCallers.Measured * Share * Use));
    }

    /// <summary>Steps a second while each of the twelve has one picture after the other, and the steps of a picture: what the server plans is what it counts.</summary>
    private static async Task<(double PerSecond, int OfAPicture)> CapacityAsync(Bench bench, CancellationToken cancellation)
    {
        await using var callers = await FloodCallers.ConnectAsync(bench);
        var pictures = await callers.PicturesAsync(bench, Steps, cancellation);
        var finished = await Task.WhenAll(callers.Clients.Zip(pictures, (client, picture) => Caller.RunAsync(client, picture, cancellation)));
        var steps = finished.Select(picture => picture.Plan.TotalSteps).Distinct().Single();
        var (ramp, length) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(bench.Size(quick: 10, full: 30)));
        LoadWindow[] windows = [.. callers.Clients[..^1].Select(client => new LoadWindow(client, pictures, ramp, length))];
        await Task.WhenAll(windows.Select(window => window.ClosedAsync(1, cancellation)));
        return (steps * windows.Sum(window => window.Rate), steps);
    }
}
