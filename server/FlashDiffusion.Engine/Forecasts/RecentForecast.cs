using FlashDiffusion.Engine.Samples;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>
/// The forecast that is shown beside steps and in statistics. It is made anew whenever others are under way than before, else only so often that it
/// takes a twentieth of the device's time at most; meanwhile what it foresaw comes nearer. Device loop only.
/// </summary>
/// <param name="etas">Makes forecasts.</param>
/// <param name="time">Clock.</param>
internal sealed class RecentForecast(EtaEstimator etas, TimeProvider time)
{
    /// <summary>How many times as long as it took a forecast holds.</summary>
    private const int Holds = 20;

    private HashSet<long> _samples = [];
    private Dictionary<long, double> _completions = [];
    private double _work;
    private long _madeAt;
    private TimeSpan _took;

    /// <summary>What is foreseen now.</summary>
    /// <param name="samples">All samples under way.</param>
    /// <returns>Seconds until each is done, as of <see cref="EtaEstimator.Completions"/>, and those of device time that all of them need.</returns>
    public (Dictionary<long, double> Completions, double Work) Of(IReadOnlyCollection<Sample> samples)
    {
        var passed = time.GetElapsedTime(_madeAt);
        if (passed >= Holds * _took || samples.Count != _samples.Count || !samples.All(sample => _samples.Contains(sample.Id)))
        {
            Make(samples);
            return (_completions, _work);
        }

        return (_completions.ToDictionary(known => known.Key, known => Math.Max(0, known.Value - passed.TotalSeconds)), _work);
    }

    private void Make(IReadOnlyCollection<Sample> samples)
    {
        _madeAt = time.GetTimestamp();
        (_completions, _work) = (etas.Completions(samples), samples.Sum(etas.Work));
        _samples = [.. samples.Select(sample => sample.Id)];
        _took = time.GetElapsedTime(_madeAt);
    }
}
