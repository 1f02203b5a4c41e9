using System.Text.Json.Nodes;

namespace FlashDiffusion.Benchmarks.Macro.Floods;

/// <summary>
/// What one caller's flood does to the others where each may have one picture at once, and nothing bounds its work: the flood takes a thirteenth of the device,
/// which is its share. Windows are short, and many.
/// </summary>
internal sealed class FloodAtOnceFigure : IMacroFigure
{
    private const int Quota = 1;

    /// <summary>Few, so that windows are short and many.</summary>
    private const int Steps = 2;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5.5);

    public string Name => "flood-at-once";

    public string Description => "p99 of 12 callers with a picture each, of which each may have one at once, while a thirteenth sends 40 requests a second whatever it is told, against windows without it; and against windows in which it keeps to its quota";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        await using var callers = await FloodCallers.ConnectAsync(bench, $"--Quotas:Concurrent={Quota}");

        // The place of the picture before is free a moment after its result is there, so who is refused comes again at once.
        var window = new FloodWindow(callers.Clients, await callers.PicturesAsync(bench, Steps, cancellation), FloodWindow.Interval);
        var rounds = await FloodRounds.RunAsync(window, _ => new OneAfterTheOther(), bench.Size(quick: 6, full: 48), Longest, TimeSpan.Zero, cancellation);
        return FloodRounds.Figures("flood_at_once_p99_ratio", rounds, Steps, new JsonObject { ["concurrent"] = Quota });
    }
}
