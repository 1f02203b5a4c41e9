using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Manifest;

/// <summary>A way to send all pictures at once, and what it took in each round.</summary>
/// <param name="key">Its name among the figures.</param>
/// <param name="file">Its name in the pictures' file.</param>
/// <param name="calls">Network calls that a picture may take; null for all that its severity asks for.</param>
internal sealed class ManifestWay(string key, string file, int? calls)
{
    private const int AtOnce = 32;
    private readonly List<Batch> _rounds = [];

    /// <summary>Its name among the figures.</summary>
    public string Key => key;

    /// <summary>Name of what its pictures lose; null for the whole chain, which loses nothing.</summary>
    public string? LossKey => calls is null ? null : $"{key[(key.IndexOf('_', StringComparison.Ordinal) + 1)..]}_loss_db";

    /// <summary>Mean time of a picture in milliseconds, all rounds.</summary>
    public double Milliseconds => 1000 * _rounds.Average(round => round.Seconds / round.All.Length);

    /// <summary>Mean processor time of a picture in milliseconds, all rounds.</summary>
    public double ProcessorMilliseconds => 1000 * _rounds.Average(round => round.ProcessorSeconds / round.All.Length);

    /// <summary>The pictures, in the manifest's order; those of the first round.</summary>
    public IReadOnlyList<Finished> Pictures => _rounds[0].All;

    /// <summary>Sends them once.</summary>
    /// <param name="server">To whom.</param>
    /// <param name="pictures">All pictures.</param>
    /// <param name="written">Where they are written, once.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(BenchServer server, IReadOnlyList<Assignment> pictures, PictureFile written, CancellationToken cancellation)
    {
        Assignment[] asked = calls is null
            ? [.. pictures]
            : [.. pictures.Select(picture => picture.With(request => request.Scheduling = new V1.Scheduling { MaxNetworkCalls = calls.Value }))];
        var round = await Caller.AtOnceAsync(server, asked, AtOnce, cancellation);
        if (_rounds.Count == 0)
        {
            written.Add(file, round.All);
        }

        _rounds.Add(round);
    }

    /// <summary>How many times less than the baseline of its round it took.</summary>
    /// <param name="baselineSeconds">Time of a picture in the baseline, by round.</param>
    public Spread Ratio(IReadOnlyList<double> baselineSeconds) => Spread.Of(_rounds.Zip(baselineSeconds, (round, seconds) => seconds * round.All.Length / round.Seconds));
}
