using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>What is left of the capacity when far more is asked for. Pictures of cheap steps, so that windows of seconds hold many.</summary>
internal sealed class GoodputFigure : IMacroFigure
{
    private const int Places = 16;
    private const int Overload = 3;
    private const int Steps = 10;

    /// <summary>Until every place has been taken and given back.</summary>
    private static readonly TimeSpan Ramp = TimeSpan.FromSeconds(3);

    public string Name => "goodput";

    public string Description => "pictures finished a second while 3 times what the server does with its 16 places always taken arrive at random times, against windows of the latter before and after; every other request must be refused with the time to wait";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        await using var server = await bench.StartAsync($"--queue={Places}");
        Assignment[] pictures = [.. (await Assignments.OfAsync(bench.Manifest, 24, server.Client, cancellation)).Select(picture => picture.Steps(Steps).Unguided())];
        var length = TimeSpan.FromSeconds(bench.Size(quick: 8, full: 20));
        await CapacityAsync(server, pictures, length, cancellation);

        // The machine's capacity changes, so it is measured before and after.
        var (capacities, windows) = (new List<double> { await CapacityAsync(server, pictures, length, cancellation) }, new List<LoadWindow>());
        for (var round = 0; round < bench.Size(quick: 2, full: 5); round++)
        {
            var window = new LoadWindow(server.Client, pictures, Ramp, length);
            await window.OpenAsync(Overload * capacities[^1], (ulong)round + 3, cancellation);
            windows.Add(window);
            capacities.Add(await CapacityAsync(server, pictures, length, cancellation));
        }

        var shares = Spread.Of(windows.Select((window, round) => 2 * window.Rate / (capacities[round] + capacities[round + 1])));
        return new JsonObject
        {
            ["goodput"] = shares.Median,
            ["details"] = new JsonObject
            {
                ["of_rounds"] = shares.ToJson(),
                ["capacity_pictures_per_second"] = Spread.Of(capacities).ToJson(),
                ["completed"] = windows.Sum(window => window.Finished),
                ["refused"] = windows.Sum(window => window.Refused),
            },
        };
    }

    private static async Task<double> CapacityAsync(BenchServer server, Assignment[] pictures, TimeSpan length, CancellationToken cancellation)
    {
        var window = new LoadWindow(server.Client, pictures, Ramp, length);
        await window.ClosedAsync(Places, cancellation);
        return window.Rate;
    }
}
