using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Manifest;

/// <summary>Pictures alone, each on both servers in turn, so that a neighbour on the machine disturbs both.</summary>
/// <param name="plain">The baseline: float32 without batching.</param>
/// <param name="server">What is measured.</param>
/// <param name="written">Where pictures are written.</param>
internal sealed class ManifestPairs(BenchServer plain, BenchServer server, PictureFile written)
{
    private readonly List<Finished>[] _finished = [[], []];
    private readonly double[] _processor = new double[2];
    private readonly List<double> _secondsPerCall = [];

    /// <summary>The baseline's, in the order in which they were sent.</summary>
    public IReadOnlyList<Finished> Baseline => _finished[0];

    /// <summary>The same pictures of what is measured.</summary>
    public IReadOnlyList<Finished> Alone => _finished[1];

    /// <summary>Mean processor time of a picture of the baseline in milliseconds.</summary>
    public double BaselineProcessorMilliseconds => 1000 * _processor[0] / Baseline.Count;

    /// <summary>Mean processor time of a picture of what is measured in milliseconds.</summary>
    public double AloneProcessorMilliseconds => 1000 * _processor[1] / Alone.Count;

    /// <summary>Time of a picture in the baseline in seconds, by round, if it had the mean number of calls: each round has pictures of its own, of other severities.</summary>
    public IReadOnlyList<double> BaselineSeconds => [.. _secondsPerCall.Select(seconds => seconds * Baseline.Average(Calls))];

    /// <summary>Sends the pictures of a round.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(IReadOnlyList<Assignment> pictures, CancellationToken cancellation)
    {
        var before = Baseline.Count;
        foreach (var picture in pictures)
        {
            foreach (var which in Pairs.Order(Baseline.Count))
            {
                var batch = await Caller.AtOnceAsync(which == 0 ? plain : server, [picture], 1, cancellation);
                _finished[which].AddRange(batch.All);
                written.Add(which == 0 ? "baseline" : "alone", batch.All);
                _processor[which] += batch.ProcessorSeconds;
            }
        }

        var now = Baseline.Skip(before).ToList();
        _secondsPerCall.Add(now.Sum(finished => finished.Seconds) / now.Sum(Calls));
    }

    private static double Calls(Finished finished) => finished.Result.Cost.UnetForward;
}
